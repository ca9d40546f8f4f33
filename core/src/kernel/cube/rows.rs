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
            // The run is [begin, head) + whole chunks + [tail, end), or has no whole chunk.
            let chunk = comptime!(deal.chunk);
            let head = min((begin + comptime!(chunk - 1)) / chunk * chunk, end);
            let tail = max(end / chunk * chunk, head);
            s += run(masks, &*parts, begin, head, unit, delta_at as usize, layout);
            for c in head / chunk..tail / chunk {
                s += parts[(c * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
            }
            s += run(masks, &*parts, tail, end, unit, delta_at as usize, layout);
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

/// Σ [a_w > 0] δ over the samples `begin..end`.
#[cube]
fn run(masks: &[u32], parts: &[f32], begin: usize, end: usize, unit: usize, delta_at: usize, #[comptime] layout: Layout) -> f32 {
    let tile = unit / comptime!(layout.tile());
    let q = unit / layout.lanes % UNITS;
    let lane = unit % layout.lanes;
    let first = 1u32 << (8 * q) as u32;
    let mut sum = 0.0f32;
    for block in begin / BLOCK..(end + comptime!(BLOCK - 1)) / BLOCK {
        let mask = masks[(block * layout.tiles + tile) * layout.lanes + lane];
        // The unit's byte of the mask, a bit to a sample.
        let mut bit = Sequence::<u32>::new();
        bit.push(first);
        #[unroll]
        for i in 0..BLOCK {
            let sample = block * BLOCK + i;
            let counts = (mask & bit[i]) != 0u32 && sample >= begin && sample < end;
            sum += select(counts, parts[delta_at + sample], 0.0f32);
            bit.push(bit[i] + bit[i]);
        }
    }
    sum
}
