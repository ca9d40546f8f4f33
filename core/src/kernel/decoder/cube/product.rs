//! Products of matrices, and sums of what several workgroups found.
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
/// of the left factor stands at `left_at + i * left_row + k * left_step`, number (k, j) of the right one at
/// `right_at + k * right_row + j`, that of the result at `out_at + i * out_row + j`. Each chunk sums over
/// `chunk` of the depth and writes `rows * columns` numbers after the chunk before it.
#[cube(launch_unchecked)]
pub fn product(
    left: &[f32],
    right: &[f32],
    out: &mut [f32],
    rows: u32,
    columns: u32,
    depth: u32,
    chunk: u32,
    left_at: u32,
    left_row: u32,
    left_step: u32,
    right_at: u32,
    right_row: u32,
    bias_at: u32,
    out_at: u32,
    out_row: u32,
    #[comptime] ends: Ends,
) {
    let first_row = (CUBE_POS_X * CUBE_DIM_Y + UNIT_POS_Y) * comptime!(ROWS as u32);
    let first_column = CUBE_POS_Y * CUBE_DIM_X * comptime!(COLUMNS as u32) + UNIT_POS_X;
    let from = CUBE_POS_Z * chunk;
    let to = min(from + chunk, depth);

    // Threads past an edge repeat its last row or column, and write nothing.
    let mut left_index = Sequence::<u32>::new();
    #[unroll]
    for i in 0..ROWS {
        left_index.push(left_at + min(first_row + comptime!(i as u32), rows - 1) * left_row);
    }
    let mut right_index = Sequence::<u32>::new();
    #[unroll]
    for j in 0..COLUMNS {
        right_index.push(right_at + min(first_column + comptime!(j as u32) * CUBE_DIM_X, columns - 1));
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
            row.push(right[(right_index[j] + down) as usize]);
        }
        #[unroll]
        for i in 0..ROWS {
            let x = left[(left_index[i] + along) as usize];
            #[unroll]
            for j in 0..COLUMNS {
                sums[i * COLUMNS + j] += times(x, row[j]);
            }
        }
    }

    #[unroll]
    for j in 0..COLUMNS {
        let column = first_column + comptime!(j as u32) * CUBE_DIM_X;
        if column < columns {
            let mut bias = 0.0f32;
            if comptime!(ends.is_biased) {
                bias = right[(bias_at + column) as usize];
            }
            #[unroll]
            for i in 0..ROWS {
                let row = first_row + comptime!(i as u32);
                if row < rows {
                    let at = (out_at + CUBE_POS_Z * rows * columns + row * out_row + column) as usize;
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

/// Adds up what the chunks of a result `[chunks, rows, row]` have in the columns from `column` on.
///
/// Grid: one thread a number of `to`'s part, `[rows, columns]` at `at`. In order, so that the same step gives
/// the same bits.
#[cube(launch_unchecked)]
pub fn total(from: &[f32], to: &mut [f32], chunks: u32, rows: u32, row: u32, column: u32, columns: u32, at: u32, scale: f32) {
    let i = ABSOLUTE_POS as u32;
    if i < rows * columns {
        let first = i / columns * row + column + i % columns;
        let mut sum = 0.0f32;
        for chunk in 0..chunks {
            sum += from[(first + chunk * rows * row) as usize];
        }
        to[(at + i) as usize] = sum * scale;
    }
}

/// Σ x, or Σ x·y, over the rows of each chunk: `[chunks, columns]`.
///
/// Grid: one thread a chunk and column. `x` is `[rows, columns]`, and so is `y`, which is read where `times_y`.
#[cube(launch_unchecked)]
pub fn column_sums(
    x: &[f32],
    y: &[f32],
    to: &mut [f32],
    rows: u32,
    columns: u32,
    chunk: u32,
    count: u32,
    #[comptime] times_y: bool,
) {
    let i = ABSOLUTE_POS as u32;
    if i < count {
        let column = i % columns;
        let from = i / columns * chunk;
        let mut sum = 0.0f32;
        for at in from..min(from + chunk, rows) {
            let mut term = x[(at * columns + column) as usize];
            if comptime!(times_y) {
                term *= y[(at * columns + column) as usize];
            }
            sum += term;
        }
        to[i as usize] = sum;
    }
}

/// Transposes a matrix `[rows, columns]` that stands at `from_at` into `to` at `to_at`.
///
/// Grid: one thread a number.
#[cube(launch_unchecked)]
pub fn transpose(from: &[f32], to: &mut [f32], rows: u32, columns: u32, from_at: u32, to_at: u32) {
    let i = ABSOLUTE_POS as u32;
    if i < rows * columns {
        to[(to_at + i) as usize] = from[(from_at + i % rows * columns + i / rows) as usize];
    }
}
