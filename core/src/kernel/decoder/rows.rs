//! Matrices whose rows begin at whole vectors, and how a product reads them.

use crate::kernel::cpu::simd::{LANES, Lanes};

/// From so many vectors on rows stand an odd number of vectors apart: with powers of two between them all
/// would share a few sets of the cache, and a product that goes down a column would miss it at every row.
const SPREAD: usize = 8;

/// A matrix with rows padded to whole vectors. Memory is kept from one use to the next, and so are the
/// numbers in it: whoever sizes it writes it.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    lanes: Vec<Lanes>,
    /// Columns with their padding, a multiple of [`LANES`].
    columns: usize,
    /// Distance between rows, a multiple of [`LANES`].
    pub stride: usize,
}

impl Rows {
    /// Makes room for so many rows and columns.
    pub fn size(&mut self, rows: usize, columns: usize) {
        let vectors = columns.div_ceil(LANES);
        let apart = if vectors >= SPREAD { vectors | 1 } else { vectors };
        (self.columns, self.stride) = (vectors * LANES, apart * LANES);
        let lanes = rows * apart;
        if self.lanes.len() < lanes {
            self.lanes.resize(lanes, Lanes::default());
        }
    }

    /// A row of a vector's numbers, then zeros.
    pub fn of(vector: &[f32]) -> Self {
        let mut rows = Self::default();
        rows.size(1, vector.len());
        rows.row_mut(0)[..vector.len()].copy_from_slice(vector);
        rows
    }

    /// One row with its padding.
    pub fn row(&self, row: usize) -> &[f32] {
        &flat(&self.lanes)[row * self.stride..][..self.columns]
    }

    /// One row with its padding.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut flat_mut(&mut self.lanes)[row * self.stride..][..self.columns]
    }

    /// Everything from a row on.
    pub fn rest(&self, row: usize) -> &[f32] {
        &flat(&self.lanes)[row * self.stride..]
    }

    /// Everything from a row on.
    pub fn rest_mut(&mut self, row: usize) -> &mut [f32] {
        &mut flat_mut(&mut self.lanes)[row * self.stride..]
    }

    /// As the left factor of a product, from a row and a column on.
    pub fn left(&self, row: usize, column: usize) -> Left<'_> {
        Left { numbers: &self.rest(row)[column..], row: self.stride, step: 1 }
    }

    /// Transposed, as the left factor of a product that sums over rows: from a row and a column on.
    pub fn left_transposed(&self, row: usize, column: usize) -> Left<'_> {
        Left { numbers: &self.rest(row)[column..], row: 1, step: self.stride }
    }

    /// As the right factor of a product, from a row on.
    pub fn right(&self, row: usize) -> Right<'_> {
        Right { numbers: self.rest(row), step: self.stride, panel: LANES }
    }

    /// As the result of a product, from a row on.
    pub fn result(&mut self, row: usize) -> Target<'_> {
        Target { row: self.stride, numbers: self.rest_mut(row) }
    }
}

/// The left factor of a product: its number (i, k) stands at `i * row + k * step`.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    pub numbers: &'a [f32],
    pub row: usize,
    pub step: usize,
}

/// The right factor: the sixteen numbers of panel p in row k begin at `p * panel + k * step`.
#[derive(Clone, Copy)]
pub struct Right<'a> {
    pub numbers: &'a [f32],
    pub step: usize,
    pub panel: usize,
}

/// The result: the sixteen numbers of panel p in row i begin at `i * row + p * LANES`.
pub struct Target<'a> {
    pub numbers: &'a mut [f32],
    pub row: usize,
}

/// A right factor that stays the same over many products, panel after panel.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    lanes: Vec<Lanes>,
    depth: usize,
    /// How many panels of sixteen columns it has.
    pub panels: usize,
}

impl Packed {
    /// Zeros for so many rows and columns.
    pub fn zeros(depth: usize, columns: usize) -> Self {
        let panels = columns.div_ceil(LANES);
        Self { lanes: vec![Lanes::default(); depth * panels], depth, panels }
    }

    /// Puts a matrix `[rows, columns]` in, its first number at (row, column).
    pub fn put(&mut self, matrix: &[f32], columns: usize, [row, column]: [usize; 2]) {
        for (k, from) in matrix.chunks_exact(columns).enumerate() {
            let mut at = column;
            let mut from = from;
            while !from.is_empty() {
                let (head, rest) = from.split_at(from.len().min(LANES - at % LANES));
                self.lanes[at / LANES * self.depth + row + k].0[at % LANES..][..head.len()].copy_from_slice(head);
                at += head.len();
                from = rest;
            }
        }
    }

    /// Puts the transpose of a matrix `[rows, columns]` in, its first number at (row, 0).
    pub fn put_transposed(&mut self, matrix: &[f32], columns: usize, row: usize) {
        for (n, from) in matrix.chunks_exact(columns).enumerate() {
            let to = &mut self.lanes[n / LANES * self.depth + row..][..columns];
            to.iter_mut().zip(from).for_each(|(to, from)| to.0[n % LANES] = *from);
        }
    }

    /// As the right factor of a product.
    pub fn right(&self) -> Right<'_> {
        Right { numbers: flat(&self.lanes), step: LANES, panel: LANES * self.depth }
    }
}

/// Views vectors as one slice of numbers.
pub fn flat(lanes: &[Lanes]) -> &[f32] {
    // SAFETY: `Lanes` is `repr(C)` around an array of exactly its size, so there is no padding.
    unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len() * LANES) }
}

/// Views vectors as one slice of numbers.
pub fn flat_mut(lanes: &mut [Lanes]) -> &mut [f32] {
    // SAFETY: as for `flat`.
    unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), lanes.len() * LANES) }
}
