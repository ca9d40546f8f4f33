//! Multitask sparse parity (the paper's section 4, after Barak et al. 2022).
//!
//! Each of `n_tasks` subtasks owns a distinct random subset of k of the `n_bits` bits. A sample is
//! a subtask, drawn with its use frequency p_k, and `n_bits` random bits; its label is the parity
//! of the subtask's k bits. The network sees the subtask as a one-hot before the bits; here it
//! stays a code, and the bits stay packed.

use std::ops::Range;

use super::{Batch, Task};
use crate::config::RunConfig;
use crate::quanta::UseFrequencies;
use crate::rng::{Permutation, Rng, Stream};

/// The task of one run: its subsets, its frequencies, and its data set where it has one.
#[derive(Clone, Debug)]
pub struct SparseParity {
    seed: u64,
    n_bits: usize,
    words: usize,
    batch_size: usize,
    frequencies: UseFrequencies,
    /// The bits of each subtask, `[n_tasks, k]`, rising.
    subsets: Vec<Vec<u32>>,
    data: Option<DataSet>,
}

/// D samples drawn once, in the order they were drawn.
#[derive(Clone, Debug)]
struct DataSet {
    codes: Vec<u32>,
    bits: Vec<u32>,
}

impl SparseParity {
    /// The task that a validated config describes.
    pub fn new(config: &RunConfig) -> Self {
        let frequencies = UseFrequencies::new(config.n_tasks, config.alpha);
        let subsets = distinct_subsets(config.seed, config.n_tasks, config.n_bits, config.k);
        let mut task = Self {
            seed: config.seed,
            n_bits: config.n_bits,
            words: config.words(),
            batch_size: config.batch(),
            frequencies,
            subsets,
            data: None,
        };
        if config.samples > 0 {
            let samples = config.samples as usize;
            let codes = task.draw_codes(Stream::DataCodes, 0, samples);
            let bits = task.draw_bits(Stream::DataBits, 0, samples);
            task.data = Some(DataSet { codes, bits });
        }
        task
    }

    /// The bits of each subtask, `[n_tasks, k]`, rising.
    pub fn subsets(&self) -> &[Vec<u32>] {
        &self.subsets
    }

    fn epoch_batch(&self, data: &DataSet, step: u64) -> Batch {
        let samples = data.codes.len() as u64;
        let first = step * self.batch_size as u64;
        let mut epoch = first / samples;
        let mut order = Permutation::new(self.seed, epoch, samples);
        let drawn: Vec<u32> = (first..first + self.batch_size as u64)
            .map(|position| {
                if position / samples != epoch {
                    epoch = position / samples;
                    order = Permutation::new(self.seed, epoch, samples);
                }
                order.at(position % samples) as u32
            })
            .collect();
        let codes: Vec<u32> = drawn.iter().map(|&i| data.codes[i as usize]).collect();
        let mut batch = self.sorted(&codes, |i| Some(&data.bits[drawn[i] as usize * self.words..][..self.words]));
        self.label(&mut batch);
        batch
    }

    /// Sorts samples by subtask, keeping the order within one (a counting sort), and carries along
    /// the bits that `bits_of` gives for the sample at a place in `codes`.
    fn sorted<'a>(&self, codes: &[u32], bits_of: impl Fn(usize) -> Option<&'a [u32]>) -> Batch {
        let mut starts = vec![0usize; self.subsets.len() + 1];
        for &code in codes {
            starts[code as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut batch = Batch { words: self.words, bits: Vec::new(), codes: vec![0; codes.len()], labels: Vec::new() };
        for (i, &code) in codes.iter().enumerate() {
            let place = starts[code as usize];
            starts[code as usize] += 1;
            batch.codes[place] = code;
            if let Some(bits) = bits_of(i) {
                batch.bits.resize(codes.len() * self.words, 0);
                batch.bits[place * self.words..][..self.words].copy_from_slice(bits);
            }
        }
        batch
    }

    fn draw_codes(&self, stream: Stream, index: u64, samples: usize) -> Vec<u32> {
        let mut words = vec![0; samples];
        Rng::new(self.seed, stream, index).fill(&mut words);
        words.iter_mut().for_each(|word| *word = self.frequencies.sample(*word));
        words
    }

    fn draw_bits(&self, stream: Stream, index: u64, samples: usize) -> Vec<u32> {
        let mut bits = vec![0; samples * self.words];
        Rng::new(self.seed, stream, index).fill(&mut bits);
        let unused = self.words * 32 - self.n_bits;
        if unused > 0 {
            let mask = u32::MAX >> unused;
            bits.iter_mut().skip(self.words - 1).step_by(self.words).for_each(|word| *word &= mask);
        }
        bits
    }

    fn label(&self, batch: &mut Batch) {
        batch.labels = batch
            .codes
            .iter()
            .zip(batch.bits.chunks_exact(batch.words))
            .map(|(&code, sample)| {
                self.subsets[code as usize].iter().fold(0, |parity, &bit| parity ^ (sample[bit as usize / 32] >> (bit % 32))) & 1
            })
            .collect();
    }
}

impl Task for SparseParity {
    fn frequencies(&self) -> &UseFrequencies {
        &self.frequencies
    }

    /// Fresh samples, or the next ones of the data set in the order of its epoch. Epochs follow one
    /// another without a gap, so that every batch is full.
    fn training_batch(&self, step: u64) -> Batch {
        match &self.data {
            None => {
                let codes = self.draw_codes(Stream::TrainCodes, step, self.batch_size);
                let mut batch = self.sorted(&codes, |_| None);
                batch.bits = self.draw_bits(Stream::TrainBits, step, self.batch_size);
                self.label(&mut batch);
                batch
            }
            Some(data) => self.epoch_batch(data, step),
        }
    }

    /// Each subtask's samples are drawn on their own.
    fn test_batch(&self, index: u64, tasks: Range<usize>, per_task: usize) -> Batch {
        let mut batch = Batch { words: self.words, ..Batch::default() };
        for task in tasks {
            let name = index * self.subsets.len() as u64 + task as u64;
            batch.bits.extend(self.draw_bits(Stream::TestBits, name, per_task));
            batch.codes.extend(std::iter::repeat_n(task as u32, per_task));
        }
        self.label(&mut batch);
        batch
    }
}

/// `count` distinct subsets of `k` of `n` bits, each uniformly random among those not yet taken.
fn distinct_subsets(seed: u64, count: usize, n: usize, k: usize) -> Vec<Vec<u32>> {
    let mut rng = Rng::new(seed, Stream::Subsets, 0);
    let mut taken = std::collections::HashSet::with_capacity(count);
    let mut subsets = Vec::with_capacity(count);
    while subsets.len() < count {
        let subset = random_subset(&mut rng, n as u32, k as u32);
        if taken.insert(subset.clone()) {
            subsets.push(subset);
        }
    }
    subsets
}

/// A uniformly random subset, rising (Floyd's algorithm).
fn random_subset(rng: &mut Rng, n: u32, k: u32) -> Vec<u32> {
    let mut subset: Vec<u32> = Vec::with_capacity(k as usize);
    for last in n - k..n {
        let bit = rng.below(last + 1);
        let bit = if subset.contains(&bit) { last } else { bit };
        subset.push(bit);
    }
    subset.sort_unstable();
    subset
}
