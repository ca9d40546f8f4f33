//! Numbers that sliders set on a page: their bounds, their positions on the slider, and their form in a
//! link.

use quanta_core::config::misspelt;
use quanta_core::number::{self, NumberError};

/// How the numbers are spaced along a slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Evenly, with this step.
    Even(f64),
    /// Whole numbers, spaced about exponentially.
    Growing,
}

/// One number with its bounds.
#[derive(Clone, Copy, Debug)]
pub struct Dial {
    /// Its name in links.
    pub key: &'static str,
    /// The label shown.
    pub label: &'static str,
    /// Its unit, or empty.
    pub unit: &'static str,
    /// An explanation, in a sentence.
    pub help: &'static str,
    /// The minimum.
    pub min: f64,
    /// The maximum.
    pub max: f64,
    /// The initial value.
    pub start: f64,
    /// The spacing along the slider.
    pub scale: Scale,
}

/// The number of positions of a slider with [`Scale::Growing`].
const PLACES: f64 = 400.0;

impl Dial {
    /// Makes an evenly spaced slider. `of` is minimum, maximum, step and initial value.
    pub const fn even(
        key: &'static str,
        label: &'static str,
        unit: &'static str,
        help: &'static str,
        of: (f64, f64, f64, f64),
    ) -> Self {
        let (min, max, step, start) = of;
        Self { key, label, unit, help, min, max, start, scale: Scale::Even(step) }
    }

    /// Makes a slider over whole numbers of several orders of magnitude. `of` is minimum, maximum and
    /// initial value.
    pub const fn growing(
        key: &'static str,
        label: &'static str,
        unit: &'static str,
        help: &'static str,
        of: (f64, f64, f64),
    ) -> Self {
        let (min, max, start) = of;
        Self { key, label, unit, help, min, max, start, scale: Scale::Growing }
    }

    /// The last position of a slider whose maximum is `most`; the first is 0.
    pub fn places(&self, most: f64) -> f64 {
        match self.scale {
            Scale::Even(step) => ((most - self.min) / step).round().max(0.0),
            Scale::Growing => PLACES.min((most - self.min).max(0.0)),
        }
    }

    /// The number at a position of a slider whose maximum is `most`.
    pub fn at(&self, place: f64, most: f64) -> f64 {
        match self.scale {
            // Rounded, so that three steps of 0.1 read 0.3, not 0.30000000000000004.
            Scale::Even(step) => round((self.min + place * step).min(most)),
            Scale::Growing => {
                let share = place / self.places(most).max(1.0);
                (self.min + ((most - self.min + 1.0).ln() * share).exp() - 1.0).round().clamp(self.min, most)
            }
        }
    }

    /// The position nearest to a number, on a slider whose maximum is `most`.
    pub fn place(&self, value: f64, most: f64) -> f64 {
        match self.scale {
            Scale::Even(step) => ((value - self.min) / step).round().clamp(0.0, self.places(most)),
            Scale::Growing if most <= self.min => 0.0,
            Scale::Growing => {
                let share = (value - self.min + 1.0).max(1.0).ln() / (most - self.min + 1.0).ln();
                (share * self.places(most)).round().clamp(0.0, self.places(most))
            }
        }
    }

    /// Parses a number.
    ///
    /// # Errors
    /// If the text is not a number within the bounds: what it must be, as the end of a sentence.
    pub fn read(&self, text: &str) -> Result<f64, String> {
        let value = match number::read(text) {
            Err(error @ NumberError::DecimalComma(_)) => return Err(format!("must be {error}")),
            read => read.ok(),
        };
        let whole = self.is_whole();
        let value = value.filter(|value| (self.min..=self.max).contains(value) && (!whole || value.fract() == 0.0));
        let kind = if whole { "a whole number" } else { "a number" };
        value.ok_or_else(|| format!("must be {kind} from {} to {}", self.min, self.max))
    }

    /// Whether it takes only whole numbers.
    pub fn is_whole(&self) -> bool {
        match self.scale {
            Scale::Even(step) => step.fract() == 0.0,
            Scale::Growing => true,
        }
    }
}

/// Rounds to six decimals.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// What a link says of a page's numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The numbers, in the order of the dials; missing ones have their initial values.
    pub values: Vec<f64>,
    /// What is wrong, in sentences.
    pub problems: Vec<String>,
    /// The keys that have nothing to do with the page, and are left aside.
    pub foreign: Vec<String>,
}

/// Reads the numbers from the page's keys in a link. `words` are further keys that the page knows.
pub fn read(dials: &[Dial], words: &[&str], own: &[(String, String)]) -> Reading {
    let mut values: Vec<f64> = dials.iter().map(|dial| dial.start).collect();
    let (mut problems, mut foreign) = (Vec::new(), Vec::new());
    for (key, text) in own {
        match dials.iter().position(|dial| dial.key == key) {
            Some(i) => match dials[i].read(text) {
                Ok(value) => values[i] = value,
                Err(allowed) => problems.push(format!("{key} is “{text}”, but {allowed}")),
            },
            None if words.contains(&key.as_str()) => {}
            None => match misspelt(key, words.iter().copied().chain(dials.iter().map(|dial| dial.key))) {
                Some(name) => problems.push(format!("unknown key “{key}”; “{name}” was probably meant")),
                None => foreign.push(key.clone()),
            },
        }
    }
    Reading { values, problems, foreign }
}

/// Returns the keys and values for a link: those of the numbers that differ from their initial values.
pub fn write(dials: &[Dial], values: &[f64]) -> Vec<(String, String)> {
    let changed = dials.iter().zip(values).filter(|(dial, value)| **value != dial.start);
    changed.map(|(dial, value)| (dial.key.to_owned(), value.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: Dial =
        Dial { key: "alpha", label: "α", unit: "", help: "", min: 0.0, max: 2.0, start: 0.4, scale: Scale::Even(0.01) };
    const GROWING: Dial = Dial {
        key: "quanta",
        label: "Quanta",
        unit: "",
        help: "",
        min: 1.0,
        max: 100_000.0,
        start: 1_000.0,
        scale: Scale::Growing,
    };

    #[test]
    fn numbers_and_positions_convert_back_and_forth() {
        for dial in [EVEN, GROWING] {
            for place in 0..=dial.places(dial.max) as u32 {
                let value = dial.at(f64::from(place), dial.max);
                let again = dial.at(dial.place(value, dial.max), dial.max);
                assert_eq!(value, again, "{} at {place}", dial.key);
            }
            assert_eq!((dial.at(0.0, dial.max), dial.at(dial.places(dial.max), dial.max)), (dial.min, dial.max));
        }
        assert_eq!(EVEN.at(3.0, 2.0), 0.03);
        // A slider with a small maximum has no more positions than numbers.
        assert_eq!((GROWING.places(7.0), GROWING.at(6.0, 7.0), GROWING.place(9.0, 7.0)), (6.0, 7.0, 6.0));
        assert_eq!((GROWING.places(1.0), GROWING.place(1.0, 1.0)), (0.0, 0.0));
    }

    #[test]
    fn links_hold_changed_numbers_and_problems_are_reported() {
        let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect::<Vec<_>>();
        let pairs = own(&[("alpha", "0.6")]);
        let reading = read(&[EVEN, GROWING], &[], &pairs);
        assert_eq!(reading, Reading { values: vec![0.6, 1_000.0], ..Reading::default() });
        assert_eq!(write(&[EVEN, GROWING], &[0.6, 1_000.0]), pairs);
        let own = own(&[("alpha", "7"), ("quanta", "2.5"), ("qanta", ""), ("fbclid", "x"), ("resource", "data")]);
        let Reading { values, problems, foreign } = read(&[EVEN, GROWING], &["resource"], &own);
        assert_eq!(values, [0.4, 1_000.0]);
        assert_eq!(problems.len(), 3);
        assert_eq!(problems[0], "alpha is “7”, but must be a number from 0 to 2");
        assert!(problems[1].contains("a whole number"), "{problems:?}");
        assert!(problems[2].contains("“qanta”") && problems[2].contains("“quanta” was probably meant"), "{problems:?}");
        assert_eq!(foreign, ["fbclid"]);
    }

    #[test]
    fn a_decimal_comma_is_refused_by_name() {
        assert_eq!(EVEN.read("0,1"), Err("must be a number with a decimal point: write 0.1".into()));
        assert_eq!((GROWING.read("20,000"), GROWING.read("1e3"), GROWING.read("20000.0")), (Ok(20_000.0), Ok(1e3), Ok(2e4)));
    }
}
