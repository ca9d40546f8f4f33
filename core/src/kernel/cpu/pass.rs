//! The two inner loops, forward and backward: one tile of hidden units for a chunk of samples.
//!
//! Both visit each sample once and do one table look-up and one addition of sixteen lanes for each
//! group of four bits. The forward loop passes one mask bit per sample and hidden unit to the
//! backward loop.

use super::simd::{LANES, Lanes, Simd};
use super::tables::{ENTRIES, Tables};

/// Distance between the tables of consecutive groups, in floats.
const STRIDE: usize = ENTRIES * LANES;

/// The inputs of one chunk of samples.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    /// Subtask codes, `[samples]`.
    pub codes: &'a [u32],
    /// Offsets into the tables, `[samples, groups]`, from [`entry_offsets`](super::tables::entry_offsets).
    pub offsets: &'a [u16],
}

/// Runs one tile forward: adds h·u of its units to `logits`, `[samples]`, lane by lane (the caller
/// adds up the lanes after the last tile), and writes the mask [a > 0] to `masks`, `[samples]`.
///
/// # Safety
/// The processor must support `S`, and `offsets` must come from `entry_offsets` for these tables.
#[inline(always)]
pub unsafe fn forward<S: Simd>(tables: &Tables, tile: usize, chunk: Chunk, logits: &mut [Lanes], masks: &mut [u16]) {
    let groups = tables.groups;
    let table = tables.sums(tile).as_ptr().cast::<f32>();
    assert!(chunk.offsets.len() >= chunk.codes.len() * groups);
    unsafe {
        let u = S::load(tables.difference(tile).0.as_ptr());
        for (i, ((&code, logit), mask)) in chunk.codes.iter().zip(logits).zip(masks).enumerate() {
            let entry = chunk.offsets.as_ptr().add(i * groups);
            // Two independent sums halve the chain of dependent additions.
            let mut even = S::load(tables.row(code, tile).0.as_ptr());
            let mut odd = S::splat(0.0);
            let mut group = 0;
            while group + 2 <= groups {
                even = S::add(even, S::load(table.add(group * STRIDE + *entry.add(group) as usize)));
                odd = S::add(odd, S::load(table.add((group + 1) * STRIDE + *entry.add(group + 1) as usize)));
                group += 2;
            }
            if group < groups {
                even = S::add(even, S::load(table.add(group * STRIDE + *entry.add(group) as usize)));
            }
            let (hidden, positive) = S::relu(S::add(even, odd));
            *mask = positive;
            let logit = logit.0.as_mut_ptr();
            S::store(logit, S::mul_add(hidden, u, S::load(logit)));
        }
    }
}

/// Runs one tile backward: adds [a > 0]·δ of each sample to the table entry that the sample selects
/// in every group (`entries`, `[groups, ENTRIES]`), and to its subtask's row (`task_sums`, with
/// rows for the subtasks from `first_task` on, `tiles` apart).
///
/// # Safety
/// As for [`forward`]; `entries` must have as many entries as the tile's tables.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub unsafe fn backward<S: Simd>(
    tables: &Tables,
    tile: usize,
    chunk: Chunk,
    masks: &[u16],
    deltas: &[f32],
    entries: &mut [Lanes],
    first_task: u32,
    task_sums: &mut [Lanes],
) {
    let groups = tables.groups;
    assert!(entries.len() >= groups * ENTRIES && chunk.offsets.len() >= chunk.codes.len() * groups);
    let Some(&first) = chunk.codes.first() else { return };
    let entries = entries.as_mut_ptr().cast::<f32>();
    unsafe {
        let mut flush = |task: u32, sum: S::Vector| {
            let row = task_sums[(task - first_task) as usize * tables.tiles + tile].0.as_mut_ptr();
            S::store(row, S::add(S::load(row), sum));
        };
        let (mut task, mut sum) = (first, S::splat(0.0));
        for (i, ((&code, &mask), &delta)) in chunk.codes.iter().zip(masks).zip(deltas).enumerate() {
            if code != task {
                flush(task, sum);
                (task, sum) = (code, S::splat(0.0));
            }
            let masked = S::masked_splat(mask, delta);
            sum = S::add(sum, masked);
            let entry = chunk.offsets.as_ptr().add(i * groups);
            for group in 0..groups {
                let to = entries.add(group * STRIDE + *entry.add(group) as usize);
                S::store(to, S::add(S::load(to), masked));
            }
        }
        flush(task, sum);
    }
}
