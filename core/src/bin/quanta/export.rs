//! `quanta export`: writes a run's curves for a spreadsheet or a script.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use quanta_core::record::Record;

use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta export run.safetensors --csv > run.csv
      One line per evaluation: step, loss_bits, train_loss_bits, learned, seconds, task_1, task_2, …
  quanta export run.safetensors --json --out run.json
      The settings and the evaluations, with every subtask's loss and accuracy.
Python can read the run directly: safetensors.numpy.load_file(\"run.safetensors\")[\"task_loss\"].";

/// The subcommand's flags.
pub fn command() -> Command {
    let format = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("export")
        .about("Write a run's curves as CSV or JSON")
        .arg(run_arg())
        .arg(format("csv", "Write a table with one line per evaluation and one column per subtask"))
        .arg(format("json", "Write one object with the settings, the device and the evaluations"))
        .group(ArgGroup::new("format").args(["csv", "json"]).required(true))
        .arg(output_arg())
        .after_help(EXAMPLES)
}

fn run_arg() -> Arg {
    Arg::new("run").value_name("RUN").required(true).value_parser(value_parser!(PathBuf)).help("A run's safetensors file")
}

fn output_arg() -> Arg {
    Arg::new("out").long("out").value_name("FILE").value_parser(value_parser!(PathBuf)).help("Write here instead of to stdout")
}

/// Writes the curves in the chosen format.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(path) = matches.get_one::<PathBuf>("run") else {
        return Ok(());
    };
    let out = matches.get_one::<PathBuf>("out");
    if let Some(out) = out {
        output::check_writable(out)?;
        let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        output::check_replaceable(out, "a table or an export", is_text)?;
    }
    let record = input::record(path)?;
    let text = if matches.get_flag("csv") { record.to_csv() } else { to_json(&record)? };
    match out {
        Some(out) => output::file(out, text.as_bytes()),
        None => output::whole(&text),
    }
}

fn to_json(record: &Record) -> anyhow::Result<String> {
    let config: serde_json::Value = serde_json::from_str(&record.config.to_json())?;
    let object = serde_json::json!({
        "config": config,
        "unit": "bits",
        "device": record.device,
        "path": record.path,
        "status": record.status,
        "evaluations": record.evaluations,
    });
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}
