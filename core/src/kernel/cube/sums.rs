//! S[j,w] = Σ_samples x_j [a_w > 0] δ, from which all gradients follow.
//!
//! A thread adds up `depth` rows j and four units w at once: for a block of eight samples, one word
//! of the mask gives 32 numbers [a_w > 0] δ, and one column of bits selects those that belong to a
//! row. Row `n_bits` stands for a bit that is always set: it holds the sum of [a_w > 0] δ over the
//! chunk, for the bias and for whole chunks of one subtask.
//!
//! Every chunk of samples writes its own partial S. The next pass adds them in order, so the result
//! does not depend on the order in which workgroups finish.

use cubecl::prelude::*;

use super::layout::{BLOCK, Layout, Partition, UNITS};
use super::sample::product;

/// Grid: `[tiles, bands, chunks]` workgroups of `[lanes, groups]` threads.
///
/// Reads δ at `delta_at` of `intermediates` and writes the partial S, `[chunks, rows, width]`, at 0.
#[cube(launch_unchecked)]
pub(super) fn sums(
    masks: &[u32],
    columns: &[u32],
    intermediates: &mut [f32],
    delta_at: u32,
    #[comptime] layout: Layout,
    #[comptime] partition: Partition,
) {
    let lane = UNIT_POS_X as usize;
    let tile = CUBE_POS_X as usize;
    let chunk = CUBE_POS_Z as usize;
    let rows = comptime!(layout.rows());
    let first_row = (CUBE_POS_Y * partition.groups as u32 + UNIT_POS_Y) as usize * partition.depth;

    let mut s = Array::<f32>::new(comptime!(partition.depth * UNITS));
    #[unroll]
    for i in 0..comptime!(partition.depth * UNITS) {
        s[i] = 0.0f32;
    }

    let blocks = comptime!(partition.chunk / BLOCK);
    for block in chunk * blocks..(chunk + 1) * blocks {
        let mask = masks[(block * layout.tiles + tile) * layout.lanes + lane];
        // [a_w > 0] δ
        let mut v = Sequence::<f32>::new();
        #[unroll]
        for i in 0..BLOCK {
            let d = intermediates[delta_at as usize + block * BLOCK + i];
            #[unroll]
            for q in 0..UNITS {
                v.push(select((mask & comptime!(1u32 << (q * BLOCK + i) as u32)) == 0u32, 0.0f32, d));
            }
        }
        #[unroll]
        for k in 0..partition.depth {
            let column = columns[block * rows + min(first_row + k, rows - 1)];
            let mut on = Sequence::<f32>::new();
            #[unroll]
            for i in 0..BLOCK {
                on.push(select((column & comptime!(1u32 << i as u32)) == 0u32, 0.0f32, 1.0f32));
            }
            #[unroll]
            for q in 0..UNITS {
                let mut sum = Sequence::<f32>::new();
                sum.push(s[k * UNITS + q]);
                #[unroll]
                for i in 0..BLOCK {
                    sum.push(sum[i] + product(on[i], v[i * UNITS + q]));
                }
                s[k * UNITS + q] = sum[BLOCK];
            }
        }
    }

    #[unroll]
    for k in 0..partition.depth {
        let row = first_row + k;
        if row < rows {
            #[unroll]
            for q in 0..UNITS {
                let unit = (tile * UNITS + q) * layout.lanes + lane;
                if unit < layout.width {
                    intermediates[(chunk * rows + row) * layout.width + unit] = s[k * UNITS + q];
                }
            }
        }
    }
}
