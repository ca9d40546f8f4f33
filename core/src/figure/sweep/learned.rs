//! Subtasks learned against a resource, one line for each α: the paper's Fig 9.

use std::cell::OnceCell;

use super::analysis::{nearest_by, stops};
use super::words::{amount_head, more, point_text};
use super::{Kind, Point, Sweep};
use crate::figure::axis::Span;
use crate::figure::color::{Ink, Theme};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::thinned;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Options, Pick, Place, Sheet, Table, source};
use crate::fit::{FitError, PowerLaw};
use crate::order::ascending;

/// Subtasks learned against a resource, one line for each α (Fig 9).
pub struct LearnedFigure {
    sweeps: Vec<Sweep>,
    options: Options,
    /// A fit with its interval takes a while: each is made once, when it is first needed.
    fits: OnceCell<Vec<Result<PowerLaw, FitError>>>,
}

/// Learned subtasks ∝ amount^(1/γ): the fitted power, with its range. By default from the first
/// subtask learned to nine tenths of them, past which there are no more to learn.
pub fn growth(sweep: &Sweep, range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    let most = 0.9 * sweep.n_tasks as f64;
    let counted = |point: &Point| {
        let learned = point.learned as f64;
        (point.amount > 0.0 && learned >= 1.0 && learned <= most).then_some((point.amount, learned))
    };
    sweep.fit_seeds(counted, range.unwrap_or((0.0, f64::INFINITY)))
}

/// The power theory has: learned = (amount/constant)^(1/γ).
fn expected(sweep: &Sweep) -> f64 {
    1.0 / sweep.resource.growth(sweep.alpha)
}

impl LearnedFigure {
    /// The figure of sweeps over one resource.
    pub fn new(sweeps: Vec<Sweep>, options: Options) -> Self {
        Self { sweeps, options, fits: OnceCell::new() }
    }

    fn fits(&self) -> &[Result<PowerLaw, FitError>] {
        self.fits.get_or_init(|| self.sweeps.iter().map(|sweep| growth(sweep, self.options.fit_range)).collect())
    }

    fn drawn_fit(&self, sweep: usize) -> Option<&PowerLaw> {
        if self.options.fit { self.fits().get(sweep)?.as_ref().ok() } else { None }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let points = || self.sweeps.iter().flat_map(|sweep| &sweep.points);
        let x = Span::log_over(points().map(|point| point.amount), 0.03);
        let most = points().map(|point| point.learned as f64).fold(10.0, f64::max);
        let inks = colors(&self.sweeps, style.theme);
        let mut legend = Vec::new();
        for (i, (sweep, ink)) in self.sweeps.iter().zip(&inks).enumerate() {
            let text = match self.drawn_fit(i) {
                Some(fit) => {
                    format!("α = {}: {} (theory {:.2})", sweep.alpha, fit.slope().short(), expected(sweep))
                }
                None => format!("α = {}", sweep.alpha),
            };
            legend.push(Entry::new(Mark::Dot(*ink), text));
        }
        if (0..self.sweeps.len()).any(|i| self.drawn_fit(i).is_some()) {
            legend.push(Entry::new(Mark::Line(style.theme.muted(), 1.3, Dash::Dotted), "theory's slope"));
        }
        let plan = Plan {
            x,
            y: Span::Count(0.8, most * 1.3),
            x_title: self.sweeps.first().map_or("resource", |sweep| sweep.resource.axis()),
            y_title: "subtasks learned",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        if points().next().is_none() {
            panel.say(scene, style, "waiting for the first point");
            return panel;
        }
        let radius = if style.narrow { 2.2 } else { 3.0 };
        for (i, (sweep, ink)) in self.sweeps.iter().zip(&inks).enumerate() {
            if let Some(fit) = self.drawn_fit(i) {
                let middle = (fit.range.0 * fit.range.1).sqrt();
                let law = |amount: f64| panel.at(amount, fit.at(middle) * libm::pow(amount / middle, expected(sweep)));
                let ends = [fit.range.0, fit.range.1].map(law);
                scene.dashed(ends, &panel.area, 1.3, style.theme.muted(), Dash::Dotted);
                let ends = [fit.range.0, fit.range.1].map(|amount| panel.at(amount, fit.at(amount)));
                scene.line(ends, &panel.area, 1.3, *ink);
            }
            for point in &sweep.points {
                let at = panel.at(point.amount, point.learned as f64);
                if panel.area.holds(at) {
                    scene.dot(at, radius, *ink);
                }
            }
        }
        panel
    }

    fn nearest(&self, data: (f64, f64)) -> Option<(&Sweep, &Point)> {
        let (sweep, point) = nearest_by(&self.sweeps, data, |point| point.learned as f64)?;
        Some((&self.sweeps[sweep], &self.sweeps[sweep].points[point]))
    }
}

/// A colour for each α, along the ramp in their order.
fn colors(sweeps: &[Sweep], theme: Theme) -> Vec<Ink> {
    let mut alphas: Vec<f64> = sweeps.iter().map(|sweep| sweep.alpha).collect();
    ascending(&mut alphas, |x| *x);
    alphas.dedup();
    let last = alphas.len().saturating_sub(1).max(1) as f64;
    let place = |alpha: f64| alphas.iter().position(|other| *other == alpha).unwrap_or(0) as f64 / last;
    sweeps.iter().map(|sweep| theme.rank(place(sweep.alpha))).collect()
}

impl Figure for LearnedFigure {
    fn name(&self) -> &'static str {
        Kind::Learned.name()
    }

    fn title(&self) -> String {
        Kind::Learned.title().into()
    }

    fn caption(&self) -> String {
        let more = self.sweeps.first().map_or("more of a resource", |sweep| more(sweep.resource));
        format!("With {more} the number of learned subtasks grows as a power.")
    }

    fn describe(&self) -> String {
        let Some(first) = self.sweeps.first() else { return "No sweep is shown.".into() };
        let mut text = format!("Subtasks learned ({}) against {}, both logarithmic.", source::LEARNED, first.resource.axis());
        for (sweep, fit) in self.sweeps.iter().zip(self.fits()) {
            text += &format!(" α = {}, {} subtasks: ", sweep.alpha, whole(sweep.n_tasks as f64));
            text += &match fit {
                Ok(fit) => format!(
                    "over {} = {} to {} they grow with the power {}, where theory has {:.3}.",
                    sweep.resource.letter(),
                    whole(fit.range.0),
                    whole(fit.range.1),
                    fit.slope(),
                    expected(sweep)
                ),
                Err(error) => format!("no power is fitted: {error}."),
            };
        }
        text + " The paper finds powers close to 1/(1+α) in data (its Fig 9)."
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Sweep", "α", &amount_head(&self.sweeps), "Subtasks learned", "Mean loss (bits)"]);
        for sweep in &self.sweeps {
            let mut points: Vec<&Point> = sweep.points.iter().filter(|point| point.amount > 0.0).collect();
            ascending(&mut points, |point| point.amount);
            let amounts: Vec<f64> = points.iter().map(|point| point.amount).collect();
            for point in thinned(&amounts, 16).into_iter().map(|place| points[place]) {
                let name = [sweep.name.clone(), sweep.alpha.to_string(), whole(point.amount)];
                table.push(name.into_iter().chain([whole(point.learned as f64), brief(point.loss)]));
            }
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, data: (f64, f64)) -> String {
        self.nearest(data).map_or("no points yet".into(), |(sweep, point)| point_text(sweep, point))
    }

    fn stops(&self) -> Vec<Place> {
        stops(&self.sweeps, |point| point.learned.max(1) as f64)
    }

    fn pick(&self, _: usize, data: (f64, f64)) -> Option<Pick> {
        self.nearest(data).map(|(_, point)| Pick::Run(point.run.clone()))
    }
}
