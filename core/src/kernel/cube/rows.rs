//! The gradients of the first layer, from the partial sums.
//!
//! ∂/∂W[j,w] = u_w S[j,w], where S[j,w] adds up the partial sums of all chunks; the same for the
//! bias with row `n_bits`. ∂/∂V[t,w] = u_w T[t,w], where T[t,w] adds up the consecutive samples of
//! subtask t: whole chunks from row `n_bits` of the partial sums, and the samples before and after
//! them one by one.
//!
//! The output layer's gradient follows from the same sums, because max(a, 0) = [a > 0] a:
//! Σ δ h_w = Σ δ [a_w > 0] (b_w + V[t,w] + Σ_j x_j W[j,w])
//! = Σ_j W[j,w] S[j,w] + Σ_t V[t,w] T[t,w] + b_w Σ_t T[t,w].
//! Each thread writes the term of its own parameters. Further threads add up the δ and the losses of
//! each chunk.

use cubecl::prelude::*;

use super::layout::{BLOCK, Layout, Partition, TASKS, UNITS};

/// Grid: one thread for each `TASKS` numbers of a column of V, then one for each number of W and of
/// the bias, then one for each chunk.
///
/// `intermediates` holds the results of [`super::sums`] and [`super::slopes`]. The pass adds the terms
/// of the output layer's gradient, `[products, width]` at `products_at`, and Σ δ and Σ loss of each
/// chunk, `[chunks, 2]` at `totals_at`.
#[cube(launch_unchecked)]
pub(super) fn rows(
    input: &[f32],
    bias: &[f32],
    output: &[f32],
    masks: &[u32],
    intermediates: &mut [f32],
    d_input: &mut [f32],
    d_bias: &mut [f32],
    chunks: u32,
    delta_at: u32,
    loss_at: u32,
    starts_at: u32,
    products_at: u32,
    totals_at: u32,
    #[comptime] layout: Layout,
    #[comptime] partition: Partition,
) {
    let chunks = chunks as usize;
    let row = ABSOLUTE_POS / layout.width;
    let unit = ABSOLUTE_POS % layout.width;
    let u = output[2 * unit + 1] - output[2 * unit];
    let task_threads = comptime!(layout.task_threads());
    let numbers = comptime!(layout.products() * layout.width);

    if row < task_threads {
        // Strided, so that every thread gets frequent and rare subtasks.
        let mut product = 0.0f32;
        for k in 0..TASKS {
            let task = row + k * task_threads;
            if task < layout.n_tasks {
                let at = task * layout.width + unit;
                let s = task_sum(masks, &*intermediates, task, unit, delta_at as usize, starts_at as usize, layout, partition);
                d_input[at] = u * s;
                product += input[at] * s;
            }
        }
        intermediates[products_at as usize + ABSOLUTE_POS] = product;
    } else if ABSOLUTE_POS < numbers {
        let bit = row - task_threads;
        let mut s = 0.0f32;
        for c in 0..chunks {
            s += intermediates[(c * comptime!(layout.rows()) + bit) * layout.width + unit];
        }
        if bit < layout.n_bits {
            let at = (layout.n_tasks + bit) * layout.width + unit;
            d_input[at] = u * s;
            intermediates[products_at as usize + ABSOLUTE_POS] = input[at] * s;
        } else {
            d_bias[unit] = u * s;
            intermediates[products_at as usize + ABSOLUTE_POS] = bias[unit] * s;
        }
    } else if ABSOLUTE_POS < numbers + chunks {
        let chunk = ABSOLUTE_POS - numbers;
        let mut delta = 0.0f32;
        let mut loss = 0.0f32;
        for sample in chunk * partition.chunk..(chunk + 1) * partition.chunk {
            delta += intermediates[delta_at as usize + sample];
            loss += intermediates[loss_at as usize + sample];
        }
        intermediates[totals_at as usize + 2 * chunk] = delta;
        intermediates[totals_at as usize + 2 * chunk + 1] = loss;
    }
}

/// Returns T[task, unit].
#[cube]
fn task_sum(
    masks: &[u32],
    intermediates: &[f32],
    task: usize,
    unit: usize,
    delta_at: usize,
    starts_at: usize,
    #[comptime] layout: Layout,
    #[comptime] partition: Partition,
) -> f32 {
    let begin = u32::reinterpret(intermediates[starts_at + task]) as usize;
    let end = u32::reinterpret(intermediates[starts_at + task + 1]) as usize;
    // The subtask's samples are [begin, head), whole chunks, and [tail, end); without a whole chunk,
    // [begin, head) covers them all.
    let chunk = comptime!(partition.chunk);
    let head = min((begin + comptime!(chunk - 1)) / chunk * chunk, end);
    let tail = max(end / chunk * chunk, head);
    let mut sum = 0.0f32;
    for c in head / chunk..tail / chunk {
        sum += intermediates[(c * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
    }

    let tile = unit / comptime!(layout.tile());
    let lane = unit % layout.lanes;
    // The lowest bit of the unit's byte in the mask, which has one bit per sample.
    let byte = 1u32 << (unit / layout.lanes % UNITS * BLOCK) as u32;
    // One loop over the blocks of both ends.
    let first = begin / BLOCK;
    let first_tail = (tail + comptime!(BLOCK - 1)) / BLOCK;
    let heads = (head + comptime!(BLOCK - 1)) / BLOCK - first;
    let tails = (end + comptime!(BLOCK - 1)) / BLOCK - first_tail;
    for k in 0..heads + tails {
        let mut block = first + k;
        if k >= heads {
            block = first_tail + k - heads;
        }
        // The block's samples that belong to the subtask.
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
            let d = intermediates[delta_at + block * BLOCK + i];
            partial.push(partial[i] + select((counted & bit[i]) == 0u32, 0.0f32, d));
            bit.push(bit[i] + bit[i]);
        }
        sum = partial[BLOCK];
    }
    sum
}
