//! The subcommands, and the help that introduces them.

use clap::{ArgMatches, Command};

/// A subcommand: its flags, and what it does with them.
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
    Subcommand { command: crate::bench::command, run: crate::bench::run },
    Subcommand { command: crate::completions::command, run: crate::completions::run },
];

const EXAMPLES: &str = "\
Examples:
  quanta train --preset quick --out quick.safetensors
      A first subtask is learned within seconds, all twenty within a minute or two.
  quanta fit quick.safetensors
      The exponent of its loss curve with an interval, beside what the theory says.
  quanta plot quick.safetensors --figure tasks --out tasks.svg
      Twenty sharp transitions under one smooth mean.
  quanta sweep --dir widths --preset fig2-parameters-small
      Loss against parameters: 24 runs, side by side, in about half an hour on two cores.

Exit status: 0 done (or stopped when asked), 1 the run failed, 2 bad usage.
`quanta COMMAND --help` says more of each.";

/// The whole command line.
pub fn command() -> Command {
    Command::new("quanta")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Trains toy tasks made of quanta and measures how their losses scale")
        .long_about(
            "Trains toy tasks made of quanta and measures how their losses scale, after\n\
             «The Quantization Model of Neural Scaling» (Michaud, Liu, Girit & Tegmark, arXiv 2303.13506).\n\n\
             A run is a config; it leaves one safetensors file, which `fit`, `plot` and `export` read, the\n\
             page opens, and Python loads in one line. Losses are in bits.",
        )
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommands(SUBCOMMANDS.iter().map(|subcommand| (subcommand.command)()))
}

/// Does what was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(());
    };
    match SUBCOMMANDS.iter().find(|subcommand| (subcommand.command)().get_name() == name) {
        Some(subcommand) => (subcommand.run)(matches),
        None => Ok(()),
    }
}
