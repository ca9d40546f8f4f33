//! From logit differences to S[j,w] = Σ_samples x_j [a_w > 0] δ, the sums every gradient is made of.
//!
//! δ = ∂(mean loss)/∂z of a sample. A thread adds for `depth` rows j and four units w at once: for
//! a block of eight samples, one word of the mask gives it 32 numbers [a_w > 0] δ, and one byte of
//! a bit's column says which of them each row gets. Row `n_bits` stands for a bit that is always
//! set: the sum of [a_w > 0] δ over the chunk, for the bias and for whole chunks of one subtask.
//!
//! Every chunk of samples writes its own partial S; the next pass adds them in order, so the
//! result does not depend on who finishes first.

use cubecl::prelude::*;

use super::layout::{BLOCK, Deal, Layout, STAGE, UNITS};
use super::sample::{error_margin, sigmoid, softplus};

/// Grid: `[tiles, bands, chunks]` workgroups of `[lanes, groups]` threads.
///
/// `parts` gets partial S at 0, δ at `delta`, the loss of each sample in nats at `loss`, and where
/// each subtask starts at `starts`.
#[cube(launch_unchecked)]
pub(super) fn sums(
    bits: &[u32],
    codes: &[u32],
    labels: &[u32],
    output_bias: &[f32],
    masks: &[u32],
    logits: &[f32],
    parts: &mut [f32],
    samples: u32,
    delta_at: u32,
    loss_at: u32,
    starts_at: u32,
    #[comptime] layout: Layout,
    #[comptime] deal: Deal,
) {
    let samples = samples as usize;
    let lane = UNIT_POS_X as usize;
    let group = UNIT_POS_Y as usize;
    let tile = CUBE_POS_X as usize;
    let band = CUBE_POS_Y as usize;
    let chunk = CUBE_POS_Z as usize;
    let thread = group * layout.lanes + lane;
    let threads = comptime!(layout.lanes * deal.groups);
    let rows = comptime!(deal.band());
    let blocks = comptime!(STAGE / BLOCK);

    let mut delta = Shared::<[f32]>::new_slice(STAGE);
    let mut columns = Shared::<[u32]>::new_slice(comptime!(blocks * rows));

    let mut s = Array::<f32>::new(comptime!(deal.depth * UNITS));
    #[unroll]
    for i in 0..comptime!(deal.depth * UNITS) {
        s[i] = 0.0f32;
    }

    for stage in 0..deal.stages {
        let first = (chunk * deal.stages + stage) * STAGE;
        // Nobody may still read the last stage's.
        sync_cube();

        // δ, which one workgroup of the chunk also leaves for the later passes.
        let mut i = thread;
        while i < STAGE {
            let sample = first + i;
            let mut d = 0.0f32;
            let mut loss = 0.0f32;
            if sample < samples {
                let label = labels[sample];
                let t = error_margin(logits[sample] + output_bias[1] - output_bias[0], label);
                let slope = sigmoid(t) / f32::cast_from(samples as u32);
                d = select(label == 1u32, -slope, slope);
                loss = softplus(t);
            }
            delta[i] = d;
            if tile == 0 && band == 0 {
                parts[delta_at as usize + sample] = d;
                parts[loss_at as usize + sample] = loss;
                if sample < samples {
                    let last = sample + 1 == samples;
                    let task = codes[sample] as usize;
                    let before = select(sample == 0, 0, codes[max(sample, 1) - 1] as usize + 1);
                    for t in before..task + 1 {
                        parts[starts_at as usize + t] = f32::reinterpret(sample as u32);
                    }
                    if last {
                        for t in task + 1..comptime!(layout.n_tasks + 1) {
                            parts[starts_at as usize + t] = f32::reinterpret(samples as u32);
                        }
                    }
                }
            }
            i += threads;
        }

        // The columns of bits: for each block of eight samples and each row a byte.
        let mut i = thread;
        while i < comptime!(blocks * rows) {
            let row = band * rows + i % rows;
            let start = first + i / rows * BLOCK;
            let mut column = 0u32;
            if row < layout.n_bits {
                let word = row / 32;
                let bit = 1u32 << (row % 32) as u32;
                #[unroll]
                for k in 0..BLOCK {
                    let x = bits[min(start + k, samples - 1) * layout.words + word];
                    column |= select((x & bit) == 0u32, 0u32, comptime!(1u32 << k as u32));
                }
            } else if row == layout.n_bits {
                column = 255u32;
            }
            columns[i] = column;
            i += threads;
        }
        sync_cube();

        for block in 0..blocks {
            let at = (first / BLOCK + block) * layout.tiles + tile;
            let mask = masks[at * layout.lanes + lane];
            // [a_w > 0] δ
            let mut v = Sequence::<f32>::new();
            #[unroll]
            for i in 0..BLOCK {
                let d = delta[block * BLOCK + i];
                #[unroll]
                for q in 0..UNITS {
                    v.push(select((mask & comptime!(1u32 << (q * BLOCK + i) as u32)) == 0u32, 0.0f32, d));
                }
            }
            #[unroll]
            for k in 0..deal.depth {
                let column = columns[block * rows + group + k * deal.groups];
                let mut sum = Array::<f32>::new(UNITS);
                #[unroll]
                for q in 0..UNITS {
                    sum[q] = s[k * UNITS + q];
                }
                #[unroll]
                for i in 0..BLOCK {
                    let on = select((column & comptime!(1u32 << i as u32)) == 0u32, 0.0f32, 1.0f32);
                    #[unroll]
                    for q in 0..UNITS {
                        // No fma, as in the forward pass.
                        let mut product = on * v[i * UNITS + q];
                        sum[q] += product;
                    }
                }
                #[unroll]
                for q in 0..UNITS {
                    s[k * UNITS + q] = sum[q];
                }
            }
        }
    }

    #[unroll]
    for k in 0..deal.depth {
        let row = band * rows + group + k * deal.groups;
        if row < comptime!(layout.rows()) {
            #[unroll]
            for q in 0..UNITS {
                let unit = (tile * UNITS + q) * layout.lanes + lane;
                if unit < layout.width {
                    parts[(chunk * comptime!(layout.rows()) + row) * layout.width + unit] = s[k * UNITS + q];
                }
            }
        }
    }
}
