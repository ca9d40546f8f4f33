//! What one run says about the uncertainty of its slope.
//!
//! The residuals of one run follow one another: at the paper's settings those of neighbouring
//! evaluations correlate by 0.89. So they are taken to be a stationary process in ln x whose
//! correlation falls as ρ^(distance / mean distance), plus a share ν of independent noise. Neither
//! ρ nor ν is known: each pair on a grid counts by how likely it makes the residuals (the
//! restricted likelihood) times a prior, and gives Student's t for the error of the slope; the
//! interval holds 95 % of the mixture.
//!
//! Simulated coverage of 6 to 120 points with AR(1) residuals (`fit/tests/coverage.rs` prints it and
//! holds it to these bands): 95 to 100 % at ρ = 0 and 0.5; 91 to 99 % at ρ = 0.9, short of 95 %
//! under 30 points; 88 to 97 % at ρ = 0.97, short of it under 60. At ρ = 0.9, with 12 to 120 points, a
//! moving-block bootstrap covers 46 to 71 % and a prewhitened HAC interval 55 to 83 %. The price is
//! width where residuals are independent: some three times the necessary with 12 points and twice
//! with 60 or 120, because so few points cannot rule out a slow drift.

use super::line::{Line, Points};
use super::student::{Student, factor};

/// Correlations of neighbours at the mean distance.
const RHO: [f64; 13] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 0.995];
/// Shares of independent noise, tried where ρ is at least [`LONG`]; below it they are no different
/// from a smaller ρ.
const NU: [f64; 3] = [0.15, 0.4, 0.7];
const LONG: f64 = 0.85;
/// The prior probability that there is independent noise.
const NOISY: f64 = 0.3;

/// How likely a pair (ρ, ν) is, and the standard error of the slope under it.
struct Guess {
    log_weight: f64,
    error: f64,
}

/// Half the width of the 95 % interval of the slope; `None` where the points lie on the line to
/// rounding or there are fewer than three.
pub(super) fn half_width(points: &Points, line: &Line) -> Option<f64> {
    let n = points.len();
    if n < 3 {
        return None;
    }
    let residuals: Vec<f64> = points.x.iter().zip(&points.y).map(|(x, y)| y - line.intercept - line.slope * x).collect();
    let square: f64 = residuals.iter().map(|residual| residual * residual).sum();
    // What rounding of the logarithms leaves.
    let size = points.y.iter().fold(1.0f64, |size, y| size.max(y.abs()));
    if square.sqrt() <= 1e-11 * size * (n as f64).sqrt() {
        return None;
    }
    let scaled: Vec<f64> = residuals.iter().map(|residual| residual / square.sqrt()).collect();
    let guesses: Vec<Guess> = grid().filter_map(|(rho, nu, prior)| guess(points, &scaled, line, rho, nu, prior)).collect();
    mixture(&guesses, n as f64 - 2.0).map(|half| half * square.sqrt())
}

/// (ρ, ν, ln prior). In ρ the prior is the reference prior of an AR(1) process, (1-ρ²)^-1/2, tilted
/// a little towards long memory, which costs width where there is none and coverage where there is.
fn grid() -> impl Iterator<Item = (f64, f64, f64)> {
    (0..RHO.len()).flat_map(|i| {
        let rho = RHO[i];
        let low = if i == 0 { 0.0 } else { 0.5 * (RHO[i - 1] + rho) };
        let high = if i + 1 == RHO.len() { 1.0 } else { 0.5 * (rho + RHO[i + 1]) };
        let prior = (libm::asin(high) - libm::asin(low)).ln() - 0.2 * (1.0 - rho).ln();
        let noisy = move |nu: &f64| (rho, *nu, prior + (NOISY / NU.len() as f64).ln());
        let clean = std::iter::once((rho, 0.0, prior + (1.0 - NOISY).ln()));
        clean.chain(NU.iter().take(if rho >= LONG { NU.len() } else { 0 }).map(noisy))
    })
}

/// One pass of a Kalman filter over (residual, 1, x), which turns correlated points into
/// independent ones, then least squares on those.
fn guess(points: &Points, residuals: &[f64], line: &Line, rho: f64, nu: f64, prior: f64) -> Option<Guess> {
    let n = points.len();
    let (from, to) = (points.x[0], points.x[n - 1]);
    let (span, middle) = (to - from, 0.5 * (from + to));
    let share = 1.0 - nu;
    let (mut state, mut variance) = ([0f64; 3], share);
    let mut log_det = 0.0;
    // Sums of products of (residual, 1, x).
    let [mut rr, mut r1, mut rx, mut s11, mut s1x, mut sxx] = [0f64; 6];
    // The variance of Σ lever·noise, for noise of variance 1.
    let (mut reach, mut spread) = (0.0, 0.0);
    for (i, residual) in residuals.iter().enumerate() {
        if i > 0 {
            let kept = libm::pow(rho, (points.x[i] - points.x[i - 1]) / span * (n as f64 - 1.0));
            state = state.map(|value| kept * value);
            variance = kept * kept * variance + (1.0 - kept * kept) * share;
            reach = kept * (reach + line.levers[i - 1]);
        }
        let total = variance + nu;
        if total.is_nan() || total <= 0.0 {
            return None;
        }
        let seen = [*residual, 1.0, (points.x[i] - middle) / span];
        let gain = variance / total;
        let mut e = [0f64; 3];
        for j in 0..3 {
            e[j] = seen[j] - state[j];
            state[j] += gain * e[j];
        }
        variance -= gain * variance;
        log_det += total.ln();
        rr += e[0] * e[0] / total;
        r1 += e[0] * e[1] / total;
        rx += e[0] * e[2] / total;
        s11 += e[1] * e[1] / total;
        s1x += e[1] * e[2] / total;
        sxx += e[2] * e[2] / total;
        spread += line.levers[i] * (line.levers[i] + 2.0 * share * reach);
    }
    let det = s11 * sxx - s1x * s1x;
    let left = rr - (r1 * r1 * sxx - 2.0 * r1 * rx * s1x + rx * rx * s11) / det;
    let df = n as f64 - 2.0;
    let log_weight = prior - 0.5 * log_det - 0.5 * det.ln() - 0.5 * df * left.ln();
    let error = (left / df * spread).sqrt();
    (log_weight.is_finite() && error.is_finite() && error > 0.0).then_some(Guess { log_weight, error })
}

/// The h that the mixture of t distributions stays within with 95 %.
fn mixture(guesses: &[Guess], df: f64) -> Option<f64> {
    let most = guesses.iter().map(|guess| guess.log_weight).reduce(f64::max)?;
    let weights: Vec<(f64, f64)> =
        guesses.iter().map(|guess| ((guess.log_weight - most).exp(), guess.error)).filter(|(weight, _)| *weight > 1e-7).collect();
    let total: f64 = weights.iter().map(|(weight, _)| weight).sum();
    let student = Student::new(df);
    let missing = |h: f64| weights.iter().map(|(weight, error)| weight * student.within(h / error)).sum::<f64>() / total - 0.95;
    let ends = weights.iter().fold((f64::INFINITY, 0.0f64), |(low, high), (_, error)| (low.min(*error), high.max(*error)));
    let factor = factor(0.95, df);
    let (mut low, mut high) = (factor * ends.0, factor * ends.1);
    let (mut below, mut above) = (missing(low).min(0.0), missing(high).max(0.0));
    // Regula falsi in the manner of Illinois: an end that stays twice counts half.
    let mut stayed = 0;
    for _ in 0..60 {
        if high - low <= 1e-9 * high || above - below <= 1e-14 {
            break;
        }
        let middle = high - above * (high - low) / (above - below);
        let value = missing(middle);
        if value.abs() < 1e-10 {
            return Some(middle);
        }
        if value < 0.0 {
            (low, below) = (middle, value);
            if stayed == 1 {
                above *= 0.5;
            }
            stayed = 1;
        } else {
            (high, above) = (middle, value);
            if stayed == -1 {
                below *= 0.5;
            }
            stayed = -1;
        }
    }
    Some(0.5 * (low + high))
}
