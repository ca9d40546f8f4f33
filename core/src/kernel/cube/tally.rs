//! The loss and the score of each subtask, from the logit differences of its run of samples.

use cubecl::prelude::*;

use super::layout::Layout;
use super::sample::{error_margin, first_of, logit, softplus};

/// Threads to a subtask.
pub(super) const TALLY: usize = 32;

/// Grid: a workgroup of `TALLY` threads to a subtask. `tally` is `[2, n_tasks]`: Σ loss in nats,
/// then the number of right answers; label 1 is answered where z > 0.
#[cube(launch_unchecked)]
pub(super) fn tally(
    codes: &[u32],
    labels: &[u32],
    output_bias: &[f32],
    shares: &[f32],
    tally: &mut [f32],
    samples: u32,
    #[comptime] layout: Layout,
) {
    let thread = UNIT_POS_X as usize;
    let task = CUBE_POS;
    let begin = first_of(codes, task as u32, samples as usize);
    let end = first_of(codes, task as u32 + 1, samples as usize);

    let mut loss = 0.0f32;
    let mut right = 0.0f32;
    let mut sample = begin + thread;
    while sample < end {
        let z = logit(shares, output_bias, sample, layout.lanes);
        let label = labels[sample];
        loss += softplus(error_margin(z, label));
        right += select((z > 0.0f32) == (label == 1u32), 1.0f32, 0.0f32);
        sample += TALLY;
    }

    let mut losses = Shared::<[f32]>::new_slice(TALLY);
    let mut rights = Shared::<[f32]>::new_slice(TALLY);
    losses[thread] = loss;
    rights[thread] = right;
    sync_cube();
    if thread == 0 && task < layout.n_tasks {
        let mut loss = 0.0f32;
        let mut right = 0.0f32;
        for i in 0..TALLY {
            loss += losses[i];
            right += rights[i];
        }
        tally[task] = loss;
        tally[layout.n_tasks + task] = right;
    }
}
