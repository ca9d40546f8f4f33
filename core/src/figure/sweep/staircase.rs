//! Loss as colour over a resource and the subtasks.

use super::analysis::{nearest_by, stops};
use super::words::more;
use super::{Kind, Point, Resource, Sweep};
use crate::figure::axis::Span;
use crate::figure::heat::{self, Cells};
use crate::figure::panel::{Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Options, Pick, Place, Sheet, Table};

/// Loss as colour over a resource and the subtasks of the first sweep (Fig 2, lower row).
pub struct StaircaseFigure {
    sweep: Option<Sweep>,
    options: Options,
}

impl StaircaseFigure {
    /// The figure of the first of these sweeps.
    pub fn new(sweeps: Vec<Sweep>, options: Options) -> Self {
        Self { sweep: sweeps.into_iter().next(), options }
    }

    /// Draws the plot; over `x` where it stands under another one, which has that axis.
    pub(super) fn draw(&self, scene: &mut Scene, style: &Style, outer: Area, x: Option<Span>) -> Panel {
        let sweep = self.sweep.as_ref();
        let means = sweep.map(Sweep::means).unwrap_or_default();
        let tasks = sweep.map_or(0, |sweep| sweep.n_tasks);
        let ends = super::ENDS;
        let plan = Plan {
            x: x.unwrap_or_else(|| Span::log_over(means.iter().map(|mean| mean.amount), 0.03)),
            y: heat::rank_span(tasks),
            x_title: sweep.map_or("resource", |sweep| sweep.resource.axis()),
            y_title: "subtask (1 is used most)",
            legend: heat::legend(style.theme, Some(ends), x.is_some()),
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
        heat::cells(scene, &panel, style.theme, &Cells { tasks, columns: &columns, ends: &|_| ends });
        if let Some(task) = self.options.follow.filter(|task| *task < tasks) {
            heat::mark_row(scene, &panel, style.theme, task);
        }
        panel
    }

    /// The point of the nearest amount, whatever the height.
    fn nearest(&self, (x, _): (f64, f64)) -> Option<&Point> {
        let (_, point) = nearest_by(self.sweep.as_slice(), (x, 1.0), |_| 1.0)?;
        self.sweep.as_ref()?.points.get(point)
    }
}

impl Figure for StaircaseFigure {
    fn name(&self) -> &'static str {
        Kind::Staircase.name()
    }

    fn title(&self) -> String {
        Kind::Staircase.title().into()
    }

    fn caption(&self) -> String {
        let more = self.sweep.as_ref().map_or("more of a resource", |sweep| more(sweep.resource));
        format!("With {more} less used subtasks are learned too: a staircase.")
    }

    fn describe(&self) -> String {
        let Some(sweep) = &self.sweep else { return "No sweep is shown.".into() };
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

    fn table(&self) -> Table {
        let Some(sweep) = &self.sweep else { return Table::new(["Subtask"]) };
        let means = sweep.means();
        let columns: Vec<(f64, &[f32])> = means.iter().map(|mean| (mean.amount, &mean.task_loss[..])).collect();
        heat::table_of("Subtask", sweep.n_tasks, &columns, &format!("{} =", sweep.resource.letter()))
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area, None));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        let Some((sweep, point)) = self.sweep.as_ref().zip(self.nearest(data)) else { return "no points yet".into() };
        let rank = data.1.round().clamp(1.0, sweep.n_tasks.max(1) as f64) as usize;
        let loss = point.task_loss.get(rank.max(1) - 1);
        let loss = loss.map_or("unknown".into(), |loss| format!("{} bits", brief(f64::from(*loss))));
        format!("{} = {}: subtask {}, {loss}", sweep.resource.letter(), whole(point.amount), whole(rank as f64))
    }

    fn stops(&self) -> Vec<Place> {
        stops(self.sweep.as_slice(), |_| 1.0)
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        self.nearest(data).map(|point| Pick::Run(point.run.clone()))
    }
}
