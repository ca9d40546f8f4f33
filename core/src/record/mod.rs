//! A run on disk or in memory: its config and named arrays, as one safetensors file.
//!
//! The arrays are all `F32`; L logs of T subtasks give
//!
//! | name | shape | unit |
//! |---|---|---|
//! | `step` | \[L\] | optimiser steps (exact below 2^24) |
//! | `loss` | \[L\] | bits, mean test loss over the exact proportions |
//! | `train_loss` | \[L\] | bits, mean of the last training batch; NaN before the first |
//! | `task_loss` | \[L, T\] | bits |
//! | `task_accuracy` | \[L, T\] | 0 to 1 |
//! | `seconds` | \[L\] | seconds of training |
//! | `checkpoint/…` | as the model's | parameters and moments, where the run can go on |
//!
//! and the metadata holds `format`, `version`, `config` (the JSON of [`RunConfig`]), `unit`,
//! `device`, `path`, `program`, `status`, `checkpoint_step`, and `checksum` (of the arrays).

mod csv;
mod file;
mod safetensor;
#[cfg(test)]
mod tests;

pub use file::write_whole;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, RunConfig};
use crate::event::Evaluation;

/// The version written into files. A reader refuses a newer one.
pub const VERSION: u64 = 1;

/// How a run ended, or that it has not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "reason", rename_all = "snake_case")]
pub enum Status {
    /// It can go on from its checkpoint.
    #[default]
    Unfinished,
    /// It took every step.
    Finished,
    /// It ended before, as configured; the reason in words.
    StoppedEarly(String),
    /// It could not go on; the reason in words.
    Failed(String),
}

/// A named array's shape and values, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its values; as many as the extents' product.
    pub values: Vec<f32>,
}

/// What a run needs to go on to the same curve: parameters and the optimiser's moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Optimiser steps taken.
    pub step: u64,
    /// The arrays, by name.
    pub arrays: BTreeMap<String, Array>,
}

/// One run: how it was set, what it showed, and how it can go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The settings.
    pub config: RunConfig,
    /// The device it ran on, in words.
    pub device: String,
    /// `structured` or `plain`.
    pub path: String,
    /// How it ended.
    pub status: Status,
    /// The logs, in order of their steps.
    pub evaluations: Vec<Evaluation>,
    /// Where it can go on from.
    pub checkpoint: Option<Checkpoint>,
}

/// Why bytes are no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not a safetensors file, or one cut short.
    #[error("this is not a whole safetensors file ({0}); it may be cut short or of another kind")]
    NotSafetensors(String),
    /// A safetensors file of something else.
    #[error("this safetensors file is no run of the quanta lab: it lacks {0}")]
    Foreign(&'static str),
    /// Written by a later version of this program.
    #[error(
        "this run was written in version {0} of the format, and this program knows versions up to {VERSION}: use a newer one"
    )]
    NewerVersion(u64),
    /// The arrays do not fit one another or the settings.
    #[error("this run is damaged: {0}")]
    Damaged(String),
    /// The settings in the metadata cannot be read.
    #[error("the settings in this run cannot be used: {0}")]
    Config(#[from] ConfigError),
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Record {
    /// An empty record of a run about to start.
    pub fn new(config: RunConfig) -> Self {
        Self {
            config,
            device: String::new(),
            path: String::new(),
            status: Status::Unfinished,
            evaluations: Vec::new(),
            checkpoint: None,
        }
    }

    /// The logged steps.
    pub fn steps(&self) -> Vec<u64> {
        self.evaluations.iter().map(|evaluation| evaluation.step).collect()
    }

    /// The mean test losses, in bits, one a log.
    pub fn losses(&self) -> Vec<f32> {
        self.evaluations.iter().map(|evaluation| evaluation.loss_bits).collect()
    }

    /// One subtask's test losses, in bits, one a log.
    pub fn task_losses(&self, task: usize) -> Vec<f32> {
        self.evaluations.iter().map(|evaluation| evaluation.task_loss_bits[task]).collect()
    }

    /// The log with the lowest mean test loss: what the paper's data figure takes. Being a minimum
    /// over test losses it is a little optimistic.
    pub fn best(&self) -> Option<&Evaluation> {
        self.evaluations.iter().filter(|e| e.loss_bits.is_finite()).min_by(|a, b| a.loss_bits.total_cmp(&b.loss_bits))
    }

    /// The last log.
    pub fn last(&self) -> Option<&Evaluation> {
        self.evaluations.last()
    }

    /// Whether the run has an end, of any kind but failure.
    pub fn is_finished(&self) -> bool {
        matches!(self.status, Status::Finished | Status::StoppedEarly(_))
    }

    /// The record without what only resuming needs: what is published or sent to Python.
    pub fn without_checkpoint(mut self) -> Self {
        self.checkpoint = None;
        self
    }
}
