//! `quanta sweep`: many runs as one experiment, shared by any number of processes.

mod bars;
mod flags;
mod plan;
mod slurm;
mod work;

use clap::{ArgMatches, Command};
use quanta_core::sweep::{Entry, Folder, Manifest, cost};

use crate::failure::usage;
use crate::output;
use crate::text::{count, duration};

pub use flags::dir_arg;

const EXAMPLES: &str = "\
Examples:
  quanta sweep --dir widths --over width=9,20,50 --over seed=0,1 --steps 5000
      Six runs: every width with every seed.
  quanta sweep --dir fig2 --preset fig2-parameters-small
      The paper's Fig 2 in small: 24 runs, about half an hour on two cores. Last losses fall
      from about 0.9 bits at width 9 to half of that at width 300.
  quanta sweep --dir fig2
      Goes on with what is there and not finished; so does the first command, repeated.
  quanta sweep --dir fig2 --preset fig2-parameters --device cuda --slurm --submit --time 02:00:00
      A job array, one task a run, each on a GPU.
  quanta status fig2 && quanta collect fig2 --out fig2.safetensors

VALUES are values and ranges between commas: 9,20,50 or lin:0.1..0.8:8 or log2:10..500:30 (log10:
the same); both ends are in, whole numbers are rounded down.

It may be killed at any moment: each run's record is whole on the disk, an interrupted one goes on
from its checkpoint, a damaged one is moved to DIR/damaged and rerun, a failed one is tried again
when the sweep is next started. Several processes, on one machine or on many that share DIR, never
do the same run twice: each run is locked by who works on it.
Exit status: 0 done or stopped, 1 a run failed, 2 bad usage.";

/// The subcommand's flags.
pub fn command() -> Command {
    flags::all(Command::new("sweep").about("Train every run of a grid, what is finished left as it is").after_help(EXAMPLES))
}

/// Does the sweep, or hands it to Slurm.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(dir) = flags::dir(matches) else { return Ok(()) };
    let manifest = plan::manifest(matches, dir)?;
    if matches.get_flag("dry-run") {
        return list(&manifest);
    }
    let folder = match &manifest {
        plan::Sweep::New(manifest) => Folder::create(dir, manifest).map_err(usage)?,
        plan::Sweep::There(folder, _) => folder.clone(),
    };
    if matches.get_flag("slurm") {
        return slurm::run(matches, dir, manifest.manifest());
    }
    work::run(matches, &folder, manifest.manifest())
}

/// Every run, in a line each.
fn list(sweep: &plan::Sweep) -> anyhow::Result<()> {
    let manifest = sweep.manifest();
    for entry in &manifest.runs {
        output::line(&format!("{}  {}", entry.id, manifest.label(&entry.config)))?;
    }
    let seconds = manifest.runs.iter().map(|entry| cost(&entry.config)).sum();
    eprintln!("{}, about {} on two cores", count(manifest.runs.len(), "run"), duration(seconds));
    Ok(())
}

/// The costliest first, so that the end of a sweep is not one long run on an idle machine.
fn costliest_first(manifest: &Manifest) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = manifest.runs.iter().collect();
    entries.sort_by(|a, b| cost(&b.config).total_cmp(&cost(&a.config)));
    entries
}
