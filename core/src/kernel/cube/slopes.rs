//! δ = ∂(mean loss)/∂z of every sample, and the other per-sample inputs of the sums.
//!
//! One dispatch does three independent jobs: it turns the lanes' shares of z into δ and the loss of
//! each sample, finds the first sample of each subtask, and transposes the bits, so that one word
//! holds one bit of eight samples.

use cubecl::prelude::*;

use super::layout::{BLOCK, Layout};
use super::sample::{error_margin, logit, sigmoid, softplus};

/// Grid: one thread per sample or per column, whichever are more.
///
/// Writes `columns`, `[blocks, rows]`, where bit i belongs to sample i of the block and is 0 past the
/// last sample; and to `intermediates` δ at `delta_at` and the losses in nats at `loss_at`, `[padded]`
/// each and 0 past the last sample, and the first sample of each subtask at `starts_at`,
/// `[n_tasks + 1]`.
#[cube(launch_unchecked)]
pub(super) fn slopes(
    bits: &[u32],
    codes: &[u32],
    labels: &[u32],
    output_bias: &[f32],
    shares: &[f32],
    columns: &mut [u32],
    intermediates: &mut [f32],
    samples: u32,
    padded: u32,
    delta_at: u32,
    loss_at: u32,
    starts_at: u32,
    #[comptime] layout: Layout,
) {
    let samples = samples as usize;
    let padded = padded as usize;
    let sample = ABSOLUTE_POS;

    if sample < samples {
        let label = labels[sample];
        let z = logit(shares, output_bias, sample, layout.lanes);
        let t = error_margin(z, label);
        let slope = sigmoid(t) / f32::cast_from(samples as u32);
        intermediates[delta_at as usize + sample] = select(label == 1u32, -slope, slope);
        intermediates[loss_at as usize + sample] = softplus(t);

        // The first sample of a subtask writes its start, and that of the empty subtasks before it.
        let task = codes[sample] as usize;
        let mut next = 0usize;
        if sample > 0 {
            next = codes[sample - 1] as usize + 1;
        }
        while next <= task {
            intermediates[starts_at as usize + next] = f32::reinterpret(sample as u32);
            next += 1;
        }
        if sample == samples - 1 {
            while next <= layout.n_tasks {
                intermediates[starts_at as usize + next] = f32::reinterpret(samples as u32);
                next += 1;
            }
        }
    } else if sample < padded {
        intermediates[delta_at as usize + sample] = 0.0f32;
        intermediates[loss_at as usize + sample] = 0.0f32;
    }

    let rows = comptime!(layout.rows());
    if ABSOLUTE_POS < padded / BLOCK * rows {
        let row = ABSOLUTE_POS % rows;
        let first = ABSOLUTE_POS / rows * BLOCK;
        let mut column = 255u32;
        if row < layout.n_bits {
            let bit = 1u32 << (row % 32) as u32;
            column = 0u32;
            #[unroll]
            for i in 0..BLOCK {
                if first + i < samples {
                    let word = bits[(first + i) * layout.words + row / 32];
                    column |= select((word & bit) == 0u32, 0u32, comptime!(1u32 << i as u32));
                }
            }
        }
        columns[ABSOLUTE_POS] = column;
    }
}
