//! Loss as colour over step and subtask: the staircase from above.

use super::axis::Span;
use super::color::Ink;
use super::loss::{curve, settings, step_span};
use super::panel::{Entry, Mark, Panel, Plan, Style};
use super::scene::{Area, Scene};
use super::tasks::{task_at, task_count};
use super::text::whole;
use super::{Options, Series};

/// How many shades there are. Noise of the test samples stays within one, so that a row of a
/// thousand logs is a few boxes.
const SHADES: usize = 24;

pub(crate) fn draw(scene: &mut Scene, style: &Style, outer: Area, series: &[Series<'_>], options: &Options) -> Panel {
    let shown = series.first();
    let tasks = shown.map_or(1, |series| task_count(series.record));
    let plan = Plan {
        x: step_span(&series[..series.len().min(1)]),
        y: rank_span(tasks),
        x_title: "training step",
        y_title: "subtask (1 is used most)",
        legend: legend(options),
        title: None,
        grid: false,
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
    let logs: Vec<(f64, &[f32])> =
        record.evaluations.iter().filter(|e| e.step > 0).map(|e| (e.step as f64, &e.quantum_loss_bits[..])).collect();
    cells(scene, &panel, options, tasks, &logs);
    if let Some(task) = options.follow.filter(|task| *task < tasks) {
        mark_row(scene, &panel, options, task);
    }
    panel
}

/// Ranks on a logarithmic axis: what is learned in order of a power law climbs as a straight stair.
pub(crate) fn rank_span(tasks: usize) -> Span {
    Span::Count(0.5, tasks as f64 + 0.5)
}

/// The scale: what a colour means.
pub(crate) fn legend(options: &Options) -> Vec<Entry> {
    let ramp = (0..SHADES).map(|i| Ink::of(options.theme.heat(i as f64 / (SHADES - 1) as f64))).collect();
    vec![Entry::new(Mark::Ramp(ramp, "loss: 1 bit".into()), "0 bits (learned)")]
}

/// The scale where there is little room.
pub(crate) fn short_legend(options: &Options) -> Vec<Entry> {
    legend(options)
        .into_iter()
        .filter_map(|entry| match entry.mark {
            Mark::Ramp(ramp, _) => Some(Entry::new(Mark::Ramp(ramp, "1 bit".into()), "0 bits")),
            _ => None,
        })
        .collect()
}

/// A line along a subtask's row.
pub(crate) fn mark_row(scene: &mut Scene, panel: &Panel, options: &Options, task: usize) {
    let rank = task as f64 + 1.0;
    let (top, bottom) = (panel.y.at(rank + 0.5), panel.y.at(rank - 0.5));
    let spare = (3.0 - (bottom - top)).max(0.0) / 2.0;
    for y in [top - spare, bottom + spare] {
        scene.segment((panel.area.left, y), (panel.area.right, y), 1.2, options.theme.accent());
    }
}

/// Draws columns of losses (an amount, then a loss for each subtask), in order of the amount. Each
/// column reaches halfway to its neighbours; where subtasks are finer than the screen several
/// share a row, which shows their mean.
pub(crate) fn cells(scene: &mut Scene, panel: &Panel, options: &Options, tasks: usize, columns: &[(f64, &[f32])]) {
    let Area { left, top, right, bottom } = panel.area;
    let shades: Vec<Ink> = (0..SHADES).map(|i| Ink::of(options.theme.heat(i as f64 / (SHADES - 1) as f64))).collect();
    let centers: Vec<f64> = columns.iter().map(|(amount, _)| panel.x.at(*amount)).collect();
    let edge = |i: usize| match i {
        0 => first_edge(&centers),
        i if i == centers.len() => last_edge(&centers),
        i => 0.5 * (centers[i - 1] + centers[i]),
    };
    let edges: Vec<f64> = (0..=centers.len()).map(|i| edge(i).clamp(left, right)).collect();
    // A little under the next box, so that no seam shines through where edges are smoothed.
    const UNDER: f64 = 0.6;
    let mut fill = |from: f64, to: f64, (low, high): (f64, f64), shade: usize| {
        let area = Area { left: from, right: (to + UNDER).min(right), top: (high - UNDER).max(top), bottom: low };
        scene.fill(area, shades[shade]);
    };
    let mut first = 0;
    while first < tasks {
        let low = panel.y.at(first as f64 + 0.5).min(bottom);
        // One and a half CSS pixels a row at least.
        let mut last = first + 1;
        while last < tasks && low - panel.y.at(last as f64 + 0.5) < 1.5 {
            last += 1;
        }
        let row = (low, panel.y.at(last as f64 + 0.5));
        let mut open: Option<(usize, f64)> = None;
        for (i, (_, losses)) in columns.iter().enumerate() {
            let shade = shade(losses.get(first..last.min(losses.len())).unwrap_or(&[]));
            match open {
                Some((before, _)) if before == shade => {}
                Some((before, from)) => {
                    fill(from, edges[i], row, before);
                    open = Some((shade, edges[i]));
                }
                None => open = Some((shade, edges[i])),
            }
        }
        if let Some((before, from)) = open {
            fill(from, edges[columns.len()], row, before);
        }
        first = last;
    }
}

/// Half a column before the first center.
fn first_edge(centers: &[f64]) -> f64 {
    match centers {
        [first, second, ..] => first - 0.5 * (second - first),
        [only] => only - 4.0,
        [] => f64::NEG_INFINITY,
    }
}

/// Half a column after the last center.
fn last_edge(centers: &[f64]) -> f64 {
    match centers {
        [.., before, last] => last + 0.5 * (last - before),
        [only] => only + 4.0,
        [] => f64::NEG_INFINITY,
    }
}

/// The shade of a group of losses: the last is nothing left.
fn shade(losses: &[f32]) -> usize {
    let mean = losses.iter().sum::<f32>() / losses.len().max(1) as f32;
    // NaN counts as not learned. A bit of noise about one bit is still the first shade.
    let learned = (1.0 - mean).clamp(0.0, 1.0);
    if learned.is_nan() { 0 } else { (learned * (SHADES as f32 - 0.01)) as usize }
}

pub(crate) fn nearest(series: &[Series<'_>], (_, rank): (f64, f64)) -> Option<usize> {
    let tasks = task_count(series.first()?.record);
    (rank >= 0.5 && rank < tasks as f64 + 0.5).then(|| (rank.round() as usize).clamp(1, tasks) - 1)
}

pub(crate) fn read_at(series: &[Series<'_>], data: (f64, f64)) -> String {
    match (series.first(), nearest(series, data)) {
        (Some(series), Some(task)) => task_at(series.record, task, data.0),
        _ => "no subtask here".into(),
    }
}

pub(crate) fn describe(series: &[Series<'_>]) -> String {
    let Some(Series { name, record, .. }) = series.first() else { return "No run is shown.".into() };
    let mut text = format!(
        "Test loss of each subtask as colour, over training step (logarithmic) and subtask, 1 being used most: the edge \
         of what is learned climbs from the lower left. {name}: {}",
        settings(record)
    );
    if let Some(last) = record.last() {
        text += &format!(" {} of {} subtasks are under 0.1 bits.", whole(last.learned as f64), whole(task_count(record) as f64));
    }
    text
}
