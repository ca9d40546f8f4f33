//! Tasks made of subtasks over random bits: their samples, and how they are drawn.

use std::ops::Range;

use super::{Sampling, Subtasks, Task};
use crate::quanta::{Quanta, UseFrequencies};
use crate::rng::{Permutation, Rng, Stream};

/// Samples sorted by subtask, bits packed: all that a step reads of its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitBatch {
    /// Words of 32 bits to a sample.
    pub words: usize,
    /// The bits, `[samples, words]`; bit j of a sample is bit `j % 32` of its word `j / 32`, and
    /// bits past the last are 0.
    pub bits: Vec<u32>,
    /// The subtask of each sample, `[samples]`, never falling.
    pub codes: Vec<u32>,
    /// The right answer of each sample, `[samples]`, 0 or 1.
    pub labels: Vec<u32>,
}

impl BitBatch {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The packed bits of one sample.
    pub fn sample(&self, index: usize) -> &[u32] {
        &self.bits[index * self.words..][..self.words]
    }

    /// Some of the samples, in the order given; each index must be less than [`len`](Self::len).
    pub fn only(&self, samples: &[usize]) -> Self {
        Self {
            words: self.words,
            bits: samples.iter().flat_map(|sample| self.sample(*sample).iter().copied()).collect(),
            codes: samples.iter().map(|sample| self.codes[*sample]).collect(),
            labels: samples.iter().map(|sample| self.labels[*sample]).collect(),
        }
    }
}

/// A task of subtasks over random bits, whose samples are labelled by a rule.
///
/// Each of `n_tasks` subtasks owns a distinct random subset of k of the `n_bits` bits. A sample is a
/// subtask, drawn with its use frequency, and `n_bits` random bits; the rule makes its label from the
/// subtask's k bits. A network sees the subtask as a one-hot before the bits; here it stays a code,
/// and the bits stay packed.
#[derive(Clone, Debug)]
pub struct BitTask {
    /// Names the samples.
    seed: u64,
    n_bits: usize,
    words: usize,
    batch_size: usize,
    eval_per_task: usize,
    frequencies: UseFrequencies,
    quanta: Quanta,
    /// The bits of each subtask, `[n_tasks, k]`, rising.
    subsets: Vec<Vec<u32>>,
    data: Option<DataSet>,
    label: Label,
}

/// The label of a sample, 0 or 1, from its packed bits and the bits of its subtask.
pub type Label = fn(sample: &[u32], subset: &[u32]) -> u32;

/// D samples drawn once, in the order they were drawn.
#[derive(Clone, Debug)]
struct DataSet {
    codes: Vec<u32>,
    bits: Vec<u32>,
}

impl BitTask {
    /// The task that validated settings describe.
    pub fn new(settings: &Subtasks, sampling: &Sampling, label: Label) -> Self {
        let mut task = Self {
            seed: sampling.seed_data,
            n_bits: settings.n_bits,
            words: settings.words(),
            batch_size: sampling.batch_size,
            eval_per_task: settings.eval_per_task,
            frequencies: UseFrequencies::new(settings.n_tasks, settings.alpha),
            quanta: super::TaskSettings::quanta(settings),
            subsets: settings.subsets(sampling.seed_task),
            data: None,
            label,
        };
        if sampling.samples > 0 {
            let samples = sampling.samples as usize;
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

    /// How often each subtask is used.
    pub fn frequencies(&self) -> &UseFrequencies {
        &self.frequencies
    }

    /// Bits of a sample.
    pub fn n_bits(&self) -> usize {
        self.n_bits
    }

    /// Test samples of each subtask.
    pub fn eval_per_task(&self) -> usize {
        self.eval_per_task
    }

    fn epoch_batch(&self, data: &DataSet, step: u64) -> BitBatch {
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
    fn sorted<'a>(&self, codes: &[u32], bits_of: impl Fn(usize) -> Option<&'a [u32]>) -> BitBatch {
        let mut starts = vec![0usize; self.subsets.len() + 1];
        for &code in codes {
            starts[code as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut batch = BitBatch { words: self.words, bits: Vec::new(), codes: vec![0; codes.len()], labels: Vec::new() };
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

    fn label(&self, batch: &mut BitBatch) {
        let samples = batch.codes.iter().zip(batch.bits.chunks_exact(batch.words));
        batch.labels = samples.map(|(&code, sample)| (self.label)(sample, &self.subsets[code as usize])).collect();
    }
}

impl Task for BitTask {
    type Batch = BitBatch;

    fn quanta(&self) -> &Quanta {
        &self.quanta
    }

    /// Fresh samples, or the next ones of the data set in the order of its epoch. Epochs follow one
    /// another without a gap, so that every batch is full.
    fn training_batch(&self, step: u64) -> BitBatch {
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

    /// `eval_per_task` fresh samples of each of the subtasks `quanta`, in order. Each subtask's
    /// samples are drawn for themselves, so that any range of subtasks sees the same ones.
    fn test_batch(&self, draw: u64, quanta: Range<usize>) -> BitBatch {
        let mut batch = BitBatch { words: self.words, ..BitBatch::default() };
        for task in quanta {
            let name = draw * self.subsets.len() as u64 + task as u64;
            batch.bits.extend(self.draw_bits(Stream::TestBits, name, self.eval_per_task));
            batch.codes.extend(std::iter::repeat_n(task as u32, self.eval_per_task));
        }
        self.label(&mut batch);
        batch
    }
}

/// `count` distinct subsets of `k` of `n` bits, each uniformly random among those not yet taken.
pub(super) fn distinct_subsets(seed: u64, count: usize, n: usize, k: usize) -> Vec<Vec<u32>> {
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
