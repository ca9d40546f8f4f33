//! From partial sums to the gradients of the first layer.
//!
//! With S0 the sums of [a_w > 0] δ, without the factor u_w: ∂/∂W[j,w] = u_w S0[j,w], where S0[j,w]
//! adds up the chunks; the same for the bias with row `n_bits`; ∂/∂V[t,w] = u_w T0[t,w], where
//! T0[t,w] adds up the run of samples that have subtask t: whole chunks of them from row `n_bits`
//! of the partial sums, the ends of the run sample by sample.
//!
//! The output layer's gradient follows from the same sums, for ReLU is homogeneous:
//! Σ δ h_w = Σ δ [a_w > 0] (b_w + V[t,w] + Σ_j x_j W[j,w])
//! = Σ_j W[j,w] S0[j,w] + Σ_t V[t,w] T0[t,w] + b_w Σ_t T0[t,w].
//! Each thread leaves what its parameters add to that. A chunk's δ and losses are added up on the
//! side.

use cubecl::prelude::*;

use super::layout::{BLOCK, Deal, Layout, TASKS, UNITS};

/// Grid: a thread to `TASKS` numbers of V in one column, to a number of W and of the bias, and to
/// a chunk, in that order.
///
/// `parts` holds what [`super::sums`] and [`super::slopes`] left. It gets what a unit's parameters
/// add to its output gradient, `[products, width]` at `products_at`, and Σ δ and Σ loss of each
/// chunk, `[chunks, 2]` at `totals_at`.
#[cube(launch_unchecked)]
pub(super) fn rows(
    input: &[f32],
    bias: &[f32],
    output: &[f32],
    masks: &[u32],
    parts: &mut [f32],
    d_input: &mut [f32],
    d_bias: &mut [f32],
    chunks: u32,
    delta_at: u32,
    loss_at: u32,
    starts_at: u32,
    products_at: u32,
    totals_at: u32,
    #[comptime] layout: Layout,
    #[comptime] deal: Deal,
) {
    let chunks = chunks as usize;
    let row = ABSOLUTE_POS / layout.width;
    let unit = ABSOLUTE_POS % layout.width;
    let u = output[2 * unit + 1] - output[2 * unit];
    let teams = comptime!(layout.teams());
    let numbers = comptime!(layout.products() * layout.width);

    if row < teams {
        // A rare subtask after a common one, so that no thread has all the long runs.
        let mut product = 0.0f32;
        for k in 0..TASKS {
            let task = row + k * teams;
            if task < layout.n_tasks {
                let at = task * layout.width + unit;
                let s = run(masks, &*parts, task, unit, delta_at as usize, starts_at as usize, layout, deal);
                d_input[at] = u * s;
                product += input[at] * s;
            }
        }
        parts[products_at as usize + ABSOLUTE_POS] = product;
    } else if ABSOLUTE_POS < numbers {
        let bit = row - teams;
        let mut s = 0.0f32;
        for c in 0..chunks {
            s += parts[(c * comptime!(layout.rows()) + bit) * layout.width + unit];
        }
        if bit < layout.n_bits {
            let at = (layout.n_tasks + bit) * layout.width + unit;
            d_input[at] = u * s;
            parts[products_at as usize + ABSOLUTE_POS] = input[at] * s;
        } else {
            d_bias[unit] = u * s;
            parts[products_at as usize + ABSOLUTE_POS] = bias[unit] * s;
        }
    } else if ABSOLUTE_POS < numbers + chunks {
        let chunk = ABSOLUTE_POS - numbers;
        let mut delta = 0.0f32;
        let mut loss = 0.0f32;
        for sample in chunk * deal.chunk..(chunk + 1) * deal.chunk {
            delta += parts[delta_at as usize + sample];
            loss += parts[loss_at as usize + sample];
        }
        parts[totals_at as usize + 2 * chunk] = delta;
        parts[totals_at as usize + 2 * chunk + 1] = loss;
    }
}

/// T0 of a subtask and a unit.
#[cube]
fn run(
    masks: &[u32],
    parts: &[f32],
    task: usize,
    unit: usize,
    delta_at: usize,
    starts_at: usize,
    #[comptime] layout: Layout,
    #[comptime] deal: Deal,
) -> f32 {
    let begin = u32::reinterpret(parts[starts_at + task]) as usize;
    let end = u32::reinterpret(parts[starts_at + task + 1]) as usize;
    // The run is [begin, head), whole chunks, and [tail, end); or it has no whole chunk, and
    // [begin, head) is all of it.
    let chunk = comptime!(deal.chunk);
    let head = min((begin + comptime!(chunk - 1)) / chunk * chunk, end);
    let tail = max(end / chunk * chunk, head);
    let mut sum = 0.0f32;
    for c in head / chunk..tail / chunk {
        sum += parts[(c * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
    }

    let tile = unit / comptime!(layout.tile());
    let lane = unit % layout.lanes;
    // The unit's byte of the mask starts here, a bit to a sample.
    let byte = 1u32 << (unit / layout.lanes % UNITS * BLOCK) as u32;
    // The blocks of both ends in one row.
    let first = begin / BLOCK;
    let first_tail = (tail + comptime!(BLOCK - 1)) / BLOCK;
    let heads = (head + comptime!(BLOCK - 1)) / BLOCK - first;
    let tails = (end + comptime!(BLOCK - 1)) / BLOCK - first_tail;
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
