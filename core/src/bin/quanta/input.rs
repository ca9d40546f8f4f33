//! Runs that a command is given to read.

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
        .help("Runs' safetensors files")
}

/// The runs named, with the files' names.
pub fn runs(matches: &ArgMatches) -> anyhow::Result<Vec<(String, Record)>> {
    let paths = matches.get_many::<PathBuf>("run").unwrap_or_default();
    paths.map(|path| Ok((name(path), record(path)?))).collect()
}

/// One run. A file that is none is bad usage, and named.
pub fn record(path: &Path) -> anyhow::Result<Record> {
    Record::load(path).map_err(|error| match error {
        // This one names the file itself.
        RecordError::File { .. } => usage(error),
        _ => usage(format!("{}: {error}", path.display())),
    })
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
