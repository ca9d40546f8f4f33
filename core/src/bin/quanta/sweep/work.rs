//! Trains a sweep's runs: claims them one by one, on several threads.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
use crate::failure::{ReaderGone, Stopped};
use crate::remark::remark;
use crate::signal::Stop;
use crate::text::count;
use crate::train::device_choice;

/// A process that only checks a run's state holds its lock for less than this.
const STATE_CHECK: Duration = Duration::from_millis(300);

/// Trains the unfinished runs.
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
        cut_short: AtomicBool::new(false),
        reader_gone: AtomicBool::new(false),
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
    let jobs = matches.get_one::<u64>("jobs").map(|jobs| *jobs as usize);
    let result = sweep.train_all(queue, device_choice(matches), jobs);
    bars.end();
    result?;
    sweep.report_end()
}

/// The state that a sweep's threads share.
struct Sweep<'a> {
    folder: &'a Folder,
    bars: &'a Bars<'a>,
    stop: &'a Stop,
    every: Duration,
    weights: bool,
    /// Runs to claim, in order.
    queue: Mutex<VecDeque<&'a Entry>>,
    /// Runs that another process has claimed.
    taken: Mutex<VecDeque<&'a Entry>>,
    /// Number of runs that this process is training.
    working: AtomicUsize,
    /// Number of runs that failed in this process.
    failed: AtomicUsize,
    /// Whether a stop left a run unfinished or unclaimed.
    cut_short: AtomicBool,
    /// Whether nothing reads stdout any longer.
    reader_gone: AtomicBool,
    /// Ids of the runs that had failed before this process started. Only these are tried again, not
    /// those that fail later, in this process or another.
    failed_before: HashSet<String>,
    cores: usize,
}

impl<'a> Sweep<'a> {
    /// Trains until every run is finished, failed or claimed by another process.
    fn train_all(&self, queue: VecDeque<&'a Entry>, choice: DeviceChoice, jobs: Option<usize>) -> anyhow::Result<()> {
        *lock(&self.queue) = queue;
        if lock(&self.queue).is_empty() {
            return Ok(());
        }
        // A GPU belongs to the thread that opened it. Whether `auto` means a GPU is known only after
        // opening one.
        if choice != DeviceChoice::Cpu && on_new_thread(|| self.on_gpu(choice, jobs))? {
            return Ok(());
        }
        self.passes(|| {
            let jobs = jobs.unwrap_or_else(|| self.default_jobs()).min(lock(&self.queue).len());
            std::thread::scope(|scope| {
                let work = || self.claim_all(&|claim, found| self.on_cores(jobs, claim, found));
                let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
                workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| panicked())?)
            })
        })
    }

    /// Trains the runs one after another on the GPU. Returns false, without training, if the choice
    /// turns out to be the CPU.
    fn on_gpu(&self, choice: DeviceChoice, jobs: Option<usize>) -> anyhow::Result<bool> {
        let device = block_on(device::open(choice))?;
        if device.kind() == Kind::Cpu {
            device.notes().iter().for_each(|note| self.bars.remark(&format!("note: {note}")));
            return Ok(false);
        }
        if jobs.is_some_and(|jobs| jobs > 1) {
            self.bars.remark("note: --jobs is ignored on a GPU, which trains one run at a time; a second process can share it");
        }
        self.passes(|| self.claim_all(&|claim, found| self.train(&claim, found, device.clone())))?;
        Ok(true)
    }

    /// Goes through the queue, then again through the runs that seemed claimed by others, as long as
    /// some of them turn out to be free: a process that only checked a run's state held its lock for
    /// a moment, and a process that had claimed a run may have ended.
    fn passes(&self, pass: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<()> {
        loop {
            pass()?;
            let mut taken = lock(&self.taken);
            if taken.is_empty() || self.stop.is_requested() {
                return Ok(());
            }
            std::thread::sleep(STATE_CHECK);
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

    /// Returns one job per core, or fewer if they would need more than half of the free memory.
    fn default_jobs(&self) -> usize {
        let largest = lock(&self.queue).iter().map(|entry| entry.config.memory_bytes()).max().unwrap_or(0);
        let fit = free_memory().map_or(usize::MAX, |free| (free / 2 / largest.max(1)) as usize);
        self.cores.min(fit).max(1)
    }

    /// Claims and trains runs from the queue until it is empty or a stop is requested.
    fn claim_all(&self, work: &dyn Fn(Claim, Option<Record>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        while !self.stop.is_requested() {
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
                        "the record of {id} was damaged ({reason}): it was moved to {}, and the run starts anew",
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
            match work(claim, found) {
                Err(error) if error.is::<ReaderGone>() => {
                    self.reader_gone.store(true, Ordering::Relaxed);
                    self.stop.request();
                }
                result => result.inspect_err(|_| self.stop.request())?,
            }
        }
        if !lock(&self.queue).is_empty() {
            self.cut_short.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Trains a run on its share of the cores: one each while there are many runs, all of them for the
    /// last run.
    fn on_cores(&self, jobs: usize, claim: Claim, found: Option<Record>) -> anyhow::Result<()> {
        let working = self.working.fetch_add(1, Ordering::Relaxed) + 1;
        let side_by_side = jobs.min(working + lock(&self.queue).len());
        let pool = rayon::ThreadPoolBuilder::new().num_threads((self.cores / side_by_side).max(1)).build();
        let result = pool
            .context("no threads can be started")
            .and_then(|pool| pool.install(|| self.train(&claim, found, block_on(device::open(DeviceChoice::Cpu))?)));
        self.working.fetch_sub(1, Ordering::Relaxed);
        result
    }

    /// Trains one run to its end. If the run fails, records the failure; the sweep continues.
    fn train(&self, claim: &Claim, found: Option<Record>, device: OpenDevice) -> anyhow::Result<()> {
        let entry = claim.entry();
        let mut record = Record::new(entry.config.clone());
        let outcome = catch_unwind(AssertUnwindSafe(|| self.drive(claim, found, device, &mut record)));
        let failure = match outcome {
            Ok(Ok(Ending::Finished)) => None,
            Ok(Ok(ending)) => {
                self.cut_short.store(true, Ordering::Relaxed);
                return if let Ending::Unheard(error) = ending { Err(error) } else { Ok(()) };
            }
            Ok(Err(error)) => Some(format!("{error:#}")),
            Err(_) => Some("the program panicked in this run, which is a bug in it".to_owned()),
        };
        if let Some(reason) = &failure {
            self.failed.fetch_add(1, Ordering::Relaxed);
            // The run's status does not show a failure from outside the run, such as a full disk.
            if !matches!(record.status, Status::Failed(_)) {
                record.status = Status::Failed(reason.clone());
                if let Err(error) = record.save(claim.path()) {
                    self.bars.remark(&format!("{}: {error}", claim.path().display()));
                }
            }
        }
        self.bars.ended(entry, &record, failure.as_deref())
    }

    /// Trains, and leaves the run's last record in `record`, also on failure.
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
            bar.complete();
        }
        *record = run.record().clone();
        ending
    }

    /// Prints how the sweep ended. Returns an error if runs failed or a stop left some unfinished.
    fn report_end(&self) -> anyhow::Result<()> {
        let taken = lock(&self.taken).len();
        let (cut_short, failed) = (self.cut_short.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        let failures = format!("{} failed; the same command tries again", count(failed, "run"));
        if cut_short {
            remark("stopped; the same command resumes the sweep");
        } else if taken > 0 {
            remark(&format!("{} still training in another process", count(taken, "run")));
        }
        let signal = if self.reader_gone.load(Ordering::Relaxed) { Some(Stopped::READER_GONE) } else { self.stop.stopped() };
        match (signal.filter(|_| cut_short), failed) {
            (Some(stopped), failed) => {
                if failed > 0 {
                    remark(&failures);
                }
                Err(stopped.into())
            }
            (None, 0) => Ok(()),
            (None, _) => Err(anyhow!(failures)),
        }
    }
}

/// Runs `work` on a new thread and waits for it.
fn on_new_thread<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| panicked())?
}

fn panicked() -> anyhow::Error {
    anyhow!("a thread panicked, which is a bug in this program")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A poisoned lock is harmless: the queues are consistent at every moment.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Returns the bytes of available memory, on systems with `/proc/meminfo`.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    kib.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
