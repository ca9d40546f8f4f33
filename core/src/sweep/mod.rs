//! Sweeps: many runs as one experiment.
//!
//! - [`Dimension`] parses `width=log2:10..500:30`: a field and the values it takes;
//! - [`Manifest`] describes a sweep completely: a base config, and what each run changes of it;
//! - [`Folder`] holds the records; processes share the work through file locks, which the operating
//!   system releases when a process ends;
//! - [`Collected`] is the one file that figures, Python and the page read.

mod collected;
mod cost;
mod folder;
mod manifest;
mod preset;
#[cfg(test)]
mod tests;
mod values;

pub use collected::{Collected, CollectedRun};
pub use cost::cost;
pub use folder::{Claim, Folder, Found, State};
pub use manifest::{Entry, Manifest, identifier};
pub use preset::{SWEEPS, SweepPreset, sweep_preset};
pub use values::Dimension;

use crate::config::{ConfigError, Problem};
use crate::record::{FileKind, RecordError};

/// Why a sweep cannot be created, found or read.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The text is not of the form `FIELD=VALUES`.
    #[error("“{0}” is not a dimension: it should look like width=9,20,50 or width=log2:10..500:30")]
    NotADimension(String),
    /// A range cannot be parsed, or does not fit its field.
    #[error("{field} has the range “{range}”, but {allowed}")]
    Range {
        /// The field's name.
        field: &'static str,
        /// The range as typed.
        range: String,
        /// What is allowed, as the end of the sentence.
        allowed: String,
    },
    /// A list's commas may have been meant as decimal commas, or to set thousands apart.
    #[error("{field} has the list “{list}”, but a comma there separates values: write {meant}")]
    Comma {
        /// The field's name.
        field: &'static str,
        /// The list as typed.
        list: String,
        /// How to write what may have been meant.
        meant: String,
    },
    /// The config has no such field, or the field no such value.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Two dimensions vary the same field.
    #[error("{0} is varied twice")]
    Repeated(&'static str),
    /// Some runs of the grid have invalid settings.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
    /// The grid has too many runs; probably by mistake.
    #[error("the grid has {0} runs, over the limit of {limit}", limit = Manifest::LIMIT)]
    TooMany(usize),
    /// The file is not a sweep's manifest.
    #[error("{path}: this is not a sweep's manifest: {reason}")]
    Manifest {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder already holds another sweep.
    #[error("{0} already holds another sweep: choose another folder")]
    OtherSweep(String),
    /// The folder holds no sweep.
    #[error("{0} holds no sweep: there is no manifest.json in it")]
    NoSweep(String),
    /// A run's record cannot be used, for a reason other than damage.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The collected sweep holds something that has no place in a file.
    #[error("the collected sweep cannot be written: {0}")]
    Unwritable(String),
    /// A file of another kind that is known.
    #[error("this is {0}")]
    Another(FileKind),
    /// A collected file that is none.
    #[error("this is no collected sweep: {0}")]
    Collected(String),
    /// The folder's file system has no locks, so that processes cannot share the sweep.
    #[error(
        "{0} is on a file system without file locks: choose a folder elsewhere, or, where no two processes train the same \
         runs (one process alone, or shards), add --without-locks"
    )]
    Lockless(String),
    /// The file system returned an error.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
}
