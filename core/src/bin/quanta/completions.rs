//! `quanta completions`: prints shell completion scripts.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::output;

const EXAMPLES: &str = "\
Examples:
  mkdir -p ~/.local/share/bash-completion/completions
  quanta completions bash > ~/.local/share/bash-completion/completions/quanta
  mkdir -p ~/.zfunc
  quanta completions zsh > ~/.zfunc/_quanta
  mkdir -p ~/.config/fish/completions
  quanta completions fish > ~/.config/fish/completions/quanta.fish";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("completions")
        .about("Print a shell completion script")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)))
        .after_help(EXAMPLES)
}

/// Prints the script for the program whose whole command line is `program`.
pub fn run(matches: &ArgMatches, mut program: Command) -> anyhow::Result<()> {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return Ok(());
    };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut program, "quanta", &mut script);
    output::whole(&String::from_utf8_lossy(&script))
}
