//! The pure power laws and the truncated sums.

use serde::{Deserialize, Serialize};

use super::zeta::zeta;
use crate::order::ascending;
use crate::quanta::UseFrequencies;

/// What a model is given more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Parameters N of the model; quantum n needs N = C·n.
    Parameters,
    /// Optimiser steps S on fresh data; quantum n needs S = T·n^(α+1).
    Steps,
    /// Training samples D, many epochs; quantum n needs D = τ·n^(α+1).
    Data,
}

impl Resource {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Parameters, Self::Steps, Self::Data];

    /// Its letter: N, S or D.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Parameters => "N",
            Self::Steps => "S",
            Self::Data => "D",
        }
    }

    /// Its name, as a word of files and flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Steps => "steps",
            Self::Data => "data",
        }
    }

    /// Its name on an axis.
    pub fn axis(self) -> &'static str {
        match self {
            Self::Parameters => "parameters N",
            Self::Steps => "training step S",
            Self::Data => "training samples D",
        }
    }

    /// γ in «quantum n needs a resource of constant · n^γ»: 1 for N, α+1 for S and D.
    pub fn growth(self, alpha: f64) -> f64 {
        match self {
            Self::Parameters => 1.0,
            Self::Steps | Self::Data => alpha + 1.0,
        }
    }

    /// The exponent of the loss: α_N = α, α_S = α_D = α/(α+1).
    ///
    /// ```
    /// # use quanta_core::theory::Resource;
    /// assert_eq!(Resource::Parameters.exponent(0.4), 0.4);
    /// assert!((Resource::Steps.exponent(0.4) - 2.0 / 7.0).abs() < 1e-15);
    /// ```
    pub fn exponent(self, alpha: f64) -> f64 {
        alpha / self.growth(alpha)
    }
}

/// The model's losses: finitely many quanta with exact use frequencies, learned in order of use.
#[derive(Clone, Debug)]
pub struct Theory {
    alpha: f64,
    before: f64,
    after: f64,
    p: Vec<f64>,
    /// `left[n]`: the use of the quanta after the n-th, Σ_{k>n} p_k.
    left: Vec<f64>,
}

impl Theory {
    /// `n_tasks` quanta at the paper's α, each worth one bit before it is learned and none after.
    pub fn new(n_tasks: usize, alpha: f64) -> Self {
        Self::of(&UseFrequencies::new(n_tasks.max(1), alpha))
    }

    /// The same, for frequencies already made.
    pub fn of(frequencies: &UseFrequencies) -> Self {
        let p = frequencies.p().to_vec();
        let mut left = vec![0.0; p.len() + 1];
        for n in (0..p.len()).rev() {
            left[n] = left[n + 1] + p[n];
        }
        Self { alpha: frequencies.alpha(), before: 1.0, after: 0.0, p, left }
    }

    /// With other losses of a sample before (b) and after (a) its quantum is learned, in bits.
    pub fn with_losses(mut self, before: f64, after: f64) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// How many quanta there are.
    pub fn n_tasks(&self) -> usize {
        self.p.len()
    }

    /// The paper's α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// p_k, most frequent first.
    pub fn p(&self) -> &[f64] {
        &self.p
    }

    /// The truncated sum L_n = Σ_{k≤n} a·p_k + Σ_{k>n} b·p_k, in bits. Between whole n it is
    /// interpolated: a quantum that is half learned has given half of its p_k.
    ///
    /// ```
    /// # use quanta_core::theory::Theory;
    /// // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
    /// let theory = Theory::new(3, 1.0);
    /// assert!((theory.loss_after(0.0) - 1.0).abs() < 1e-15);
    /// assert!((theory.loss_after(1.0) - 13.0 / 49.0).abs() < 1e-15);
    /// assert!((theory.loss_after(1.5) - 8.5 / 49.0).abs() < 1e-15);
    /// assert_eq!(theory.loss_after(3.0), 0.0);
    /// // With b = 2 and a = 1 bits, the same falls from 2 to 1.
    /// let theory = theory.with_losses(2.0, 1.0);
    /// assert!((theory.loss_after(2.0) - (1.0 + 4.0 / 49.0)).abs() < 1e-15);
    /// ```
    pub fn loss_after(&self, n: f64) -> f64 {
        let n = n.clamp(0.0, self.p.len() as f64);
        let whole = n as usize;
        let left = match self.p.get(whole) {
            Some(p) => self.left[whole] - (n - whole as f64) * p,
            None => 0.0,
        };
        self.after + (self.before - self.after) * left
    }

    /// The pure power law a + (b−a)/(α ζ(α+1)) · n^-α, in bits: the sum over infinitely many
    /// quanta, at large n. At α = 0 its limit, the constant b.
    ///
    /// ```
    /// # use quanta_core::theory::Theory;
    /// // At α = 1 the factor is 6/π², and n^-1 of it is left after n.
    /// let factor = 6.0 / std::f64::consts::PI.powi(2);
    /// assert!((Theory::new(100, 1.0).pure_loss_after(10.0) - factor / 10.0).abs() < 1e-14);
    /// ```
    pub fn pure_loss_after(&self, n: f64) -> f64 {
        let factor = if self.alpha < 1e-9 { 1.0 } else { 1.0 / (self.alpha * zeta(self.alpha + 1.0)) };
        self.after + (self.before - self.after) * factor * n.powf(-self.alpha)
    }

    /// How many quanta `amount` of a resource teaches: N/C, (S/T)^(1/(α+1)), (D/τ)^(1/(α+1)).
    ///
    /// ```
    /// # use quanta_core::theory::{Resource, Theory};
    /// let theory = Theory::new(100, 1.0);
    /// assert_eq!(theory.learned(Resource::Parameters, 600.0, 20.0), 30.0);
    /// // T = 20 steps for the first; the sixth, used 1/36 as often, takes 36 times as long.
    /// assert!((theory.learned(Resource::Steps, 720.0, 20.0) - 6.0).abs() < 1e-12);
    /// ```
    pub fn learned(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        (amount / constant).max(0.0).powf(1.0 / resource.growth(self.alpha))
    }

    /// The truncated sum against a resource, in bits.
    pub fn loss(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        self.loss_after(self.learned(resource, amount, constant))
    }

    /// The pure power law against a resource, in bits.
    pub fn pure_loss(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        self.pure_loss_after(self.learned(resource, amount, constant))
    }

    /// The exponent that a fit to the truncated sum would find: minus its least-squares slope in
    /// log-log at the given amounts, which are best those of the data it stands beside. `None`
    /// where the sum says nothing there (fewer than two amounts, or everything learned).
    ///
    /// ```
    /// # use quanta_core::theory::{Resource, Theory};
    /// // A million quanta at α = 1: after 10 to 100 of them the sum is all but the pure law.
    /// let theory = Theory::new(1_000_000, 1.0);
    /// let slope = theory.exponent_at(Resource::Parameters, &[10.0, 30.0, 100.0], 1.0).unwrap();
    /// assert!((slope - 1.0).abs() < 0.03);
    /// // The paper's 500 quanta at α = 0.4: truncation bends α_S = 0.29 upwards.
    /// let theory = Theory::new(500, 0.4);
    /// let slope = theory.exponent_at(Resource::Steps, &[400.0, 2_000.0, 8_900.0], 60.0).unwrap();
    /// assert!(slope > 0.34);
    /// ```
    pub fn exponent_at(&self, resource: Resource, amounts: &[f64], constant: f64) -> Option<f64> {
        let logs = amounts.iter().filter_map(|amount| {
            let loss = self.loss(resource, *amount, constant);
            (*amount > 0.0 && loss > 0.0).then(|| (amount.ln(), loss.ln()))
        });
        crate::fit::slope(&logs.collect::<Vec<_>>()).map(|slope| -slope)
    }
}

/// The free constant (C, T or τ) from when subtasks emerged: each `(rank from 1, amount)` with
/// amount = constant · rank^γ names one, and the median of their logarithms is taken. All
/// emerged subtasks count, so one that was lucky or late does not move the curve; the shape of
/// the curve stays the theory's. `None` before the first emergence.
///
/// ```
/// # use quanta_core::theory::{Resource, calibrate};
/// // Emergence at 50·k² steps, the second one late: T = 50 all the same.
/// let emerged = [(1, 50.0), (2, 300.0), (3, 450.0)];
/// let constant = calibrate(Resource::Steps, 1.0, emerged).unwrap();
/// assert!((constant - 50.0).abs() < 1e-9);
/// ```
pub fn calibrate(resource: Resource, alpha: f64, emerged: impl IntoIterator<Item = (usize, f64)>) -> Option<f64> {
    let growth = resource.growth(alpha);
    let mut logs: Vec<f64> = emerged
        .into_iter()
        .filter(|(rank, amount)| *rank > 0 && *amount > 0.0 && amount.is_finite())
        .map(|(rank, amount)| amount.ln() - growth * (rank as f64).ln())
        .collect();
    ascending(&mut logs, |x| *x);
    let middle = logs.len() / 2;
    let median = match logs.len() {
        0 => return None,
        n if n % 2 == 1 => logs[middle],
        _ => 0.5 * (logs[middle - 1] + logs[middle]),
    };
    Some(median.exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, proptest};

    #[test]
    fn the_truncated_sum_meets_the_pure_law_in_the_middle_of_many_quanta() {
        // Σ_{k>n} k^-(α+1) = n^-α/α to leading order; the truncation takes N^-α/α off.
        let theory = Theory::new(1_000_000, 0.8);
        let (sum, pure) = (theory.loss_after(100.0), theory.pure_loss_after(100.0));
        assert!((sum / pure - 1.0).abs() < 0.01, "{sum} {pure}");
    }

    #[test]
    fn truncation_bends_the_curve_at_small_alpha() {
        let theory = Theory::new(500, 0.4);
        let amounts: Vec<f64> = (0..40).map(|i| 400.0 * (8_900.0f64 / 400.0).powf(f64::from(i) / 39.0)).collect();
        // The first subtask at 60 steps, so 4 to 35 of 500 learned over the range.
        let slope = theory.exponent_at(Resource::Steps, &amounts, 60.0).unwrap();
        assert!((slope - 0.357).abs() < 0.001, "{slope}");
    }

    #[test]
    fn at_alpha_zero_infinitely_many_quanta_are_never_learned() {
        assert_eq!(Theory::new(10, 0.0).pure_loss_after(5.0), 1.0);
        // Ten are: 1/6 + … + 1/10 of 1 + … + 1/10 is left after five.
        let by_hand = 1.0 - (137.0 / 60.0) / (7_381.0 / 2_520.0);
        assert!((Theory::new(10, 0.0).loss_after(5.0) - by_hand).abs() < 1e-12);
    }

    #[test]
    fn nothing_emerged_calibrates_nothing() {
        assert_eq!(calibrate(Resource::Steps, 0.4, []), None);
        assert_eq!(calibrate(Resource::Steps, 0.4, [(1, f64::NAN), (0, 3.0), (2, 0.0)]), None);
    }

    proptest! {
        #[test]
        fn losses_fall_and_stay_between_b_and_a(n in 1usize..400, alpha in 0.0f64..2.0, at in 0.0f64..500.0, more in 0.0f64..50.0) {
            let theory = Theory::new(n, alpha);
            let (here, there) = (theory.loss_after(at), theory.loss_after(at + more));
            prop_assert!(there <= here + 1e-12);
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&here));
        }

        #[test]
        fn no_argument_panics(n: f64, amount: f64, constant: f64, alpha in 0.0f64..4.0) {
            let theory = Theory::new(7, alpha);
            theory.loss_after(n);
            theory.pure_loss_after(n);
            for resource in Resource::ALL {
                theory.loss(resource, amount, constant);
                theory.exponent_at(resource, &[n, amount], constant);
                calibrate(resource, alpha, [(1, n), (2, amount)]);
            }
        }
    }
}
