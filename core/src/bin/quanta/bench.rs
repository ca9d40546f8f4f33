//! `quanta bench`: times a training step and prints the result as one row.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command};
use quanta_core::device;
use quanta_core::train::{Path, block_on, time_steps};

use crate::number::whole;
use crate::{corpus, output, settings, train};

const EXAMPLES: &str = "\
Examples:
  quanta bench --n-tasks 500 --n-bits 100 --width 500 --batch-size 20000 --device cpu
  quanta bench --n-tasks 100 --n-bits 50 --width 100 --batch-size 2000 --path plain --json
  quanta bench --preset language-copy --batch-size 40 --device cpu

The time of a step includes batch generation, forward and backward pass, and optimiser, but not
evaluation. --steps is ignored: a round takes as many steps as fit into about half a second.";

/// The subcommand's flags.
pub fn command() -> Command {
    let path = Arg::new("path")
        .long("path")
        .value_name("PATH")
        .value_parser([
            PossibleValue::new("auto").help("fused where the kernels fit the model"),
            PossibleValue::new("fused").alias("structured").help("the project's own kernels"),
            PossibleValue::new("reference").alias("plain").help("plain tensor operations and Burn's own optimiser"),
        ])
        .default_value("auto")
        .help("How a step is computed");
    let rounds = Arg::new("rounds")
        .long("rounds")
        .value_name("N")
        .value_parser(whole(1..=1_000))
        .default_value("5")
        .help("Number of timed rounds; the median is reported");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write the row as a JSON object");
    Command::new("bench")
        .about("Time a training step on this machine")
        .arg(settings::preset_arg())
        .args(settings::args())
        .args([train::device_arg(), path, rounds, json])
        .after_help(EXAMPLES)
}

/// Times the step and prints the row.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let config = settings::read_new(matches)?;
    corpus::check(&config)?;
    let named = matches.get_one::<String>("path").and_then(|name| Path::from_name(name));
    let path = named.unwrap_or_else(|| Path::of(&config));
    let rounds = matches.get_one::<u64>("rounds").map_or(5, |rounds| *rounds as usize);
    let device = block_on(device::open(train::device_choice(matches)))?;
    let name = device.describe().to_owned();
    // A short trial determines how many steps a round takes.
    let trial = block_on(time_steps(config.clone(), device.clone(), path, 3, 1))?;
    let steps = ((500.0 / trial.median_ms().max(1e-3)) as u64).clamp(3, 2_000);
    let timing = block_on(time_steps(config.clone(), device, path, steps, rounds))?;
    let [least, most] =
        [f64::min as fn(f64, f64) -> f64, f64::max].map(|pick| timing.rounds_ms.iter().copied().reduce(pick).unwrap_or(f64::NAN));
    let names = if config.task.documents().is_some() {
        ["context", "heads", "depth", "width"]
    } else {
        ["n_tasks", "n_bits", "k", "width"]
    };
    let sizes = names.map(|name| config.get(name).unwrap_or_else(|| "–".to_owned()));
    let (names, sizes) = (names.join(" "), format!("{} {}", sizes.join(" "), config.batch()));
    if matches.get_flag("json") {
        let row = serde_json::json!({
            "system": "quanta",
            "device": name,
            "path": timing.path.name(),
            "config": sizes,
            "ms_per_step": timing.median_ms(),
            "min_ms": least,
            "max_ms": most,
            "first_step_ms": trial.first_step_ms,
            "rounds": rounds,
            "steps_a_round": steps,
        });
        return output::line(&row.to_string());
    }
    output::line(&format!(
        "{sizes} ({names} batch), {name}, {} path: {:.3} ms per step (median of {rounds} rounds of {steps} steps; {least:.3} to {most:.3}), first step {:.1} ms",
        timing.path.name(),
        timing.median_ms(),
        trial.first_step_ms
    ))
}
