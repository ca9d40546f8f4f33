//! From logit differences to δ = ∂(mean loss)/∂z, and whatever else the sums need of each sample.
//!
//! No thread waits for another: three small jobs lie side by side in one dispatch. The lanes'
//! shares of z become δ and the loss of a sample; the codes become the places where each subtask's
//! run starts; and the bits are turned, so that one word holds what eight samples have for one bit.

use cubecl::prelude::*;

use super::layout::{BLOCK, Layout};
use super::sample::{error_margin, logit, sigmoid, softplus};

/// Grid: a thread to a sample or to a column, whichever are more.
///
/// `columns` is `[blocks, rows]`, bit i for sample i of the block; past the last sample, no bit
/// is set. `parts` gets δ at `delta_at` and the losses in nats at `loss_at`, nought for the samples
/// that only fill the last chunk, `padded` in all; and the starts at `starts_at`.
#[cube(launch_unchecked)]
pub(super) fn slopes(
    bits: &[u32],
    codes: &[u32],
    labels: &[u32],
    output_bias: &[f32],
    shares: &[f32],
    columns: &mut [u32],
    parts: &mut [f32],
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
        parts[delta_at as usize + sample] = select(label == 1u32, -slope, slope);
        parts[loss_at as usize + sample] = softplus(t);

        // This sample opens its subtask's run, and those of the empty subtasks before.
        let task = codes[sample] as usize;
        let mut open = 0usize;
        if sample > 0 {
            open = codes[sample - 1] as usize + 1;
        }
        while open <= task {
            parts[starts_at as usize + open] = f32::reinterpret(sample as u32);
            open += 1;
        }
        if sample == samples - 1 {
            while open <= layout.n_tasks {
                parts[starts_at as usize + open] = f32::reinterpret(samples as u32);
                open += 1;
            }
        }
    } else if sample < padded {
        parts[delta_at as usize + sample] = 0.0f32;
        parts[loss_at as usize + sample] = 0.0f32;
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
