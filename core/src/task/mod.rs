//! What a sample is. Each task has a file of its own; multitask sparse parity is the first.
//!
//! Another one implements [`Task`], gets a word in the config, and a line in [`of`]: models,
//! kernels, training, records and figures take it as it is, as long as a sample is a subtask, some
//! bits, and a label of 0 or 1.

mod batch;
mod sparse_parity;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use sparse_parity::SparseParity;

use std::ops::Range;

use crate::config::RunConfig;
use crate::quanta::UseFrequencies;

/// Samples of a task made of subtasks.
pub trait Task {
    /// How often each subtask is used.
    fn frequencies(&self) -> &UseFrequencies;

    /// The training batch of step `step`, counted from 0. The same step names the same batch, in
    /// any order of asking.
    fn training_batch(&self, step: u64) -> Batch;

    /// `per_task` fresh test samples of each of the subtasks `tasks`, in order; `index` names the
    /// draw. Any range of subtasks sees the same samples.
    fn test_batch(&self, index: u64, tasks: Range<usize>, per_task: usize) -> Batch;
}

/// The task that a validated config describes.
pub fn of(config: &RunConfig) -> Box<dyn Task> {
    Box::new(SparseParity::new(config))
}
