//! `quanta train`: trains one run, from its start or from a checkpoint.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::config::RunConfig;
use quanta_core::device::{self, DeviceChoice, OpenDevice};
use quanta_core::event::Event;
use quanta_core::record::{Record, Status};
use quanta_core::train::{Run, block_on};

use crate::drive::{Ending, Keep, drive, every, every_arg};
use crate::failure::{Usage, usage};
use crate::progress::Reporter;
use crate::signal::Stop;
use crate::text::thousands;
use crate::{input, output, settings};

const EXAMPLES: &str = "\
Examples:
  quanta train --preset quick --out quick.safetensors
      Trains 20 subtasks; the model learns them one after another, the most frequent first.
  quanta train --n-tasks 500 --n-bits 100 --k 3 --alpha 0.4 --width 500 --batch-size 20000 \\
               --steps 2000 --device cpu --json
      The paper's settings: 0.72 ± 0.04 bits at step 500, first subtasks learned by step 2,000.
  quanta train --out quick.safetensors --resume
      Resumes an interrupted run from its last checkpoint, and gives the same curve bit for bit.
  quanta train --url 'https://…/?v=1&n_tasks=20&seed=3' --steps 500
      Trains the run of a link copied from the page, for fewer steps.

On Ctrl-C or SIGTERM the program writes a checkpoint into the file of --out and exits with status 0;
a Ctrl-C after that ends it at once.
Exit status: 0 done or stopped, 1 the run failed (its record is kept), 2 bad usage.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("train")
        .about("Train one run and write its record")
        .arg(settings::preset_arg())
        .args(settings::args())
        .args([device_arg(), out_arg(), resume_arg(), overwrite_arg(), every_arg(), json_arg(), dry_run_arg()])
        .after_help(EXAMPLES)
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
    Arg::new("resume")
        .long("resume")
        .value_name("RUN.safetensors")
        .num_args(0..=1)
        .value_parser(value_parser!(PathBuf))
        .help("Resume from the checkpoint in this file [default: the file of --out]; only --steps may change")
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
        .help("Check the settings, print them as JSON for --config, and stop")
}

/// What the flags ask the program to train.
struct Plan {
    config: RunConfig,
    /// The record to resume from.
    from: Option<Record>,
    out: Option<PathBuf>,
}

/// Trains the run.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let plan = plan(matches)?;
    if matches.get_flag("dry-run") {
        return output::line(&plan.config.to_json());
    }
    let reporter = Reporter::new(matches.get_flag("json"), plan.config.quanta().len(), plan.config.training.steps);
    if let Some(record) = plan.from.as_ref().filter(|record| record.is_finished()) {
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
    let ending = drive(&mut run, keep, stop, &mut |event| reporter.event(event));
    let step = thousands(run.step());
    let kept = match keep {
        Some(Keep { path, .. }) => format!("{} can be resumed with --resume", path.display()),
        None => "nothing was saved, because --out was not given".to_owned(),
    };
    match ending {
        Ok(Ending::Finished) => {
            if let Some(Keep { path, .. }) = keep {
                reporter.remark(&format!("finished at step {step}; written to {}", path.display()));
            }
        }
        Ok(Ending::Stopped) => reporter.remark(&format!("stopped at step {step}; {kept}")),
        Ok(Ending::ReaderGone) if keep.is_some() => reporter.remark(&format!("the output was closed at step {step}; {kept}")),
        Ok(Ending::ReaderGone) => (),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Reads the flags, and finds all problems that can be found before a device is opened.
fn plan(matches: &ArgMatches) -> anyhow::Result<Plan> {
    let out = matches.get_one::<PathBuf>("out").cloned();
    if let Some(path) = &out {
        output::check_writable(path)?;
    }
    if !matches.contains_id("resume") {
        let config = settings::read_new(matches)?;
        match &out {
            Some(path) if path.exists() && !matches.get_flag("overwrite") => return Err(occupied(path)),
            _ => return Ok(Plan { config, from: None, out }),
        }
    }
    let Some(path) = matches.get_one::<PathBuf>("resume").or(out.as_ref()) else {
        return Err(usage("--resume needs a run to resume: give its file after --resume, or with --out"));
    };
    let mut record = input::record(path)?;
    let config = settings::read(matches, record.config.clone())?;
    allow_changes(&record, &config)?;
    if record.config.training.steps != config.training.steps {
        record.status = Status::Unfinished;
        record.config = config.clone();
    }
    if record.checkpoint.is_none() && !record.is_finished() {
        return Err(usage(format!("{} holds no checkpoint to resume from", path.display())));
    }
    output::check_writable(path)?;
    let out = Some(out.as_ref().unwrap_or(path).clone());
    Ok(Plan { config, from: Some(record), out })
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

fn occupied(path: &Path) -> anyhow::Error {
    let what = match Record::load(path) {
        Ok(record) => {
            let step = record.checkpoint.as_ref().map(|c| c.step).or(record.last().map(|e| e.step)).unwrap_or(0);
            format!("holds a run at step {}", thousands(step))
        }
        Err(_) => "holds something else".to_owned(),
    };
    usage(format!("{} {what}: --resume continues a run, --overwrite replaces the file", path.display()))
}

fn already_finished(record: &Record, reporter: &Reporter) -> anyhow::Result<()> {
    let (step, seconds) = record.last().map_or((0, 0.0), |last| (last.step, last.seconds));
    let stopped_early = match &record.status {
        Status::StoppedEarly(reason) => Some(reason.clone()),
        _ => None,
    };
    reporter.remark(&format!("this run is finished, at step {}; a larger --steps continues it", thousands(step)));
    reporter.event(&Event::Finished { step, seconds, stopped_early })
}
