//! Fitted exponents against α, beside theory: the paper's Fig 10.

use std::cell::OnceCell;

use super::analysis::Report;
use super::{Kind, Resource, Sweep};
use crate::figure::axis::Span;
use crate::figure::color::{Ink, Theme};
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::NONE;
use crate::figure::text::whole;
use crate::figure::{Figure, Options, Place, Sheet, Table};
use crate::fit::Estimate;
use crate::order::ascending;
use crate::paper;

/// Fitted exponents against α, beside theory (Fig 10): a point for each sweep.
pub struct ExponentsFigure {
    sweeps: Vec<Sweep>,
    options: Options,
    /// A report resamples its points a thousand times: each is made once, when it is first needed.
    reports: OnceCell<Vec<Report>>,
}

fn ink(resource: Resource, theme: Theme) -> Ink {
    Ink::of(theme.series(match resource {
        Resource::Parameters => 0,
        Resource::Steps => 1,
        Resource::Data => 2,
    }))
}

/// One sweep as a point of this figure.
struct Fitted {
    resource: Resource,
    alpha: f64,
    exponent: Estimate,
    truncated: Option<f64>,
}

impl Fitted {
    /// The upper end of what is drawn. An interval of two seeds may reach far beyond the figure.
    fn height(&self) -> f64 {
        self.exponent.half_width().filter(|half| *half < 0.5).map_or(self.exponent.value, |half| self.exponent.value + half)
    }
}

impl ExponentsFigure {
    /// The figure of sweeps over any resources.
    pub fn new(sweeps: Vec<Sweep>, options: Options) -> Self {
        Self { sweeps, options, reports: OnceCell::new() }
    }

    fn reports(&self) -> &[Report] {
        self.reports.get_or_init(|| self.sweeps.iter().map(|sweep| sweep.report(self.options.fit_range)).collect())
    }

    fn fitted(&self) -> Vec<Fitted> {
        let one = |(sweep, report): (&Sweep, &Report)| {
            let fit = report.fit.as_ref().ok()?;
            let (resource, alpha) = (sweep.resource, sweep.alpha);
            Some(Fitted { resource, alpha, exponent: fit.estimate(), truncated: report.truncated })
        };
        self.sweeps.iter().zip(self.reports()).filter_map(one).collect()
    }

    fn legend(&self, style: &Style, points: &[Fitted]) -> Vec<Entry> {
        let muted = style.theme.muted();
        let line = |resource| Mark::Line(ink(resource, style.theme), 1.4, Dash::Solid);
        let fitted = Resource::ALL.into_iter().filter(|resource| points.iter().any(|point| point.resource == *resource));
        let dot = |resource: Resource| Entry::new(Mark::Dot(ink(resource, style.theme)), format!("{}, fitted", resource.name()));
        let mut legend: Vec<Entry> = fitted.map(dot).collect();
        legend.push(Entry::new(line(Resource::Parameters), "theory in parameters, α_N = α"));
        legend.push(Entry::new(line(Resource::Steps), "theory in steps and data, α_S = α_D = α/(α+1)"));
        if self.options.truncated_sum && points.iter().any(|point| point.truncated.is_some()) {
            legend.push(Entry::new(Mark::Line(muted, 1.3, Dash::Mixed), "truncated sum"));
        }
        legend.push(Entry::new(Mark::Cross(muted), "the paper's ends"));
        legend
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let points = self.fitted();
        let widest = points.iter().map(|point| point.alpha).fold(0.8, f64::max);
        let x = Span::Linear(0.0, 1.08 * widest);
        let heights = points.iter().flat_map(|point| [point.height(), point.exponent.value, point.truncated.unwrap_or(0.0)]);
        let top = heights.filter(|height| height.is_finite()).fold(widest, f64::max).min(3.0);
        let y = Span::Linear(0.0, 1.08 * top);
        let legend = self.legend(style, &points);
        let plan = Plan { x, y, x_title: "α of the task", y_title: "exponent of the loss", legend, title: None, grid: true };
        let panel = Panel::draw(scene, style, outer, &plan);
        for resource in [Resource::Parameters, Resource::Steps] {
            let line = x.steps(80).map(|alpha| panel.at(alpha, resource.exponent(alpha)));
            scene.line(line, &panel.area, 1.4, ink(resource, style.theme).faded(0.75));
        }
        for resource in Resource::ALL {
            for (alpha, exponent) in paper::exponents_over_alpha(resource) {
                scene.cross(panel.at(alpha, exponent), 0.32 * style.font, ink(resource, style.theme));
            }
            let of = |point: &&Fitted| point.resource == resource;
            let mut sums: Vec<(f64, f64)> =
                points.iter().filter(of).filter_map(|point| Some((point.alpha, point.truncated?))).collect();
            ascending(&mut sums, |(alpha, _)| *alpha);
            if self.options.truncated_sum {
                let line = sums.into_iter().map(|(alpha, sum)| panel.at(alpha, sum));
                scene.dashed(line, &panel.area, 1.3, ink(resource, style.theme).faded(0.8), Dash::Mixed);
            }
        }
        for point in &points {
            // The three resources stand side by side at one α.
            let side = match point.resource {
                Resource::Parameters => -4.0,
                Resource::Steps => 0.0,
                Resource::Data => 4.0,
            };
            let color = ink(point.resource, style.theme);
            let at = |height: f64| {
                let (px, py) = panel.at(point.alpha, height);
                (px + side, py)
            };
            if let Some((low, high)) = point.exponent.interval() {
                scene.line([at(low), at(high)], &panel.area, 1.6, color);
            }
            scene.dot(at(point.exponent.value), if style.narrow { 2.8 } else { 3.8 }, color);
        }
        if points.is_empty() {
            panel.say(scene, style, "no exponent is fitted yet");
        }
        panel
    }
}

impl Figure for ExponentsFigure {
    fn name(&self) -> &'static str {
        Kind::Exponents.name()
    }

    fn title(&self) -> String {
        Kind::Exponents.title().into()
    }

    fn caption(&self) -> String {
        "The larger α, the faster the loss falls, and faster in parameters than in steps and data.".into()
    }

    fn describe(&self) -> String {
        let mut text = String::from("Exponents of the mean loss against α. ");
        for (sweep, report) in self.sweeps.iter().zip(self.reports()) {
            text += &format!("α = {}, {}: ", sweep.alpha, sweep.resource.name());
            text += &match &report.fit {
                Ok(fit) => format!(
                    "{} over {} = {} to {}; theory {:.3}{}. ",
                    fit.estimate(),
                    sweep.resource.letter(),
                    whole(fit.range.0),
                    whole(fit.range.1),
                    report.pure,
                    report.truncated.map_or(String::new(), |sum| format!(", truncated sum {sum:.3}"))
                ),
                Err(error) => format!("no power law is fitted: {error}. "),
            };
        }
        let ends = Resource::ALL.map(|resource| {
            let [(_, from), (_, to)] = paper::exponents_over_alpha(resource);
            format!("{from:.2} to {to:.2} in {}", resource.name())
        });
        let [n, s, d] = ends;
        text + &format!("The paper's Fig 10 goes from about {n}, {s} and {d} as α goes from 0.1 to 0.8.")
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["α", "Resource", "Fitted", "Theory", "Truncated sum"]);
        for (sweep, report) in self.sweeps.iter().zip(self.reports()) {
            let fit = report.fit.as_ref().ok();
            table.push([
                sweep.alpha.to_string(),
                sweep.resource.name().to_owned(),
                fit.map_or(NONE.into(), |fit| fit.estimate().to_string()),
                format!("{:.3}", report.pure),
                report.truncated.map_or(NONE.into(), |sum| format!("{sum:.3}")),
            ]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, (alpha, exponent): (f64, f64)) -> String {
        let points = self.fitted();
        let distance = |point: &Fitted| (point.alpha - alpha).hypot(point.exponent.value - exponent);
        match points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
            Some(point) => format!("α = {}, {}: {}", point.alpha, point.resource.name(), point.exponent),
            None => "no exponent is fitted yet".into(),
        }
    }

    fn stops(&self) -> Vec<Place> {
        let mut stops: Vec<Place> = self.fitted().iter().map(|point| (0, (point.alpha, point.exponent.value))).collect();
        ascending(&mut stops, |(_, (alpha, _))| *alpha);
        stops
    }
}
