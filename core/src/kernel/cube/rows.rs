//! From partial sums to the gradient of the first layer, row by row.
//!
//! With S0 the sums of [a_w > 0] δ, without the factor u_w: ∂/∂W[j,w] = u_w S0[j,w], where S0[j,w]
//! adds up the chunks; ∂/∂V[t,w] = u_w T0[t,w], where T0[t,w] adds up the run of samples that
//! have subtask t: whole chunks of them from row `n_bits` of the partial sums, the ends of the
//! run sample by sample.
//!
//! The output layer's gradient follows from the same sums, for ReLU is homogeneous:
//! Σ δ h_w = Σ δ [a_w > 0] (b_w + V[t,w] + Σ_j x_j W[j,w])
//! = Σ_j W[j,w] S0[j,w] + Σ_t V[t,w] T0[t,w] + b_w Σ_t T0[t,w].
//! Each workgroup leaves what its rows add to that.

use cubecl::prelude::*;

use super::layout::{ACROSS, BLOCK, DOWN, Deal, Layout, UNITS};

/// Grid: `[units / ACROSS, inputs / DOWN]` workgroups of `[ACROSS, DOWN]` threads, one to a
/// parameter.
#[cube(launch_unchecked)]
pub(super) fn rows(
    input: &[f32],
    output: &[f32],
    masks: &[u32],
    parts: &mut [f32],
    d_input: &mut [f32],
    chunks: u32,
    delta_at: u32,
    products_at: u32,
    starts_at: u32,
    #[comptime] layout: Layout,
    #[comptime] deal: Deal,
) {
    let across = UNIT_POS_X as usize;
    let down = UNIT_POS_Y as usize;
    let unit = CUBE_POS_X as usize * ACROSS + across;
    let row = CUBE_POS_Y as usize * DOWN + down;
    let mut product = 0.0f32;

    if unit < layout.width && row < comptime!(layout.inputs()) {
        let mut s = 0.0f32;
        if row < layout.n_tasks {
            let begin = u32::reinterpret(parts[starts_at as usize + row]) as usize;
            let end = u32::reinterpret(parts[starts_at as usize + row + 1]) as usize;
            let chunk = comptime!(deal.chunk());
            let first_chunk = (begin + comptime!(chunk - 1)) / chunk;
            let last_chunk = end / chunk;
            if first_chunk < last_chunk {
                let (head, tail) = (first_chunk * chunk, last_chunk * chunk);
                s += ends(masks, &*parts, begin, head, unit, delta_at as usize, layout);
                for c in first_chunk..last_chunk {
                    s += parts[(c * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
                }
                s += ends(masks, &*parts, tail, end, unit, delta_at as usize, layout);
            } else {
                s += ends(masks, &*parts, begin, end, unit, delta_at as usize, layout);
            }
        } else {
            let bit = row - layout.n_tasks;
            for c in 0..chunks as usize {
                s += parts[(c * comptime!(layout.rows()) + bit) * layout.width + unit];
            }
        }
        let at = row * layout.width + unit;
        d_input[at] = (output[2 * unit + 1] - output[2 * unit]) * s;
        product = input[at] * s;
    }

    let mut products = Shared::<[f32]>::new_slice(comptime!(ACROSS * DOWN));
    products[down * ACROSS + across] = product;
    sync_cube();
    if down == 0 && unit < layout.width {
        let mut sum = 0.0f32;
        #[unroll]
        for d in 0..DOWN {
            sum += products[d * ACROSS + across];
        }
        parts[products_at as usize + CUBE_POS_Y as usize * layout.width + unit] = sum;
    }
}

/// Σ [a_w > 0] δ over the samples `begin..end`.
#[cube]
fn ends(masks: &[u32], parts: &[f32], begin: usize, end: usize, unit: usize, delta_at: usize, #[comptime] layout: Layout) -> f32 {
    let tile = unit / comptime!(layout.tile());
    let q = unit / layout.lanes % UNITS;
    let lane = unit % layout.lanes;
    let mut sum = 0.0f32;
    // The unit's byte of the mask, tested bit by bit.
    let byte = select(q == 0, 1u32, select(q == 1, 1u32 << 8u32, select(q == 2, 1u32 << 16u32, 1u32 << 24u32)));
    for block in begin / BLOCK..(end + comptime!(BLOCK - 1)) / BLOCK {
        let mask = masks[(block * layout.tiles + tile) * layout.lanes + lane];
        let first = block * BLOCK;
        let mut bit = byte;
        #[unroll]
        for i in 0..BLOCK {
            let sample = first + i;
            let counts = (mask & bit) != 0u32 && sample >= begin && sample < end;
            sum += select(counts, parts[delta_at + sample], 0.0f32);
            bit += bit;
        }
    }
    sum
}
