//! `quanta export`: writes a run's curves for a spreadsheet or a script, or its trained model to be published.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use quanta_core::record::Record;

use crate::failure::usage;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta export run.safetensors --csv > run.csv
      One line per evaluation: step, loss_bits, train_loss_bits, learned, seconds, task_1, task_2, …
  quanta export run.safetensors --json --out run.json
      The settings and the evaluations, with every subtask's loss and accuracy.
  quanta export run.safetensors --model --out model.safetensors
      The run with its weights and snapshots, without what only going on needs: for others to analyse.
Python can read the run directly: safetensors.numpy.load_file(\"run.safetensors\")[\"quantum_loss\"].

The arrays in the file, for L evaluations of Q subtasks, the most frequent first:
  step, loss, train_loss, seconds       [L]        losses in bits; train_loss is the last batch’s
  quantum_loss, quantum_accuracy        [L, Q]
  quanta/frequency                      [Q]        p_k, how often each subtask is used
  quanta/bits                           [Q, k]     the bits that decide its label, counted from 0
  quanta/before, quanta/after           [Q]        its loss before and after it is learned
  checkpoint/layers.0.weight, .bias     [Q + n_bits, width], [width]
                                                   a row for each subtask, then one for each bit
  checkpoint/layers.I.weight, .bias     [width, width], [width]     I = 1 … depth - 1
  checkpoint/layers.DEPTH.weight, .bias [width, 2], [2]     the logits of label 0 and label 1
  checkpoint/….moment1, ….moment2       as the parameter     Adam’s moments
  snapshot/STEP/layers.…                as in the checkpoint
A layer is input · weight + bias, with the activation between layers; the input is a one-hot of the
subtask, then the bits as 0 and 1. The metadata holds the settings (config), the status, and when, on
which devices and by which commit the run was trained (started, finished, devices, parts, program).
README.md has a loader in NumPy that computes the losses anew.";

/// The subcommand's flags.
pub fn command() -> Command {
    let format = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("export")
        .about("Write a run's curves as CSV or JSON, or its trained model")
        .arg(run_arg())
        .arg(format("csv", "Write a table with one line per evaluation and one column per subtask"))
        .arg(format("json", "Write one object with the settings, the device and the evaluations"))
        .arg(format("model", "Write a run's file that holds the weights and no more of the checkpoint; needs --out"))
        .group(ArgGroup::new("format").args(["csv", "json", "model"]).required(true))
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
    if matches.get_flag("model") {
        return model(path, out);
    }
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

/// Writes the trained model.
fn model(path: &Path, out: Option<&PathBuf>) -> anyhow::Result<()> {
    let Some(out) = out else { return Err(usage("where to? --model needs --out, the file to write")) };
    output::check_writable(out)?;
    output::check_replaceable(out, "a trained model", |bytes| {
        Record::from_bytes(bytes).is_ok_and(|record| record.checkpoint.is_none() && record.weights().is_some())
    })?;
    let record = input::record(path)?;
    if record.weights().is_none() {
        let shown = path.display();
        return Err(usage(format!(
            "{shown} holds no weights, only curves: a sweep keeps them with --keep-weights, and quanta train always does"
        )));
    }
    output::file(out, &record.into_model().to_bytes()?)
}

fn to_json(record: &Record) -> anyhow::Result<String> {
    let config: serde_json::Value = serde_json::from_str(&record.config.to_json())?;
    let object = serde_json::json!({
        "config": config,
        "unit": "bits",
        "device": record.device,
        "path": record.path,
        "parts": record.parts,
        "finished": record.finished,
        "status": record.status,
        "evaluations": record.evaluations,
    });
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}
