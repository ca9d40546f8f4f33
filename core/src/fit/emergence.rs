//! When subtasks emerged, and the law of it.
//!
//! Two words are kept apart. A subtask has **emerged** at the first evaluation at which its loss is
//! under [`EMERGENCE_BITS`], whatever comes later: it has a step, counts only rise, and laws, Figs 8
//! and 9, and every “N of M” about a run or a file go by it ([`emerged`]). It is **learned at an
//! evaluation** if its loss is under the threshold there ([`learned`]): the number that goes with
//! that evaluation's loss. Near the threshold the second can fall where the first cannot.

use super::censored::censored_law;
use super::power_law::{FitError, PowerLaw, least_squares};

/// A subtask has emerged at the first evaluation at which its loss is under this many bits.
pub const EMERGENCE_BITS: f32 = 0.1;

/// The evaluations between which a subtask emerged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emergence {
    /// The step of the evaluation before; 0 where there was none.
    pub before: u64,
    /// The step of the first evaluation under [`EMERGENCE_BITS`].
    pub at: u64,
}

impl Emergence {
    /// An emergence seen at the step `at`, among evaluations at `steps`, which rise.
    pub fn seen(steps: &[u64], at: u64) -> Self {
        Self { before: steps.iter().copied().take_while(|step| *step < at).last().unwrap_or(0), at }
    }

    /// The step between, halfway in its logarithm. The evaluation before is taken to be no earlier
    /// than half of this one: before the first evaluation nothing is known.
    pub fn step(self) -> f64 {
        let at = self.at as f64;
        (at * (self.before as f64).clamp(0.5 * at, at)).sqrt()
    }
}

/// Which evaluation a subtask emerged at: the first whose loss is under [`EMERGENCE_BITS`]. A loss
/// that is not a number is not under it.
pub fn emerged(losses: &[f32]) -> Option<usize> {
    losses.iter().position(|loss| *loss < EMERGENCE_BITS)
}

/// How many subtasks are learned at an evaluation with these losses.
pub fn learned(task_losses: &[f32]) -> usize {
    task_losses.iter().filter(|loss| **loss < EMERGENCE_BITS).count()
}

/// The step of the evaluation at which a subtask [`emerged`]. Between evaluations nothing is
/// guessed: with 30 a decade a step is up to 8 % late.
pub fn emergence_step(steps: &[u64], losses: &[f32]) -> Option<u64> {
    steps.get(emerged(losses)?).copied()
}

/// Emergence step against use frequency by a censored regression: step ∝ p^-exponent. `p` and
/// `emergences` go by subtask; `None` is one that has not emerged, and counts as later than the
/// last that has. Later than that, and not than the end of the run: a run that has stopped learning
/// would otherwise get steeper with each step it idles (the paper's width-500 run learns nothing
/// after step 58,000; with its end for a bound the exponent goes from 1.0 to 1.6 by step 200,000).
///
/// # Errors
/// [`FitError::TooFew`] under three subtasks that have emerged after step 0.
pub fn emergence_law_of(p: &[f64], emergences: &[Option<Emergence>]) -> Result<PowerLaw, FitError> {
    let (p, emergences) = started(p, emergences);
    let until = emergences.iter().flatten().map(|emergence| emergence.at).max().unwrap_or(1);
    let steps: Vec<Option<f64>> = emergences.iter().map(|emergence| emergence.map(Emergence::step)).collect();
    censored_law(&p, &steps, until as f64)
}

/// The paper's Fig 8, plain least squares over the subtasks that have emerged, each at the step it
/// was first seen: step ∝ p^-exponent, where the paper has 0.81. Those that have not emerged are
/// left out, so that of the rarest only the lucky ones count, and how many those are depends on how
/// long the run was.
///
/// # Errors
/// As [`emergence_law_of`]'s.
pub fn emergence_least_squares_of(p: &[f64], emergences: &[Option<Emergence>]) -> Result<PowerLaw, FitError> {
    let (p, emergences) = started(p, emergences);
    let pairs = p.iter().zip(&emergences).filter_map(|(p, emergence)| Some((*p, (*emergence)?.at as f64)));
    let (p, steps): (Vec<f64>, Vec<f64>) = pairs.unzip();
    least_squares(&p, &steps, (0.0, f64::INFINITY))
}

/// Without subtasks that were there before the first step: they have no logarithm.
fn started(p: &[f64], emergences: &[Option<Emergence>]) -> (Vec<f64>, Vec<Option<Emergence>>) {
    let pairs = p.iter().copied().zip(emergences.iter().copied());
    pairs.filter(|(_, emergence)| emergence.is_none_or(|emergence| emergence.at > 0)).unzip()
}
