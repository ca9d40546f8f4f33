//! The parameters, rearranged for the inner loops: tiles of sixteen hidden units, with a table of
//! the products with every value of four bits (the method of Arlazarov et al. 1970, known as the
//! “method of four Russians”).

use super::problem::Problem;
use super::simd::{LANES, Lanes};

/// Bits covered by one look-up.
pub const GROUP: usize = 4;
/// Entries per table, one for each value of a group's bits.
pub const ENTRIES: usize = 1 << GROUP;

/// Tiled parameters. The last tile is padded with units whose parameters are zero.
pub struct Tables {
    /// Number of tiles of [`LANES`] hidden units.
    pub tiles: usize,
    /// Number of groups of [`GROUP`] bits.
    pub groups: usize,
    /// `[tiles, groups, ENTRIES]`: Σ of the rows of W whose bits are set in the entry's index.
    sums: Vec<Lanes>,
    /// `[n_tasks, tiles]`: V[t] + b.
    rows: Vec<Lanes>,
    /// `[tiles]`: u, the difference of the two output columns.
    difference: Vec<Lanes>,
    /// The difference of the two logits' biases.
    pub offset: f32,
}

impl Tables {
    /// Builds the tables for the parameters of `problem`.
    pub fn new(problem: &Problem) -> Self {
        let (width, n_tasks) = (problem.width, problem.n_tasks);
        let (tiles, groups) = (width.div_ceil(LANES), problem.n_bits.div_ceil(GROUP));
        let tile_of = |row: &[f32], tile: usize| {
            let from = tile * LANES;
            let units = LANES.min(width - from);
            let mut lanes = Lanes::default();
            lanes.0[..units].copy_from_slice(&row[from..from + units]);
            lanes
        };
        let mut sums = vec![Lanes::default(); tiles * groups * ENTRIES];
        for (tile, table) in sums.chunks_exact_mut(groups * ENTRIES).enumerate() {
            for (group, entries) in table.chunks_exact_mut(ENTRIES).enumerate() {
                for bit in 0..GROUP.min(problem.n_bits - group * GROUP) {
                    let row = n_tasks + group * GROUP + bit;
                    let row = tile_of(&problem.input[row * width..][..width], tile);
                    let (without, with) = entries.split_at_mut(1 << bit);
                    for (with, without) in with.iter_mut().zip(without) {
                        *with = Lanes(std::array::from_fn(|i| without.0[i] + row.0[i]));
                    }
                }
            }
        }
        let bias: Vec<Lanes> = (0..tiles).map(|tile| tile_of(problem.bias, tile)).collect();
        let rows = problem.input[..n_tasks * width]
            .chunks_exact(width)
            .flat_map(|row| {
                let bias = &bias;
                (0..tiles).map(move |tile| {
                    let row = tile_of(row, tile);
                    Lanes(std::array::from_fn(|i| row.0[i] + bias[tile].0[i]))
                })
            })
            .collect();
        let u: Vec<f32> = problem.output.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect();
        let difference = (0..tiles).map(|tile| tile_of(&u, tile)).collect();
        Self { tiles, groups, sums, rows, difference, offset: problem.output_bias[1] - problem.output_bias[0] }
    }

    /// Returns the tables of one tile, `[groups, ENTRIES]`.
    #[inline(always)]
    pub fn sums(&self, tile: usize) -> &[Lanes] {
        &self.sums[tile * self.groups * ENTRIES..][..self.groups * ENTRIES]
    }

    /// Returns V[task] + b of one tile.
    #[inline(always)]
    pub fn row(&self, task: u32, tile: usize) -> &Lanes {
        &self.rows[task as usize * self.tiles + tile]
    }

    /// Returns u of one tile.
    #[inline(always)]
    pub fn difference(&self, tile: usize) -> &Lanes {
        &self.difference[tile]
    }
}

/// Writes to `offsets`, `[samples, groups]`, the offset in floats of the entry that each sample
/// selects in each group's table: [`LANES`] times the value of the group's four bits. `bits` is
/// `[samples, words]`.
pub fn entry_offsets(bits: &[u32], words: usize, groups: usize, offsets: &mut Vec<u16>) {
    const GROUPS_PER_WORD: usize = 32 / GROUP;
    offsets.resize(bits.len() / words * groups, 0);
    for (sample, offsets) in bits.chunks_exact(words).zip(offsets.chunks_exact_mut(groups)) {
        for (word, offsets) in sample.iter().zip(offsets.chunks_mut(GROUPS_PER_WORD)) {
            for (nibble, offset) in offsets.iter_mut().enumerate() {
                *offset = ((word >> (GROUP * nibble)) as u16 & (ENTRIES as u16 - 1)) * LANES as u16;
            }
        }
    }
}
