//! Reads the files that a command is given: runs, collected sweeps, sweeps' folders.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use quanta_core::record::{Record, RecordError};
use quanta_core::sweep::{Collected, CollectedRun, Folder, Manifest};

use crate::failure::usage;

/// What a file or folder holds.
pub enum Source {
    /// A run.
    Run(Box<Record>),
    /// The finished runs of a sweep.
    Sweep(Box<Collected>),
}

/// `RUN…`: one or more run files.
pub fn runs_arg() -> Arg {
    Arg::new("run")
        .value_name("RUN")
        .num_args(1..)
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The safetensors files of runs")
}

/// A sweep's folder, as a positional argument; `quanta sweep` makes it the flag `--dir`.
pub fn dir_arg() -> Arg {
    Arg::new("dir").value_name("DIR").value_parser(value_parser!(PathBuf)).required(true)
}

/// The folder that was given.
pub fn dir(matches: &ArgMatches) -> Option<&PathBuf> {
    matches.get_one("dir")
}

/// Opens the sweep of a folder; a folder without one is bad usage.
pub fn open_sweep(dir: &Path) -> anyhow::Result<(Folder, Manifest)> {
    Folder::open(dir).map_err(usage)
}

/// Collects the finished runs of a sweep's folder.
pub fn finished_runs(folder: &Folder, manifest: Manifest, curves: bool) -> Collected {
    let found = manifest.runs.iter().filter_map(|entry| CollectedRun::new(entry.clone(), &folder.finished(entry)?, curves));
    Collected { runs: found.collect(), manifest }
}

/// Reads the given runs, each with its file's name.
pub fn runs(matches: &ArgMatches) -> anyhow::Result<Vec<(String, Record)>> {
    let paths = matches.get_many::<PathBuf>("run").unwrap_or_default();
    paths.map(|path| Ok((name(path), record(path)?))).collect()
}

/// Reads one run. A file that cannot be read as a run is bad usage; the error names it.
pub fn record(path: &Path) -> anyhow::Result<Record> {
    Record::load(path).map_err(|error| match error {
        // This error already names the file.
        RecordError::File { .. } => usage(error),
        _ => usage(format!("{}: {error}", path.display())),
    })
}

/// Reads the runs, collected sweeps and sweeps' folders that the argument `arg` names.
pub fn sources(matches: &ArgMatches, arg: &str) -> anyhow::Result<Vec<(String, Source)>> {
    matches.get_many::<PathBuf>(arg).unwrap_or_default().map(|path| Ok((name(path), source(path)?))).collect()
}

fn source(path: &Path) -> anyhow::Result<Source> {
    if path.is_dir() {
        let (folder, manifest) = open_sweep(path)?;
        return Ok(Source::Sweep(Box::new(finished_runs(&folder, manifest, true))));
    }
    let bytes = std::fs::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    if let Ok(record) = Record::from_bytes(&bytes) {
        return Ok(Source::Run(Box::new(record)));
    }
    match Collected::from_bytes(&bytes) {
        Ok(collected) => Ok(Source::Sweep(Box::new(collected))),
        // What is wrong with a run is said better by its own reader.
        Err(error) if error.to_string().contains("quanta-lab-run") => record(path).map(|record| Source::Run(Box::new(record))),
        Err(error) => Err(usage(format!("{}: {error}", path.display()))),
    }
}

fn name(path: &Path) -> String {
    // `DIR/` and `.` have names too.
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
