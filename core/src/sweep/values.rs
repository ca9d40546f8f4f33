//! Parses the values that a field takes in a sweep: lists, and linear or logarithmic ranges.

use super::SweepError;
use crate::config::{ConfigError, Field, Kind, RunConfig};
use crate::number::{parse, read_whole};

/// A field and the values that it takes in a sweep, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The field's name.
    pub field: &'static str,
    /// Its values, as text.
    pub values: Vec<String>,
}

impl Dimension {
    /// Parses `FIELD=VALUES`. VALUES is a comma-separated list of values and ranges:
    ///
    /// | range | values |
    /// |---|---|
    /// | `lin:a..b:n` | n values from a to b, evenly spaced |
    /// | `log2:a..b:n`, `log10:a..b:n` | n values from a to b, spaced by equal factors |
    ///
    /// Both ends are exact. For fields of whole numbers the values between are rounded down, as in the
    /// paper. Repeated values are dropped.
    ///
    /// The commas of a list are never decimal commas, nor do they set thousands apart: a list that may
    /// have been meant so is refused.
    ///
    /// # Errors
    /// [`SweepError::NotADimension`], [`SweepError::Range`], [`SweepError::Comma`], or
    /// [`SweepError::Config`] for an unknown field or a bad value.
    ///
    /// ```
    /// # use quanta_core::sweep::Dimension;
    /// assert_eq!(Dimension::parse("width=9,20,50").unwrap().values, ["9", "20", "50"]);
    /// assert_eq!(Dimension::parse("width=log2:10..40:4").unwrap().values, ["10", "15", "25", "40"]);
    /// assert_eq!(Dimension::parse("alpha=lin:0.1..0.4:4").unwrap().values, ["0.1", "0.2", "0.3", "0.4"]);
    /// assert_eq!(Dimension::parse("lr=log10:1e-4..1e-2:3").unwrap().values, ["0.0001", "0.001", "0.01"]);
    /// assert!(Dimension::parse("width=log2:0..40:4").is_err());
    /// assert!(Dimension::parse("alpha=0,4").is_err());
    /// assert_eq!(Dimension::parse("alpha=0.0,4.0").unwrap().values, ["0", "4"]);
    /// ```
    pub fn parse(text: &str) -> Result<Self, SweepError> {
        let (name, values) = text.split_once('=').ok_or_else(|| SweepError::NotADimension(text.to_owned()))?;
        let items: Vec<&str> = values.split(',').map(str::trim).collect();
        let dimension = Self::of(name, items.iter().copied())?;
        match comma_for_another(dimension.field, &items) {
            None => Ok(dimension),
            Some(meant) => Err(SweepError::Comma { field: dimension.field, list: values.to_owned(), meant }),
        }
    }

    /// Like [`parse`](Self::parse), of items that are separated already.
    pub(super) fn of<'a>(name: &str, items: impl IntoIterator<Item = &'a str>) -> Result<Self, SweepError> {
        // Accepts dashes too, because flags are spelled with them.
        let name = name.trim().replace('-', "_");
        let field = RunConfig::field(&name).ok_or(ConfigError::UnknownField(name))?;
        let mut all: Vec<String> = Vec::new();
        for item in items {
            for value in item_values(field, item)? {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
        }
        Ok(Self { field: field.name, values: all })
    }

    /// Returns `FIELD=VALUES`, which [`parse`](Self::parse) reads back.
    pub fn to_text(&self) -> String {
        let is_real = RunConfig::field(self.field).is_some_and(|field| matches!(field.kind, Kind::Real { .. }));
        // Two whole numbers side by side would read as one with a decimal comma.
        let item = |value: &String| if is_real && are_digits(value) { format!("{value}.0") } else { value.clone() };
        format!("{}={}", self.field, self.values.iter().map(item).collect::<Vec<_>>().join(","))
    }
}

/// How a list is written whose commas may have been meant as part of its numbers: `0,4` for a field of
/// real numbers, `20,000` for one of whole numbers. `None` where every comma can only separate.
fn comma_for_another(field: &str, items: &[&str]) -> Option<String> {
    let pair = |is_one: &dyn Fn(&[&str]) -> bool| items.windows(2).find(|pair| is_one(pair)).map(|pair| (pair[0], pair[1]));
    match RunConfig::field(field)?.kind {
        Kind::Real { .. } => {
            let (a, b) = pair(&|pair| pair.iter().all(|item| are_digits(item)))?;
            Some(format!("{a}.{b} for one number, {a}.0,{b}.0 for two"))
        }
        // Nobody writes 0 as 000.
        Kind::Whole { .. } => {
            let (a, b) = pair(&|pair| are_digits(pair[0]) && pair[1].len() == 3 && pair[1].starts_with('0'))?;
            Some(format!("{a}{b}, without a comma"))
        }
        Kind::Choice(_) => None,
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the values of one item of the list.
fn item_values(field: &'static Field, item: &str) -> Result<Vec<String>, SweepError> {
    let Some((scale, range)) = item.split_once(':') else {
        // As the config writes it, so that 0.10 and 0.1 are one value.
        let value = field.canonical(item).map_err(|expected| ConfigError::WrongType {
            field: field.name.to_owned(),
            value: item.to_owned(),
            expected,
        })?;
        return Ok(vec![value]);
    };
    let refuse = |allowed: &str| SweepError::Range { field: field.name, range: item.to_owned(), allowed: allowed.to_owned() };
    if matches!(field.kind, Kind::Choice(_)) {
        return Err(refuse(&format!("it is not a number; its values are {}", field.kind.range())));
    }
    let parts = range.split_once("..").and_then(|(a, rest)| Some((a, rest.split_once(':')?)));
    let numbers = parts.and_then(|(a, (b, n))| Some((parse(a)?, parse(b)?, read_whole(n).ok()?)));
    let (a, b, n) = numbers.ok_or_else(|| refuse("a range looks like log2:10..500:30"))?;
    let n = u32::try_from(n).ok().filter(|n| (2..=10_000).contains(n));
    let n = n.ok_or_else(|| refuse("a range must have 2 to 10000 values"))?;
    let spaced: Box<dyn Fn(f64) -> f64> = match scale.trim() {
        "lin" => Box::new(move |share| a + (b - a) * share),
        // Equal factors do not depend on the logarithm's base; both spellings mean the same.
        "log2" | "log10" if a > 0.0 && b > 0.0 => Box::new(move |share| a * libm::pow(b / a, share)),
        "log2" | "log10" => return Err(refuse("a logarithmic range must begin and end above 0")),
        _ => return Err(refuse("a range begins with lin:, log2: or log10:")),
    };
    let value = |i: u32| match i {
        0 => a,
        i if i == n - 1 => b,
        i => spaced(f64::from(i) / f64::from(n - 1)),
    };
    let text = |x: f64| match field.kind {
        Kind::Whole { .. } => (whole(x) as i64).to_string(),
        _ => twelve_digits(x).to_string(),
    };
    let mut values: Vec<String> = (0..n).map(|i| text(value(i))).collect();
    values.dedup();
    Ok(values)
}

/// Rounds down, but first corrects values that rounding errors left just below a whole number.
fn whole(x: f64) -> f64 {
    let near = x.round();
    if (x - near).abs() < 1e-9 * near.abs().max(1.0) { near } else { x.floor() }
}

/// Rounds to twelve significant digits, to remove rounding errors: 0.3, not 0.30000000000000004.
fn twelve_digits(x: f64) -> f64 {
    parse(&format!("{x:.11e}")).unwrap_or(x)
}
