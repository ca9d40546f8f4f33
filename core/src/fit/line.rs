//! The straight line through points in logarithms, each stretch of x counted once.

use crate::order::ascending;

/// An interval is worked out over at most this many even cells of x, so that a run evaluated at
/// every step costs no more than one at every hundredth.
const CELLS: usize = 240;

/// Points in order of x, no two at the same x.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    pub x: Vec<f64>,
    /// The mean of the points at this x.
    pub y: Vec<f64>,
    /// How many points are at this x.
    pub counts: Vec<f64>,
}

/// How points count in a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// By the stretch of x that a point stands for, so that it does not matter how often one looked.
    Stretch,
    /// Each point the same: plain least squares.
    Same,
}

impl Points {
    /// The points in order of x, those at one x averaged: in any order of the input the same, to
    /// the last bit.
    pub fn new(mut points: Vec<(f64, f64)>) -> Self {
        ascending(&mut points, |point| point.1);
        ascending(&mut points, |point| point.0);
        average(points.iter().map(|(x, y)| (*x, *y, 1.0)), |a, b| a == b)
    }

    /// The points in even cells, where there are more of them than [`CELLS`].
    pub fn thinned(self) -> Self {
        let (Some(first), Some(last)) = (self.x.first().copied(), self.x.last().copied()) else { return self };
        if self.len() <= CELLS {
            return self;
        }
        let cell = |x: f64| ((x - first) / (last - first) * CELLS as f64) as usize;
        let points = self.x.iter().zip(&self.y).zip(&self.counts).map(|((x, y), count)| (*x, *y, *count));
        average(points, |a, b| cell(a) == cell(b))
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Each position's weight. Under [`Weight::Stretch`]: half the way to either neighbour, and at
    /// an end twice the half that there is, so that even spacing gives even weights.
    pub fn weights(&self, weight: Weight) -> Vec<f64> {
        let (x, last) = (&self.x, self.len().saturating_sub(1));
        if weight == Weight::Same || last == 0 {
            return self.counts.clone();
        }
        let stretch = |i: usize| match i {
            0 => x[1] - x[0],
            i if i == last => x[last] - x[last - 1],
            i => 0.5 * (x[i + 1] - x[i - 1]),
        };
        (0..=last).map(stretch).collect()
    }
}

/// Averages neighbours whose x are alike, each point by its count.
fn average(points: impl Iterator<Item = (f64, f64, f64)>, alike: impl Fn(f64, f64) -> bool) -> Points {
    let mut found = Points::default();
    let mut first = f64::NAN;
    for (x, y, count) in points {
        match found.len().checked_sub(1) {
            Some(i) if alike(first, x) => {
                found.counts[i] += count;
                let share = count / found.counts[i];
                found.x[i] += share * (x - found.x[i]);
                found.y[i] += share * (y - found.y[i]);
            }
            _ => {
                first = x;
                found.x.push(x);
                found.y.push(y);
                found.counts.push(count);
            }
        }
    }
    found
}

/// A fitted line, with what makes its slope out of the y.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub slope: f64,
    /// The height at x = 0.
    pub intercept: f64,
    /// slope = Σ lever·y; the levers sum to 0.
    pub levers: Vec<f64>,
}

/// The least-squares line; `None` where every x is the same, to rounding.
pub(super) fn line(points: &Points, weights: &[f64]) -> Option<Line> {
    let total: f64 = weights.iter().sum();
    let mean = |values: &[f64]| values.iter().zip(weights).map(|(value, weight)| weight * value).sum::<f64>() / total;
    let (mean_x, mean_y) = (mean(&points.x), mean(&points.y));
    let square: f64 = points.x.iter().zip(weights).map(|(x, weight)| weight * (x - mean_x).powi(2)).sum();
    let spread = (square / total).sqrt();
    if spread.is_nan() || spread <= 1e-12 * mean_x.abs().max(1.0) {
        return None;
    }
    let levers: Vec<f64> = points.x.iter().zip(weights).map(|(x, weight)| weight * (x - mean_x) / square).collect();
    let slope: f64 = levers.iter().zip(&points.y).map(|(lever, y)| lever * (y - mean_y)).sum();
    slope.is_finite().then_some(Line { slope, intercept: mean_y - slope * mean_x, levers })
}
