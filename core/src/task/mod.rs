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
///
/// A task of one's own, whole: sparse *majority*, which asks what most of a subtask's bits say.
///
/// ```
/// use std::ops::Range;
/// use quanta_core::config::RunConfig;
/// use quanta_core::quanta::UseFrequencies;
/// use quanta_core::task::{Batch, SparseParity, Task};
///
/// struct SparseMajority(SparseParity);
///
/// impl SparseMajority {
///     fn relabel(&self, mut batch: Batch) -> Batch {
///         let label = |sample: usize| {
///             let subset = &self.0.subsets()[batch.codes[sample] as usize];
///             let is_set = |bit: &&u32| batch.sample(sample)[**bit as usize / 32] >> (**bit % 32) & 1 == 1;
///             u32::from(2 * subset.iter().filter(is_set).count() > subset.len())
///         };
///         batch.labels = (0..batch.len()).map(label).collect();
///         batch
///     }
/// }
///
/// impl Task for SparseMajority {
///     fn frequencies(&self) -> &UseFrequencies {
///         self.0.frequencies()
///     }
///     fn training_batch(&self, step: u64) -> Batch {
///         self.relabel(self.0.training_batch(step))
///     }
///     fn test_batch(&self, index: u64, tasks: Range<usize>, per_task: usize) -> Batch {
///         self.relabel(self.0.test_batch(index, tasks, per_task))
///     }
/// }
///
/// let task = SparseMajority(SparseParity::new(&RunConfig::default()));
/// let ones: u32 = task.training_batch(0).labels.iter().sum();
/// assert!((900..1_100).contains(&ones)); // of 2,000
/// ```
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
