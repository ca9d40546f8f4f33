//! Products of matrices, in tiles that stay in registers.

use super::dispatch::{Kernel, Tiles};
use super::rows::{Left, Right, Target};
use crate::kernel::cpu::Isa;
use crate::kernel::cpu::simd::{LANES, Lanes};

/// Sizes of a product: rows and panels of sixteen columns of the result, and how many numbers each is a
/// sum over.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub rows: usize,
    pub panels: usize,
    pub depth: usize,
}

/// Writes left·right over the result, or adds it to the result.
pub fn multiply(isa: Isa, left: Left<'_>, right: Right<'_>, to: Target<'_>, size: Size, adds: bool) {
    let Size { rows, panels, depth } = size;
    if rows == 0 || panels == 0 {
        return;
    }
    assert!(to.numbers.len() >= (rows - 1) * to.row + panels * LANES);
    assert!(to.row.is_multiple_of(LANES) && to.numbers.as_ptr().cast::<Lanes>().is_aligned());
    if depth > 0 {
        assert!(left.numbers.len() > (rows - 1) * left.row + (depth - 1) * left.step);
        assert!(right.numbers.len() >= (panels - 1) * right.panel + (depth - 1) * right.step + LANES);
        assert!(right.step.is_multiple_of(LANES) && right.panel.is_multiple_of(LANES));
        assert!(right.numbers.as_ptr().cast::<Lanes>().is_aligned());
    }
    isa.run(Product { left, right, to, size, adds });
}

struct Product<'a> {
    left: Left<'a>,
    right: Right<'a>,
    to: Target<'a>,
    size: Size,
    adds: bool,
}

impl Kernel for Product<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Tiles>(mut self) {
        let mut panel = 0;
        unsafe {
            while S::PANELS >= 2 && panel + 2 <= self.size.panels {
                self.column::<S, 2>(panel);
                panel += 2;
            }
            while panel < self.size.panels {
                self.column::<S, 1>(panel);
                panel += 1;
            }
        }
    }
}

impl Product<'_> {
    /// All rows of `PANELS` panels, in tiles as high as registers allow.
    #[inline(always)]
    unsafe fn column<S: Tiles, const PANELS: usize>(&mut self, panel: usize) {
        let (mut row, rows) = (0, self.size.rows);
        unsafe {
            while S::ROWS >= 8 && row + 8 <= rows {
                self.tile::<S, 8, PANELS>(row, panel);
                row += 8;
            }
            while S::ROWS >= 4 && row + 4 <= rows {
                self.tile::<S, 4, PANELS>(row, panel);
                row += 4;
            }
            while row + 2 <= rows {
                self.tile::<S, 2, PANELS>(row, panel);
                row += 2;
            }
            if row < rows {
                self.tile::<S, 1, PANELS>(row, panel);
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<S: Tiles, const ROWS: usize, const PANELS: usize>(&mut self, row: usize, panel: usize) {
        // SAFETY: `multiply` has checked that every index of the product is within its slice.
        unsafe {
            let mut left = self.left.numbers.as_ptr().add(row * self.left.row);
            let mut right = self.right.numbers.as_ptr().add(panel * self.right.panel);
            let mut sums = [[S::splat(0.0); PANELS]; ROWS];
            for _ in 0..self.size.depth {
                let columns: [S::Vector; PANELS] = std::array::from_fn(|j| S::load(right.add(j * self.right.panel)));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = S::splat(*left.add(i * self.left.row));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = S::mul_add(x, column, *sum);
                    }
                }
                left = left.wrapping_add(self.left.step);
                right = right.wrapping_add(self.right.step);
            }
            for (i, sums) in sums.into_iter().enumerate() {
                for (j, sum) in sums.into_iter().enumerate() {
                    let to = self.to.numbers.as_mut_ptr().add((row + i) * self.to.row + (panel + j) * LANES);
                    S::store(to, if self.adds { S::add(S::load(to), sum) } else { sum });
                }
            }
        }
    }
}
