//! Mean loss against a resource: seeds, their band, the fit, and theory.

use std::cell::OnceCell;

use super::analysis::{Mean, Report, nearest_by, stops};
use super::words::{amount_head, more, point_text, sweep_text};
use super::{Kind, Sweep};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::overlay::{pure_words, sum_words};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::thinned;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Options, Pick, Place, Sheet, Table};
use crate::theory::{Resource, Theory};

/// Mean loss against one resource, with fit and theory (Fig 2, upper row).
pub struct ScalingFigure {
    pub(super) sweeps: Vec<Sweep>,
    options: Options,
    /// A report resamples its points a thousand times: each is made once, when it is first needed.
    reports: OnceCell<Vec<Report>>,
}

impl ScalingFigure {
    /// The figure of sweeps over one resource.
    pub fn new(sweeps: Vec<Sweep>, options: Options) -> Self {
        Self { sweeps, options, reports: OnceCell::new() }
    }

    fn reports(&self) -> &[Report] {
        self.reports.get_or_init(|| self.sweeps.iter().map(|sweep| sweep.report(self.options.fit_range)).collect())
    }

    /// The sweep that theory stands beside: the last in front, else the last.
    fn main(&self) -> Option<usize> {
        self.sweeps.iter().rposition(|sweep| !sweep.background).or(self.sweeps.len().checked_sub(1))
    }

    fn legend(&self, style: &Style, has_title: bool) -> Vec<Entry> {
        let (ink, muted) = (style.theme.ink(), style.theme.muted());
        let dashed = || Mark::Line(ink, 1.4, Dash::Dashed);
        let alone = self.sweeps.len() < 2;
        let mut legend = Vec::new();
        for (sweep, report) in self.sweeps.iter().zip(self.reports()) {
            let dot = Mark::Dot(color(sweep, style));
            let fit = report.fit.as_ref().ok().filter(|_| self.options.fit).map(|fit| fit.slope().short());
            if alone {
                if !has_title {
                    legend.push(Entry::new(dot, sweep.name.as_str()));
                }
                if let Some(fit) = fit {
                    let text = if has_title { format!("fit {fit}") } else { format!("fit, slope {fit}") };
                    legend.push(Entry::new(dashed(), text));
                }
            } else {
                let name = fit.map_or(sweep.name.clone(), |fit| format!("{}, fit {fit}", sweep.name));
                legend.push(Entry::new(dot, name));
            }
        }
        if !alone && self.options.fit && self.reports().iter().any(|report| report.fit.is_ok()) {
            legend.push(Entry::new(dashed(), "fit"));
        }
        if let Some((sweep, constant)) = self.main().and_then(|main| Some((&self.sweeps[main], self.reports()[main].constant?))) {
            if self.options.truncated_sum {
                let words = if has_title {
                    "truncated sum".to_owned()
                } else {
                    sum_words(sweep.resource, constant, crate::task::Noun::SUBTASK)
                };
                legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), words).or_short("truncated sum"));
            }
            if self.options.pure_law {
                legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), pure_words(sweep.resource, sweep.alpha)));
            }
        }
        legend
    }

    /// Draws the plot, under a short title where it is one of several.
    pub(super) fn draw(&self, scene: &mut Scene, style: &Style, outer: Area, title: Option<&str>) -> Panel {
        let means: Vec<Vec<Mean>> = self.sweeps.iter().map(Sweep::means).collect();
        let all = || means.iter().flatten();
        let x = Span::log_over(all().map(|mean| mean.amount), 0.03);
        let y = Span::log_over(all().flat_map(|mean| [mean.band.0, mean.band.1]).chain([0.7, 1.02]), 0.05);
        let main = self.main();
        let plan = Plan {
            x,
            y,
            x_title: main.map_or("resource", |main| self.sweeps[main].resource.axis()),
            y_title: "mean test loss (bits)",
            legend: self.legend(style, title.is_some()),
            title,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        if all().next().is_none() {
            panel.say(scene, style, "waiting for the first point");
            return panel;
        }
        if let Some((sweep, constant)) = main.and_then(|main| Some((&self.sweeps[main], self.reports()[main].constant?))) {
            let theory = Theory::new(sweep.n_tasks, sweep.alpha);
            let mut law = |loss: &dyn Fn(f64) -> f64, dash| {
                let points = x.steps(200).filter(|amount| *amount >= constant);
                let line = points.map(|amount| panel.at(amount, loss(amount)));
                scene.dashed(line, &panel.area, 1.3, style.theme.muted(), dash);
            };
            if self.options.truncated_sum {
                law(&|amount| theory.loss(sweep.resource, amount, constant), Dash::Mixed);
            }
            if self.options.pure_law {
                law(&|amount| theory.pure_loss(sweep.resource, amount, constant), Dash::Dotted);
            }
        }
        for (sweep, means) in self.sweeps.iter().zip(&means) {
            curve(scene, style, &panel, sweep, means, color(sweep, style));
        }
        for fit in self.reports().iter().filter(|_| self.options.fit).filter_map(|report| report.fit.as_ref().ok()) {
            let ends = [fit.range.0, fit.range.1].map(|amount| panel.at(amount, fit.at(amount)));
            scene.dashed(ends, &panel.area, 1.4, style.theme.ink(), Dash::Dashed);
        }
        panel
    }

    /// The nearest point, as a sweep and one of its points.
    fn nearest(&self, data: (f64, f64)) -> Option<(usize, usize)> {
        nearest_by(&self.sweeps, data, |point| point.loss)
    }
}

fn color(sweep: &Sweep, style: &Style) -> Ink {
    Ink::of(style.theme.series(sweep.color)).faded(if sweep.background { 0.5 } else { 1.0 })
}

/// The seeds' band, the mean through it, and a dot for each run; the dots are left out where there
/// are as many as a curve has.
fn curve(scene: &mut Scene, style: &Style, panel: &Panel, sweep: &Sweep, means: &[Mean], ink: Ink) {
    if means.iter().any(|mean| mean.seeds > 1) {
        let upper = means.iter().map(|mean| panel.at(mean.amount, mean.band.1));
        let lower = means.iter().rev().map(|mean| panel.at(mean.amount, mean.band.0.max(1e-12)));
        let inside = upper.chain(lower).map(|(x, y)| (x, y.clamp(panel.area.top, panel.area.bottom)));
        scene.polygon(inside.collect::<Vec<_>>(), ink.faded(0.18));
    }
    let weight = if sweep.background { 1.2 } else { 0.8 * style.stroke() };
    scene.line(means.iter().map(|mean| panel.at(mean.amount, mean.loss)), &panel.area, weight, ink);
    if means.len() <= 60 {
        let radius = if style.narrow { 2.2 } else { 3.0 };
        for point in &sweep.points {
            let at = panel.at(point.amount, point.loss);
            if panel.area.holds(at) {
                scene.dot(at, if sweep.background { radius - 0.7 } else { radius }, ink);
            }
        }
    }
}

impl Figure for ScalingFigure {
    fn name(&self) -> &'static str {
        Kind::Scaling.name()
    }

    fn title(&self) -> String {
        match self.sweeps.first().map(|sweep| sweep.resource) {
            Some(Resource::Parameters) => "Loss against parameters".into(),
            Some(Resource::Steps) => "Loss against training steps".into(),
            Some(Resource::Data) => "Loss against training data".into(),
            None => Kind::Scaling.title().into(),
        }
    }

    fn caption(&self) -> String {
        let more = self.sweeps.first().map_or("more of a resource", |sweep| more(sweep.resource));
        format!("With {more} the mean loss falls, near a power law.")
    }

    fn describe(&self) -> String {
        let Some(first) = self.sweeps.first() else { return "No sweep is shown.".into() };
        let mut text = format!("Mean test loss in bits against {}, both logarithmic.", first.resource.axis());
        for (sweep, report) in self.sweeps.iter().zip(self.reports()) {
            text += &format!(" {}", sweep_text(sweep, report));
        }
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Sweep", &amount_head(&self.sweeps), "Mean loss (bits)", "Lowest", "Highest", "Seeds"]);
        for sweep in &self.sweeps {
            let means = sweep.means();
            let amounts: Vec<f64> = means.iter().map(|mean| mean.amount).collect();
            for mean in thinned(&amounts, 24).into_iter().map(|place| &means[place]) {
                let numbers = [brief(mean.loss), brief(mean.band.0), brief(mean.band.1), mean.seeds.to_string()];
                table.push([sweep.name.clone(), whole(mean.amount)].into_iter().chain(numbers));
            }
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area, None));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        match self.nearest(data) {
            Some((sweep, point)) => point_text(&self.sweeps[sweep], &self.sweeps[sweep].points[point]),
            None => "no points yet".into(),
        }
    }

    fn stops(&self) -> Vec<Place> {
        stops(&self.sweeps, |point| point.loss)
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        self.nearest(data).map(|(sweep, point)| Pick::Run(self.sweeps[sweep].points[point].run.clone()))
    }
}
