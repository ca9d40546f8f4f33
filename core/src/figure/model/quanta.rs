//! Quanta learned one after another, by the model's rules and by rules a little broken.

use crate::fit::slope;
use crate::order::ascending;
use crate::rng::{Rng, Stream};
use crate::theory::{Theory, zeta};

/// What the figures of theory are drawn for.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The paper's α.
    pub alpha: f64,
    /// How many quanta there are; 1 to 100,000.
    pub quanta: usize,
    /// Loss of a sample before its quantum is learned, in bits.
    pub before: f64,
    /// Loss after, in bits.
    pub after: f64,
    /// Whether these quanta are all there are. If not they are the first of infinitely many, and
    /// what comes after them is never learned.
    pub truncated: bool,
    /// How far the order of learning strays from the order of use: the standard deviation of a
    /// factor on each frequency, in its natural logarithm. 0 keeps the order.
    pub noise: f64,
    /// Every how many-th quantum is never learned; none of them at `None`.
    pub missing: Option<usize>,
    /// What the noise is drawn from.
    pub seed: u64,
}

impl Default for Model {
    fn default() -> Self {
        Self { alpha: 0.4, quanta: 1_000, before: 1.0, after: 0.0, truncated: true, noise: 0.0, missing: None, seed: 0 }
    }
}

/// The model worked out: frequencies, the order of learning, and the mean loss after each.
#[derive(Clone, Debug)]
pub struct Quanta {
    /// What it was worked out from.
    pub model: Model,
    /// p_k, most used first.
    pub p: Vec<f64>,
    /// The place of each quantum in the order of learning, from 1; `None` for the missing.
    pub learned_at: Vec<Option<usize>>,
    /// `loss[n]`: the mean loss in bits after n quanta are learned, from 0.
    pub loss: Vec<f64>,
}

/// Two are equal where they come of the same model.
impl PartialEq for Quanta {
    fn eq(&self, other: &Self) -> bool {
        self.model == other.model
    }
}

impl Quanta {
    /// The most quanta that are worked out.
    pub const MOST: usize = 100_000;

    /// Works the model out. Numbers out of range are brought into it.
    pub fn new(model: &Model) -> Self {
        let mut model = model.clone();
        model.quanta = model.quanta.clamp(1, Self::MOST);
        model.alpha = if model.alpha.is_finite() { model.alpha.clamp(0.0, 10.0) } else { 0.0 };
        model.noise = if model.noise.is_finite() { model.noise.clamp(0.0, 10.0) } else { 0.0 };
        let p = frequencies(&model);
        let mut order: Vec<usize> = (0..p.len()).filter(|k| !is_missing(&model, *k)).collect();
        if model.noise > 0.0 {
            let mut rng = Rng::new(model.seed, Stream::Subsets, 1);
            let strayed: Vec<f64> = p.iter().map(|p| p.ln() + model.noise * normal(&mut rng)).collect();
            ascending(&mut order, |quantum| -strayed[*quantum]);
        }
        let mut learned_at = vec![None; p.len()];
        for (place, quantum) in order.iter().enumerate() {
            learned_at[*quantum] = Some(place + 1);
        }
        // What is left is added from the least used up, so that a long tail keeps its digits.
        let in_order: f64 = order.iter().map(|k| p[*k]).sum();
        let never = (1.0 - in_order).max(0.0);
        let mut left = vec![0.0; order.len() + 1];
        for n in (0..order.len()).rev() {
            left[n] = left[n + 1] + p[order[n]];
        }
        let never = if model.truncated && model.missing.is_none() { 0.0 } else { never };
        let (before, after) = (model.before, model.after);
        let loss = left.iter().map(|left| after + (before - after) * (left + never)).collect();
        Self { model, p, learned_at, loss }
    }

    /// The pure power law after n quanta, in bits.
    pub fn pure(&self, n: f64) -> f64 {
        Theory::new(1, self.model.alpha).with_losses(self.model.before, self.model.after).pure_loss_after(n)
    }

    /// The numbers of learned quanta between which the sum's slope is read: where neither its
    /// beginning nor, with many quanta, its end bends it.
    pub fn slope_range(&self) -> (usize, usize) {
        let last = self.loss.len() - 1;
        (5.min(last), (last / 10).max(10).min(last))
    }

    /// The exponent that a fit to the sum's part above a would find between two numbers of learned
    /// quanta, at points evenly spaced in the logarithm.
    pub fn exponent(&self, from: usize, to: usize) -> Option<f64> {
        let last = self.loss.len().checked_sub(1)?;
        let (from, to) = (from.max(1), to.min(last));
        let ratio = to as f64 / from as f64;
        let at = |i: u32| (from as f64 * ratio.powf(f64::from(i) / 39.0)).round() as usize;
        let sign = (self.model.before - self.model.after).signum();
        let points: Vec<(f64, f64)> = (0..40)
            .map(at)
            .filter_map(|n| {
                let above = sign * (self.loss.get(n)? - self.model.after);
                (above > 0.0).then(|| ((n as f64).ln(), above.ln()))
            })
            .collect();
        slope(&points).map(|slope| -slope)
    }
}

fn frequencies(model: &Model) -> Vec<f64> {
    let exponent = -(model.alpha + 1.0);
    let weights = (1..=model.quanta).map(|k| (k as f64).powf(exponent));
    let finite: f64 = weights.clone().rev().sum();
    // At α = 0 infinitely many have no sum, so these are then all there are.
    let infinite = zeta(model.alpha + 1.0);
    let total = if model.truncated || !infinite.is_finite() { finite } else { infinite };
    weights.map(|weight| weight / total).collect()
}

fn is_missing(model: &Model, quantum: usize) -> bool {
    model.missing.is_some_and(|every| every > 0 && (quantum + 1).is_multiple_of(every))
}

/// A standard normal number (Box and Muller 1958).
fn normal(rng: &mut Rng) -> f64 {
    let uniform = |rng: &mut Rng| (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
    let (a, b) = (uniform(rng), uniform(rng));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}
