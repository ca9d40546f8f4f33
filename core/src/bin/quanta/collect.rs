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
      sweep[\"over/width\"], sweep[\"last_loss\"], sweep[\"task_loss_last\"]   # [runs], [runs], [runs, subtasks]
  quanta collect fig2 --with elsewhere.safetensors --out fig2.safetensors
      Puts the runs of a sweep together whose parts were trained on several machines.";

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
        .arg(
            Arg::new("with")
                .long("with")
                .value_name("SWEEP.safetensors")
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf))
                .help("Also take runs of this sweep that the folder lacks from a file that was collected before, or elsewhere"),
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
    let mut collected = finished_runs(&folder, manifest, curves);
    for path in matches.get_many::<PathBuf>("with").unwrap_or_default() {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| usage(format!("{shown}: {error}")))?;
        let taken = Collected::from_bytes(&bytes).and_then(|other| collected.take(other));
        let taken = taken.map_err(|error| usage(format!("{shown}: {error}")))?;
        remark(&format!("{} taken from {shown}", count(taken, "run")));
    }
    if collected.runs.is_empty() {
        return Err(usage(format!("{} holds no finished run yet", dir.display())));
    }
    let missing = collected.manifest.runs.len() - collected.runs.len();
    if missing > 0 {
        remark(&format!("{} not finished yet: left out", count(missing, "run")));
    }
    output::file(out, &collected.to_bytes()?)
}
