//! The forward and backward pass of one part of a batch.

use super::pass::{Chunk, backward, forward};
use super::problem::Problem;
use super::simd::{LANES, Lanes, Simd};
use super::tables::{ENTRIES, GROUP, Tables, entry_offsets};

/// Samples per part, the unit of work of a thread. The number is fixed so that sums are the same on
/// any number of cores.
pub const PART: usize = 2_048;

/// Samples per chunk: a chunk goes through all tiles before the next begins. Its logits and masks
/// stay in the fastest caches, and each tile's tables are loaded once per chunk.
pub const CHUNK: usize = 512;

/// The results of one part.
#[derive(Debug, Default)]
pub struct Part {
    /// Σ loss, in nats.
    pub loss: f64,
    /// Σ δ.
    pub delta: f64,
    /// S, `[n_bits, tiles]`.
    pub bit_sums: Vec<Lanes>,
    /// The subtask of the part's first sample.
    pub first_task: u32,
    /// T, for the subtasks from `first_task` to that of the part's last sample, `[…, tiles]`.
    pub task_sums: Vec<Lanes>,
    /// Loss of each sample in nats; empty after a backward pass.
    pub losses: Vec<f32>,
    /// Whether each sample was answered correctly; empty after a backward pass.
    pub right: Vec<bool>,
}

/// Scratch memory that a thread reuses from part to part.
#[derive(Debug, Default)]
pub struct Scratch {
    offsets: Vec<u16>,
    logits: Vec<Lanes>,
    masks: Vec<u16>,
    deltas: Vec<f32>,
    entries: Vec<Lanes>,
}

/// Computes part `index` of the batch: forward and backward if `train`, else forward only.
///
/// # Safety
/// The processor must support the instruction set `S`.
#[inline(always)]
pub unsafe fn run<S: Simd>(problem: &Problem, tables: &Tables, index: usize, train: bool, scratch: &mut Scratch) -> Part {
    let from = index * PART;
    let to = problem.samples().min(from + PART);
    let (tiles, per_tile, words) = (tables.tiles, tables.groups * ENTRIES, problem.words());
    let first_task = problem.codes[from];
    let tasks = (problem.codes[to - 1] - first_task) as usize + 1;
    let mut part = Part { first_task, ..Part::default() };
    if train {
        part.task_sums = vec![Lanes::default(); tasks * tiles];
        scratch.entries.clear();
        scratch.entries.resize(tiles * per_tile, Lanes::default());
    }
    let scale = 1.0 / problem.samples() as f32;
    for start in (from..to).step_by(CHUNK) {
        let range = start..to.min(start + CHUNK);
        let len = range.len();
        entry_offsets(&problem.bits[range.start * words..range.end * words], words, tables.groups, &mut scratch.offsets);
        let chunk = Chunk { codes: &problem.codes[range.clone()], offsets: &scratch.offsets };
        scratch.logits.clear();
        scratch.logits.resize(len, Lanes::default());
        scratch.masks.resize(tiles * CHUNK, 0);
        for (tile, masks) in scratch.masks.chunks_exact_mut(CHUNK).take(tiles).enumerate() {
            unsafe { forward::<S>(tables, tile, chunk, &mut scratch.logits, &mut masks[..len]) };
        }
        scratch.deltas.clear();
        for (logit, &label) in scratch.logits.iter().zip(&problem.labels[range]) {
            let z = sum(logit) + tables.offset;
            let (loss, gradient) = cross_entropy(z, label);
            if train {
                part.loss += f64::from(loss);
                part.delta += f64::from(gradient * scale);
                scratch.deltas.push(gradient * scale);
            } else {
                part.losses.push(loss);
                // A tie counts as label 0, as an argmax over the two logits would have it.
                part.right.push((z > 0.0) == (label == 1));
            }
        }
        if train {
            let tiles = scratch.masks.chunks_exact(CHUNK).zip(scratch.entries.chunks_exact_mut(per_tile)).take(tiles);
            for (tile, (masks, entries)) in tiles.enumerate() {
                let (masks, deltas) = (&masks[..len], &scratch.deltas);
                unsafe { backward::<S>(tables, tile, chunk, masks, deltas, entries, first_task, &mut part.task_sums) };
            }
        }
    }
    if train {
        part.bit_sums = bit_sums(&scratch.entries, problem.n_bits, tiles, tables.groups);
    }
    part
}

/// Returns the cross-entropy of two logits that differ by `z`, in nats, and its derivative with
/// respect to z.
#[inline(always)]
fn cross_entropy(z: f32, label: u32) -> (f32, f32) {
    // s is z signed towards the wrong answer. The loss is softplus(s) and its slope σ(s); both use
    // the same exponential, which cannot overflow.
    let s = if label == 1 { -z } else { z };
    let e = (-s.abs()).exp();
    let wrong = if s > 0.0 { 1.0 } else { e } / (1.0 + e);
    (s.max(0.0) + e.ln_1p(), if label == 1 { -wrong } else { wrong })
}

/// Adds up sixteen lanes pairwise.
#[inline(always)]
fn sum(lanes: &Lanes) -> f32 {
    let mut sums = lanes.0;
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// Turns the sums of table entries into sums of bits: a bit's sum is that of all entries of its
/// group that have the bit set. Returns `[n_bits, tiles]`.
#[inline(always)]
fn bit_sums(entries: &[Lanes], n_bits: usize, tiles: usize, groups: usize) -> Vec<Lanes> {
    let mut sums = vec![Lanes::default(); n_bits * tiles];
    for (tile, entries) in entries.chunks_exact(groups * ENTRIES).enumerate() {
        for bit in 0..n_bits {
            let sum = &mut sums[bit * tiles + tile];
            let group = &entries[bit / GROUP * ENTRIES..][..ENTRIES];
            for entry in (0..ENTRIES).filter(|entry| entry >> (bit % GROUP) & 1 == 1) {
                for lane in 0..LANES {
                    sum.0[lane] += group[entry].0[lane];
                }
            }
        }
    }
    sums
}
