//! The settings of tasks made of subtasks over random bits.

use super::{Noun, Sizes, TaskSettings};
use crate::figure::whole;
use crate::quanta::{Quanta, UseFrequencies};
use crate::settings::{Kind, Problem, Section, section};

section! {
    /// Subtasks over random bits: what every task of this kind is set by.
    Subtasks {
        n_tasks: usize = 100, Task, Kind::Whole { min: 1, max: 65_536 }, "subtasks", "Subtasks",
            "How many subtasks (quanta) the task is made of.";
        n_bits: usize = 50, Task, Kind::Whole { min: 1, max: 1_024 }, "bits", "Bits",
            "How many random bits a sample holds.";
        k: usize = 3, Task, Kind::Whole { min: 1, max: 32 }, "bits", "Bits of a subtask",
            "How many of the bits decide one subtask's label.";
        alpha: f64 = 0.4, Task, Kind::Real { min: 0.0, max: 4.0 }, "", "Exponent α",
            "The subtask of rank r is used in proportion to r^-(α+1); the paper's own run has 0.4.";
        eval_per_task: usize = 200, Measurement, Kind::Whole { min: 1, max: 100_000 }, "samples", "Test samples a subtask",
            "How many fresh samples of each subtask are tested at each evaluation.";
    }
}

impl Subtasks {
    /// Inputs of a network's first layer: the one-hot of the subtask, then the bits.
    pub fn inputs(&self) -> usize {
        self.n_tasks + self.n_bits
    }

    /// Words of 32 bits that hold one sample's bits.
    pub fn words(&self) -> usize {
        self.n_bits.div_ceil(32)
    }

    /// The bits of each subtask that a seed names, `[n_tasks, k]`, rising. Never for settings that have
    /// [conflicts](Self::conflicts).
    pub fn subsets(&self, seed: u64) -> Vec<Vec<u32>> {
        super::bits::distinct_subsets(seed, self.n_tasks, self.n_bits, self.k)
    }

    /// The task in words, without a full stop, from what a subtask's label is, “the parity”: “100 subtasks
    /// at α = 0.4, each the parity of 3 of 50 bits”.
    pub fn in_words(&self, rule: &str) -> String {
        let tasks = whole(self.n_tasks as f64);
        format!("{tasks} subtasks at α = {}, each {rule} of {} of {} bits", self.alpha, self.k, self.n_bits)
    }

    /// What compares fields, once each is in its own range: there must be enough subsets.
    pub fn conflicts(&self) -> Vec<Problem> {
        if self.k > self.n_bits {
            return vec![self.problem("k", format!("must be at most n_bits, which is {}", self.n_bits))];
        }
        let subsets = subsets_up_to(self.n_bits, self.k, self.n_tasks);
        if subsets >= self.n_tasks {
            return Vec::new();
        }
        let allowed = format!("must be at most {subsets}: there are no more subsets of {} among {} bits", self.k, self.n_bits);
        vec![self.problem("n_tasks", allowed)]
    }
}

impl TaskSettings for Subtasks {
    /// The subtasks. One's loss is one bit before it is learned and nothing after.
    fn quanta(&self) -> Quanta {
        Quanta::planted(UseFrequencies::new(self.n_tasks, self.alpha), vec![(1.0, 0.0); self.n_tasks])
    }

    fn subtasks(&self) -> Option<&Subtasks> {
        Some(self)
    }

    fn noun(&self) -> Noun {
        Noun::SUBTASK
    }

    /// A sample's bits with its code, and in a batch its label and place too.
    fn sizes(&self) -> Sizes {
        let words = self.words() as u64;
        let tests = (self.n_tasks as u64).saturating_mul(self.eval_per_task as u64);
        let at_once = tests.min(TEST_PIECE.max(self.eval_per_task as u64));
        Sizes { quanta: self.n_tasks as u64, stored: 4 * (words + 1), drawn: 4 * (words + 3), tests, tests_at_once: at_once }
    }

    fn digest(&self) -> String {
        let [tasks, bits] = [self.n_tasks, self.n_bits].map(|count| whole(count as f64));
        format!("{tasks} subtasks, {bits} bits, k = {}, α = {}", self.k, self.alpha)
    }
}

/// Test samples that are taken in one go.
pub const TEST_PIECE: u64 = 32_768;

/// C(n, k), or `enough` where it is at least that.
fn subsets_up_to(n: usize, k: usize, enough: usize) -> usize {
    let mut count = 1u128;
    for i in 0..k.min(n - k) {
        // Exact at every step: the product of i + 1 consecutive numbers is divisible by (i + 1)!.
        count = count * (n - i) as u128 / (i + 1) as u128;
        if count >= enough as u128 {
            return enough;
        }
    }
    count as usize
}
