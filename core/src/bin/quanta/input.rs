//! Reads the run files that a command is given.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use quanta_core::record::{Record, RecordError};

use crate::failure::usage;

/// `RUN…`: one or more run files.
pub fn runs_arg() -> Arg {
    Arg::new("run")
        .value_name("RUN")
        .num_args(1..)
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The safetensors files of runs")
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

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
