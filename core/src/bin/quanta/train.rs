//! `quanta train`: trains one run, from its start or from a checkpoint.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::config::RunConfig;
use quanta_core::device::{self, DeviceChoice, DeviceError, OpenDevice};
use quanta_core::event::Event;
use quanta_core::fit;
use quanta_core::record::{FileLock, Record, Status, is_lockless};
use quanta_core::train::{Run, block_on};

use crate::drive::{Ending, Keep, drive, every, every_arg};
use crate::failure::{Usage, usage};
use crate::progress::Reporter;
use crate::remark::remark;
use crate::signal::Stop;
use crate::text::thousands;
use crate::{corpus, failure, input, output, settings};

const EXAMPLES: &str = "\
Examples:
  quanta train --preset quick --out quick.safetensors
      Trains 20 subtasks; the model learns them one after another, the most frequent first.
  quanta train --n-tasks 500 --n-bits 100 --k 3 --alpha 0.4 --width 500 --batch-size 20000 \\
               --steps 2000 --device cpu --json
      The paper's settings: 0.72 ± 0.04 bits at step 500, first subtasks learned by step 2,000.
  quanta train --out quick.safetensors --resume
      Resumes an interrupted run from its last checkpoint, to the same curve bit for bit on the same
      kind of device; starts it where there is none yet.
  quanta train --url 'https://…/?v=1&n_tasks=20&seed=3' --steps 500
      Trains the run of a link copied from the page, for fewer steps.

On Ctrl-C or SIGTERM the program writes a checkpoint into the file of --out; a Ctrl-C after that ends
it at once. A file has one owner: while a process trains into it, others are refused it. A line of
stderr that cannot be written is dropped; where stdout cannot be written the run ends after a
checkpoint. Of a run that failed the record is kept. `quanta export --help` lists what is in the file.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("train")
        .about("Train one run and write its record")
        .arg(settings::preset_arg())
        .args(settings::args())
        .args([device_arg(), out_arg(), resume_arg(), overwrite_arg(), every_arg(), json_arg(), dry_run_arg()])
        .after_help(format!("{EXAMPLES}\n\n{}", failure::STATUSES))
}

/// `--device`.
pub fn device_arg() -> Arg {
    let help = |choice| match choice {
        DeviceChoice::Auto => "a hardware GPU if there is one, else the CPU",
        DeviceChoice::Gpu => "a GPU through Vulkan, Metal or DX12; accepts a software adapter",
        DeviceChoice::Cuda => "a GPU through CUDA, if the program was built with it",
        DeviceChoice::Cpu => "the CPU, with SIMD",
    };
    let values = DeviceChoice::WORDS.map(|(word, choice)| PossibleValue::new(word).help(help(choice)));
    Arg::new("device")
        .long("device")
        .value_name("DEVICE")
        .value_parser(values)
        .default_value(DeviceChoice::default().word())
        .help("The device to train on")
}

/// Returns the value of `--device`.
pub fn device_choice(matches: &ArgMatches) -> DeviceChoice {
    matches.get_one::<String>("device").and_then(|word| DeviceChoice::from_word(word)).unwrap_or_default()
}

fn out_arg() -> Arg {
    Arg::new("out")
        .long("out")
        .value_name("RUN.safetensors")
        .value_parser(value_parser!(PathBuf))
        .help("Save the run in this file")
}

fn resume_arg() -> Arg {
    Arg::new("resume").long("resume").value_name("RUN.safetensors").num_args(0..=1).value_parser(value_parser!(PathBuf)).help(
        "Resume from the checkpoint in this file; only --steps may change. Without a file: from that of --out, or \
             from the start if there is none yet",
    )
}

fn overwrite_arg() -> Arg {
    Arg::new("overwrite").long("overwrite").action(ArgAction::SetTrue).help("Replace an existing file of --out")
}

fn json_arg() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object per event and line to stdout")
}

fn dry_run_arg() -> Arg {
    Arg::new("dry-run")
        .long("dry-run")
        .action(ArgAction::SetTrue)
        .help("Refuse what training would refuse, print the settings as JSON for --config, and stop")
}

/// What the flags ask the program to train.
struct Plan {
    config: RunConfig,
    /// The record to resume from.
    from: Option<Record>,
    out: Option<PathBuf>,
    /// Whether `out` has to be written although nothing is left to train: it is a copy.
    copies: bool,
    /// Sole ownership of `out`.
    _lock: Option<FileLock>,
}

/// Trains the run.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let plan = plan(matches)?;
    corpus::check(&plan.config)?;
    settings::remark_on(std::iter::once(&plan.config));
    if matches.get_flag("dry-run") {
        return output::line(&plan.config.to_json());
    }
    let reporter = Reporter::new(matches.get_flag("json"), &plan.config)?;
    if let Some(record) = plan.from.as_ref().filter(|record| record.is_finished()) {
        if let Some(out) = plan.out.as_deref().filter(|_| plan.copies) {
            record.save(out)?;
        }
        return already_finished(record, &reporter);
    }
    let stop = Stop::listen()?;
    let device = block_on(device::open(device_choice(matches)))?;
    let keep = plan.out.as_deref().map(|path| Keep { path, weights: true, every: every(matches) });
    let result = train(plan.from, plan.config, device, keep, &stop, &reporter);
    reporter.end();
    result
}

fn train(
    from: Option<Record>,
    config: RunConfig,
    device: OpenDevice,
    keep: Option<Keep>,
    stop: &Stop,
    reporter: &Reporter,
) -> anyhow::Result<()> {
    let mut run = match from {
        Some(record) => block_on(Run::resume(record, device))?,
        None => block_on(Run::start(config, device))?,
    };
    let ending = drive(&mut run, keep, stop, &mut |event| reporter.event(event))?;
    let step = thousands(run.step());
    let kept = match keep {
        Some(Keep { path, .. }) => format!("{} can be resumed with --resume", path.display()),
        None => "nothing was saved, because --out was not given".to_owned(),
    };
    match &ending {
        Ending::Finished => {
            let written = keep.map(|keep| format!("; written to {}", keep.path.display())).unwrap_or_default();
            reporter.remark(&format!("finished at step {step}{}{written}", emerged(run.record())));
        }
        Ending::Stopped => reporter.remark(&format!("stopped at step {step}{}; {kept}", emerged(run.record()))),
        Ending::Unheard(_) => reporter.remark(&format!("the output was closed or full at step {step}; {kept}")),
    }
    ending.into_result(stop)
}

/// How many subtasks have emerged, as the end of a sentence, counted as `quanta fit` does.
fn emerged(record: &Record) -> String {
    match record.quanta.len() {
        0 => String::new(),
        all => format!(
            "; {} of {} emerged",
            thousands(fit::emerged_count(record) as u64),
            record.config.task.noun().count(all, &thousands(all as u64))
        ),
    }
}

/// Reads the flags, and finds all problems that can be found before a device is opened.
fn plan(matches: &ArgMatches) -> anyhow::Result<Plan> {
    check_device(matches)?;
    let out = matches.get_one::<PathBuf>("out").cloned();
    let named = matches.get_one::<PathBuf>("resume");
    let written = out.as_ref().or(named);
    let lock = match written {
        Some(path) => {
            output::check_writable(path)?;
            own(path)?
        }
        None => None,
    };
    // From here on no other process makes or changes the file.
    let exists = |path: &PathBuf| path.exists();
    if !matches.contains_id("resume") || (named.is_none() && out.as_ref().is_some_and(|path| !exists(path))) {
        let config = settings::read_new(matches)?;
        if let Some(path) = out.as_ref().filter(|path| exists(path) && !matches.get_flag("overwrite")) {
            return Err(occupied(path, "--resume continues a run, --overwrite replaces the file"));
        }
        if matches.contains_id("resume") {
            remark("there is no run to resume yet: this one starts at step 0");
        }
        return Ok(Plan { config, from: None, out, copies: false, _lock: lock });
    }
    let Some((path, written)) = named.or(out.as_ref()).zip(written) else {
        return Err(usage("--resume needs a run to resume: give its file after --resume, or with --out"));
    };
    let copies = !is_same(path, written);
    let mut record = input::record(path)?;
    if copies && exists(written) && !matches.get_flag("overwrite") {
        let shown = written.display();
        return Err(occupied(written, &format!("--overwrite replaces it, --resume {shown} alone continues what it holds")));
    }
    let config = settings::read(matches, record.config.clone())?;
    allow_changes(&record, &config)?;
    if record.config.training.steps != config.training.steps {
        record.status = Status::Unfinished;
        record.config = config.clone();
    }
    if record.checkpoint.is_none() && !record.is_finished() {
        return Err(usage(format!("{} holds no checkpoint to resume from", path.display())));
    }
    Ok(Plan { config, from: Some(record), out: Some(written.clone()), copies, _lock: lock })
}

/// Whether two paths lead to the same file.
fn is_same(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

/// Makes this process the one that writes the file.
fn own(path: &Path) -> anyhow::Result<Option<FileLock>> {
    let shown = path.display();
    match FileLock::of_file(path) {
        Ok(Some(lock)) => Ok(Some(lock)),
        Ok(None) => Err(usage(format!("another process is training into {shown}: stop it first, or choose another file"))),
        Err(error) if is_lockless(&error) => {
            remark(&format!("note: {shown} is on a file system without file locks: see to it that no other process writes it"));
            Ok(None)
        }
        Err(error) => Err(usage(format!("{shown} cannot be locked: {error}"))),
    }
}

/// Checks that the program was built for the device; the device itself is only opened to train.
pub fn check_device(matches: &ArgMatches) -> anyhow::Result<()> {
    match device_choice(matches) {
        DeviceChoice::Cuda if !cfg!(feature = "cuda") => Err(usage(DeviceError::NoCuda)),
        _ => Ok(()),
    }
}

/// Checks that only the number of steps changes when a run is resumed.
fn allow_changes(record: &Record, config: &RunConfig) -> anyhow::Result<()> {
    let mut problems: Vec<String> = config
        .differences(&record.config)
        .into_iter()
        .filter(|name| *name != "steps")
        .map(|name| {
            let [there, here] = [&record.config, config].map(|config| config.get(name).unwrap_or_default());
            format!("{name} is {here}, but the run to be resumed has {there}; only steps may change")
        })
        .collect();
    let reached = record.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
    if config.training.steps < reached {
        problems.push(format!("steps is {}, but the run to be resumed has taken {reached}", config.training.steps));
    }
    if problems.is_empty() { Ok(()) } else { Err(Usage(problems).into()) }
}

fn occupied(path: &Path, remedy: &str) -> anyhow::Error {
    let what = match Record::load(path) {
        Ok(record) => {
            let step = record.checkpoint.as_ref().map(|c| c.step).or(record.last().map(|e| e.step)).unwrap_or(0);
            format!("holds a run at step {}", thousands(step))
        }
        Err(_) => "holds something else".to_owned(),
    };
    usage(format!("{} {what}: {remedy}", path.display()))
}

fn already_finished(record: &Record, reporter: &Reporter) -> anyhow::Result<()> {
    let (step, seconds) = record.last().map_or((0, 0.0), |last| (last.step, last.seconds));
    let stopped_early = match &record.status {
        Status::StoppedEarly(reason) => Some(reason.clone()),
        _ => None,
    };
    let more = if record.checkpoint.is_some() { "; a larger --steps continues it" } else { "" };
    reporter.remark(&format!("this run is finished, at step {}{}{more}", thousands(step), emerged(record)));
    reporter.event(&Event::Finished { step, seconds, stopped_early })
}
