//! `quanta collect`: writes a sweep's finished runs to one file.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::sweep::Collected;

use crate::failure::usage;
use crate::input::{dir_arg, finished_runs, open_sweep};
use crate::output;
use crate::remark::remark;
use crate::text::count;

const EXAMPLES: &str = "\
Examples:
  quanta collect fig2 --out fig2.safetensors
      Writes a file for figures, the page, and Python:
      sweep = safetensors.numpy.load_file(\"fig2.safetensors\")
      sweep[\"over/width\"], sweep[\"last_loss\"], sweep[\"task_loss_last\"]   # [runs], [runs], [runs, subtasks]";

/// The subcommand's flags.
pub fn command() -> Command {
    let out = Arg::new("out").long("out").value_name("SWEEP.safetensors").required(true).value_parser(value_parser!(PathBuf));
    Command::new("collect")
        .about("Write a sweep's finished runs to one file")
        .arg(dir_arg().help("A sweep's folder"))
        .arg(out.help("The file to write"))
        .arg(
            Arg::new("curves")
                .long("curves")
                .action(ArgAction::SetTrue)
                .help("Also write every subtask's loss at every evaluation, which figures over steps need; the file gets larger"),
        )
        .after_help(EXAMPLES)
}

/// Writes the file.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((dir, out)) = matches.get_one::<PathBuf>("dir").zip(matches.get_one::<PathBuf>("out")) else { return Ok(()) };
    output::check_writable(out)?;
    output::check_replaceable(out, "a collected sweep", |bytes| Collected::from_bytes(bytes).is_ok())?;
    let curves = matches.get_flag("curves");
    let (folder, manifest) = open_sweep(dir)?;
    let collected = finished_runs(&folder, manifest, curves);
    if collected.runs.is_empty() {
        return Err(usage(format!("{} holds no finished run yet", dir.display())));
    }
    let missing = collected.manifest.runs.len() - collected.runs.len();
    if missing > 0 {
        remark(&format!("{} not finished yet: left out", count(missing, "run")));
    }
    output::file(out, &collected.to_bytes()?)
}
