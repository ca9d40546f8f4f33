//! `quanta`: the lab in a terminal. Each subcommand has a module of the same name.

mod bench;
mod cli;
mod clusters;
mod collect;
mod completions;
mod corpus;
mod drive;
mod export;
mod failure;
mod figure;
mod fit;
mod input;
mod losses;
mod number;
mod output;
mod plot;
mod progress;
mod qdg;
mod quiet;
mod remark;
mod reproduce;
mod settings;
mod signal;
mod status;
mod sweep;
mod text;
mod theory;
mod tokens;
mod train;

fn main() -> std::process::ExitCode {
    quiet::libraries();
    cli::main()
}
