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
//! Each thread leaves what its parameter adds to that.

use cubecl::prelude::*;

use super::layout::{BLOCK, Deal, Layout, UNITS};

/// Grid: a thread to a number of `input`.
///
/// `parts` holds what [`super::sums`] and [`super::slopes`] left, and gets the products
/// `[inputs, width]` at `products_at`.
#[cube(launch_unchecked)]
pub(super) fn rows(
    input: &[f32],
    output: &[f32],
    masks: &[u32],
    parts: &mut [f32],
    d_input: &mut [f32],
    chunks: u32,
    delta_at: u32,
    starts_at: u32,
    products_at: u32,
    #[comptime] layout: Layout,
    #[comptime] deal: Deal,
) {
    let at = ABSOLUTE_POS;
    if at < comptime!(layout.inputs() * layout.width) {
        let row = at / layout.width;
        let unit = at % layout.width;
        let mut s = 0.0f32;
        if row < layout.n_tasks {
            let begin = u32::reinterpret(parts[starts_at as usize + row]) as usize;
            let end = u32::reinterpret(parts[starts_at as usize + row + 1]) as usize;
            // The run is [begin, head), whole chunks, and [tail, end); or it has no whole chunk,
            // and [begin, head) is all of it.
            let chunk = comptime!(deal.chunk);
            let head = min((begin + comptime!(chunk - 1)) / chunk * chunk, end);
            let tail = max(end / chunk * chunk, head);
            for c in head / chunk..tail / chunk {
                s += parts[(c * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
            }
            s += ends(masks, &*parts, begin, head, tail, end, unit, delta_at as usize, layout);
        } else {
            let bit = row - layout.n_tasks;
            for c in 0..chunks as usize {
                s += parts[(c * comptime!(layout.rows()) + bit) * layout.width + unit];
            }
        }
        d_input[at] = (output[2 * unit + 1] - output[2 * unit]) * s;
        parts[products_at as usize + at] = input[at] * s;
    }
}

/// Σ [a_w > 0] δ over the samples of `begin..head` and `tail..end`, block by block.
#[cube]
fn ends(
    masks: &[u32],
    parts: &[f32],
    begin: usize,
    head: usize,
    tail: usize,
    end: usize,
    unit: usize,
    delta_at: usize,
    #[comptime] layout: Layout,
) -> f32 {
    let tile = unit / comptime!(layout.tile());
    let lane = unit % layout.lanes;
    // The unit's byte of the mask starts here, a bit to a sample.
    let byte = 1u32 << (unit / layout.lanes % UNITS * BLOCK) as u32;
    let first = begin / BLOCK;
    let first_tail = (tail + comptime!(BLOCK - 1)) / BLOCK;
    let heads = (head + comptime!(BLOCK - 1)) / BLOCK - first;
    let tails = (end + comptime!(BLOCK - 1)) / BLOCK - first_tail;
    let mut sum = 0.0f32;
    for k in 0..heads + tails {
        let mut block = first + k;
        if k >= heads {
            block = first_tail + k - heads;
        }
        // Of the block's samples, those of the run.
        let from = max(begin, block * BLOCK) - block * BLOCK;
        let to = min(end, (block + 1) * BLOCK) - block * BLOCK;
        let inside = ((1u32 << to as u32) - (1u32 << from as u32)) * byte;
        let counted = masks[(block * layout.tiles + tile) * layout.lanes + lane] & inside;
        let mut bit = Sequence::<u32>::new();
        let mut partial = Sequence::<f32>::new();
        bit.push(byte);
        partial.push(sum);
        #[unroll]
        for i in 0..BLOCK {
            let d = parts[delta_at + block * BLOCK + i];
            partial.push(partial[i] + select((counted & bit[i]) == 0u32, 0.0f32, d));
            bit.push(bit[i] + bit[i]);
        }
        sum = partial[BLOCK];
    }
    sum
}
