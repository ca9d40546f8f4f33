//! A power law with values that have not been seen yet.

use super::line::{Points, line};
use super::normal::{log_above, mills};
use super::power_law::{FitError, PowerLaw};
use super::student::factor;
use super::uncertainty::{INTERVAL_POINTS, NoInterval, Uncertainty};
use crate::order::ascending;

/// Scatter under this, in the logarithm, is rounding.
const EXACT: f64 = 1e-9;

/// Fits y = amplitude · x^-exponent where some y have not been seen (`None`), being above `until`: a
/// censored (Tobit) regression, that is a line in log-log with normal scatter of one size, by
/// maximum likelihood. An unseen value counts with the probability that it is above `until`, so
/// that the law does not move as more of them are seen; least squares over the seen ones finds the
/// lucky ones of the rarest alone, and too flat a law.
///
/// The uncertainty is that of one run, from the curvature of the likelihood: where the scatter is as
/// supposed it covers 92 to 99 % (`fit/tests/emergence.rs` prints it). Where the scatter grows along
/// x the exponent is a little too flat: in the worst case tried by 8 %, least squares by 28 %, and
/// the interval covers the truth in half of the cases alone.
///
/// # Errors
/// As [`power_law`](super::power_law)'s; [`FitError::TooFew`] counts the seen values.
pub fn censored_law(x: &[f64], y: &[Option<f64>], until: f64) -> Result<PowerLaw, FitError> {
    if x.len() != y.len() {
        return Err(FitError::Lengths { x: x.len(), y: y.len() });
    }
    let positive = |value: f64, at: f64| {
        if value > 0.0 && value.is_finite() { Ok(value.ln()) } else { Err(FitError::NotPositive { value, at }) }
    };
    let (mut seen, mut unseen) = (Vec::new(), Vec::new());
    let (mut least, mut most) = (f64::INFINITY, 0f64);
    for (x, y) in x.iter().zip(y) {
        let log_x = positive(*x, *x)?;
        match y {
            Some(y) => {
                seen.push((log_x, positive(*y, *x)?));
                (least, most) = (least.min(*x), most.max(*x));
            }
            None => unseen.push(log_x),
        }
    }
    if seen.len() < FitError::POINTS {
        return Err(FitError::TooFew { points: seen.len(), from: 0.0, to: f64::INFINITY });
    }
    let until = positive(until, until)?;
    // In any order of the input the sums are the same, to the last bit.
    ascending(&mut seen, |point| point.1);
    ascending(&mut seen, |point| point.0);
    ascending(&mut unseen, |x| *x);
    let count = seen.len();
    let points = Points::new(seen.clone());
    let start = line(&points, &points.counts).ok_or(FitError::ConstantX { at: least })?;
    let square: f64 = seen.iter().map(|(x, y)| (y - start.intercept - start.slope * x).powi(2)).sum();
    let scatter = (square / count as f64).sqrt();
    let law = |slope: f64, intercept: f64, uncertainty| PowerLaw {
        exponent: -slope,
        amplitude: intercept.exp(),
        uncertainty,
        range: (least, most),
        points: count,
    };
    let no_scatter = Uncertainty::None { why: NoInterval::NoScatter };
    if scatter < EXACT {
        return Ok(law(start.slope, start.intercept, no_scatter));
    }
    // In units in which all is of the size of one: x about its mean, y about the line found first.
    let middle = seen.iter().map(|(x, _)| x).sum::<f64>() / count as f64;
    let above = |x: f64, y: f64| (y - start.intercept - start.slope * x) / scatter;
    let likelihood = Likelihood {
        seen: seen.iter().map(|(x, y)| (x - middle, above(*x, *y))).collect(),
        unseen: unseen.iter().map(|x| (x - middle, above(*x, until))).collect(),
    };
    let best = likelihood.maximum();
    let [height, tilt, sharpness] = best.at;
    let slope = start.slope + scatter * tilt / sharpness;
    let intercept = start.intercept + scatter * (height - tilt * middle) / sharpness;
    let uncertainty = if count < INTERVAL_POINTS {
        Uncertainty::None { why: NoInterval::TooFewPoints(count) }
    } else {
        // The likelihood's scatter is that of n points about a line of their own: n-2 are free.
        let free = count as f64 - 2.0;
        let gradient = [0.0, 1.0 / sharpness, -tilt / (sharpness * sharpness)];
        let variance = solve(best.curvature, gradient).map(|inverse| dot(gradient, inverse));
        match variance.map(|variance| scatter * (variance * count as f64 / free).sqrt()).filter(|error| *error > 0.0) {
            Some(error) if error.is_finite() => {
                let half = factor(0.95, free) * error;
                Uncertainty::OneRun { low: -slope - half, high: -slope + half }
            }
            _ => no_scatter,
        }
    };
    Ok(law(slope, intercept, uncertainty))
}

/// The logarithm of the likelihood in Olsen's (1978) parameters (height, tilt, sharpness) = (a/σ,
/// b/σ, 1/σ), in which it is concave: Newton's method finds its one maximum from anywhere.
struct Likelihood {
    seen: Vec<(f64, f64)>,
    unseen: Vec<(f64, f64)>,
}

/// A place, the likelihood there, and its derivatives; the curvature is minus the second.
struct Place {
    at: [f64; 3],
    value: f64,
    gradient: [f64; 3],
    curvature: [[f64; 3]; 3],
}

impl Likelihood {
    fn place(&self, at: [f64; 3]) -> Place {
        let [height, tilt, sharpness] = at;
        let n = self.seen.len() as f64;
        let mut value = n * sharpness.ln();
        let mut gradient = [0.0, 0.0, n / sharpness];
        let mut curvature = [[0.0; 3]; 3];
        curvature[2][2] = n / (sharpness * sharpness);
        let mut add = |x: f64, y: f64, first: f64, second: f64| {
            let toward = [-1.0, -x, y];
            for i in 0..3 {
                gradient[i] -= first * toward[i];
                for j in 0..3 {
                    curvature[i][j] += second * toward[i] * toward[j];
                }
            }
        };
        for (x, y) in &self.seen {
            let residual = sharpness * y - height - tilt * x;
            value -= 0.5 * residual * residual;
            add(*x, *y, residual, 1.0);
        }
        for (x, y) in &self.unseen {
            let distance = sharpness * y - height - tilt * x;
            value += log_above(distance);
            let mills = mills(distance);
            add(*x, *y, mills, mills * (mills - distance));
        }
        Place { at, value, gradient, curvature }
    }

    fn maximum(&self) -> Place {
        let mut best = self.place([0.0, 0.0, 1.0]);
        for _ in 0..100 {
            let Some(step) = solve(best.curvature, best.gradient) else { return best };
            let gain = dot(step, best.gradient);
            let mut part = 1.0;
            let next = loop {
                let at = std::array::from_fn(|i| best.at[i] + part * step[i]);
                let next = if at[2] > 0.0 { Some(self.place(at)) } else { None };
                if let Some(next) = next.filter(|next| next.value >= best.value + 1e-4 * part * gain) {
                    break Some(next);
                }
                part *= 0.5;
                if part < 1e-9 {
                    break None;
                }
            };
            match next {
                Some(next) => best = next,
                None => return best,
            }
            if gain < 1e-12 {
                return best;
            }
        }
        best
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Solves m·x = v for a positive definite m by Cholesky's factors.
fn solve(m: [[f64; 3]; 3], v: [f64; 3]) -> Option<[f64; 3]> {
    let root = |square: f64| (square > 0.0 && square.is_finite()).then(|| square.sqrt());
    let a = root(m[0][0])?;
    let (b, c) = (m[1][0] / a, m[2][0] / a);
    let d = root(m[1][1] - b * b)?;
    let e = (m[2][1] - b * c) / d;
    let f = root(m[2][2] - c * c - e * e)?;
    let x = v[0] / a;
    let y = (v[1] - b * x) / d;
    let z = (v[2] - c * x - e * y) / f;
    let z = z / f;
    let y = (y - e * z) / d;
    Some([(x - b * y - c * z) / a, y, z])
}
