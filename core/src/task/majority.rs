//! Multitask sparse majority: a sample's label says what most of its subtask's k bits are.
//!
//! Every single bit already tells something of the label, so that a subtask is learned gradually and
//! not in a jump: a control beside sparse parity, without the barrier that makes parity abrupt.

use super::{BitTask, Sampling, Subtasks};
use crate::settings::{Problem, Section};
use crate::text::TextError;

/// The task that validated settings describe.
pub fn task(settings: &Subtasks, sampling: &Sampling) -> Result<BitTask, TextError> {
    Ok(BitTask::new(settings, sampling, majority))
}

/// An even number of bits can be split evenly, and then has no majority.
pub fn conflicts(settings: &Subtasks) -> Vec<Problem> {
    let even = settings.k.is_multiple_of(2);
    let problem = even.then(|| settings.problem("k", "must be odd: an even number of bits may have no majority".into()));
    settings.conflicts().into_iter().chain(problem).collect()
}

/// The task in words, without a full stop.
pub fn in_words(settings: &Subtasks) -> String {
    settings.in_words("the majority")
}

/// A subtask of three bits, worked.
pub const EXAMPLE: &str = "With the bits 1, 0, 1 most are set, and the label is 1; with 0, 0, 1 it is 0.";

/// 1 where most of the subset's bits are set.
fn majority(sample: &[u32], subset: &[u32]) -> u32 {
    let set: u32 = subset.iter().map(|&bit| (sample[bit as usize / 32] >> (bit % 32)) & 1).sum();
    u32::from(2 * set as usize > subset.len())
}
