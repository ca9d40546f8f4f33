//! Every subtask's loss against step, coloured by how often it is used.

use super::axis::Span;
use super::loss::{curve, nam, nearest_log, settings, step_span};
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::scene::{Align, Area, Dash, Scene};
use super::text::{brief, whole};
use super::{Options, Series};
use crate::fit::emergence_step;
use crate::record::Record;
use crate::theory::Theory;

pub(crate) fn draw(scene: &mut Scene, style: &Style, outer: Area, series: &[Series<'_>], options: &Options) -> Panel {
    let shown = series.first();
    let tasks = shown.map_or(1, |series| task_count(series.record));
    let followed = options.follow.filter(|task| *task < tasks);
    let ramp = (0..24).map(|i| options.theme.rank(f64::from(i) / 23.0)).collect();
    let mut legend = vec![Entry::new(Mark::Ramp(ramp, "subtask 1".into()), format!("{} (least used)", whole(tasks as f64)))];
    legend.push(Entry::new(Mark::Line(options.theme.ink(), style.stroke(), Dash::Solid), "mean"));
    if let Some(task) = followed {
        let name = format!("subtask {}", whole(task as f64 + 1.0));
        legend.push(Entry::new(Mark::Line(options.theme.accent(), 1.3 * style.stroke(), Dash::Solid), name));
    }
    let predicted = shown.filter(|_| options.nam).and_then(|series| nam(series.record));
    if predicted.is_some() && followed.is_some() {
        legend.push(Entry::new(Mark::Line(options.theme.closed_form(), 1.4, Dash::Mixed), "Nam et al."));
    }
    let top = shown.map_or(1.0, |series| highest(series.record));
    let plan = Plan {
        x: step_span(&series[..series.len().min(1)]),
        y: Span::Linear(0.0, top),
        x_title: "training step",
        y_title: "test loss (bits)",
        legend,
        title: None,
        grid: true,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let Some(Series { record, .. }) = shown else {
        panel.say(scene, style, "no run is shown");
        return panel;
    };
    if curve(record).next().is_none() {
        panel.say(scene, style, "waiting for the first log");
        return panel;
    }
    let steps: Vec<(usize, f64)> = placed_logs(record, &panel);
    // Of many curves the frequent ones, few and early, are drawn stronger than the crowd.
    let crowd = if tasks > 60 { 1.0 } else { 0.3 };
    // Rare subtasks first, so that the frequent ones, fewer and earlier, stay on top.
    for task in (0..tasks).rev().filter(|task| Some(*task) != followed) {
        let share = share(task, tasks);
        let strength = if followed.is_some() { 0.22 } else { 0.95 - 0.35 * crowd * share };
        let ink = options.theme.rank(share).faded(strength);
        scene.line(task_curve(record, task, &steps, &panel), &panel.area, 1.4 - 0.6 * crowd * share, ink);
    }
    let mean = curve(record).map(|(step, loss)| panel.at(step, loss));
    scene.line(mean, &panel.area, style.stroke(), options.theme.ink().faded(if followed.is_some() { 0.55 } else { 1.0 }));
    if let Some(task) = followed {
        scene.line(task_curve(record, task, &steps, &panel), &panel.area, 1.3 * style.stroke(), options.theme.accent());
        if let Some(nam) = predicted {
            let theory = Theory::new(tasks, record.quanta.alpha().unwrap_or_default());
            let loss = |step: f64| panel.at(step, nam.task_loss(theory.p()[task], step));
            let points = plan.x.steps(240).map(loss);
            scene.dashed(points, &panel.area, 1.4, options.theme.closed_form(), Dash::Mixed);
        }
        if let Some(step) = emergence_step(&record.steps(), &losses(record, task)) {
            let loss = record.evaluations.iter().find(|e| e.step == step).and_then(|e| e.quantum_loss_bits.get(task));
            let (x, y) = panel.at(step as f64, loss.map_or(0.1, |loss| f64::from(*loss)));
            scene.dot((x, y), 1.7 * style.stroke(), options.theme.accent());
            // To the lower left: the curve comes from above and goes on to the right.
            let room = x - panel.area.left > 6.0 * style.font;
            let (x, align) = if room { (x - 0.7 * style.font, Align::Right) } else { (x + 0.7 * style.font, Align::Left) };
            let text = format!("step {}", whole(step as f64));
            scene.text((x, y), text, style.small(), options.theme.accent(), align);
        }
    }
    panel
}

/// Ranks along the colours: by the logarithm, as their frequencies fall.
fn share(task: usize, tasks: usize) -> f64 {
    if tasks < 2 { 0.0 } else { ((task + 1) as f64).ln() / (tasks as f64).ln() }
}

/// The top of the axis: over the highest loss drawn. Rarely used subtasks rise somewhat above one
/// bit while others are learned; a run that diverges is cut off at four.
fn highest(record: &Record) -> f64 {
    let losses = record.evaluations.iter().filter(|e| e.step > 0).flat_map(|e| &e.quantum_loss_bits).copied();
    let most = losses.filter(|loss| loss.is_finite()).fold(1.0, f32::max);
    (1.02 * f64::from(most)).clamp(1.08, 4.0)
}

pub(crate) fn task_count(record: &Record) -> usize {
    record.evaluations.first().map_or(record.quanta.len(), |evaluation| evaluation.quantum_loss_bits.len()).max(1)
}

fn losses(record: &Record, task: usize) -> Vec<f32> {
    record.evaluations.iter().map(|e| e.quantum_loss_bits.get(task).copied().unwrap_or(f32::NAN)).collect()
}

/// The logs that are drawn, with their places: at most one on a pixel.
fn placed_logs(record: &Record, panel: &Panel) -> Vec<(usize, f64)> {
    let mut logs: Vec<(usize, f64)> = Vec::with_capacity(record.evaluations.len());
    for (i, evaluation) in record.evaluations.iter().enumerate().filter(|(_, e)| e.step > 0) {
        let at = panel.x.at(evaluation.step as f64);
        match logs.last_mut() {
            Some(last) if at - last.1 < 0.8 => *last = (i, at),
            _ => logs.push((i, at)),
        }
    }
    logs
}

fn task_curve<'a>(
    record: &'a Record,
    task: usize,
    logs: &'a [(usize, f64)],
    panel: &'a Panel,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    logs.iter().map(move |(log, x)| {
        let loss = record.evaluations[*log].quantum_loss_bits.get(task).copied().unwrap_or(f32::NAN);
        (*x, panel.y.at(f64::from(loss)))
    })
}

/// The subtask whose curve passes nearest. Many lie on one another while flat, so distance is
/// taken in two dimensions, one bit being as far as a decade of steps: near a fall it decides.
pub(crate) fn nearest(series: &[Series<'_>], (step, loss): (f64, f64)) -> Option<usize> {
    let record = series.first()?.record;
    let at = step.max(1e-9).log10();
    let logs: Vec<(usize, f64)> = record
        .evaluations
        .iter()
        .enumerate()
        .filter(|(_, evaluation)| evaluation.step > 0)
        .map(|(i, evaluation)| (i, (evaluation.step as f64).log10() - at))
        .filter(|(_, x)| x.abs() < 1.0)
        .collect();
    let value = |log: usize, task: usize| -> Option<f64> {
        let loss_there = *record.evaluations[log].quantum_loss_bits.get(task)?;
        loss_there.is_finite().then(|| f64::from(loss_there) - loss)
    };
    let distance = |task: usize| -> Option<f64> {
        let squares = logs.windows(2).filter_map(|pair| {
            let (from, to) = ((pair[0].1, value(pair[0].0, task)?), (pair[1].1, value(pair[1].0, task)?));
            Some(squared_distance(from, to))
        });
        let alone = logs.iter().filter_map(|(log, x)| Some(x * x + value(*log, task)?.powi(2)));
        squares.chain(alone).min_by(f64::total_cmp)
    };
    let distances = (0..task_count(record)).filter_map(|task| Some((task, distance(task)?)));
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(task, _)| task)
}

/// From the origin to a segment, squared.
fn squared_distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (-(from.0 * dx + from.1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (from.0 + share * dx).powi(2) + (from.1 + share * dy).powi(2)
}

pub(crate) fn read_at(series: &[Series<'_>], data: (f64, f64)) -> String {
    match (series.first(), nearest(series, data)) {
        (Some(series), Some(task)) => task_at(series.record, task, data.0),
        _ => "no logs yet".into(),
    }
}

/// «step 1,200: subtask 7 (used 2.3 %), 0.48 bits»
pub(crate) fn task_at(record: &Record, task: usize, step: f64) -> String {
    let Some(evaluation) = nearest_log(record, step).map(|log| &record.evaluations[log]) else {
        return "no logs yet".into();
    };
    let theory = Theory::new(task_count(record), record.quanta.alpha().unwrap_or_default());
    let used = theory.p().get(task).map_or(String::new(), |p| format!(" (used {} %)", brief(100.0 * p)));
    let loss = evaluation.quantum_loss_bits.get(task).copied().unwrap_or(f32::NAN);
    format!("step {}: subtask {}{used}, {} bits", whole(evaluation.step as f64), whole(task as f64 + 1.0), brief(f64::from(loss)))
}

pub(crate) fn describe(series: &[Series<'_>], options: &Options) -> String {
    let Some(Series { name, record, .. }) = series.first() else { return "No run is shown.".into() };
    let mut text = format!(
        "Test loss of each subtask in bits against training step (logarithmic), coloured from the most to the least \
         used, with their mean. A subtask has emerged once its loss is under 0.1 bits. {name}: {}",
        settings(record)
    );
    if let Some(task) = options.follow.filter(|task| *task < task_count(record)) {
        text += &match emergence_step(&record.steps(), &losses(record, task)) {
            Some(step) => format!(" Subtask {} emerged at step {}.", whole(task as f64 + 1.0), whole(step as f64)),
            None => format!(" Subtask {} has not emerged.", whole(task as f64 + 1.0)),
        };
    }
    text
}
