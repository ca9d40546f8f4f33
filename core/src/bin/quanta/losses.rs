//! `quanta losses`: losses of single tokens, across runs and over training.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::figure::losses::{Kind, Options};
use quanta_core::losses::{Ask, Losses};
use quanta_core::record::Record;
use quanta_core::text::keep;

use crate::failure::usage;
use crate::input::{self, open_sweep};
use crate::number::whole;
use crate::remark::remark;
use crate::text::count;
use crate::{corpus, output};

const EXAMPLES: &str = "\
Examples:
  quanta losses family/ --corpus moby.corpus.safetensors --out family.losses.safetensors
      The losses of the tested tokens in every finished run of a sweep, at 24 checkpoints.
  quanta losses family/ --corpus moby.corpus.safetensors --text probes/*.txt \\
                --out probes.losses.safetensors
      The losses of texts of one's own in the same runs, whose weights were kept (sweep --keep-weights).

  quanta losses family.losses.safetensors
      What a table says: the mean against size and steps with fits, how losses are spread, how many tokens are
      learned in one drop beside what chance and seeds give. `quanta figure token-scaling` draws it.

In Python: safetensors.numpy.load_file(\"family.losses.safetensors\")[\"loss\"]   # [models, checkpoints, tokens], bits";

/// The subcommand's flags.
pub fn command() -> Command {
    let file = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf))
    };
    Command::new("losses")
        .about("Collect the losses of single tokens from runs of a text")
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .num_args(1..)
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Runs of one text, and folders of sweeps; or a file of losses, or a NumPy array, to be described"),
        )
        .arg(file("corpus", "CORPUS.safetensors").help("The text that they have learned"))
        .arg(
            file("text", "FILE")
                .num_args(1..)
                .help("Let the runs read these texts; without it the losses are those of their tests"),
        )
        .arg(
            Arg::new("checkpoints")
                .long("checkpoints")
                .value_name("N")
                .value_parser(whole(1..=10_000))
                .default_value("24")
                .help("Keep up to so many of the evaluations, evenly on a logarithmic axis"),
        )
        .arg(Arg::new("title").long("title").value_name("TITLE").help("What they are of [default: the name of the text]"))
        .arg(file("out", "LOSSES.safetensors").help("The file to write"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Describe the losses as one JSON object"))
        .after_help(EXAMPLES)
}

/// Writes the table, or describes one.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let path = |name: &str| matches.get_one::<PathBuf>(name);
    if let Some(out) = path("out") {
        output::check_writable(out)?;
        output::check_replaceable(out, "a file of losses", |bytes| Losses::from_bytes(bytes).is_ok())?;
    }
    let losses = match path("corpus") {
        Some(corpus) => of_runs(matches, corpus)?,
        None => read(path("run").map(PathBuf::as_path).unwrap_or(Path::new("")))?,
    };
    if let Some(out) = path("out") {
        output::file(out, &losses.to_bytes().map_err(usage)?)?;
    }
    if matches.get_flag("json") {
        return output::line(&serde_json::to_string(&losses.numbers(&Ask::default()))?);
    }
    let losses = Arc::new(losses);
    let said = [Kind::Scaling, Kind::Spread, Kind::Shapes].map(|kind| kind.figure(losses.clone(), Options::default()).describe());
    output::line(&said.join("\n\n"))
}

/// The losses of runs.
fn of_runs(matches: &ArgMatches, corpus: &Path) -> anyhow::Result<Losses> {
    let text = corpus::read(corpus)?;
    let title = matches.get_one::<String>("title").cloned().unwrap_or_else(|| text.title.clone());
    let runs = runs(matches)?;
    let losses = if matches.contains_id("text") {
        Losses::of_texts(&title, &runs, &corpus::texts(matches)?, &text.pairs)
    } else {
        keep(text);
        Losses::of_runs(&title, &runs, matches.get_one::<u64>("checkpoints").map_or(24, |count| *count as usize))
    };
    losses.map_err(usage)
}

/// Reads a file of losses, or a NumPy array.
pub fn read(path: &Path) -> anyhow::Result<Losses> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| usage(format!("{shown}: {error}")))?;
    if Record::from_bytes(&bytes).is_ok() {
        return Err(usage(format!("{shown} is a run: give the text that it has learned with --corpus")));
    }
    let title = path.file_stem().unwrap_or_default().to_string_lossy();
    let read = if Losses::is_npy(&bytes) { Losses::from_npy(&title, &bytes) } else { Losses::from_bytes(&bytes) };
    read.map_err(|error| usage(format!("{shown}: {error}")))
}

/// The runs that are given, and the finished ones of sweeps.
fn runs(matches: &ArgMatches) -> anyhow::Result<Vec<(String, Record)>> {
    let mut runs = Vec::new();
    for path in matches.get_many::<PathBuf>("run").unwrap_or_default() {
        if path.is_dir() {
            runs.extend(of_sweep(path)?);
        } else {
            runs.push((path.display().to_string(), input::record(path)?));
        }
    }
    Ok(runs)
}

fn of_sweep(path: &Path) -> anyhow::Result<Vec<(String, Record)>> {
    let (folder, manifest) = open_sweep(path)?;
    let finished = |entry| folder.finished(entry).map(|record| (entry.id.clone(), record));
    let runs: Vec<(String, Record)> = manifest.runs.iter().filter_map(finished).collect();
    let missing = manifest.runs.len() - runs.len();
    if missing > 0 {
        remark(&format!("{} of {} not finished yet: left out", count(missing, "run"), path.display()));
    }
    if runs.is_empty() { Err(usage(format!("{} holds no finished run yet", path.display()))) } else { Ok(runs) }
}
