//! How sure a number is, and how that is said. Figures, tables, terminal and page take their
//! words from here.

use std::fmt;

use serde::Serialize;

use super::student::factor;
use crate::order::ascending;

/// The fewest points of one run that give an interval. Under six, nothing can be learned of how
/// the residuals follow one another, and an interval would be a guess.
pub const INTERVAL_POINTS: usize = 6;

/// The uncertainty of one number, always at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Uncertainty {
    /// Each seed gave its own number; Student's t interval of their mean. It covers the truth in
    /// 95 of 100 cases as long as seeds scatter normally.
    Seeds {
        /// Half the interval's width: t · s/√n.
        half_width: f64,
        /// How many seeds.
        n: usize,
    },
    /// An interval from the scatter within one run. It cannot see how another seed would differ.
    OneRun {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// Nothing is known.
    None {
        /// The reason.
        why: NoInterval,
    },
}

/// Why a number has no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoInterval {
    /// Fewer than [`INTERVAL_POINTS`] points of one run.
    TooFewPoints(usize),
    /// One seed's value, with nothing inside it to scatter.
    OneSeed,
    /// The points lie on the fitted line to rounding: made, not measured.
    NoScatter,
    /// All seeds gave the same number to the last digit: one file, given more than once.
    SameValues,
}

impl fmt::Display for NoInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewPoints(1) => f.write_str("1 point"),
            Self::TooFewPoints(points) => write!(f, "{points} points"),
            Self::OneSeed => f.write_str("one seed"),
            Self::NoScatter => f.write_str("the points lie on the line exactly"),
            Self::SameValues => f.write_str("the seeds agree to the last digit"),
        }
    }
}

/// A number with its uncertainty. `Display` writes the whole: `0.45 ± 0.03 (95 %, 5 seeds)`,
/// `0.45 (0.38 to 0.53, one run: blind to the seed)`, `0.45 (no interval: 4 points)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// How sure it is.
    #[serde(flatten)]
    pub uncertainty: Uncertainty,
}

impl Estimate {
    /// The mean over seeds with its t interval. `None` without a single finite value, and with one
    /// value an estimate without an interval. Values that are not finite are left out. The order of
    /// the values does not matter, to the last bit.
    pub fn of_seeds(values: &[f64]) -> Option<Self> {
        let mut values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        ascending(&mut values, |value| *value);
        let (least, most) = (*values.first()?, *values.last()?);
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let uncertainty = if n == 1 {
            Uncertainty::None { why: NoInterval::OneSeed }
        } else if least == most {
            Uncertainty::None { why: NoInterval::SameValues }
        } else {
            let df = n as f64 - 1.0;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / df;
            Uncertainty::Seeds { half_width: factor(0.95, df) * (variance / n as f64).sqrt(), n }
        };
        Some(Self { value: mean, uncertainty })
    }

    /// The 95 % interval, if there is one.
    pub fn interval(&self) -> Option<(f64, f64)> {
        match self.uncertainty {
            Uncertainty::Seeds { half_width, .. } => Some((self.value - half_width, self.value + half_width)),
            Uncertainty::OneRun { low, high } => Some((low, high)),
            Uncertainty::None { .. } => None,
        }
    }

    /// Half the interval's width, if there is one.
    pub fn half_width(&self) -> Option<f64> {
        self.interval().map(|(low, high)| 0.5 * (high - low))
    }

    /// The same of minus the number: a slope from an exponent.
    pub fn negated(self) -> Self {
        let uncertainty = match self.uncertainty {
            Uncertainty::OneRun { low, high } => Uncertainty::OneRun { low: -high, high: -low },
            other => other,
        };
        Self { value: -self.value, uncertainty }
    }

    /// For a legend: `0.45 ± 0.03`, `0.45 (0.38 to 0.53)`, `0.45`.
    pub fn short(&self) -> String {
        let places = self.places();
        let value = number(self.value, places);
        match self.uncertainty {
            Uncertainty::Seeds { half_width, .. } => format!("{value} ± {half_width:.places$}"),
            Uncertainty::OneRun { low, high } => format!("{value} ({} to {})", number(low, places), number(high, places)),
            Uncertainty::None { .. } => value,
        }
    }

    /// As many decimal places as the interval leaves meaning in: two at least.
    fn places(&self) -> usize {
        match self.half_width() {
            Some(half) if half >= 10.0 => 0,
            Some(half) if half >= 0.0195 => 2,
            Some(half) if half >= 0.00195 => 3,
            Some(_) => 4,
            None if self.value.abs() < 0.0995 => 4,
            None => 2,
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places();
        let value = number(self.value, places);
        match self.uncertainty {
            Uncertainty::Seeds { half_width, n } => write!(f, "{value} ± {half_width:.places$} (95 %, {n} seeds)"),
            Uncertainty::OneRun { low, high } => {
                write!(f, "{value} ({} to {}, one run: blind to the seed)", number(low, places), number(high, places))
            }
            Uncertainty::None { why } => write!(f, "{value} (no interval: {why})"),
        }
    }
}

/// With a real minus sign, and none before a zero.
fn number(value: f64, places: usize) -> String {
    let digits = format!("{:.places$}", value.abs());
    let zero = digits.bytes().all(|byte| byte == b'0' || byte == b'.');
    if value < 0.0 && !zero { format!("−{digits}") } else { digits }
}
