//! Least squares in log-log.

use crate::order::ascending;
use crate::rng::{Rng, Stream};

/// loss = amplitude · x^-exponent, as fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// Minus the slope in log-log.
    pub exponent: f64,
    /// The fitted value at x = 1.
    pub amplitude: f64,
    /// The standard error of the exponent under least squares: independent, equal scatter in
    /// the logarithm.
    pub exponent_se: f64,
    /// The 95 % percentile bootstrap interval of the exponent, over resampled points. The logs of
    /// one run share their luck, which no interval from one run can show; several seeds can.
    pub interval: (f64, f64),
    /// The smallest and the largest x that were fitted.
    pub range: (f64, f64),
    /// How many points were fitted.
    pub points: usize,
}

impl PowerLaw {
    /// The fitted value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        self.amplitude * x.powf(-self.exponent)
    }
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// As many x as y are needed.
    #[error("a fit needs as many values as positions, but there are {y} values for {x} positions")]
    Lengths {
        /// How many x there are.
        x: usize,
        /// How many y there are.
        y: usize,
    },
    /// The range is no range.
    #[error("from {from} to {to} is no range to fit: it must begin at 0 or above and end above its beginning")]
    Range {
        /// Where it would begin.
        from: f64,
        /// Where it would end.
        to: f64,
    },
    /// A slope with an uncertainty needs three points.
    #[error("{}: a fit needs {}", too_few(*.points, *.from, *.to), FitError::POINTS)]
    TooFew {
        /// How many there are.
        points: usize,
        /// Where the range begins.
        from: f64,
        /// Where the range ends.
        to: f64,
    },
    /// Logarithms need positive, finite numbers.
    #[error("{value} at {at} has no logarithm to fit: leave it out, or choose another range")]
    NotPositive {
        /// The offending value.
        value: f64,
        /// Where it is.
        at: f64,
    },
    /// Every x is the same.
    #[error("every point is at {at}: a slope needs points at different positions")]
    ConstantX {
        /// The one position.
        at: f64,
    },
    /// No subtask has emerged, so there is no default range.
    #[error("no subtask has emerged yet, so there is no fall to fit")]
    NothingEmerged,
}

impl FitError {
    /// The fewest points that give a slope and its uncertainty.
    pub const POINTS: usize = 3;
}

/// How many points there are, and where: `2 points between 1 and 9`, `no point`.
fn too_few(points: usize, from: f64, to: f64) -> String {
    let points = match points {
        0 => "no point".to_owned(),
        1 => "only 1 point".to_owned(),
        points => format!("only {points} points"),
    };
    match (from > 0.0, to.is_finite()) {
        (false, false) => points,
        (true, false) => format!("{points} from {from} on"),
        (false, true) => format!("{points} up to {to}"),
        (true, true) => format!("{points} between {from} and {to}"),
    }
}

/// How often points are resampled: enough that the 2.5 % ends rest on 25 draws each.
const RESAMPLES: u64 = 1_000;
/// The resampling is part of the method, not of the run: every fit draws the same.
const SEED: u64 = 0x0051_0ead;

/// Fits y = amplitude · x^-exponent by least squares in log-log over the points with
/// `range.0 ≤ x ≤ range.1`. `(0.0, f64::INFINITY)` is every point.
pub fn power_law(x: &[f64], y: &[f64], range: (f64, f64)) -> Result<PowerLaw, FitError> {
    if x.len() != y.len() {
        return Err(FitError::Lengths { x: x.len(), y: y.len() });
    }
    let (from, to) = range;
    // Written so that NaN is refused too.
    if !(from >= 0.0 && to > from) {
        return Err(FitError::Range { from, to });
    }
    let mut points = Vec::with_capacity(x.len());
    let (mut least, mut most) = (f64::INFINITY, 0f64);
    for (x, y) in x.iter().copied().zip(y.iter().copied()) {
        if x < from || x > to {
            continue;
        }
        if !(x > 0.0 && x.is_finite()) {
            return Err(FitError::NotPositive { value: x, at: x });
        }
        if !(y > 0.0 && y.is_finite()) {
            return Err(FitError::NotPositive { value: y, at: x });
        }
        (least, most) = (least.min(x), most.max(x));
        points.push((x.ln(), y.ln()));
    }
    if points.len() < FitError::POINTS {
        return Err(FitError::TooFew { points: points.len(), from, to });
    }
    let Some(line) = line(&points) else { return Err(FitError::ConstantX { at: least }) };
    let interval = bootstrap(&points).unwrap_or((line.slope, line.slope));
    Ok(PowerLaw {
        exponent: -line.slope,
        amplitude: line.intercept.exp(),
        exponent_se: line.slope_se,
        interval: (-interval.1, -interval.0),
        range: (least, most),
        points: points.len(),
    })
}

/// The least-squares slope of points; `None` where there is none (under two points, one x).
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    line(points).map(|line| line.slope)
}

struct Line {
    slope: f64,
    intercept: f64,
    slope_se: f64,
}

fn line(points: &[(f64, f64)]) -> Option<Line> {
    let n = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / n;
    let (mut xx, mut xy) = (0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    // Positions that differ by rounding alone carry no slope.
    let spread = (xx / n).sqrt();
    if spread.is_nan() || spread <= 1e-12 * mean_x.abs().max(1.0) {
        return None;
    }
    let slope = xy / xx;
    let intercept = mean_y - slope * mean_x;
    let residual: f64 = points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
    let slope_se = if points.len() > 2 { (residual / (n - 2.0) / xx).sqrt() } else { f64::INFINITY };
    slope.is_finite().then_some(Line { slope, intercept, slope_se })
}

/// The 2.5 % and 97.5 % slopes over resampled points.
fn bootstrap(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = u32::try_from(points.len()).ok()?;
    let mut slopes: Vec<f64> = (0..RESAMPLES)
        .filter_map(|index| {
            let mut rng = Rng::new(SEED, Stream::Bootstrap, index);
            // Sums of the resample, about the first point so that little is cancelled.
            let (x0, y0) = points[0];
            let [mut x, mut y, mut xx, mut xy] = [0f64; 4];
            for _ in 0..count {
                let (px, py) = points[rng.below(count) as usize];
                let (px, py) = (px - x0, py - y0);
                x += px;
                y += py;
                xx += px * px;
                xy += px * py;
            }
            let n = f64::from(count);
            let spread = xx - x * x / n;
            // A resample of one position has no slope.
            (spread > 1e-12 * xx.max(1e-300)).then(|| (xy - x * y / n) / spread)
        })
        .filter(|slope| slope.is_finite())
        .collect();
    ascending(&mut slopes, |x| *x);
    Some((percentile(&slopes, 0.025)?, percentile(&slopes, 0.975)?))
}

/// A percentile of sorted values, interpolated.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * sorted.len().checked_sub(1)? as f64;
    let below = position as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64))
}
