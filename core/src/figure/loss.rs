//! Mean loss against step, with the fitted power law and what theory says of it.

use super::axis::Span;
use super::color::Ink;
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::scene::{Area, Dash, Scene};
use super::text::{brief, whole};
use super::{Options, Series, paper};
use crate::fit::{FitError, PowerLaw, emergence_steps, loss_law};
use crate::record::Record;
use crate::theory::{Nam, Resource, Theory, calibrate};

/// How many points a theory curve has: one for every third pixel of a wide figure.
const CURVE: usize = 240;

pub(crate) fn draw(scene: &mut Scene, style: &Style, outer: Area, series: &[Series<'_>], options: &Options) -> Panel {
    let x = step_span(series);
    let losses = series.iter().flat_map(|series| curve(series.record)).map(|(_, loss)| loss);
    // Down to 0.5 bits from the start, so that the axis rests while the first quanta are learned.
    let y = Span::log_over(losses.chain([0.55, 1.05]), 0.04);
    let fits: Vec<_> =
        series.iter().map(|series| options.fit.then(|| loss_law(series.record, options.fit_range).ok()).flatten()).collect();
    let theory = series.first().map(|series| Overlay::new(series.record, options));
    let colors: Vec<Ink> = series.iter().map(|series| Ink::of(options.theme.series(series.color))).collect();
    let (ink, muted) = (options.theme.ink(), options.theme.muted());

    let alone = series.len() < 2;
    let mut legend = Vec::new();
    for ((series, fit), color) in series.iter().zip(&fits).zip(&colors) {
        let name = match fit {
            Some(fit) if !alone => format!("{}, fit {}", series.name, fit.slope().short()),
            _ => series.name.into(),
        };
        legend.push(Entry::new(Mark::Line(*color, style.stroke(), Dash::Solid), name));
        if let (Some(fit), true) = (fit, alone) {
            let text = format!("fit {}", fit.slope().short());
            legend.push(Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), text));
        }
    }
    if !alone && fits.iter().any(Option::is_some) {
        legend.push(Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), "fit"));
    }
    if let Some(theory) = &theory {
        if theory.truncated_sum {
            legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), "truncated sum"));
        }
        if theory.pure_law {
            let text = format!("pure law −{:.2}", Resource::Steps.exponent(theory.sum.alpha()));
            legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), text));
        }
        if theory.nam.is_some() {
            legend.push(Entry::new(Mark::Line(options.theme.closed_form(), 1.4, Dash::Mixed), "Nam et al."));
        }
    }
    let plan = Plan { x, y, x_title: "training step", y_title: "mean test loss (bits)", legend, title: None, grid: true };
    let panel = Panel::draw(scene, style, outer, &plan);
    if series.iter().all(|series| curve(series.record).next().is_none()) {
        panel.say(scene, style, "waiting for the first log");
        return panel;
    }

    if let Some(Overlay { sum, constant: Some(constant), truncated_sum, pure_law, nam }) = &theory {
        let mut law = |from: f64, loss: &dyn Fn(f64) -> f64, dash, ink| {
            let points = x.steps(CURVE).filter(|s| *s >= from).map(|s| panel.at(s, loss(s)));
            scene.dashed(points, &panel.area, 1.3, ink, dash);
        };
        // The sums begin with the first quantum: of the time before they say nothing.
        if *truncated_sum {
            law(*constant, &|s| sum.loss(Resource::Steps, s, *constant), Dash::Mixed, muted);
        }
        if *pure_law {
            law(*constant, &|s| sum.pure_loss(Resource::Steps, s, *constant), Dash::Dotted, muted);
        }
        if let Some(nam) = nam {
            law(0.0, &|s| nam.loss(sum.p(), s), Dash::Mixed, options.theme.closed_form());
        }
    }
    for (series, color) in series.iter().zip(&colors) {
        let points = curve(series.record).map(|(step, loss)| panel.at(step, loss));
        scene.line(points, &panel.area, style.stroke(), *color);
        if let Some((step, loss)) = curve(series.record).last() {
            scene.dot(panel.at(step, loss), 1.4 * style.stroke(), *color);
        }
    }
    for fit in fits.iter().flatten() {
        let ends = [fit.range.0, fit.range.1].map(|s| panel.at(s, fit.at(s)));
        scene.dashed(ends, &panel.area, 1.4, ink, Dash::Dashed);
    }
    panel
}

/// The logs that a logarithmic axis can hold: step, mean loss.
pub(crate) fn curve(record: &Record) -> impl Iterator<Item = (f64, f64)> {
    let evaluations = record.evaluations.iter().filter(|evaluation| evaluation.step > 0);
    evaluations.map(|evaluation| (evaluation.step as f64, f64::from(evaluation.loss_bits)))
}

/// From the first log to the step at which the longest run ends, reached or not: the axis rests
/// while a run goes on.
pub(crate) fn step_span(series: &[Series<'_>]) -> Span {
    let first = |series: &Series<'_>| curve(series.record).next().map(|(step, _)| step);
    let from = series.iter().filter_map(first).fold(f64::INFINITY, f64::min);
    let end = |series: &Series<'_>| match curve(series.record).last() {
        Some((step, _)) if series.record.is_finished() => step,
        _ => series.record.config.steps as f64,
    };
    let to = series.iter().map(end).fold(1.0, f64::max);
    let from = if from.is_finite() { from } else { 1.0 };
    Span::Log(from, to.max(from * 1.5))
}

/// What theory says beside the first run, its constants taken from the run's own emergences.
struct Overlay {
    sum: Theory,
    /// T, steps.
    constant: Option<f64>,
    truncated_sum: bool,
    pure_law: bool,
    nam: Option<Nam>,
}

impl Overlay {
    fn new(record: &Record, options: &Options) -> Self {
        let sum = Theory::new(record.config.n_tasks, record.config.alpha);
        let constant = first_step_constant(record);
        let shown = constant.is_some();
        let nam = options.nam.then(|| nam(record)).flatten();
        Self { sum, constant, truncated_sum: options.truncated_sum && shown, pure_law: options.pure_law && shown, nam }
    }
}

/// T: steps that the first quantum takes, by [`calibrate`] over every subtask that has emerged.
pub(crate) fn first_step_constant(record: &Record) -> Option<f64> {
    let emerged = emergence_steps(record).into_iter().enumerate();
    let ranked = emerged.filter_map(|(task, step)| Some((task + 1, step? as f64)));
    calibrate(Resource::Steps, record.config.alpha, ranked)
}

/// Nam et al.'s constants, from the first subtask's curve alone.
pub(crate) fn nam(record: &Record) -> Option<Nam> {
    let (steps, losses): (Vec<u64>, Vec<f32>) =
        record.evaluations.iter().filter_map(|e| Some((e.step, *e.task_loss_bits.first()?))).unzip();
    let theory = Theory::new(record.config.n_tasks, record.config.alpha);
    Nam::calibrate(&steps, &losses, theory.p()[0])
}

pub(crate) fn read_at(series: &[Series<'_>], options: &Options, (step, _): (f64, f64)) -> String {
    let near = |series: &Series<'_>| {
        let evaluation = &series.record.evaluations[nearest_log(series.record, step)?];
        Some((evaluation.step, evaluation.loss_bits))
    };
    let said: Vec<_> = series.iter().filter_map(|series| Some((series.name, near(series)?))).collect();
    let Some((_, (first, _))) = said.first().copied() else { return "no logs yet".into() };
    let alone = said.len() == 1;
    let values = said.iter().map(|(name, (at, loss))| {
        let bits = brief(f64::from(*loss));
        match (alone, *at == first) {
            (true, _) => format!("{bits} bits"),
            (false, true) => format!("{name} {bits} bits"),
            (false, false) => format!("{name} {bits} bits (step {})", whole(*at as f64)),
        }
    });
    let mut text = format!("step {}: {}", whole(first as f64), values.collect::<Vec<_>>().join(", "));
    if let (true, Some(only)) = (alone && options.truncated_sum, series.first())
        && let Some(constant) = first_step_constant(only.record)
    {
        let theory = Theory::new(only.record.config.n_tasks, only.record.config.alpha);
        let loss = theory.loss(Resource::Steps, first as f64, constant);
        text += &format!("; truncated sum {} bits", brief(loss));
    }
    text
}

/// The log nearest to a step on a logarithmic axis.
pub(crate) fn nearest_log(record: &Record, step: f64) -> Option<usize> {
    let at = step.max(1e-9).ln();
    let distance = |i: &usize| ((record.evaluations[*i].step as f64).ln() - at).abs();
    (0..record.evaluations.len()).filter(|i| record.evaluations[*i].step > 0).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

pub(crate) fn describe(series: &[Series<'_>], options: &Options) -> String {
    let Some(first) = series.first() else { return "No run is shown.".into() };
    let mut text = String::from("Mean test loss in bits against training step, both logarithmic. ");
    for series in series {
        text += &format!("{}: {} ", series.name, settings(series.record));
        let fit = loss_law(series.record, options.fit_range);
        text += &fit_sentence(&fit);
        text.push(' ');
    }
    text += &theory_sentence(first.record, options);
    text
}

/// A run's settings and how far it has come.
pub(crate) fn settings(record: &Record) -> String {
    let config = &record.config;
    let data = match config.samples {
        0 => "fresh data".into(),
        samples => format!("{} training samples", whole(samples as f64)),
    };
    let mut text = format!(
        "{} subtasks at α = {}, {} bits, k = {}, width {}, batch {}, {data}, seed {}.",
        whole(config.n_tasks as f64),
        config.alpha,
        config.n_bits,
        config.k,
        whole(config.width as f64),
        whole(config.batch() as f64),
        config.seed
    );
    if let Some(last) = record.last() {
        text += &format!(
            " At step {} of {} the loss is {} bits and {} subtasks are learned.",
            whole(last.step as f64),
            whole(config.steps as f64),
            brief(f64::from(last.loss_bits)),
            whole(last.learned as f64)
        );
    }
    text
}

/// An exponent with its errors and range, or why there is none.
pub(crate) fn fit_sentence(fit: &Result<PowerLaw, FitError>) -> String {
    match fit {
        Ok(fit) => format!(
            "Fitted over steps {} to {} ({} logs), the loss falls with the exponent {}.",
            whole(fit.range.0),
            whole(fit.range.1),
            fit.points,
            fit.estimate()
        ),
        Err(error) => format!("No power law is fitted: {error}."),
    }
}

fn theory_sentence(record: &Record, options: &Options) -> String {
    let (alpha, n_tasks) = (record.config.alpha, record.config.n_tasks);
    let mut text = format!("Theory: α_S = α/(α+1) = {:.3} for infinitely many quanta", Resource::Steps.exponent(alpha));
    let theory = Theory::new(n_tasks, alpha);
    let fitted = loss_law(record, options.fit_range).ok().map(|fit| fit.range);
    let slope = fitted.zip(first_step_constant(record)).and_then(|((from, to), constant)| {
        let steps: Vec<f64> = curve(record).map(|(step, _)| step).filter(|step| (from..=to).contains(step)).collect();
        let slope = theory.exponent_at(Resource::Steps, &steps, constant)?;
        Some((slope, constant))
    });
    text += &match slope {
        Some((slope, constant)) => format!(
            "; the sum over these {}, with T = {} steps from when its subtasks emerged, has {slope:.3} over the same \
             range.",
            whole(n_tasks as f64),
            brief(constant)
        ),
        None => ".".into(),
    };
    if paper::is_its_setting(&record.config)
        && let Some((exponent, range)) = paper::exponent(Resource::Steps, alpha, n_tasks)
    {
        text += &format!(" The paper's own run shows about {exponent:.2} {range}.");
    }
    text
}
