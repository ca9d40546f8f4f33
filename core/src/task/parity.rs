//! Multitask sparse parity (the paper's section 4, after Barak et al. 2022): a sample's label is the
//! parity of its subtask's k bits.

use super::{BitTask, Sampling, Subtasks};
use crate::settings::Problem;
use crate::text::TextError;

/// The task that validated settings describe.
pub fn task(settings: &Subtasks, sampling: &Sampling) -> Result<BitTask, TextError> {
    Ok(BitTask::new(settings, sampling, parity))
}

/// What compares fields, once each is in its own range.
pub fn conflicts(settings: &Subtasks) -> Vec<Problem> {
    settings.conflicts()
}

/// The task in words, without a full stop.
pub fn in_words(settings: &Subtasks) -> String {
    settings.in_words("the parity")
}

/// A subtask of three bits, worked.
pub const EXAMPLE: &str = "With the bits 1, 0, 1 an even number is set, and the label is 0; with 1, 1, 1 it is 1.";

/// 1 where an odd number of the subset's bits is set.
fn parity(sample: &[u32], subset: &[u32]) -> u32 {
    subset.iter().fold(0, |parity, &bit| parity ^ (sample[bit as usize / 32] >> (bit % 32))) & 1
}
