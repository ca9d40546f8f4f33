//! `quanta sweep`: trains many runs as one experiment, shared by any number of processes.

mod bars;
mod flags;
mod plan;
mod slurm;
mod work;

use clap::{ArgMatches, Command};
use quanta_core::sweep::{Entry, Folder, Manifest, cost};

use crate::failure::{self, usage};
use crate::remark::remark;
use crate::text::{count, duration};
use crate::{corpus, input, output, settings, train};

const EXAMPLES: &str = "\
Examples:
  quanta sweep --dir widths --over width=9,20,50 --over seed=0,1 --steps 5000
      Trains six runs: every width with every seed.
  quanta sweep --dir fig2 --preset fig2-parameters-small
      A small version of the paper's Fig 2: 24 runs, about half an hour on two cores. The last loss
      falls from about 0.9 bits at width 9 to half of that at width 300.
  quanta sweep --dir fig2
      Continues the unfinished runs of an existing sweep; so does repeating the first command.
  quanta sweep --dir full --preset fig2-parameters --device gpu --slurm --submit --time 02:00:00
      Submits a job array with one task per run, each on a GPU.
  quanta status fig2 && quanta collect fig2 --out fig2.safetensors

VALUES is a comma-separated list of values and ranges: 9,20,50 or lin:0.1..0.8:8 or log2:10..500:30
(log10: means the same). Ranges include both ends; whole numbers are rounded down.

The program may be killed at any moment: the records on disk are always complete. The next start
resumes interrupted runs from their checkpoints, moves damaged records to DIR/damaged and trains
those runs anew, and tries failed runs again. Several processes, on one machine or on several that
share DIR, never train the same run twice: each run is locked by the process that trains it.";

/// The subcommand's flags.
pub fn command() -> Command {
    flags::all(
        Command::new("sweep")
            .about("Train every run of a grid that is not finished yet")
            .after_help(format!("{EXAMPLES}\n\n{}", failure::STATUSES)),
    )
}

/// Trains the sweep, or writes its Slurm script.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(dir) = input::dir(matches) else { return Ok(()) };
    train::check_device(matches)?;
    let sweep = plan::manifest(matches, dir)?;
    // What is refused is refused before the folder is made, and by --dry-run too.
    if let plan::Sweep::New(manifest) = &sweep {
        Folder::check(dir, manifest).map_err(usage)?;
    }
    output::check_folder(dir)?;
    corpus::open_in(dir, sweep.manifest())?;
    let job = if matches.get_flag("slurm") { Some(slurm::Job::plan(matches, dir, sweep.manifest())?) } else { None };
    settings::remark_on(sweep.manifest().runs.iter().map(|entry| &entry.config));
    if !matches.get_flag("keep-weights") {
        remark(
            "note: weights and moments of finished runs are dropped; --keep-weights keeps them, --snapshots some of their weights",
        );
    }
    if matches.get_flag("dry-run") {
        return list(&sweep);
    }
    let lockless = matches.get_flag("without-locks");
    let folder = match &sweep {
        plan::Sweep::New(manifest) if lockless => Folder::create_without_locks(dir, manifest).map_err(usage)?,
        plan::Sweep::New(manifest) => Folder::create(dir, manifest).map_err(usage)?,
        plan::Sweep::Existing(folder, _) if lockless => folder.clone().without_locks(),
        plan::Sweep::Existing(folder, _) => folder.clone(),
    };
    corpus::keep_in(dir, sweep.manifest())?;
    match job {
        Some(job) => job.write(matches.get_flag("submit")),
        None => work::run(matches, &folder, sweep.manifest()),
    }
}

/// Prints a line for every run.
fn list(sweep: &plan::Sweep) -> anyhow::Result<()> {
    let manifest = sweep.manifest();
    for entry in &manifest.runs {
        output::line(&format!("{}  {}", entry.id, manifest.label(&entry.config)))?;
    }
    let seconds = manifest.runs.iter().map(|entry| cost(&entry.config)).sum();
    remark(&format!("{}, about {} on two cores", count(manifest.runs.len(), "run"), duration(seconds)));
    Ok(())
}

/// Returns the runs in descending order of cost, so that a sweep does not end with one long run on an
/// otherwise idle machine.
fn costliest_first(manifest: &Manifest) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = manifest.runs.iter().collect();
    entries.sort_by(|a, b| cost(&b.config).total_cmp(&cost(&a.config)));
    entries
}
