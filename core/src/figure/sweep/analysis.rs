//! What a sweep says in numbers: means over seeds, the fit, and theory over the same range.

use super::{Point, Sweep};
use crate::figure::{Place, source};
use crate::fit::{FitError, PowerLaw, curve_range, power_law_of_seeds};
use crate::order::ascending;
use crate::paper;
use crate::theory::{Theory, calibrate};

/// The seeds at one amount, together.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// How much of the resource.
    pub amount: f64,
    /// Mean loss over the seeds, in bits.
    pub loss: f64,
    /// The lowest and the highest loss of a seed.
    pub band: (f64, f64),
    /// How many seeds there are.
    pub seeds: usize,
    /// Mean loss of each subtask over the seeds; empty where none was kept.
    pub task_loss: Vec<f32>,
}

/// A sweep's exponent beside theory's.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The power law of loss against the resource over all points, each seed's its own; or why
    /// there is none.
    pub fit: Result<PowerLaw, FitError>,
    /// C, T or τ, from when subtasks emerged.
    pub constant: Option<f64>,
    /// Theory's exponent for infinitely many quanta.
    pub pure: f64,
    /// The exponent of the sum over as many quanta as there are, at the fitted points.
    pub truncated: Option<f64>,
    /// The paper's, with its range, where it has one at these settings.
    pub paper: Option<(f64, &'static str)>,
}

impl Sweep {
    /// The points by amount, in order, their seeds together. Losses that are not numbers are
    /// left out.
    pub fn means(&self) -> Vec<Mean> {
        let sound = |point: &&Point| point.amount > 0.0 && point.amount.is_finite() && point.loss.is_finite();
        let mut points: Vec<&Point> = self.points.iter().filter(sound).collect();
        ascending(&mut points, |point| point.amount);
        points.chunk_by(|a, b| a.amount == b.amount).map(mean).collect()
    }

    /// For each subtask that has emerged, its rank from 1 and the least amount at which it has,
    /// seed by seed.
    pub fn emergences(&self) -> Vec<(usize, f64)> {
        let mut emerged = Vec::new();
        for seed in self.all_seeds() {
            let mut first = vec![f64::INFINITY; self.n_tasks];
            for point in self.points.iter().filter(|point| point.seed == seed) {
                for (first, loss) in first.iter_mut().zip(&point.task_loss) {
                    if source::is_learned_in_sweep(*loss) {
                        *first = first.min(point.amount);
                    }
                }
            }
            let ranked = first.iter().enumerate().filter(|(_, amount)| amount.is_finite());
            emerged.extend(ranked.map(|(task, amount)| (task + 1, *amount)));
        }
        emerged
    }

    /// The range fitted by default: [`curve_range`] of the mean over seeds.
    pub fn default_range(&self) -> Result<(f64, f64), FitError> {
        let means = self.means();
        let x: Vec<f64> = means.iter().map(|mean| mean.amount).collect();
        let losses: Vec<f64> = means.iter().map(|mean| mean.loss).collect();
        let learned = |point: &&Point| point.learned > 0 && point.amount > 0.0;
        let first = self.points.iter().filter(learned).map(|point| point.amount).reduce(f64::min);
        curve_range(&x, &losses, first, super::ENDS.0)
    }

    /// Fit, theory and paper, over `range` or the default one.
    pub fn report(&self, range: Option<(f64, f64)>) -> Report {
        let range = range.map_or_else(|| self.default_range(), Ok);
        let sound = |point: &Point| (point.amount > 0.0 && point.loss.is_finite()).then_some((point.amount, point.loss));
        let fit = range.and_then(|range| self.fit_seeds(sound, range));
        let x: Vec<f64> = self.points.iter().filter_map(sound).map(|(amount, _)| amount).collect();
        let constant = calibrate(self.resource, self.alpha, self.emergences());
        let fitted = fit.ok().zip(constant).and_then(|(fit, constant)| {
            let inside: Vec<f64> = x.iter().copied().filter(|x| (fit.range.0..=fit.range.1).contains(x)).collect();
            Theory::new(self.n_tasks, self.alpha).exponent_at(self.resource, &inside, constant)
        });
        Report {
            fit,
            constant,
            pure: self.resource.exponent(self.alpha),
            truncated: fitted,
            paper: paper::exponent(self.resource, self.alpha, self.n_tasks),
        }
    }

    /// A power law over the points that `height` gives a height, each seed fitted for itself.
    pub(super) fn fit_seeds(
        &self,
        height: impl Fn(&Point) -> Option<(f64, f64)>,
        range: (f64, f64),
    ) -> Result<PowerLaw, FitError> {
        let of_seed = |seed: &u64| {
            let points = self.points.iter().filter(|point| point.seed == *seed).filter_map(&height);
            points.unzip::<f64, f64, Vec<f64>, Vec<f64>>()
        };
        let curves: Vec<(Vec<f64>, Vec<f64>)> = self.all_seeds().iter().map(of_seed).collect();
        let curves: Vec<(&[f64], &[f64])> = curves.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect();
        power_law_of_seeds(&curves, range)
    }

    /// The seeds of the points, in the order in which they are met.
    fn all_seeds(&self) -> Vec<u64> {
        let mut seeds: Vec<u64> = Vec::new();
        for point in &self.points {
            if !seeds.contains(&point.seed) {
                seeds.push(point.seed);
            }
        }
        seeds
    }

    /// The number of seeds.
    pub fn seeds(&self) -> usize {
        self.means().iter().map(|mean| mean.seeds).max().unwrap_or(0)
    }
}

fn mean(points: &[&Point]) -> Mean {
    let losses = || points.iter().map(|point| point.loss);
    let tasks = points.iter().map(|point| point.task_loss.len()).min().unwrap_or(0);
    let mut task_loss = vec![0f32; tasks];
    for point in points {
        for (sum, loss) in task_loss.iter_mut().zip(&point.task_loss) {
            *sum += loss / points.len() as f32;
        }
    }
    Mean {
        amount: points[0].amount,
        loss: losses().sum::<f64>() / points.len() as f64,
        band: (losses().fold(f64::INFINITY, f64::min), losses().fold(0.0, f64::max)),
        seeds: points.len(),
        task_loss,
    }
}

/// The point nearest to a place on logarithmic axes, by what a point's height is.
pub(super) fn nearest_by(sweeps: &[Sweep], (x, y): (f64, f64), height: impl Fn(&Point) -> f64) -> Option<(usize, usize)> {
    let at = (x.max(1e-300).ln(), y.max(1e-300).ln());
    let mut best: Option<(f64, (usize, usize))> = None;
    for (i, sweep) in sweeps.iter().enumerate() {
        for (j, point) in sweep.points.iter().enumerate() {
            // A loss matters more to the eye than an amount: its axis has fewer decades.
            let distance = (point.amount.ln() - at.0).hypot(2.0 * (height(point).ln() - at.1));
            if distance.is_finite() && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, (i, j)));
            }
        }
    }
    best.map(|(_, point)| point)
}

/// The points of sweeps in order of their amounts, where a reader without a pointer stops.
pub(super) fn stops(sweeps: &[Sweep], height: impl Fn(&Point) -> f64) -> Vec<Place> {
    let points = sweeps.iter().flat_map(|sweep| &sweep.points).map(|point| (0, (point.amount, height(point))));
    let mut stops: Vec<Place> = points.filter(|(_, (amount, height))| amount.is_finite() && height.is_finite()).collect();
    ascending(&mut stops, |(_, (amount, _))| *amount);
    stops
}
