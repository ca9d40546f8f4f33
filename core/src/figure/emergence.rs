//! The step at which each subtask emerged, against how often it is used.

use super::axis::Span;
use super::color::Ink;
use super::loss::settings;
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::scene::{Area, Dash, Scene};
use super::tasks::task_count;
use super::text::{brief, whole};
use super::{Options, Series, paper};
use crate::fit::{emergence_law, emergence_steps};
use crate::record::Record;
use crate::theory::Theory;

/// What is known of one subtask: from 0, with p_k and the step, if it has emerged.
struct Emerged {
    task: usize,
    p: f64,
    step: Option<f64>,
}

fn emerged(record: &Record) -> Vec<Emerged> {
    let theory = Theory::new(task_count(record), record.config.alpha);
    let steps = emergence_steps(record);
    let all = theory.p().iter().zip(steps).enumerate();
    all.map(|(task, (p, step))| Emerged { task, p: *p, step: step.filter(|step| *step > 0).map(|step| step as f64) }).collect()
}

pub(crate) fn draw(scene: &mut Scene, style: &Style, outer: Area, series: &[Series<'_>], options: &Options) -> Panel {
    let runs: Vec<Vec<Emerged>> = series.iter().map(|series| emerged(series.record)).collect();
    let all = || runs.iter().flatten();
    let x = Span::log_over(all().map(|subtask| subtask.p), 0.04);
    let ends = series.iter().filter_map(|series| series.record.last()).map(|last| last.step as f64);
    let y = Span::log_over(all().filter_map(|subtask| subtask.step).chain(ends), 0.06);
    let fits: Vec<_> = series.iter().map(|series| options.fit.then(|| emergence_law(series.record).ok()).flatten()).collect();
    let ink = options.theme.ink();
    let series_count = series.len();
    let mut legend = Vec::new();
    for (series, fit) in series.iter().zip(&fits) {
        let color = Ink::of(options.theme.series(series.color));
        let fit = fit.map(|fit| format!("fit {}", fit.slope().short()));
        match fit {
            Some(fit) if series_count > 1 => legend.push(Entry::new(Mark::Dot(color), format!("{}, {fit}", series.name))),
            fit => {
                legend.push(Entry::new(Mark::Dot(color), series.name));
                legend.extend(fit.map(|fit| Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), fit)));
            }
        }
    }
    if series_count > 1 && fits.iter().any(Option::is_some) {
        legend.push(Entry::new(Mark::Line(ink, 1.4, Dash::Dashed), "fit"));
    }
    if fits.iter().any(Option::is_some) {
        legend.push(Entry::new(Mark::Line(options.theme.muted(), 1.3, Dash::Dotted), "theory −1"));
    }
    if all().any(|subtask| subtask.step.is_none()) && all().any(|subtask| subtask.step.is_some()) {
        legend.push(Entry::new(Mark::Tick(options.theme.axis()), "not yet emerged"));
    }
    let plan = Plan { x, y, x_title: "use frequency pₖ", y_title: "step of emergence", legend, title: None, grid: true };
    let panel = Panel::draw(scene, style, outer, &plan);
    if all().all(|subtask| subtask.step.is_none()) {
        panel.say(scene, style, "no subtask has emerged yet");
        return panel;
    }
    let radius = if style.narrow { 2.2 } else { 3.0 };
    for (series, run) in series.iter().zip(&runs) {
        let color = Ink::of(options.theme.series(series.color));
        for subtask in run.iter().rev() {
            match subtask.step {
                Some(step) => scene.dot(panel.at(subtask.p, step), radius, color.faded(0.75)),
                // Hanging from the upper edge: later than anything drawn.
                None => {
                    let (x, top) = (panel.x.at(subtask.p), panel.area.top);
                    scene.segment((x, top), (x, top + 0.5 * style.font), 1.0, color.faded(0.5));
                }
            }
        }
    }
    for fit in fits.iter().flatten() {
        let line = |law: &dyn Fn(f64) -> f64| [fit.range.0, fit.range.1].map(|p| panel.at(p, law(p)));
        // Theory's slope through the middle of the fit, so that only the slopes are compared.
        let middle = (fit.range.0 * fit.range.1).sqrt();
        let height = fit.at(middle) * middle;
        scene.dashed(line(&|p| height / p), &panel.area, 1.3, options.theme.muted(), Dash::Dotted);
        scene.dashed(line(&|p| fit.at(p)), &panel.area, 1.4, ink, Dash::Dashed);
    }
    for (series, run) in series.iter().zip(&runs) {
        let followed = options.follow.and_then(|task| run.get(task));
        if let Some(Emerged { p, step: Some(step), .. }) = followed {
            // Ringed, so that it stays its run's.
            scene.dot(panel.at(*p, *step), 2.1 * radius, ink);
            scene.dot(panel.at(*p, *step), 1.4 * radius, Ink::of(options.theme.series(series.color)));
        }
    }
    panel
}

/// The nearest emerged subtask on logarithmic axes, over all runs: which run, and which subtask.
pub(crate) fn nearest(series: &[Series<'_>], (p, step): (f64, f64)) -> Option<(usize, usize)> {
    let at = (p.max(1e-300).ln(), step.max(1e-300).ln());
    let mut best: Option<(f64, usize, usize)> = None;
    for (run, series) in series.iter().enumerate() {
        for subtask in emerged(series.record) {
            let Some(step) = subtask.step else { continue };
            let distance = (subtask.p.ln() - at.0).hypot(step.ln() - at.1);
            if best.is_none_or(|(least, ..)| distance < least) {
                best = Some((distance, run, subtask.task));
            }
        }
    }
    best.map(|(_, run, task)| (run, task))
}

pub(crate) fn read_at(series: &[Series<'_>], data: (f64, f64)) -> String {
    let Some((run, task)) = nearest(series, data) else { return "no subtask has emerged yet".into() };
    let subtasks = emerged(series[run].record);
    let Emerged { p, step, .. } = subtasks[task];
    let name = if series.len() > 1 { format!("{}, ", series[run].name) } else { String::new() };
    format!(
        "{name}subtask {}: used {} %, emerged at step {}",
        whole(task as f64 + 1.0),
        brief(100.0 * p),
        whole(step.unwrap_or(f64::NAN))
    )
}

pub(crate) fn describe(series: &[Series<'_>]) -> String {
    if series.is_empty() {
        return "No run is shown.".into();
    }
    let mut text = String::from(
        "The step at which each subtask emerged (the first log under 0.1 bits) against its use frequency, both \
         logarithmic. ",
    );
    for Series { name, record, .. } in series {
        let run = emerged(record);
        let count = run.iter().filter(|subtask| subtask.step.is_some()).count();
        text += &format!("{name}: {} ", settings(record));
        text += &match emergence_law(record) {
            Ok(fit) => format!(
                "Over the {} of {} subtasks that emerged, with frequencies {} to {}, and the others as later than these, \
                 the step follows frequency with the slope {}. ",
                whole(count as f64),
                whole(run.len() as f64),
                brief(fit.range.0),
                brief(fit.range.1),
                fit.slope()
            ),
            Err(error) => format!("No slope is fitted: {error}. "),
        };
    }
    text += &format!(
        "Theory, where a subtask needs a set number of its own samples, has −1; the paper's run of 500 subtasks at width \
         500 has {}.",
        paper::EMERGENCE_SLOPE
    )
    .replace('-', "−");
    text
}
