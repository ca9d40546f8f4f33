//! Many runs as one experiment: a grid over fields of a config, the runs it stands for, the folder
//! they are made in, and the one file they are collected into.
//!
//! - [`Dimension`] reads `width=log2:10..500:30`;
//! - [`Manifest`] is the whole truth of a sweep: a base config, and what each run changes of it;
//! - [`Folder`] is where processes share the work, by locks that the system frees when one dies;
//! - [`Collected`] is what figures, Python and the page read.

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
use crate::record::RecordError;

/// Why a sweep cannot be made, found or read.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Not `FIELD=VALUES`.
    #[error("«{0}» is no dimension: it should look like width=9,20,50 or width=log2:10..500:30")]
    NotADimension(String),
    /// A range that is none.
    #[error("{field} has the range «{range}», but {allowed}")]
    Range {
        /// The field.
        field: &'static str,
        /// The range as given.
        range: String,
        /// What it must be, in words that finish the sentence.
        allowed: String,
    },
    /// A field or value that the config does not know.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A field that two dimensions vary.
    #[error("{0} is varied twice")]
    Repeated(&'static str),
    /// Some of the grid's runs cannot be.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
    /// More runs than anybody means.
    #[error("the grid has {0} runs, over the limit of {limit}", limit = Manifest::LIMIT)]
    TooMany(usize),
    /// The manifest is no manifest.
    #[error("{path}: this is no sweep's manifest: {reason}")]
    Manifest {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another sweep is in the folder.
    #[error("{0} holds another sweep already: choose another folder")]
    OtherSweep(String),
    /// There is no sweep in the folder.
    #[error("{0} holds no sweep: there is no manifest.json in it")]
    NoSweep(String),
    /// A run's record cannot be used, and is not merely damaged.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The collected sweep holds something that has no place in a file.
    #[error("the collected sweep cannot be written: {0}")]
    Unwritable(String),
    /// A collected file that is none.
    #[error("this is no collected sweep: {0}")]
    Collected(String),
    /// The file system says no.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}
