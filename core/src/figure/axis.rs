//! Axes: from data to pixels and back, and where the ticks are.

use super::text::Label;

/// The values an axis spans, and how they are spaced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Span {
    /// Logarithmic; its powers are written 10ⁿ.
    Log(f64, f64),
    /// Logarithmic; its numbers are written out, for ranks and counts.
    Count(f64, f64),
    Linear(f64, f64),
}

/// A span laid over pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    span: Span,
    start: f64,
    end: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Tick {
    pub value: f64,
    pub label: Option<Label>,
    /// Whether a grid line belongs here.
    pub grid: bool,
}

impl Tick {
    fn bare(value: f64) -> Self {
        Self { value, label: None, grid: false }
    }
}

/// The narrowest log span drawn, in decades, so that one point has an axis around it.
const LEAST_DECADES: f64 = 0.05;

impl Span {
    /// A log span over values, widened by a share of its length at both ends. Values without a
    /// logarithm are passed over; without any left, one decade from 1.
    pub fn log_over(values: impl IntoIterator<Item = f64>, margin: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| *value > 0.0 && value.is_finite()) {
            (low, high) = (low.min(value.log10()), high.max(value.log10()));
        }
        if low > high {
            return Self::Log(1.0, 10.0);
        }
        let spare = ((high - low) * margin).max(0.5 * (LEAST_DECADES - (high - low)).max(0.0));
        Self::Log(libm::pow(10.0, low - spare), libm::pow(10.0, high + spare))
    }

    /// The values at both ends.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::Log(from, to) | Self::Count(from, to) | Self::Linear(from, to) => (from, to),
        }
    }

    /// `count` values evenly spaced along the axis, ends included.
    pub fn steps(self, count: usize) -> impl Iterator<Item = f64> {
        let axis = Axis::new(self, 0.0, 1.0);
        (0..count).map(move |i| axis.value(i as f64 / (count.max(2) - 1) as f64))
    }
}

impl Axis {
    pub fn new(span: Span, start: f64, end: f64) -> Self {
        Self { span, start, end }
    }

    /// Where a value is. Not finite for what the axis cannot hold (0 on a log axis).
    pub fn at(&self, value: f64) -> f64 {
        let share = match self.span {
            Span::Log(from, to) | Span::Count(from, to) => (value / from).ln() / (to / from).ln(),
            Span::Linear(from, to) => (value - from) / (to - from),
        };
        self.start + share * (self.end - self.start)
    }

    /// Which value is there: the inverse of [`at`](Self::at).
    pub fn value(&self, at: f64) -> f64 {
        let share = (at - self.start) / (self.end - self.start);
        match self.span {
            Span::Log(from, to) | Span::Count(from, to) => from * libm::pow(to / from, share),
            Span::Linear(from, to) => from + share * (to - from),
        }
    }

    /// The ticks, with labels at least `gap` pixels apart.
    pub fn ticks(&self, gap: f64) -> Vec<Tick> {
        let length = (self.end - self.start).abs();
        match self.span {
            Span::Log(from, to) => log_ticks(from, to, length, gap, false),
            Span::Count(from, to) => log_ticks(from, to, length, gap, true),
            Span::Linear(from, to) => linear_ticks(from, to, length, gap),
        }
    }
}

fn log_ticks(from: f64, to: f64, length: f64, gap: f64, plain: bool) -> Vec<Tick> {
    let (low, high) = (from.log10(), to.log10());
    let decade = length / (high - low);
    if !(decade.is_finite() && decade > 0.0) {
        return Vec::new();
    }
    let step = [1, 2, 3, 5, 10, 20, 50].into_iter().find(|step| f64::from(*step) * decade >= gap).unwrap_or(100);
    // Powers alone would leave a short axis without a scale to read.
    let few = plain || high - low < 2.0;
    // log10(10/5) is the closest that 1, 2, 5 come.
    let halves = few && decade * 0.30 >= 0.75 * gap;
    let every = few && high - low < 0.5 && decade * 0.046 >= 0.6 * gap;
    let (first, last) = ((low - 1e-9).floor() as i32, (high + 1e-9).floor() as i32);
    // Of what is counted there is no half.
    let from = if plain { from.max(1.0) } else { from };
    let inside = |value: f64| value >= from * (1.0 - 1e-9) && value <= to * (1.0 + 1e-9);
    let mut ticks = Vec::new();
    for exponent in first..=last {
        let power = 10f64.powi(exponent);
        if inside(power) {
            let written = || if plain { multiple(1, exponent) } else { Label::power(exponent) };
            let label = (exponent.rem_euclid(step) == 0).then(written);
            ticks.push(Tick { value: power, grid: label.is_some() || step == 1, label });
        }
        if decade < 28.0 {
            continue;
        }
        for digit in 2..10 {
            let value = f64::from(digit) * power;
            if inside(value) {
                let named = every || halves && matches!(digit, 2 | 5);
                let label = named.then(|| multiple(digit, exponent));
                ticks.push(Tick { grid: named, label, ..Tick::bare(value) });
            }
        }
    }
    ticks
}

/// A tick between two powers: 0.2 or 2,000, and 2·10⁵ where that grows long.
fn multiple(digit: i32, exponent: i32) -> Label {
    if (-2..0).contains(&exponent) {
        Label::plain(format!("{:.*}", exponent.unsigned_abs() as usize, f64::from(digit) * 10f64.powi(exponent)))
    } else if (0..4).contains(&exponent) {
        Label::plain(super::text::whole(f64::from(digit) * 10f64.powi(exponent)))
    } else {
        let Label { text, raised } = Label::power(exponent);
        Label { text: if digit == 1 { text } else { format!("{digit}·{text}") }, raised }
    }
}

fn linear_ticks(from: f64, to: f64, length: f64, gap: f64) -> Vec<Tick> {
    let wanted = (to - from).abs() * gap / length.max(1.0);
    if !(wanted.is_finite() && wanted > 0.0) {
        return Vec::new();
    }
    let power = libm::pow(10.0, wanted.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= wanted * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let places = (0..8).find(|places| ((step * 10f64.powi(*places)).fract()).abs() < 1e-6).unwrap_or(8);
    let (low, high) = (from.min(to), from.max(to));
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    let write = |value: f64| match places {
        0 => super::text::whole(value),
        places => format!("{:.*}", places as usize, value).replace('-', "−"),
    };
    (first..=last.min(first + 60))
        .map(|i| i as f64 * step)
        .map(|value| Tick { value, label: Some(Label::plain(write(value))), grid: true })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, proptest};

    fn written(axis: Axis, gap: f64) -> Vec<String> {
        let write = |label: Label| label.text + &label.raised.map(|raised| format!("^{raised}")).unwrap_or_default();
        axis.ticks(gap).into_iter().filter_map(|tick| tick.label.map(write)).collect()
    }

    #[test]
    fn long_log_axes_have_powers_alone() {
        let axis = Axis::new(Span::Log(1.0, 2e5), 0.0, 600.0);
        assert_eq!(written(axis, 50.0), ["10^0", "10^1", "10^2", "10^3", "10^4", "10^5"]);
        let narrow = Axis::new(Span::Log(1.0, 2e5), 0.0, 200.0);
        assert_eq!(written(narrow, 50.0), ["10^0", "10^2", "10^4"]);
    }

    #[test]
    fn short_log_axes_have_numbers_between() {
        let axis = Axis::new(Span::Log(0.09, 1.1), 400.0, 0.0);
        assert_eq!(written(axis, 30.0), ["10^−1", "0.2", "0.5", "10^0"]);
        let big = Axis::new(Span::Log(1e4, 2e5), 0.0, 600.0);
        assert_eq!(written(big, 50.0), ["10^4", "2·10^4", "5·10^4", "10^5", "2·10^5"]);
    }

    #[test]
    fn ranks_are_written_out() {
        let axis = Axis::new(Span::Count(0.5, 500.5), 600.0, 0.0);
        assert_eq!(written(axis, 30.0), ["1", "2", "5", "10", "20", "50", "100", "200", "500"]);
    }

    #[test]
    fn linear_axes_have_round_numbers() {
        let axis = Axis::new(Span::Linear(0.0, 1.05), 300.0, 0.0);
        assert_eq!(written(axis, 50.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let ranks = Axis::new(Span::Linear(0.0, 500.0), 300.0, 0.0);
        assert_eq!(written(ranks, 50.0), ["0", "100", "200", "300", "400", "500"]);
    }

    proptest! {
        #[test]
        fn a_pixel_and_back_is_the_value(from in 1e-6f64..1e3, decades in 0.1f64..9.0, share in 0.0f64..1.0) {
            let to = from * libm::pow(10.0, decades);
            for span in [Span::Log(from, to), Span::Linear(from, to)] {
                let axis = Axis::new(span, 40.0, 700.0);
                let value = axis.value(40.0 + share * 660.0);
                prop_assert!((axis.at(value) - (40.0 + share * 660.0)).abs() < 1e-6);
            }
        }

        #[test]
        fn no_span_panics(from: f64, to: f64, gap in 1.0f64..200.0) {
            for span in [Span::Log(from, to), Span::Linear(from, to), Span::log_over([from, to], 0.1)] {
                prop_assert!(Axis::new(span, 0.0, 500.0).ticks(gap).len() < 20_000);
            }
        }
    }
}
