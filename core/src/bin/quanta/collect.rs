//! `quanta collect`: a sweep as one file.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::sweep::{Collected, CollectedRun, Folder, Manifest};

use crate::failure::usage;
use crate::sweep::dir_arg;
use crate::text::count;
use crate::{output, status};

const EXAMPLES: &str = "\
Examples:
  quanta collect fig2 --out fig2.safetensors
      For figures, the page, and Python:
      sweep = safetensors.numpy.load_file(\"fig2.safetensors\")
      sweep[\"over/width\"], sweep[\"last_loss\"], sweep[\"task_loss_last\"]   # [runs], [runs], [runs, subtasks]";

/// The subcommand's flags.
pub fn command() -> Command {
    let out = Arg::new("out").long("out").value_name("SWEEP.safetensors").required(true).value_parser(value_parser!(PathBuf));
    Command::new("collect")
        .about("Make one file of a sweep's finished runs")
        .arg(dir_arg().help("A sweep's folder"))
        .arg(out.help("Where to write it"))
        .arg(
            Arg::new("curves")
                .long("curves")
                .action(ArgAction::SetTrue)
                .help("Keep every subtask's loss at every log too: larger, and needed to draw steps"),
        )
        .after_help(EXAMPLES)
}

/// Collects.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((dir, out)) = matches.get_one::<PathBuf>("dir").zip(matches.get_one::<PathBuf>("out")) else { return Ok(()) };
    output::check_writable(out)?;
    let curves = matches.get_flag("curves");
    let (folder, manifest) = status::open(dir)?;
    let collected = finished(&folder, manifest, curves);
    if collected.runs.is_empty() {
        return Err(usage(format!("{} holds no finished run yet", dir.display())));
    }
    let missing = collected.manifest.runs.len() - collected.runs.len();
    if missing > 0 {
        eprintln!("{} not finished yet and left out", count(missing, "run"));
    }
    output::file(out, &collected.to_bytes()?)
}

/// The finished runs of a folder.
pub fn finished(folder: &Folder, manifest: Manifest, curves: bool) -> Collected {
    let found = manifest.runs.iter().filter_map(|entry| CollectedRun::new(entry.clone(), &folder.finished(entry)?, curves));
    Collected { runs: found.collect(), manifest }
}
