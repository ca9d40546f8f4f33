//! The list of subcommands, and the program's help.

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use quanta_core::record::program;

use crate::failure::{self, STATUSES};

/// A subcommand: its flags, and the function that runs it.
struct Subcommand {
    command: fn() -> Command,
    run: fn(&ArgMatches) -> anyhow::Result<()>,
}

const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand { command: crate::train::command, run: crate::train::run },
    Subcommand { command: crate::fit::command, run: crate::fit::run },
    Subcommand { command: crate::plot::command, run: crate::plot::run },
    Subcommand { command: crate::theory::command, run: crate::theory::run },
    Subcommand { command: crate::export::command, run: crate::export::run },
    Subcommand { command: crate::sweep::command, run: crate::sweep::run },
    Subcommand { command: crate::status::command, run: crate::status::run },
    Subcommand { command: crate::collect::command, run: crate::collect::run },
    Subcommand { command: crate::figure::command, run: crate::figure::run },
    Subcommand { command: crate::reproduce::command, run: crate::reproduce::run },
    Subcommand { command: crate::qdg::command, run: crate::qdg::run },
    Subcommand { command: crate::clusters::command, run: crate::clusters::run },
    Subcommand { command: crate::corpus::command, run: crate::corpus::run },
    Subcommand { command: crate::losses::command, run: crate::losses::run },
    Subcommand { command: crate::tokens::command, run: crate::tokens::run },
    Subcommand { command: crate::bench::command, run: crate::bench::run },
    Subcommand { command: crate::completions::command, run: |matches| crate::completions::run(matches, command()) },
];

const EXAMPLES: &str = "\
Examples:
  quanta train --preset quick --out quick.safetensors
      Trains a small run: the first subtask is learned within seconds, all twenty within two minutes.
  quanta fit quick.safetensors
      Fits the exponent of its loss curve, with an interval, and prints the theory's beside it.
  quanta plot quick.safetensors --figure tasks --out tasks.svg
      Plots the twenty sharp transitions behind the smooth mean loss.
  quanta sweep --dir widths --preset fig2-parameters-small
      Trains 24 runs for loss against parameters, in about half an hour on two cores.

`quanta COMMAND --help` describes each command.";

/// Builds the command line with all subcommands.
pub fn command() -> Command {
    Command::new("quanta")
        // clap puts the name before it.
        .version(program().trim_start_matches("quanta ").to_owned())
        .about("Trains toy tasks made of quanta and measures how their losses scale")
        .long_about(
            "Trains toy tasks made of quanta and measures how their losses scale, after\n\
             “The Quantization Model of Neural Scaling” (Michaud, Liu, Girit & Tegmark, arXiv 2303.13506).\n\n\
             A run writes one safetensors file, which `fit`, `plot` and `export` read, the page opens, and\n\
             Python loads in one line. Losses are in bits.",
        )
        .after_help(format!("{EXAMPLES}\n\n{STATUSES}"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommands(SUBCOMMANDS.iter().map(|subcommand| (subcommand.command)()))
}

/// Reads the command line and runs the subcommand, or prints help. Help that cannot be written is a
/// failure like any other result; what clap says of bad usage is a remark.
pub fn main() -> ExitCode {
    match command().try_get_matches() {
        Ok(matches) => failure::exit_code(run(&matches)),
        Err(error) => {
            let printed = error.print().and_then(|()| std::io::stdout().flush());
            match printed {
                Err(problem) if !error.use_stderr() && problem.kind() != ErrorKind::BrokenPipe => {
                    failure::exit_code(Err(anyhow::Error::from(problem).context("cannot write to stdout")))
                }
                _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
            }
        }
    }
}

/// Runs the given subcommand.
fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(());
    };
    match SUBCOMMANDS.iter().find(|subcommand| (subcommand.command)().get_name() == name) {
        Some(subcommand) => (subcommand.run)(matches),
        None => Ok(()),
    }
}
