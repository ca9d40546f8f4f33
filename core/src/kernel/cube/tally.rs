//! The loss and the number of correct answers of each subtask, from the logit differences of its
//! samples.

use cubecl::prelude::*;

use super::layout::Layout;
use super::sample::{error_margin, first_of, logit, softplus};

/// Threads per subtask.
pub(super) const THREADS_PER_TASK: usize = 32;

/// Grid: `THREADS_PER_TASK` threads per subtask; each takes every 32nd of the subtask's samples.
///
/// Writes `tallies`, `[2, n_tasks, THREADS_PER_TASK]`: Σ loss in nats, then the number of correct
/// answers. The answer is label 1 if z > 0.
#[cube(launch_unchecked)]
pub(super) fn tally(
    codes: &[u32],
    labels: &[u32],
    output_bias: &[f32],
    shares: &[f32],
    tallies: &mut [f32],
    samples: u32,
    #[comptime] layout: Layout,
) {
    let task = ABSOLUTE_POS / THREADS_PER_TASK;
    if task < layout.n_tasks {
        let begin = first_of(codes, task as u32, samples as usize);
        let end = first_of(codes, task as u32 + 1, samples as usize);
        let mut loss = 0.0f32;
        let mut correct = 0.0f32;
        let mut sample = begin + ABSOLUTE_POS % THREADS_PER_TASK;
        while sample < end {
            let z = logit(shares, output_bias, sample, layout.lanes);
            let label = labels[sample];
            loss += softplus(error_margin(z, label));
            correct += select((z > 0.0f32) == (label == 1u32), 1.0f32, 0.0f32);
            sample += THREADS_PER_TASK;
        }
        tallies[ABSOLUTE_POS] = loss;
        tallies[comptime!(layout.n_tasks * THREADS_PER_TASK) + ABSOLUTE_POS] = correct;
    }
}

/// Grid: one thread per sum. Adds up the tallies of each subtask's threads: `sums` is `[2, n_tasks]`,
/// with `len` numbers.
#[cube(launch_unchecked)]
pub(super) fn reduce(tallies: &[f32], sums: &mut [f32], len: u32) {
    if ABSOLUTE_POS < len as usize {
        let mut sum = 0.0f32;
        for thread in 0..THREADS_PER_TASK {
            sum += tallies[ABSOLUTE_POS * THREADS_PER_TASK + thread];
        }
        sums[ABSOLUTE_POS] = sum;
    }
}
