//! The rows, figure by figure. The paper's values are those of its figures, read to ±2 %.

use super::find::{Source, over_alpha, run, sweep};
use super::{Results, Row};
use crate::config::RunConfig;
use crate::figure::sweep::{Mean, Resource, growth};
use crate::figure::whole;
use crate::fit::{self, FitError, PowerLaw};
use crate::sweep::sweep_preset;
use crate::theory::{Theory, calibrate};

fn blank(figure: &'static str, quantity: impl Into<String>) -> Row {
    Row {
        figure,
        quantity: quantity.into(),
        paper: None,
        theory: None,
        truncated: None,
        ours: None,
        standard_error: None,
        source: None,
        seconds: 0.0,
        remark: String::new(),
    }
}

/// A row of a number that nothing here shows.
fn missing(figure: &'static str, quantity: &str, paper: Option<f64>) -> Row {
    Row { paper, remark: "not run yet".into(), ..blank(figure, quantity) }
}

/// The 95 % interval as the table still takes it: in normal standard errors.
fn standard_error(law: &PowerLaw) -> Option<f64> {
    law.estimate().half_width().map(|half| half / 1.96)
}

/// Of a power that grows.
fn negated(law: &PowerLaw) -> PowerLaw {
    let slope = law.slope();
    PowerLaw { exponent: slope.value, uncertainty: slope.uncertainty, ..*law }
}

fn fitted(row: &mut Row, law: Result<PowerLaw, FitError>) {
    match law {
        Ok(law) => {
            (row.ours, row.standard_error) = (Some(law.exponent), standard_error(&law));
            let range = format!("over {} to {}, {} points", whole(law.range.0), whole(law.range.1), law.points);
            row.remark = if row.remark.is_empty() { range } else { format!("{range}; {}", row.remark) };
        }
        Err(error) => row.remark = format!("no fit: {error}; {}", row.remark),
    }
}

/// What a sweep was trained with, and the paper's where that differs.
fn effort(source: &Source, preset: &str, points: &str) -> String {
    let mut parts = Vec::new();
    let full = sweep_preset(preset).and_then(|preset| preset.manifest().ok());
    if let (Some(ours), Some(full)) = (source.config(), &full) {
        parts = less(ours, &full.base);
        let amounts = source.sweep.means().len();
        let theirs: usize =
            full.over.iter().filter(|over| !["seed", "alpha"].contains(&over.field)).map(|over| over.values.len()).product();
        if amounts < theirs {
            parts.push(format!("{amounts} of {theirs} {points}"));
        }
    }
    parts.push(match source.sweep.seeds() {
        1 => "1 seed".into(),
        seeds => format!("{seeds} seeds"),
    });
    parts.join(", ")
}

/// Where a config is less than the paper's.
fn less(ours: &RunConfig, paper: &RunConfig) -> Vec<String> {
    let fields = [("steps", ours.steps, paper.steps), ("samples a batch", ours.batch_size as u64, paper.batch_size as u64)];
    let mut parts: Vec<String> = fields
        .iter()
        .filter(|(_, ours, paper)| ours < paper)
        .map(|(name, ours, paper)| format!("{} of {} {name}", whole(*ours as f64), whole(*paper as f64)))
        .collect();
    if ours.width < paper.width {
        parts.push(format!("width at most {}, not {}", ours.width, paper.width));
    }
    parts
}

/// The mean loss over seeds at the point nearest to an amount, with its standard error.
fn loss_near(source: &Source, amount: f64) -> Option<(Mean, Option<f64>)> {
    let distance = |x: f64| (x / amount).ln().abs();
    let mean = source.sweep.means().into_iter().min_by(|a, b| distance(a.amount).total_cmp(&distance(b.amount)))?;
    let losses: Vec<f64> = source.sweep.points.iter().filter(|p| p.amount == mean.amount).map(|p| p.loss).collect();
    let n = losses.len() as f64;
    let variance = losses.iter().map(|loss| (loss - mean.loss).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (losses.len() > 1).then(|| (variance / n).sqrt());
    Some((mean, error))
}

/// A row of one loss. Where the sweep has no such amount, its nearest one is shown and named.
fn loss_row(source: &Source, figure: &'static str, (amount, paper): (f64, f64), named: &str, effort: &str) -> Row {
    let letter = source.sweep.resource.letter();
    let mut row = Row {
        paper: Some(paper),
        source: Some(source.name.into()),
        seconds: source.seconds(),
        ..blank(figure, format!("loss at {named}, bits"))
    };
    let Some((mean, error)) = loss_near(source, amount) else { return row };
    (row.ours, row.standard_error) = (Some(mean.loss), error);
    row.remark = if (mean.amount / amount - 1.0).abs() < 0.05 {
        effort.to_owned()
    } else {
        // Another amount than the paper's is no reproduction of its number, but the nearest to it.
        row.standard_error = None;
        format!("at {letter} = {} instead; {effort}", whole(mean.amount))
    };
    row
}

/// A row of the slope of a sweep.
fn slope_row(
    source: &Source,
    figure: &'static str,
    quantity: String,
    range: Option<(f64, f64)>,
    paper: Option<f64>,
    effort: &str,
) -> Row {
    let report = source.sweep.report(range);
    let mut row = Row {
        paper,
        theory: Some(report.pure),
        truncated: report.truncated,
        source: Some(source.name.into()),
        seconds: source.seconds(),
        remark: effort.to_owned(),
        ..blank(figure, quantity)
    };
    fitted(&mut row, report.fit);
    row
}

/// Fig 2, left: loss against parameters.
pub fn parameters(results: &Results) -> Vec<Row> {
    const FIGURE: &str = "2, parameters";
    let of_width = |width: usize| RunConfig { n_tasks: 500, n_bits: 100, width, ..RunConfig::default() }.parameters() as f64;
    let Some(source) = sweep(results, Resource::Parameters) else {
        return vec![
            missing(FIGURE, "loss at width 9, bits", Some(0.64)),
            missing(FIGURE, "loss at width 500, bits", Some(0.13)),
            missing(FIGURE, "exponent α_N over N > 10⁴", Some(0.45)),
        ];
    };
    let effort = effort(&source, "fig2-parameters", "widths");
    vec![
        loss_row(&source, FIGURE, (of_width(9), 0.64), "width 9", &effort),
        loss_row(&source, FIGURE, (of_width(500), 0.13), "width 500", &effort),
        slope_row(&source, FIGURE, "exponent α_N over N > 10⁴".into(), Some((1e4, f64::INFINITY)), Some(0.45), &effort),
    ]
}

/// Fig 2, middle, and Figs 7 and 8: one run's steps.
pub fn steps(results: &Results) -> Vec<Row> {
    const RANGE: (f64, f64) = (400.0, 8_900.0);
    let quantity = "exponent α_S over steps 400 to 8,900";
    let emergence = "exponent of emergence step against use p";
    let Some((name, record)) = run(results) else {
        return vec![missing("2, steps", quantity, Some(0.45)), missing("8", emergence, Some(0.81))];
    };
    let config = &record.config;
    let last = record.last();
    let source = |row: Row| Row { source: Some(name.into()), seconds: last.map_or(0.0, |last| last.seconds), ..row };
    let reached = RunConfig { steps: last.map_or(0, |last| last.step), ..config.clone() };
    let full = sweep_preset("fig8").map(crate::sweep::SweepPreset::base).unwrap_or_default();
    let effort = less(&reached, &full).join(", ");

    let mut slope =
        source(Row { paper: Some(0.45), theory: Some(Resource::Steps.exponent(config.alpha)), ..blank("2, steps", quantity) });
    let ranks = fit::emergence_steps(record).into_iter().enumerate().filter_map(|(task, step)| Some((task + 1, step? as f64)));
    let law = fit::loss_law(record, Some(RANGE));
    slope.truncated = calibrate(Resource::Steps, config.alpha, ranks).and_then(|constant| {
        let fitted = record.steps().into_iter().map(|step| step as f64).filter(|step| (RANGE.0..=RANGE.1).contains(step));
        Theory::new(config.n_tasks, config.alpha).exponent_at(Resource::Steps, &fitted.collect::<Vec<_>>(), constant)
    });
    // The run may well be longer than the range: its length matters to Fig 8 alone.
    if last.is_some_and(|last| (last.step as f64) < RANGE.1) {
        slope.remark = effort.clone();
    }
    fitted(&mut slope, law);

    let learned = last.map_or(0, |last| last.learned);
    let mut emerged = source(Row { paper: Some(0.81), theory: Some(1.0), remark: effort, ..blank("8", emergence) });
    match fit::emergence_law(record) {
        Ok(law) => {
            (emerged.ours, emerged.standard_error) = (Some(law.exponent), standard_error(&law));
            emerged.remark = [format!("{learned} of {} subtasks", config.n_tasks), emerged.remark].join("; ");
        }
        Err(error) => emerged.remark = format!("no fit: {error}"),
    }
    vec![slope, emerged]
}

/// Fig 2, right: lowest loss against data.
pub fn data(results: &Results) -> Vec<Row> {
    const FIGURE: &str = "2, data";
    let Some(source) = sweep(results, Resource::Data) else {
        return vec![
            missing(FIGURE, "loss at D = 50,000, bits", Some(1.0)),
            missing(FIGURE, "loss at D = 5,000,000, bits", Some(0.25)),
            missing(FIGURE, "exponent α_D", Some(0.30)),
        ];
    };
    let effort = effort(&source, "fig2-data", "sizes");
    vec![
        loss_row(&source, FIGURE, (5e4, 1.0), "D = 50,000", &effort),
        loss_row(&source, FIGURE, (5e6, 0.25), "D = 5,000,000", &effort),
        slope_row(&source, FIGURE, "exponent α_D".into(), None, Some(0.30), &effort),
    ]
}

/// Fig 9: subtasks learned against data, which the paper finds near D^(1/(1+α)).
pub fn learned(results: &Results) -> Vec<Row> {
    // Without an early stop, so that every subtask has its time; with one it says so.
    let patient = over_alpha(results, Resource::Data, |sweep| sweep.runs.iter().all(|run| run.config().patience == 0));
    let sources = if patient.is_empty() { over_alpha(results, Resource::Data, |_| true) } else { patient };
    if sources.is_empty() {
        return vec![missing("9", "exponent of subtasks learned against D", None)];
    }
    let row = |source: &Source| {
        let mut row = Row {
            theory: Some(1.0 / (1.0 + source.sweep.alpha)),
            source: Some(source.name.into()),
            seconds: source.seconds(),
            remark: effort(source, "fig9", "sizes"),
            ..blank("9", format!("exponent of subtasks learned against D at α = {}", source.sweep.alpha))
        };
        if let Some(patience) = source.config().map(|config| config.patience).filter(|patience| *patience > 0) {
            row.remark += &format!(", stopped {patience} logs after the lowest loss");
        }
        // Counts grow, where losses fall.
        fitted(&mut row, growth(&source.sweep, None).map(|law| negated(&law)));
        row
    };
    sources.iter().map(row).collect()
}

/// Fig 10: the exponents against α. The paper's are known at its two ends.
pub fn exponents(results: &Results) -> Vec<Row> {
    let figures = [
        (Resource::Parameters, "10, parameters", "fig10-parameters", "widths", [(0.1, 0.23), (0.8, 0.61)]),
        (Resource::Steps, "10, steps", "fig10-steps", "", [(0.1, 0.23), (0.8, 0.48)]),
        (Resource::Data, "10, data", "fig10-data", "sizes", [(0.1, 0.28), (0.8, 0.40)]),
    ];
    figures
        .into_iter()
        .flat_map(|(resource, figure, preset, points, ends)| {
            let name = |alpha: f64| format!("exponent α_{} at α = {alpha}", resource.letter());
            let sources = over_alpha(results, resource, |_| true);
            if sources.is_empty() {
                return ends.map(|(alpha, paper)| missing(figure, &name(alpha), Some(paper))).to_vec();
            }
            let row = |source: &Source| {
                let alpha = source.sweep.alpha;
                let paper = ends.iter().find(|(at, _)| *at == alpha).map(|(_, paper)| *paper);
                slope_row(source, figure, name(alpha), None, paper, &effort(source, preset, points))
            };
            sources.iter().map(row).collect()
        })
        .collect()
}
