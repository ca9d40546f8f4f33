//! Doing a sweep's runs: claiming them one by one, on as many threads as pay.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::ArgMatches;
use quanta_core::device::{self, DeviceChoice, Kind, OpenDevice};
use quanta_core::record::{Record, Status};
use quanta_core::sweep::{Claim, Entry, Folder, Found, Manifest, State};
use quanta_core::train::{Run, block_on};

use super::bars::Bars;
use super::flags::Shard;
use crate::drive::{Ending, Keep, drive, every};
use crate::failure::ReaderGone;
use crate::signal::Stop;
use crate::text::count;
use crate::train::device_choice;

/// Somebody who only looks at a run holds its lock for less than this.
const A_LOOK: Duration = Duration::from_millis(300);

/// Does what is not finished.
pub fn run(matches: &ArgMatches, folder: &Folder, manifest: &Manifest) -> anyhow::Result<()> {
    let mut entries = super::costliest_first(manifest);
    if let Some(shard) = matches.get_one::<Shard>("shard") {
        entries = shard.of_list(entries);
    }
    let stop = Stop::listen()?;
    let bars = Bars::new(manifest, &entries, matches.get_flag("json"));
    let mut sweep = Sweep {
        folder,
        bars: &bars,
        stop: &stop,
        every: every(matches),
        weights: matches.get_flag("keep-weights"),
        queue: Mutex::default(),
        taken: Mutex::default(),
        working: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        failed_before: HashSet::new(),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    };
    let mut queue = VecDeque::new();
    for entry in entries {
        match folder.state(entry)? {
            State::Finished => {
                bars.found_finished(entry);
                continue;
            }
            State::Failed(_) => _ = sweep.failed_before.insert(entry.id.clone()),
            State::Running | State::Left(_) => (),
        }
        queue.push_back(entry);
    }
    let jobs = matches.get_one::<u16>("jobs").map(|jobs| usize::from(*jobs));
    let worked = sweep.all(queue, device_choice(matches), jobs);
    bars.end();
    worked?;
    sweep.conclude()
}

/// What the threads of a sweep share.
struct Sweep<'a> {
    folder: &'a Folder,
    bars: &'a Bars<'a>,
    stop: &'a Stop,
    every: Duration,
    weights: bool,
    /// Runs to claim, the next first.
    queue: Mutex<VecDeque<&'a Entry>>,
    /// Runs that another process has.
    taken: Mutex<VecDeque<&'a Entry>>,
    /// Runs under way here.
    working: AtomicUsize,
    /// Runs that failed here.
    failed: AtomicUsize,
    /// Runs that had failed when this process began: they are tried again. One that fails
    /// meanwhile, here or elsewhere, is not.
    failed_before: HashSet<String>,
    cores: usize,
}

impl<'a> Sweep<'a> {
    /// Works until nothing is left that others have not taken.
    fn all(&self, queue: VecDeque<&'a Entry>, choice: DeviceChoice, jobs: Option<usize>) -> anyhow::Result<()> {
        *lock(&self.queue) = queue;
        if lock(&self.queue).is_empty() {
            return Ok(());
        }
        // A GPU belongs to the thread that started it; which of the two `auto` means is known only
        // then.
        if choice != DeviceChoice::Cpu && on_one_thread(|| self.on_gpu(choice, jobs))? {
            return Ok(());
        }
        self.passes(|| {
            let jobs = jobs.unwrap_or_else(|| self.sensible_jobs()).min(lock(&self.queue).len());
            std::thread::scope(|scope| {
                let work = || self.claim_all(&|claim, found| self.on_cores(jobs, claim, found));
                let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
                workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| broken_down())?)
            })
        })
    }

    /// Does the runs one after another on the GPU, if the choice finds one; says whether it did.
    fn on_gpu(&self, choice: DeviceChoice, jobs: Option<usize>) -> anyhow::Result<bool> {
        let device = block_on(device::open(choice))?;
        if device.kind() == Kind::Cpu {
            device.notes().iter().for_each(|note| self.bars.remark(&format!("note: {note}")));
            return Ok(false);
        }
        if jobs.is_some_and(|jobs| jobs > 1) {
            self.bars.remark("note: a GPU does one run at a time; a second process may share it");
        }
        self.passes(|| self.claim_all(&|claim, found| self.train(&claim, found, device.clone())))?;
        Ok(true)
    }

    /// Goes through the queue, and again through what others had, as long as that yields something:
    /// somebody who looked at a run seemed to have it, and somebody who had it may have died.
    fn passes(&self, pass: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<()> {
        loop {
            pass()?;
            let mut taken = lock(&self.taken);
            if taken.is_empty() || self.stop.is_asked() {
                return Ok(());
            }
            std::thread::sleep(A_LOOK);
            let mut free = VecDeque::new();
            for entry in taken.iter() {
                if self.folder.state(entry)? != State::Running {
                    free.push_back(*entry);
                }
            }
            if free.is_empty() {
                return Ok(());
            }
            taken.retain(|entry| !free.contains(entry));
            *lock(&self.queue) = free;
        }
    }

    /// A run a core, unless together they would need more than half of the memory that is free.
    fn sensible_jobs(&self) -> usize {
        let largest = lock(&self.queue).iter().map(|entry| entry.config.memory_bytes()).max().unwrap_or(0);
        let fit = free_memory().map_or(usize::MAX, |free| (free / 2 / largest.max(1)) as usize);
        self.cores.min(fit).max(1)
    }

    /// One worker's life: runs from the queue, until it is empty or the sweep is to stop.
    fn claim_all(&self, work: &dyn Fn(Claim, Option<Record>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        while !self.stop.is_asked() {
            let Some(entry) = lock(&self.queue).pop_front() else { break };
            let Some(claim) = self.folder.claim(entry)? else {
                lock(&self.taken).push_back(entry);
                continue;
            };
            let found = match claim.find()? {
                Found::Nothing => None,
                Found::Damaged(aside, reason) => {
                    let id = &entry.id;
                    self.bars.remark(&format!(
                        "the record of {id} was damaged ({reason}): it is now {}, and is run again",
                        aside.display()
                    ));
                    None
                }
                Found::Record(record) if record.is_finished() => {
                    self.bars.found_finished(entry);
                    continue;
                }
                Found::Record(record)
                    if matches!(record.status, Status::Failed(_)) && !self.failed_before.contains(&entry.id) =>
                {
                    continue;
                }
                Found::Record(record) => Some(*record),
            };
            let worked = work(claim, found);
            match worked {
                Err(error) if error.is::<ReaderGone>() => self.stop.ask(),
                worked => worked.inspect_err(|_| self.stop.ask())?,
            }
        }
        Ok(())
    }

    /// Trains on a share of the cores: all of them for the last run, one each while there are many.
    fn on_cores(&self, jobs: usize, claim: Claim, found: Option<Record>) -> anyhow::Result<()> {
        let working = self.working.fetch_add(1, Ordering::Relaxed) + 1;
        let side_by_side = jobs.min(working + lock(&self.queue).len());
        let pool = rayon::ThreadPoolBuilder::new().num_threads((self.cores / side_by_side).max(1)).build();
        let worked = pool
            .context("no threads can be started")
            .and_then(|pool| pool.install(|| self.train(&claim, found, block_on(device::open(DeviceChoice::Cpu))?)));
        self.working.fetch_sub(1, Ordering::Relaxed);
        worked
    }

    /// Trains one run to its end. A run that fails is recorded as such, and the sweep goes on.
    fn train(&self, claim: &Claim, found: Option<Record>, device: OpenDevice) -> anyhow::Result<()> {
        let entry = claim.entry();
        let mut record = Record::new(entry.config.clone());
        let outcome = catch_unwind(AssertUnwindSafe(|| self.drive(claim, found, device, &mut record)));
        let failure = match outcome {
            Ok(Ok(Ending::Finished)) => None,
            Ok(Ok(Ending::Stopped | Ending::ReaderGone)) => return Ok(()),
            Ok(Err(error)) => Some(format!("{error:#}")),
            Err(_) => Some("the program broke down in this run, which is an error in it".to_owned()),
        };
        if let Some(reason) = &failure {
            self.failed.fetch_add(1, Ordering::Relaxed);
            // What stopped it may not have been its own failure: a full disk, say.
            if !matches!(record.status, Status::Failed(_)) {
                record.status = Status::Failed(reason.clone());
                if let Err(error) = record.save(claim.path()) {
                    self.bars.remark(&format!("{}: {error}", claim.path().display()));
                }
            }
        }
        self.bars.ended(entry, &record, failure.as_deref())
    }

    /// Trains, and leaves in `record` what there is at the end, however it came.
    fn drive(&self, claim: &Claim, found: Option<Record>, device: OpenDevice, record: &mut Record) -> anyhow::Result<Ending> {
        let mut run = match found {
            Some(found) if found.checkpoint.is_some() => {
                *record = found.clone();
                record.status = Status::Unfinished;
                block_on(Run::resume(found, device))?
            }
            _ => block_on(Run::start(claim.entry().config.clone(), device))?,
        };
        let mut bar = self.bars.begin(claim.entry(), run.step());
        let keep = Keep { path: claim.path(), weights: self.weights, every: self.every };
        let ending = drive(&mut run, Some(keep), self.stop, &mut |event| {
            bar.event(event);
            Ok(())
        });
        if matches!(ending, Ok(Ending::Finished)) {
            bar.over();
        }
        *record = run.record().clone();
        ending
    }

    /// What there is to say at the end, and the exit status it means.
    fn conclude(&self) -> anyhow::Result<()> {
        let taken = lock(&self.taken).len();
        if self.stop.is_asked() {
            eprintln!("stopped; the same command goes on");
        } else if taken > 0 {
            eprintln!("{} under way in another process", count(taken, "run"));
        }
        match self.failed.load(Ordering::Relaxed) {
            0 => Ok(()),
            failed => Err(anyhow!("{} failed; the same command tries again", count(failed, "run"))),
        }
    }
}

/// Does something on a thread of its own.
fn on_one_thread<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| broken_down())?
}

fn broken_down() -> anyhow::Error {
    anyhow!("a thread broke down, which is an error in this program")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Queues are whole at every moment, whoever panicked beside them.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Bytes of memory that are free, where the system says.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    kib.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
