//! Quanta: how often each is used, and what its loss is before and after it is learned.

use serde::{Deserialize, Serialize};

/// The use frequencies p_k ∝ k^-(α+1) of n quanta, normalised over exactly these n (the paper's task
/// has finitely many), with a table to sample from them.
///
/// Code counts quanta from 0: `p()[0]` is the most frequent.
#[derive(Clone, Debug)]
pub struct UseFrequencies {
    alpha: f64,
    p: Vec<f64>,
    draws: Draws,
}

/// Draws one of several things, each with its own chance, from a random word.
#[derive(Clone, Debug)]
pub struct Draws {
    /// A random word stands for the first thing i with `word < thresholds[i]`.
    thresholds: Vec<u64>,
    /// For each value of a word's leading bits, the first thing that such a word can stand for.
    guide: Vec<u32>,
}

const GUIDE_BITS: u32 = 12;

impl Draws {
    /// The table for chances that sum to 1; there must be one at least.
    pub fn new(chances: &[f64]) -> Self {
        let mut below = 0.0;
        let mut thresholds: Vec<u64> = chances
            .iter()
            .map(|chance| {
                below += chance;
                libm::round(below * 4_294_967_296.0) as u64
            })
            .collect();
        if let Some(last) = thresholds.last_mut() {
            *last = 1 << 32;
        }
        let mut thing = 0;
        let guide = (0..1u64 << GUIDE_BITS)
            .map(|lead| {
                let word = lead << (32 - GUIDE_BITS);
                while thresholds[thing] <= word {
                    thing += 1;
                }
                thing as u32
            })
            .collect();
        Self { thresholds, guide }
    }

    /// Returns the thing, counted from 0, that a uniformly random word stands for. The probability of
    /// each is its chance to within 2^-32.
    pub fn sample(&self, word: u32) -> u32 {
        let mut thing = self.guide[(word >> (32 - GUIDE_BITS)) as usize];
        while self.thresholds[thing as usize] <= u64::from(word) {
            thing += 1;
        }
        thing
    }
}

impl UseFrequencies {
    /// Computes the frequencies of `n ≥ 1` quanta with the paper's α.
    pub fn new(n: usize, alpha: f64) -> Self {
        // `libm`, because `f64::powf` may differ in the last bit between native and wasm, and would
        // change a threshold.
        let weights: Vec<f64> = (1..=n).map(|k| libm::pow(k as f64, -(alpha + 1.0))).collect();
        // Adds the smallest first, so that a long tail is not rounded away.
        let total: f64 = weights.iter().rev().sum();
        let p: Vec<f64> = weights.iter().map(|w| w / total).collect();
        Self { alpha, draws: Draws::new(&p), p }
    }

    /// The paper's α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The use frequencies p_k, the most frequent first; they sum to 1.
    pub fn p(&self) -> &[f64] {
        &self.p
    }

    /// Returns the quantum, counted from 0, that a uniformly random word stands for. The probability
    /// of each is its p_k to within 2^-32.
    pub fn sample(&self, word: u32) -> u32 {
        self.draws.sample(word)
    }

    /// Returns Σ p_k·x_k: the mean over samples of a quantity given per quantum, `[n]`.
    pub fn mean(&self, per_quantum: &[f32]) -> f64 {
        self.p.iter().zip(per_quantum).map(|(p, x)| p * f64::from(*x)).sum()
    }
}

/// Where the quanta of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The task is made of them: their use frequencies and losses are known beforehand.
    Planted,
    /// They are tokens of a text, each of which counts the same: which quanta they need is not known.
    Tokens,
    /// An analysis found them, by clustering samples, say.
    Found,
    /// There are none: only a mean loss is known.
    None,
}

/// The quanta that losses are told apart by: planted by a task, found by an analysis, or none.
/// Figures, fits and records take all three.
#[derive(Clone, Debug, PartialEq)]
pub struct Quanta {
    origin: Origin,
    /// The exponent of their use, where they follow a power law.
    alpha: Option<f64>,
    /// p_k, most frequent first; empty where it is not known.
    p: Vec<f64>,
    /// Loss in bits with the quantum not learned, b_k, and learned, a_k.
    losses: Vec<(f32, f32)>,
}

impl Quanta {
    /// Quanta that a task is made of, with the loss of each before and after it is learned, bits; one
    /// pair for each of the frequencies.
    pub fn planted(frequencies: UseFrequencies, losses: Vec<(f32, f32)>) -> Self {
        Self { origin: Origin::Planted, alpha: Some(frequencies.alpha), p: frequencies.p, losses }
    }

    /// Quanta as a file describes them: the frequencies may be unknown (empty), the losses not.
    /// `None` where the two lists do not fit each other.
    pub fn described(origin: Origin, alpha: Option<f64>, p: Vec<f64>, losses: Vec<(f32, f32)>) -> Option<Self> {
        (p.is_empty() || p.len() == losses.len()).then_some(Self { origin, alpha, p, losses })
    }

    /// So many tokens of a text, each of which costs `before` bits as long as nothing is known of it.
    pub fn tokens(count: usize, before: f32) -> Self {
        let share = 1.0 / count.max(1) as f64;
        Self { origin: Origin::Tokens, alpha: None, p: vec![share; count], losses: vec![(before, 0.0); count] }
    }

    /// No quanta.
    pub fn none() -> Self {
        Self { origin: Origin::None, alpha: None, p: Vec::new(), losses: Vec::new() }
    }

    /// Where they come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.losses.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// The paper's α, where their use follows a power law.
    pub fn alpha(&self) -> Option<f64> {
        self.alpha
    }

    /// p_k, most frequent first, summing to 1; empty where it is not known.
    pub fn p(&self) -> &[f64] {
        &self.p
    }

    /// Each quantum's loss in bits before it is learned, b_k, and after, a_k.
    pub fn losses(&self) -> &[(f32, f32)] {
        &self.losses
    }

    /// The losses before and after that all quanta share; `None` where they differ, or where there are none.
    pub fn shared_losses(&self) -> Option<(f32, f32)> {
        let first = *self.losses.first()?;
        self.losses.iter().all(|losses| *losses == first).then_some(first)
    }

    /// When one counts as learned, in words that follow “its loss is”.
    pub fn learned_words(&self) -> &'static str {
        let is_a_bit = self.losses.iter().all(|losses| *losses == (1.0, 0.0));
        if is_a_bit { "under 0.1 bits" } else { "nine tenths of the way from what it costs unlearned to the least" }
    }

    /// The loss in bits under which a quantum counts as learned: a_k and a tenth of b_k − a_k.
    pub fn threshold(&self, quantum: usize) -> f32 {
        let (before, after) = self.losses[quantum];
        after + LEARNED_SHARE * (before - after)
    }

    /// Returns Σ p_k·x_k: the mean over samples of a quantity given per quantum.
    pub fn mean(&self, per_quantum: &[f32]) -> f64 {
        self.p.iter().zip(per_quantum).map(|(p, x)| p * f64::from(*x)).sum()
    }

    /// How many of these losses, one a quantum, are under their quantum's [threshold](Self::threshold).
    pub fn learned(&self, losses: &[f32]) -> usize {
        losses.iter().enumerate().take(self.len()).filter(|(quantum, loss)| **loss < self.threshold(*quantum)).count()
    }
}

/// What may be left of a quantum's loss when it counts as learned: a tenth, 0.1 bits for a subtask.
pub const LEARNED_SHARE: f32 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    #[test]
    fn frequencies_are_normalised_and_fall_as_the_power_law() {
        let frequencies = UseFrequencies::new(500, 0.4);
        assert!((frequencies.p().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let ratio = frequencies.p()[0] / frequencies.p()[9];
        assert!((ratio - 10f64.powf(1.4)).abs() < 1e-9);
    }

    #[test]
    fn frequencies_of_three_quanta_are_exact() {
        // Weights 1, 1/4, 1/9 at α = 1: the total is 49/36.
        let frequencies = UseFrequencies::new(3, 1.0);
        for (p, exact) in frequencies.p().iter().zip([36.0 / 49.0, 9.0 / 49.0, 4.0 / 49.0]) {
            assert!((p - exact).abs() < 1e-15);
        }
    }

    #[test]
    fn sampled_counts_match_the_frequencies() {
        let frequencies = UseFrequencies::new(50, 0.4);
        let mut rng = Rng::new(7, Stream::TrainCodes, 0);
        let draws = 1_000_000;
        let mut counts = [0u32; 50];
        for _ in 0..draws {
            counts[frequencies.sample(rng.next_u32()) as usize] += 1;
        }
        for (count, p) in counts.iter().zip(frequencies.p()) {
            let expected = p * f64::from(draws);
            // Five standard deviations of a binomial: one test in a million fails by chance.
            assert!((f64::from(*count) - expected).abs() < 5.0 * (expected * (1.0 - p)).sqrt());
        }
    }

    #[test]
    fn the_smallest_and_largest_words_are_the_first_and_last_quantum() {
        let frequencies = UseFrequencies::new(37, 0.6);
        assert_eq!(frequencies.sample(0), 0);
        assert_eq!(frequencies.sample(u32::MAX), 36);
        assert_eq!(UseFrequencies::new(1, 0.4).sample(u32::MAX), 0);
    }
}
