//! The model's loss curves: pure power laws and truncated sums.

use serde::{Deserialize, Serialize};

use super::zeta::zeta;
use crate::order::ascending;
use crate::quanta::{Quanta, UseFrequencies};

/// What is scaled up: parameters, steps or data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Parameters N of the model; learning quantum n takes N = C·n.
    Parameters,
    /// Optimiser steps S on fresh data (single-epoch); learning quantum n takes S = T·n^(α+1).
    Steps,
    /// Training samples D, trained on for many epochs; learning quantum n takes D = τ·n^(α+1).
    Data,
}

impl Resource {
    /// All resources, in the paper's order.
    pub const ALL: [Self; 3] = [Self::Parameters, Self::Steps, Self::Data];

    /// The paper's letter for it: N, S or D.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Parameters => "N",
            Self::Steps => "S",
            Self::Data => "D",
        }
    }

    /// Its name in files and flags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Steps => "steps",
            Self::Data => "data",
        }
    }

    /// Its axis label.
    pub fn axis(self) -> &'static str {
        match self {
            Self::Parameters => "parameters N",
            Self::Steps => "training step S",
            Self::Data => "training samples D",
        }
    }

    /// γ in “learning quantum n takes constant · n^γ of the resource”: 1 for N, α+1 for S and D.
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

/// The losses that the model predicts for finitely many quanta with exact use frequencies, learned
/// in the order of their frequencies.
#[derive(Clone, Debug)]
pub struct Theory {
    alpha: f64,
    before: f64,
    after: f64,
    p: Vec<f64>,
    /// What each quantum takes off the mean loss, as a share of all that there is to take: p_k where all
    /// have the same losses.
    shares: Vec<f64>,
    /// `left[n]` = the shares of the quanta after the n-th.
    left: Vec<f64>,
}

impl Theory {
    /// Builds the theory for `n_tasks` quanta at the paper's α. A sample's loss is 1 bit before its
    /// quantum is learned and 0 after.
    pub fn new(n_tasks: usize, alpha: f64) -> Self {
        Self::of(&UseFrequencies::new(n_tasks.max(1), alpha))
    }

    /// Builds the theory for given frequencies.
    pub fn of(frequencies: &UseFrequencies) -> Self {
        let p = frequencies.p().to_vec();
        Self { alpha: frequencies.alpha(), before: 1.0, after: 0.0, left: sums_from(&p), shares: p.clone(), p }
    }

    /// Builds the theory of quanta with their own losses, b_k and a_k: before any is learned the mean loss
    /// is Σ p_k·b_k, and learning quantum k takes p_k·(b_k − a_k) off it. `None` where their use follows no
    /// power law, or where there are none.
    pub fn of_quanta(quanta: &Quanta) -> Option<Self> {
        let alpha = quanta.alpha().filter(|_| !quanta.is_empty())?;
        let theory = Self::new(quanta.len(), alpha);
        if let Some((before, after)) = quanta.shared_losses() {
            return Some(theory.with_losses(f64::from(before), f64::from(after)));
        }
        let each =
            || theory.p.iter().zip(quanta.losses()).map(|(p, (before, after))| (p * f64::from(*before), p * f64::from(*after)));
        let (before, after) = each().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let shares: Vec<f64> = each().map(|one| (one.0 - one.1) / (before - after)).collect();
        Some(Self { before, after, left: sums_from(&shares), shares, ..theory })
    }

    /// Sets a sample's loss before (b) and after (a) its quantum is learned, in bits.
    pub fn with_losses(mut self, before: f64, after: f64) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// Number of quanta.
    pub fn n_tasks(&self) -> usize {
        self.p.len()
    }

    /// The paper's α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The use frequencies p_k, the most frequent first; they sum to 1.
    pub fn p(&self) -> &[f64] {
        &self.p
    }

    /// Returns the truncated sum L_n = Σ_{k≤n} a·p_k + Σ_{k>n} b·p_k, in bits, interpolated linearly
    /// between whole n.
    ///
    /// ```
    /// # use quanta_core::theory::Theory;
    /// // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
    /// let theory = Theory::new(3, 1.0);
    /// assert!((theory.loss_after(0.0) - 1.0).abs() < 1e-15);
    /// assert!((theory.loss_after(1.0) - 13.0 / 49.0).abs() < 1e-15);
    /// assert!((theory.loss_after(1.5) - 8.5 / 49.0).abs() < 1e-15);
    /// assert_eq!(theory.loss_after(3.0), 0.0);
    /// // With b = 2 and a = 1 bits the loss falls from 2 to 1.
    /// let theory = theory.with_losses(2.0, 1.0);
    /// assert!((theory.loss_after(2.0) - (1.0 + 4.0 / 49.0)).abs() < 1e-15);
    /// ```
    pub fn loss_after(&self, n: f64) -> f64 {
        let n = n.clamp(0.0, self.p.len() as f64);
        let whole = n as usize;
        let left = match self.shares.get(whole) {
            Some(share) => self.left[whole] - (n - whole as f64) * share,
            None => 0.0,
        };
        self.after + (self.before - self.after) * left
    }

    /// Returns the pure power law a + (b−a)/(α ζ(α+1)) · n^-α, in bits: what the sum over infinitely
    /// many quanta tends to at large n. At α = 0 it is the limit α → 0, the constant b.
    ///
    /// ```
    /// # use quanta_core::theory::Theory;
    /// // At α = 1 the loss is 6/π² · n^-1.
    /// let factor = 6.0 / std::f64::consts::PI.powi(2);
    /// assert!((Theory::new(100, 1.0).pure_loss_after(10.0) - factor / 10.0).abs() < 1e-14);
    /// ```
    pub fn pure_loss_after(&self, n: f64) -> f64 {
        let factor = if self.alpha < 1e-9 { 1.0 } else { 1.0 / (self.alpha * zeta(self.alpha + 1.0)) };
        self.after + (self.before - self.after) * factor * libm::pow(n, -self.alpha)
    }

    /// Returns how many quanta are learned with `amount` of a resource: N/C, (S/T)^(1/(α+1)) or
    /// (D/τ)^(1/(α+1)). `constant` is C, T or τ.
    ///
    /// ```
    /// # use quanta_core::theory::{Resource, Theory};
    /// let theory = Theory::new(100, 1.0);
    /// assert_eq!(theory.learned(Resource::Parameters, 600.0, 20.0), 30.0);
    /// // The first takes T = 20 steps; the sixth, used 1/36 as often, takes 36 times as many.
    /// assert!((theory.learned(Resource::Steps, 720.0, 20.0) - 6.0).abs() < 1e-12);
    /// ```
    pub fn learned(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        libm::pow((amount / constant).max(0.0), 1.0 / resource.growth(self.alpha))
    }

    /// Returns the truncated sum at `amount` of a resource, in bits.
    pub fn loss(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        self.loss_after(self.learned(resource, amount, constant))
    }

    /// Returns the pure power law at `amount` of a resource, in bits.
    pub fn pure_loss(&self, resource: Resource, amount: f64, constant: f64) -> f64 {
        self.pure_loss_after(self.learned(resource, amount, constant))
    }

    /// Returns the exponent that a fit to the truncated sum would find: minus its least-squares slope
    /// in log-log at the given amounts. For a fair comparison pass the amounts of the measured data.
    /// Returns `None` if fewer than two amounts are positive with a positive loss.
    ///
    /// ```
    /// # use quanta_core::theory::{Resource, Theory};
    /// // A million quanta at α = 1: after 10 to 100 of them the sum is close to the pure law.
    /// let theory = Theory::new(1_000_000, 1.0);
    /// let slope = theory.exponent_at(Resource::Parameters, &[10.0, 30.0, 100.0], 1.0).unwrap();
    /// assert!((slope - 1.0).abs() < 0.03);
    /// // The paper's 500 quanta at α = 0.4: truncation makes the curve steeper than α_S = 0.29.
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

/// The sum of the numbers after each place, and 0.
fn sums_from(numbers: &[f64]) -> Vec<f64> {
    let mut left = vec![0.0; numbers.len() + 1];
    for n in (0..numbers.len()).rev() {
        left[n] = left[n + 1] + numbers[n];
    }
    left
}

/// Estimates the free constant (C, T or τ) from the amounts at which subtasks emerged, given as
/// `(rank from 1, amount)`. Each implies a constant through amount = constant · rank^γ; the result is
/// their median in logarithms, so a few early or late subtasks hardly change it. Only the constant
/// is fitted; γ stays the theory's. Returns `None` before the first emergence.
///
/// ```
/// # use quanta_core::theory::{Resource, calibrate};
/// // Emergence at 50·k² steps, except for the second, which is late: T is 50.
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
    fn the_truncated_sum_is_close_to_the_pure_law_for_many_quanta() {
        // Σ_{k>n} k^-(α+1) = n^-α/α to leading order; truncation at N subtracts N^-α/α.
        let theory = Theory::new(1_000_000, 0.8);
        let (sum, pure) = (theory.loss_after(100.0), theory.pure_loss_after(100.0));
        assert!((sum / pure - 1.0).abs() < 0.01, "{sum} {pure}");
    }

    #[test]
    fn truncation_steepens_the_curve_at_small_alpha() {
        let theory = Theory::new(500, 0.4);
        let amounts: Vec<f64> = (0..40).map(|i| 400.0 * (8_900.0f64 / 400.0).powf(f64::from(i) / 39.0)).collect();
        // The first subtask is learned at step 60, and 4 to 35 of 500 over the range.
        let slope = theory.exponent_at(Resource::Steps, &amounts, 60.0).unwrap();
        assert!((slope - 0.357).abs() < 0.001, "{slope}");
    }

    #[test]
    fn at_alpha_zero_the_pure_law_stays_constant() {
        assert_eq!(Theory::new(10, 0.0).pure_loss_after(5.0), 1.0);
        // Ten quanta after five are learned: (1/6 + … + 1/10) / (1 + … + 1/10).
        let expected = 1.0 - (137.0 / 60.0) / (7_381.0 / 2_520.0);
        assert!((Theory::new(10, 0.0).loss_after(5.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn calibration_needs_an_emergence() {
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
