//! `quanta qdg read CLUSTERS RUN…`: the loss of clustered samples by other parameters.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::analysis::qdg::{ARTIFACT, Over};

use super::scores::{check_out, read};
use crate::failure::usage;
use crate::remark::remark;
use crate::text::count;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta train --preset language --snapshots 12 --out run.safetensors
  quanta qdg run.safetensors --out clusters.safetensors
  quanta train --preset language --width 16 --out narrow.safetensors
  quanta qdg read clusters.safetensors run.safetensors narrow.safetensors --out read.safetensors
  quanta clusters read.safetensors --figure training --out training.svg
      How the loss of each cluster fell over the run's snapshots.
  quanta clusters read.safetensors --figure size --out size.svg
      The loss of each cluster against the number of parameters.

The run that was clustered reads its samples by every snapshot and by its newest parameters; any other run of the
same task, of another size, say, by its newest. Runs of one size are averaged.";

/// The subcommand's flags.
pub fn command() -> Command {
    let file = |name: &'static str, shown: &'static str| {
        Arg::new(name).value_name(shown).required(true).value_parser(value_parser!(PathBuf))
    };
    Command::new("read")
        .about("Measure the loss of clustered samples over training, and over the size of the model")
        .arg(file("clusters", "CLUSTERS").help("A file that quanta qdg has written"))
        .arg(file("runs", "RUN").num_args(1..).help("Runs of the same task, with their weights"))
        .arg(
            file("out", "CLUSTERS.safetensors")
                .long("out")
                .help("Write the clusters with these losses to this file, which may be the one they came from"),
        )
        .after_help(EXAMPLES)
}

/// Reads, and writes the clusters with the losses.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (Some(path), Some(out)) = (matches.get_one::<PathBuf>("clusters"), matches.get_one::<PathBuf>("out")) else {
        return Ok(());
    };
    check_out(out)?;
    let (mut record, mut clusters) = read(path)?;
    for of in matches.get_many::<PathBuf>("runs").unwrap_or_default() {
        remark(&format!("reading by {} …", of.display()));
        let run = input::record(of)?;
        clusters.read_by(&record.config, &run).map_err(|error| usage(format!("{}: {error}", of.display())))?;
    }
    record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
    output::file(out, &record.to_bytes()?)?;
    let readers = |over: Over| clusters.readers.iter().filter(|reader| reader.over == over).count();
    output::line(&format!(
        "{} read by {} of training and {}",
        count(clusters.samples.len(), "sample"),
        count(readers(Over::Training), "step"),
        count(readers(Over::Size), "model")
    ))
}
