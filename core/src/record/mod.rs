//! A run on disk or in memory: its config, its curves, and what later work needs of it, as one
//! safetensors file.
//!
//! L evaluations of Q quanta give
//!
//! | name | type and shape | unit |
//! |---|---|---|
//! | `step` | I64 \[L\] | optimiser steps |
//! | `loss` | F32 \[L\] | bits, mean test loss over the exact proportions |
//! | `train_loss` | F32 \[L\] | bits, mean of the last training batch; NaN before the first |
//! | `quantum_loss` | F32 \[L, Q\] | bits |
//! | `quantum_accuracy` | F32 \[L, Q\] | 0 to 1 |
//! | `seconds` | F64 \[L\] | seconds of training |
//! | `quanta/frequency` | F64 \[Q\] | use frequency p_k, most frequent first; absent where unknown |
//! | `quanta/bits` | I32 \[Q, k\] | of a task over bits: which bits of the input each subtask's label depends on, from 0, rising |
//! | `quanta/before`, `quanta/after` | F32 \[Q\] | bits, each quantum's loss before and after it is learned |
//! | `checkpoint/…` | F32, as the model's | parameters and moments, from which the run can go on |
//! | `snapshot/STEP/…` | F32, as the model's | parameters at that step, for analyses |
//! | `artifact/NAME/…` | F32, or U8 where all numbers are whole and under 256 | what an analysis made |
//!
//! and the metadata holds `format`, `version`, `config` (the JSON of [`RunConfig`]), `unit`,
//! `parts` (a JSON list, see [`Part`]: on what, by which program and since when each part of it was
//! trained), `device`, `path` and `program` (the last part's), `devices` (each once, a JSON list),
//! `started` and `finished` (UTC), `status`, `quanta` (where they come from), `checkpoint_step`,
//! `artifacts` (what made each), and `checksum`, which covers the arrays and the metadata.
//!
//! The bits and the frequencies follow from the settings; a file in which they differ is refused.
//!
//! Version 1 of the format, still read, has `task_loss` and `task_accuracy` for the quanta's, F32
//! throughout, and a checksum of the arrays alone.

pub(crate) mod container;
mod csv;
mod date;
mod file;
mod kind;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use date::timestamp;
pub use file::{FileLock, is_lockless, remove_leftovers, write_whole};
pub use kind::{FileKind, recognise};
pub(crate) use read::is_whole;
pub use write::program;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, RunConfig};
use crate::event::{Evaluation, Part};
use crate::quanta::Quanta;

/// The version written into files. A reader refuses a newer one.
pub const VERSION: u64 = 2;

/// What the metadata of a collected sweep says in `format`.
pub(crate) const COLLECTED: &str = "quanta-lab-collected";

/// How the reason begins of a run that failed because its loss was no number any more.
pub const DIVERGED: &str = "the loss is no longer a number";

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

/// Arrays by name.
pub type Arrays = BTreeMap<String, Array>;

/// Parameters at a step: with the optimiser's moments what a run needs to go on to the same curve,
/// without them a snapshot for analyses.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Optimiser steps taken.
    pub step: u64,
    /// The arrays, by name.
    pub arrays: Arrays,
}

/// What an analysis made of a run, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// What made it: the analysis, its settings, the checkpoint it read, the program. Free JSON.
    pub made_by: serde_json::Value,
    /// The arrays, by name.
    pub arrays: Arrays,
}

/// One run: how it was set, what it showed, and how it can go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The settings.
    pub config: RunConfig,
    /// The quanta that losses are told apart by. Shared, because figures and threads hold them too.
    pub quanta: Arc<Quanta>,
    /// The device it ran on last, in words.
    pub device: String,
    /// `fused` or `reference`: how its steps were computed last.
    pub path: String,
    /// The parts in which it was trained, in order: one more for each time that it was resumed.
    pub parts: Vec<Part>,
    /// When it took its last step, in UTC; nothing before.
    pub finished: Option<String>,
    /// How it ended.
    pub status: Status,
    /// The evaluations, in order of their steps.
    pub evaluations: Vec<Evaluation>,
    /// Where it can go on from.
    pub checkpoint: Option<Checkpoint>,
    /// Parameters along the way, in order of their steps.
    pub snapshots: Vec<Checkpoint>,
    /// What analyses made of it, by name.
    pub artifacts: BTreeMap<String, Artifact>,
}

/// Why bytes are no record, or a record cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file of another kind that is known.
    #[error("this is {0}")]
    Another(FileKind),
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
    /// The record holds something that has no place in a file.
    #[error("the run cannot be written: {0}")]
    Unwritable(String),
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
            quanta: Arc::new(config.quanta()),
            config,
            device: String::new(),
            path: String::new(),
            parts: Vec::new(),
            finished: None,
            status: Status::Unfinished,
            evaluations: Vec::new(),
            checkpoint: None,
            snapshots: Vec::new(),
            artifacts: BTreeMap::new(),
        }
    }

    /// Begins a part of its training: at the last checkpoint, or at step 0. Parts that left no step
    /// behind are forgotten.
    pub fn begin_part(&mut self, part: Part) {
        self.parts.retain(|before| before.from_step < part.from_step);
        (self.device, self.path) = (part.device.clone(), part.path.clone());
        self.parts.push(part);
        self.finished = None;
    }

    /// The devices that it ran on, each once, in the order of their parts.
    pub fn devices(&self) -> Vec<&str> {
        let mut devices = Vec::new();
        for part in &self.parts {
            if !devices.contains(&part.device.as_str()) {
                devices.push(part.device.as_str());
            }
        }
        devices
    }

    /// The steps at which the losses were measured.
    pub fn steps(&self) -> Vec<u64> {
        self.evaluations.iter().map(|evaluation| evaluation.step).collect()
    }

    /// The mean test losses, in bits, one an evaluation.
    pub fn losses(&self) -> Vec<f32> {
        self.evaluations.iter().map(|evaluation| evaluation.loss_bits).collect()
    }

    /// One quantum's test losses, in bits, one an evaluation.
    pub fn quantum_losses(&self, quantum: usize) -> Vec<f32> {
        self.evaluations.iter().map(|evaluation| evaluation.quantum_loss_bits[quantum]).collect()
    }

    /// The evaluation with the lowest mean test loss: what the paper's data figure takes. Being a
    /// minimum over test losses it is a little optimistic.
    pub fn best(&self) -> Option<&Evaluation> {
        self.evaluations.iter().filter(|e| e.loss_bits.is_finite()).min_by(|a, b| a.loss_bits.total_cmp(&b.loss_bits))
    }

    /// The last evaluation.
    pub fn last(&self) -> Option<&Evaluation> {
        self.evaluations.last()
    }

    /// Whether the run has an end, of any kind but failure.
    pub fn is_finished(&self) -> bool {
        matches!(self.status, Status::Finished | Status::StoppedEarly(_))
    }

    /// Whether the run failed because its loss was no number any more: from its checkpoint it would only
    /// do so again.
    pub fn has_diverged(&self) -> bool {
        matches!(&self.status, Status::Failed(reason) if reason.starts_with(DIVERGED))
    }

    /// The record without what only resuming needs: what is published or sent to Python. Snapshots
    /// and artifacts stay.
    pub fn without_checkpoint(mut self) -> Self {
        self.checkpoint = None;
        self
    }

    /// The newest parameters: those of the checkpoint, else of the last snapshot.
    pub fn weights(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref().or(self.snapshots.last())
    }

    /// The run's curves and what analyses made of it, without its parameters.
    pub fn without_weights(&self) -> Self {
        Self {
            config: self.config.clone(),
            quanta: self.quanta.clone(),
            device: self.device.clone(),
            path: self.path.clone(),
            parts: self.parts.clone(),
            finished: self.finished.clone(),
            status: self.status.clone(),
            evaluations: self.evaluations.clone(),
            checkpoint: None,
            snapshots: Vec::new(),
            artifacts: self.artifacts.clone(),
        }
    }

    /// The run as a trained model: its curves and its parameters, the newest among the snapshots, without the
    /// optimiser's moments, which only going on needs.
    pub fn into_model(mut self) -> Self {
        if let Some(mut last) = self.checkpoint.take()
            && self.snapshots.last().is_none_or(|snapshot| snapshot.step < last.step)
        {
            last.arrays.retain(|name, _| !name.ends_with(".moment1") && !name.ends_with(".moment2"));
            self.snapshots.push(last);
        }
        self
    }
}
