//! The rows, figure by figure. The paper's values are in [`crate::paper`].

use super::find::{Source, over_alpha, run, sweep};
use super::{Results, Row};
use crate::comparison::{first_takes, truncated_exponent};
use crate::config::RunConfig;
use crate::figure::sweep::{Mean, Resource, growth};
use crate::figure::whole;
use crate::fit::{self, Estimate, FitError, PowerLaw};
use crate::paper;
use crate::sweep::sweep_preset;

/// An empty row.
pub fn blank(figure: &'static str, quantity: impl Into<String>) -> Row {
    Row {
        figure,
        quantity: quantity.into(),
        paper: None,
        theory: None,
        truncated: None,
        ours: None,
        uncertainty: None,
        source: None,
        seconds: 0.0,
        remark: String::new(),
    }
}

/// The paper's slope of a resource in Fig 2.
fn of_fig2(resource: Resource) -> Option<f64> {
    paper::exponent(resource, paper::ALPHA, paper::SUBTASKS).map(|(slope, _)| slope)
}

/// A row of a number that nothing here shows.
pub fn missing(figure: &'static str, quantity: &str, paper: Option<f64>) -> Row {
    Row { paper, remark: "not run yet".into(), ..blank(figure, quantity) }
}

/// Enters a fit, or the reason why there is none, into a row.
fn enter_fit(row: &mut Row, law: Result<PowerLaw, FitError>) {
    match law {
        Ok(law) => {
            (row.ours, row.uncertainty) = (Some(law.exponent), Some(law.uncertainty));
            let range = format!("over {} to {}, {} points", whole(law.range.0), whole(law.range.1), law.points);
            row.remark = if row.remark.is_empty() { range } else { format!("{range}; {}", row.remark) };
        }
        Err(error) => row.remark = format!("no fit: {error}; {}", row.remark),
    }
}

/// Describes what was trained for a sweep, compared with the preset of the paper's sweep.
fn effort(source: &Source, preset: &str, points: &str) -> String {
    let mut parts = Vec::new();
    let full = sweep_preset(preset).and_then(|preset| preset.manifest().ok());
    if let (Some(ours), Some(full)) = (source.config(), &full) {
        parts = smaller_settings(ours, &full.base);
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
fn smaller_settings(ours: &RunConfig, paper: &RunConfig) -> Vec<String> {
    let (ours_trained, paper_trained) = (&ours.training, &paper.training);
    let fields = [
        ("steps", ours_trained.steps, paper_trained.steps),
        ("samples per batch", ours_trained.batch_size as u64, paper_trained.batch_size as u64),
    ];
    let mut parts: Vec<String> = fields
        .iter()
        .filter(|(_, ours, paper)| ours < paper)
        .map(|(name, ours, paper)| format!("{} of {} {name}", whole(*ours as f64), whole(*paper as f64)))
        .collect();
    if let Some((ours, paper)) = ours.number("width").zip(paper.number("width")).filter(|(ours, paper)| ours < paper) {
        parts.push(format!("width at most {}, not {}", whole(ours), whole(paper)));
    }
    parts
}

/// Returns the mean loss over seeds at the point nearest to an amount, and its standard error if there
/// are several seeds.
fn loss_near(source: &Source, amount: f64) -> Option<(Mean, Estimate)> {
    let distance = |x: f64| (x / amount).ln().abs();
    let mean = source.sweep.means().into_iter().min_by(|a, b| distance(a.amount).total_cmp(&distance(b.amount)))?;
    let losses: Vec<f64> = source.sweep.points.iter().filter(|p| p.amount == mean.amount).map(|p| p.loss).collect();
    Some((mean, Estimate::of_seeds(&losses)?))
}

/// A row for the loss at one amount. If the sweep has no such amount, the row shows the nearest and
/// says so.
fn loss_row(source: &Source, figure: &'static str, (amount, paper): (f64, f64), named: &str, effort: &str) -> Row {
    let letter = source.sweep.resource.letter();
    let mut row = Row {
        paper: Some(paper),
        source: Some(source.name.into()),
        seconds: source.seconds(),
        ..blank(figure, format!("loss at {named}, bits"))
    };
    let Some((mean, estimate)) = loss_near(source, amount) else { return row };
    (row.ours, row.uncertainty) = (Some(estimate.value), Some(estimate.uncertainty));
    row.remark = if (mean.amount / amount - 1.0).abs() < 0.05 {
        effort.to_owned()
    } else {
        // The loss at another amount does not reproduce the paper's number, so no deviation is shown.
        row.uncertainty = None;
        format!("at {letter} = {} instead; {effort}", whole(mean.amount))
    };
    row
}

/// A row for the slope of a sweep.
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
    enter_fit(&mut row, report.fit);
    row
}

/// Fig 2, left: loss against parameters.
pub fn parameters(results: &Results) -> Vec<Row> {
    const FIGURE: &str = "2, parameters";
    let quantity = "exponent α_N over N > 10⁴";
    let slope = of_fig2(Resource::Parameters);
    let Some(source) = sweep(results, Resource::Parameters) else {
        let losses = paper::LOSS_AT_WIDTH;
        let losses = losses.map(|(width, loss)| missing(FIGURE, &format!("loss at width {width}, bits"), Some(loss)));
        return losses.into_iter().chain([missing(FIGURE, quantity, slope)]).collect();
    };
    let effort = effort(&source, "fig2-parameters", "widths");
    let losses = paper::LOSS_AT_WIDTH.map(|(width, loss)| {
        let mut config = paper::run(paper::STEPS);
        // The paper's model has a width.
        let _ = config.set("width", &width.to_string());
        loss_row(&source, FIGURE, (config.parameters() as f64, loss), &format!("width {width}"), &effort)
    });
    let range = paper::range(Resource::Parameters);
    losses.into_iter().chain([slope_row(&source, FIGURE, quantity.into(), range, slope, &effort)]).collect()
}

/// Fig 2, middle, and Fig 8: the steps of one run.
pub fn steps(results: &Results) -> Vec<Row> {
    let range = paper::range(Resource::Steps).unwrap_or((0.0, f64::INFINITY));
    let paper_slope = of_fig2(Resource::Steps);
    let paper_emergence = Some(paper::EMERGENCE_EXPONENT);
    let quantity = "exponent α_S over steps 400 to 8,900";
    let emergence_plain = "exponent of emergence step against use p, least squares as in the paper";
    let emergence_censored = "the same, subtasks that have not emerged counted as later";
    let Some((name, record)) = run(results) else {
        return vec![
            missing("2, steps", quantity, paper_slope),
            missing("8", emergence_plain, paper_emergence),
            missing("8", emergence_censored, None),
        ];
    };
    let config = &record.config;
    let last = record.last();
    let source = |row: Row| Row { source: Some(name.into()), seconds: last.map_or(0.0, |last| last.seconds), ..row };
    let mut reached = config.clone();
    reached.training.steps = last.map_or(0, |last| last.step);
    let alpha = record.quanta.alpha().unwrap_or_default();
    let full = sweep_preset("fig8").map(crate::sweep::SweepPreset::base).unwrap_or_default();
    let effort = smaller_settings(&reached, &full).join(", ");

    let mut slope =
        source(Row { paper: paper_slope, theory: Some(Resource::Steps.exponent(alpha)), ..blank("2, steps", quantity) });
    let law = fit::loss_law(record, Some(range));
    slope.truncated = first_takes(record).and_then(|constant| truncated_exponent(record, range, constant));
    // The run may well be longer than the range: its length matters to Fig 8 alone.
    if last.is_some_and(|last| (last.step as f64) < range.1) {
        slope.remark = effort.clone();
    }
    enter_fit(&mut slope, law);

    let count = fit::emerged_count(record);
    let subtasks = format!("{count} of {} subtasks have emerged", record.quanta.len());
    let remark = [subtasks, effort].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    let emergence = |quantity: &str, paper, law: Result<PowerLaw, FitError>| {
        let mut row = source(Row { paper, theory: Some(1.0), remark: remark.clone(), ..blank("8", quantity) });
        match law {
            Ok(law) => (row.ours, row.uncertainty) = (Some(law.exponent), Some(law.uncertainty)),
            Err(error) => row.remark = format!("no fit: {error}"),
        }
        row
    };
    let plain = emergence(emergence_plain, paper_emergence, fit::emergence_least_squares(record));
    let censored = emergence(emergence_censored, None, fit::emergence_law(record));
    vec![slope, plain, censored]
}

/// Fig 2, right: lowest loss against data.
pub fn data(results: &Results) -> Vec<Row> {
    const FIGURE: &str = "2, data";
    let slope = of_fig2(Resource::Data);
    let Some(source) = sweep(results, Resource::Data) else {
        let losses = paper::LOSS_AT_SAMPLES;
        let losses =
            losses.map(|(samples, loss)| missing(FIGURE, &format!("loss at D = {}, bits", whole(samples as f64)), Some(loss)));
        return losses.into_iter().chain([missing(FIGURE, "exponent α_D", slope)]).collect();
    };
    let effort = effort(&source, "fig2-data", "sizes");
    let losses = paper::LOSS_AT_SAMPLES.map(|(samples, loss)| {
        loss_row(&source, FIGURE, (samples as f64, loss), &format!("D = {}", whole(samples as f64)), &effort)
    });
    let range = paper::range(Resource::Data);
    losses.into_iter().chain([slope_row(&source, FIGURE, "exponent α_D".into(), range, slope, &effort)]).collect()
}

/// Fig 9: subtasks learned against data, which the paper finds near D^(1/(1+α)).
pub fn learned(results: &Results) -> Vec<Row> {
    // Without an early stop, so that every subtask has its time; with one it says so.
    let patient =
        over_alpha(results, Resource::Data, |sweep| sweep.runs.iter().all(|run| run.config().measurement.patience == 0));
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
        if let Some(patience) = source.config().map(|config| config.measurement.patience).filter(|patience| *patience > 0) {
            row.remark += &format!(", stopped {patience} logs after the lowest loss");
        }
        // Counts grow where losses fall, so the exponent changes its sign.
        enter_fit(&mut row, growth(&source.sweep, None).map(|law| PowerLaw { exponent: -law.exponent, ..law }));
        row
    };
    sources.iter().map(row).collect()
}

/// Fig 10: the exponents against α. The paper's values are given for its smallest and largest α.
pub fn exponents(results: &Results) -> Vec<Row> {
    let figures = [
        (Resource::Parameters, "10, parameters", "fig10-parameters", "widths"),
        (Resource::Steps, "10, steps", "fig10-steps", ""),
        (Resource::Data, "10, data", "fig10-data", "sizes"),
    ];
    figures
        .into_iter()
        .flat_map(|(resource, figure, preset, points)| {
            let ends = paper::exponents_over_alpha(resource);
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
