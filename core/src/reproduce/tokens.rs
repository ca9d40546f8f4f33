//! The rows of Figs 3, 4, 11 and 12: losses of single tokens of a text.

use super::Row;
use super::rows::blank;
use crate::figure::{brief, whole};
use crate::fit::{FitError, PowerLaw, power_law};
use crate::losses::Numbers;
use crate::paper;

/// What `quanta losses public/results/lab-text-1-losses.safetensors --json` printed: the table has megabytes, and
/// the page that shows these rows needs a few numbers of it. A test computes them again.
pub(super) const KEPT: &str = include_str!("tokens.json");

/// A row for each number.
pub fn rows() -> Vec<Row> {
    serde_json::from_str(KEPT).map(|numbers| of(&numbers)).unwrap_or_default()
}

fn of(numbers: &Numbers) -> Vec<Row> {
    let text = format!("{} tokens of “{}”, not the Pile’s 10 million", whole(numbers.tokens as f64), numbers.title);
    let first = numbers.models.iter().map(|model| model.seed).min();
    let sizes: Vec<_> = numbers.models.iter().filter(|model| Some(model.seed) == first).collect();
    let over_size = law(sizes.iter().map(|model| (model.parameters as f64, model.bits)), 0.0);
    let last = numbers.steps.last().copied().unwrap_or(1) as f64;
    let steps =
        numbers.steps.iter().map(|step| *step as f64).zip(numbers.largest.iter().copied()).filter(|(step, _)| *step > 0.0);
    let over_steps = law(steps, 0.1 * last);
    let ends = sizes.first().zip(sizes.last());
    let known = ends.map(|(smallest, largest)| {
        format!(
            "{:.1} % in the smallest of {} sizes, {:.1} % in the largest",
            100.0 * smallest.known,
            sizes.len(),
            100.0 * largest.known
        )
    });
    let seeds =
        numbers.between_seeds.map_or(String::new(), |apart| format!(", {} apart between two seeds of one size", brief(apart)));
    let fitted = |figure, quantity: &str, theirs: f64, law: Result<PowerLaw, FitError>, remark: String| {
        let mut row =
            Row { paper: Some(theirs), source: Some("lab-text-1-losses.safetensors".into()), ..blank(figure, quantity) };
        match law {
            Ok(law) => {
                // Of another text and other models: the paper's number is no measure of ours.
                row.ours = Some(law.exponent);
                let range = format!("over {} to {}, {} points", whole(law.range.0), whole(law.range.1), law.points);
                row.remark = format!("{range}, {}; {remark}", law.estimate());
            }
            Err(error) => row.remark = format!("no fit: {error}; {remark}"),
        }
        row
    };
    let counted = |figure, quantity: &str, ours: f64, remark: String| Row {
        ours: Some(ours),
        source: Some("lab-text-1-losses.safetensors".into()),
        remark,
        ..blank(figure, quantity)
    };
    vec![
        fitted(
            "3",
            "decay of the mean loss with parameters N, language",
            paper::PYTHIA_EXPONENT,
            over_size,
            format!(
                "{text}; nine sizes up to 2.4 million parameters beside the embedding, not Pythia’s from 19 million; 10 million tokens of training"
            ),
        ),
        counted(
            "3",
            "share of tokens under 0.1 nats, largest model",
            ends.map_or(0.0, |(_, largest)| largest.known),
            format!("{}; the paper shows the distributions without a number", known.unwrap_or_default()),
        ),
        counted(
            "4, 12",
            "tokens learned in one drop across sizes (monogenic)",
            numbers.found.monogenic,
            format!(
                "over {} nats before and under {} after; {} with sizes shuffled{seeds}; the paper shows examples",
                numbers.ask.high_nats,
                numbers.ask.low_nats,
                brief(numbers.shuffled.monogenic)
            ),
        ),
        counted(
            "4, 12",
            "tokens learned slowly across sizes (polygenic)",
            numbers.found.polygenic,
            format!(
                "slope under −{} nats in ln N, R² over {}; {} with sizes shuffled; the paper shows examples",
                numbers.ask.slope_nats,
                numbers.ask.r_squared,
                brief(numbers.shuffled.polygenic)
            ),
        ),
        fitted(
            "11",
            "decay of the mean loss with steps S, the largest model",
            paper::PYTHIA_STEP_EXPONENTS.1,
            over_steps,
            format!(
                "{text}; the learning rate falls over the last nine tenths of the steps; the paper has {} to {} for four sizes",
                paper::PYTHIA_STEP_EXPONENTS.0,
                paper::PYTHIA_STEP_EXPONENTS.1
            ),
        ),
    ]
}

fn law(points: impl Iterator<Item = (f64, f64)>, from: f64) -> Result<PowerLaw, FitError> {
    let (x, y) = points.unzip::<f64, f64, Vec<f64>, Vec<f64>>();
    power_law(&x, &y, (from, f64::INFINITY))
}
