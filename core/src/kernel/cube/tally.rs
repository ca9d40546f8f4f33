//! The loss and the score of each subtask, from the logit differences of its run of samples.

use cubecl::prelude::*;

use super::layout::Layout;
use super::sample::{error_margin, first_of, logit, softplus};

/// Threads to a subtask.
pub(super) const HANDS: usize = 32;

/// Grid: `HANDS` threads to a subtask, each with every 32nd sample of its run. `tallies` is
/// `[2, n_tasks, HANDS]`: Σ loss in nats, then the number of right answers; label 1 is answered
/// where z > 0.
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
    let task = ABSOLUTE_POS / HANDS;
    if task < layout.n_tasks {
        let begin = first_of(codes, task as u32, samples as usize);
        let end = first_of(codes, task as u32 + 1, samples as usize);
        let mut loss = 0.0f32;
        let mut right = 0.0f32;
        let mut sample = begin + ABSOLUTE_POS % HANDS;
        while sample < end {
            let z = logit(shares, output_bias, sample, layout.lanes);
            let label = labels[sample];
            loss += softplus(error_margin(z, label));
            right += select((z > 0.0f32) == (label == 1u32), 1.0f32, 0.0f32);
            sample += HANDS;
        }
        tallies[ABSOLUTE_POS] = loss;
        tallies[comptime!(layout.n_tasks * HANDS) + ABSOLUTE_POS] = right;
    }
}

/// Grid: a thread to a sum. Adds the hands up: `[2, n_tasks]`.
#[cube(launch_unchecked)]
pub(super) fn add_up(tallies: &[f32], sums: &mut [f32], len: u32) {
    if ABSOLUTE_POS < len as usize {
        let mut sum = 0.0f32;
        for hand in 0..HANDS {
            sum += tallies[ABSOLUTE_POS * HANDS + hand];
        }
        sums[ABSOLUTE_POS] = sum;
    }
}
