//! `quanta qdg`: clusterings of samples by gradients, their envelope and their scores.

mod agree;
mod causal;
mod envelope;
mod find;
mod gaussians;
mod published;
mod reread;
mod score;
pub mod scores;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::analysis::labels::Clusterings;

use crate::failure::usage;

const EXAMPLES: &str = "\
Examples:
  quanta train --preset quick --out quick.safetensors
  quanta qdg quick.safetensors --out clusters.safetensors
      Draws samples that the model predicts well, as many of every subtask, and clusters them by every
      similarity and every method; prints how far each clustering agrees with the true subtasks.
  quanta qdg quick.safetensors --out published.safetensors --similarity signed --method spectral --sample natural
      The published pair, on samples as frequent as the task uses them.
  quanta qdg quick.safetensors --resume clusters.safetensors
      Goes on with an analysis that was stopped: what is found is written after each similarity.
  quanta qdg score clusters.safetensors --json
  quanta qdg causal clusters.safetensors quick.safetensors
      Moves the weights along each cluster's mean gradient and asks whose loss changes.
  quanta clusters clusters.safetensors

In place of a run RUN may be a published language model (a folder of Hugging Face or a GGUF file) with
--text FILE…: tokens of these texts that it predicts well are clustered by their gradients in it.

Similarities compare gradients by their cosine (signed, as published), the cosine of their absolute values
(absolute), activation × gradient (attribution), or what the last layer reads (residual), which takes no
gradient at all. Clusterings are never shown without baselines: samples with the same target, with the same
last token and target, and labels drawn at random.";

/// The subcommand's own subcommands.
pub fn command() -> Command {
    find::args(Command::new("qdg"))
        .about("Cluster samples by a model's gradients, and score clusters")
        .args_conflicts_with_subcommands(true)
        .override_usage("quanta qdg RUN --out CLUSTERS.safetensors [OPTIONS], or quanta qdg COMMAND")
        .arg_required_else_help(true)
        .subcommand(agree::command())
        .subcommand(causal::command())
        .subcommand(envelope::command())
        .subcommand(gaussians::command())
        .subcommand(reread::command())
        .subcommand(score::command())
        .after_help(EXAMPLES)
}

/// Runs the one that was named.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("agree", matches)) => agree::run(matches),
        Some(("causal", matches)) => causal::run(matches),
        Some(("envelope", matches)) => envelope::run(matches),
        Some(("gaussians", matches)) => gaussians::run(matches),
        Some(("read", matches)) => reread::run(matches),
        Some(("score", matches)) => score::run(matches),
        _ => find::run(matches),
    }
}

fn labels_arg() -> Arg {
    let help = "Any clusterings of the same samples: a JSON object from k to a list of labels, {\"10\": [3, 0, …], \"20\": […]}";
    Arg::new("labels").long("labels").value_name("FILE").required(true).value_parser(value_parser!(PathBuf)).help(help)
}

fn seed_arg() -> Arg {
    let help = "Seed of the random labels";
    Arg::new("seed").long("seed").value_name("N").default_value("0").value_parser(value_parser!(u64)).help(help)
}

fn draws_arg() -> Arg {
    let help = "How often random labels are drawn";
    let arg = Arg::new("draws").long("draws").value_name("N").default_value("10");
    arg.value_parser(value_parser!(u64).range(1..=10_000)).help(help)
}

fn json_arg() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write JSON, one object a line")
}

fn clusterings(matches: &ArgMatches) -> anyhow::Result<Clusterings> {
    read(matches, "labels", Clusterings::from_json)
}

/// Reads a file of labels; one that cannot be read is bad usage, and the error names it.
fn read<T, E: std::fmt::Display>(matches: &ArgMatches, arg: &str, parse: impl Fn(&str) -> Result<T, E>) -> anyhow::Result<T> {
    let path = matches.get_one::<PathBuf>(arg).ok_or_else(|| usage(format!("--{arg} is needed")))?;
    let text = std::fs::read_to_string(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    parse(&text).map_err(|error| usage(format!("{}: {error}", path.display())))
}
