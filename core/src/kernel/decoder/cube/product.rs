//! Products of matrices, and sums and transposes of what stands in buffers.
//!
//! A thread holds eight rows and four columns of the result in registers. Neighbouring lanes take
//! neighbouring columns, so that they read neighbouring numbers of the right factor and the same number of
//! the left one. Nothing is shared between threads: software adapters pay for every barrier.

use cubecl::prelude::*;

use crate::kernel::cube::sample::product as times;

/// Rows of the result that a thread holds.
pub const ROWS: usize = 8;

/// Columns of the result that a thread holds.
pub const COLUMNS: usize = 4;

/// What becomes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// A bias is added, which stands in the right factor's buffer.
    pub is_biased: bool,
    /// It is added to what stands there.
    pub adds: bool,
}

/// left·right, `[rows, columns]`, each a sum over `depth`.
///
/// Grid: `[blocks of rows, tiles of columns, chunks]` workgroups of `[lanes, groups]` threads. Number (i, k)
/// of the left factor stands at `i * left_row + k * left_step`, number (k, j) of the right one at
/// `right_at + k * right_row + j`, that of the result at `out_at + i * out_row + j`. Each chunk sums over
/// `chunk` of the depth and writes `rows * columns` numbers after the chunk before it.
#[cube(launch_unchecked)]
pub fn product(
    left: &[f32],
    right: &[f32],
    out: &mut [f32],
    rows: usize,
    columns: usize,
    depth: usize,
    chunk: usize,
    left_row: usize,
    left_step: usize,
    right_at: usize,
    right_row: usize,
    bias_at: usize,
    out_at: usize,
    out_row: usize,
    #[comptime] ends: Ends,
) {
    let first_row = (CUBE_POS_X as usize * CUBE_DIM_Y as usize + UNIT_POS_Y as usize) * ROWS;
    let first_column = CUBE_POS_Y as usize * CUBE_DIM_X as usize * COLUMNS + UNIT_POS_X as usize;
    let from = CUBE_POS_Z as usize * chunk;
    let to = min(from + chunk, depth);

    // Threads past an edge repeat its last row or column, and write nothing.
    let mut left_index = Sequence::<usize>::new();
    #[unroll]
    for i in 0..ROWS {
        left_index.push(min(first_row + i, rows - 1) * left_row);
    }
    let mut right_index = Sequence::<usize>::new();
    #[unroll]
    for j in 0..COLUMNS {
        right_index.push(right_at + min(first_column + j * CUBE_DIM_X as usize, columns - 1));
    }
    let mut sums = Array::<f32>::new(comptime!(ROWS * COLUMNS));
    #[unroll]
    for i in 0..comptime!(ROWS * COLUMNS) {
        sums[i] = 0.0f32;
    }

    for k in from..to {
        let along = k * left_step;
        let down = k * right_row;
        let mut row = Sequence::<f32>::new();
        #[unroll]
        for j in 0..COLUMNS {
            row.push(right[right_index[j] + down]);
        }
        #[unroll]
        for i in 0..ROWS {
            let x = left[left_index[i] + along];
            #[unroll]
            for j in 0..COLUMNS {
                sums[i * COLUMNS + j] += times(x, row[j]);
            }
        }
    }

    #[unroll]
    for j in 0..COLUMNS {
        let column = first_column + j * CUBE_DIM_X as usize;
        if column < columns {
            let mut bias = 0.0f32;
            if comptime!(ends.is_biased) {
                bias = right[bias_at + column];
            }
            #[unroll]
            for i in 0..ROWS {
                let row = first_row + i;
                if row < rows {
                    let at = out_at + CUBE_POS_Z as usize * rows * columns + row * out_row + column;
                    let sum = sums[i * COLUMNS + j] + bias;
                    if comptime!(ends.adds) {
                        out[at] += sum;
                    } else {
                        out[at] = sum;
                    }
                }
            }
        }
    }
}

/// Numbers of `from` in another order, or sums of several: number (i, j) of a part `[rows, columns]` of `to` that
/// begins at `at` is `scale` times the sum of those at `from_at + i * row + j * column + t * term`, over `terms`.
///
/// Grid: one thread a number. In order, so that the same step gives the same bits.
#[cube(launch_unchecked)]
pub fn gather(
    from: &[f32],
    to: &mut [f32],
    count: usize,
    columns: usize,
    from_at: usize,
    row: usize,
    column: usize,
    terms: usize,
    term: usize,
    at: usize,
    scale: f32,
) {
    let i = ABSOLUTE_POS;
    if i < count {
        let first = from_at + i / columns * row + i % columns * column;
        let mut sum = 0.0f32;
        for t in 0..terms {
            sum += from[first + t * term];
        }
        to[at + i] = sum * scale;
    }
}
