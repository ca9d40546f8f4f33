//! Loss as colour over a resource and the subtasks.

use super::{Resource, Sweep};
use crate::figure::Options;
use crate::figure::axis::Span;
use crate::figure::heat;
use crate::figure::panel::{Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::text::{brief, whole};

pub(super) fn draw(
    scene: &mut Scene,
    style: &Style,
    outer: Area,
    sweep: Option<&Sweep>,
    options: &Options,
    x: Option<Span>,
) -> Panel {
    let means = sweep.map(Sweep::means).unwrap_or_default();
    let tasks = sweep.map_or(1, |sweep| sweep.n_tasks.max(1));
    let plan = Plan {
        x: x.unwrap_or_else(|| Span::log_over(means.iter().map(|mean| mean.amount), 0.03)),
        y: heat::rank_span(tasks),
        x_title: sweep.map_or("resource", |sweep| sweep.resource.axis()),
        y_title: "subtask (1 is used most)",
        legend: if x.is_none() { heat::legend(options) } else { heat::short_legend(options) },
        title: None,
        grid: false,
    };
    let panel = Panel::draw(scene, style, outer, &plan);
    let columns: Vec<(f64, &[f32])> =
        means.iter().filter(|mean| !mean.task_loss.is_empty()).map(|mean| (mean.amount, &mean.task_loss[..])).collect();
    if columns.is_empty() {
        panel.say(scene, style, if means.is_empty() { "waiting for the first point" } else { "no losses of subtasks" });
        return panel;
    }
    heat::cells(scene, &panel, options, tasks, &columns);
    if let Some(task) = options.follow.filter(|task| *task < tasks) {
        heat::mark_row(scene, &panel, options, task);
    }
    panel
}

pub(super) fn nearest(sweeps: &[Sweep], (x, _): (f64, f64)) -> Option<(usize, usize)> {
    super::analysis::nearest_by(&sweeps[..sweeps.len().min(1)], (x, 1.0), |_| 1.0)
}

pub(super) fn read_at(sweeps: &[Sweep], data: (f64, f64)) -> String {
    let Some((sweep, point)) = nearest(sweeps, data) else { return "no points yet".into() };
    let (sweep, point) = (&sweeps[sweep], &sweeps[sweep].points[point]);
    let rank = data.1.round().clamp(1.0, sweep.n_tasks.max(1) as f64) as usize;
    let loss = point.task_loss.get(rank - 1).map_or("unknown".into(), |loss| format!("{} bits", brief(f64::from(*loss))));
    format!("{} = {}: subtask {}, {loss}", sweep.resource.letter(), whole(point.amount), whole(rank as f64))
}

pub(super) fn describe(sweeps: &[Sweep]) -> String {
    let Some(sweep) = sweeps.first() else { return "No sweep is shown.".into() };
    let means = sweep.means();
    let mut text = format!(
        "Test loss of each subtask as colour, over {} and subtask, both logarithmic, 1 being used most; seeds are averaged. \
         {}: {} subtasks at α = {}.",
        sweep.resource.axis(),
        sweep.name,
        whole(sweep.n_tasks as f64),
        sweep.alpha
    );
    let most = sweep.points.iter().max_by(|a, b| a.amount.total_cmp(&b.amount));
    if let (Some(least), Some(most)) = (means.first(), most) {
        let many = if sweep.resource == Resource::Parameters { "parameters" } else { sweep.resource.name() };
        text += &format!(
            " From {} to {} ({many}); at the most, {} subtasks are learned.",
            whole(least.amount),
            whole(most.amount),
            whole(most.learned as f64)
        );
    }
    text
}
