//! Power laws, fitted as lines in the logarithms.

use super::line::{Line, Points, Weight, line};
use super::noise;
use super::uncertainty::{Estimate, INTERVAL_POINTS, NoInterval, Uncertainty};
use crate::order::ascending;

/// y = amplitude · x^-exponent, as fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// Minus the slope in log-log.
    pub exponent: f64,
    /// The fitted value at x = 1.
    pub amplitude: f64,
    /// The uncertainty of the exponent.
    pub uncertainty: Uncertainty,
    /// The smallest and the largest x that were fitted.
    pub range: (f64, f64),
    /// How many points were fitted; of several seeds, all of theirs.
    pub points: usize,
}

impl PowerLaw {
    /// The fitted value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        self.amplitude * libm::pow(x, -self.exponent)
    }

    /// The exponent with its uncertainty.
    pub fn estimate(&self) -> Estimate {
        Estimate { value: self.exponent, uncertainty: self.uncertainty }
    }

    /// The slope in log-log with its uncertainty: minus the exponent.
    pub fn slope(&self) -> Estimate {
        self.estimate().negated()
    }

    /// The law of several seeds from each one's own: the mean exponent with its t interval, over
    /// the range that any of them was fitted in, through the mean of the lines. One law comes back
    /// as it is, and none gives `None`. The order does not matter.
    pub fn of_seeds(laws: &[Self]) -> Option<Self> {
        let [first, rest @ ..] = laws else { return None };
        if rest.is_empty() {
            return Some(*first);
        }
        let exponents: Vec<f64> = laws.iter().map(|law| law.exponent).collect();
        let mean = Estimate::of_seeds(&exponents)?;
        let mut heights: Vec<f64> = laws.iter().map(|law| law.amplitude.ln()).collect();
        ascending(&mut heights, |height| *height);
        let widest = |range: (f64, f64), law: &Self| (range.0.min(law.range.0), range.1.max(law.range.1));
        Some(Self {
            exponent: mean.value,
            amplitude: (heights.iter().sum::<f64>() / laws.len() as f64).exp(),
            uncertainty: mean.uncertainty,
            range: rest.iter().fold(first.range, widest),
            points: laws.iter().map(|law| law.points).sum(),
        })
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
    /// Two points always lie on a line.
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
    /// The fewest points that are fitted.
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

/// Fits y = amplitude · x^-exponent to one run over the points with `range.0 ≤ x ≤ range.1`;
/// `(0.0, f64::INFINITY)` is every point. Least squares in log-log in which each point counts by the
/// stretch of ln x that it stands for: a curve evaluated at even steps and one evaluated at even
/// ratios give the same exponent. The uncertainty is that of one run, from
/// [`INTERVAL_POINTS`] positions on.
pub fn power_law(x: &[f64], y: &[f64], range: (f64, f64)) -> Result<PowerLaw, FitError> {
    fit(x, y, range, Weight::Stretch)
}

/// The same by plain least squares in log-log, as in the paper: each point counts the same, so that
/// where one looked more often decides.
pub fn least_squares(x: &[f64], y: &[f64], range: (f64, f64)) -> Result<PowerLaw, FitError> {
    fit(x, y, range, Weight::Same)
}

/// Fits each seed's curve `(x, y)` for itself and takes the mean of the exponents, with the t
/// interval over the seeds. A seed counts where it has [`FitError::POINTS`] positions within `range`
/// that span at least half of what the widest spans, so that all measure the same exponent. With one
/// such seed the law is [`power_law`]'s of it. The order of the seeds does not matter.
///
/// # Errors
/// The first seed's where none can be fitted, and any seed's that is wrong in itself.
pub fn power_law_of_seeds(curves: &[(&[f64], &[f64])], range: (f64, f64)) -> Result<PowerLaw, FitError> {
    let mut laws = Vec::with_capacity(curves.len());
    let mut lacking = FitError::TooFew { points: 0, from: range.0, to: range.1 };
    for (x, y) in curves {
        match power_law(x, y, range) {
            Ok(law) => laws.push(law),
            Err(error @ (FitError::TooFew { .. } | FitError::ConstantX { .. })) => {
                // Whatever the order: the seed with the most points says what is lacking.
                if points_of(error) >= points_of(lacking) {
                    lacking = error;
                }
            }
            Err(error) => return Err(error),
        }
    }
    let span = |law: &PowerLaw| (law.range.1 / law.range.0).ln();
    let widest = laws.iter().map(span).fold(0.0, f64::max);
    laws.retain(|law| span(law) >= 0.5 * widest);
    PowerLaw::of_seeds(&laws).ok_or(lacking)
}

fn points_of(error: FitError) -> usize {
    match error {
        FitError::TooFew { points, .. } => points,
        _ => FitError::POINTS,
    }
}

fn fit(x: &[f64], y: &[f64], range: (f64, f64), weight: Weight) -> Result<PowerLaw, FitError> {
    if x.len() != y.len() {
        return Err(FitError::Lengths { x: x.len(), y: y.len() });
    }
    let (from, to) = range;
    // Written so that NaN is refused too.
    if !(from >= 0.0 && to > from) {
        return Err(FitError::Range { from, to });
    }
    let mut logs = Vec::with_capacity(x.len());
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
        logs.push((x.ln(), y.ln()));
    }
    if logs.len() < FitError::POINTS {
        return Err(FitError::TooFew { points: logs.len(), from, to });
    }
    let count = logs.len();
    let points = Points::new(logs);
    let Some(line) = line(&points, &points.weights(weight)) else { return Err(FitError::ConstantX { at: least }) };
    let exponent = -line.slope;
    Ok(PowerLaw {
        exponent,
        amplitude: line.intercept.exp(),
        uncertainty: one_run(points, &line, weight),
        range: (least, most),
        points: count,
    })
}

/// The interval of the exponent from the residuals of one run.
fn one_run(points: Points, fitted: &Line, weight: Weight) -> Uncertainty {
    if points.len() < INTERVAL_POINTS {
        return Uncertainty::None { why: NoInterval::TooFewPoints(points.len()) };
    }
    let points = points.thinned();
    let half = line(&points, &points.weights(weight)).and_then(|line| noise::half_width(&points, &line));
    match half.filter(|half| half.is_finite()) {
        Some(half) => Uncertainty::OneRun { low: -fitted.slope - half, high: -fitted.slope + half },
        None => Uncertainty::None { why: NoInterval::NoScatter },
    }
}

/// The slope of points whose logarithms are taken already, each counted as [`power_law`] counts it:
/// for a theory's values at a fit's positions, the slope to hold against the fit's. `None` where
/// there is none (no two positions).
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let points = Points::new(points.to_vec());
    line(&points, &points.weights(Weight::Stretch)).map(|line| line.slope)
}
