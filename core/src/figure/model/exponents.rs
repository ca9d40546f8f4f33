//! The three exponents against α.

use super::Kind;
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::text::brief;
use crate::figure::{Figure, Place, Sheet, Table};
use crate::order::ascending;
use crate::theory::Resource;

/// The three exponents against α.
pub struct TheoryExponentsFigure {
    alpha: f64,
}

impl TheoryExponentsFigure {
    /// The figure, with marks at this α.
    pub fn new(alpha: f64) -> Self {
        Self { alpha }
    }

    /// Where the axes end.
    fn widest(&self) -> f64 {
        self.alpha.max(1.5)
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let alpha = self.alpha;
        let widest = self.widest();
        let (n_ink, s_ink) = (Ink::of(style.theme.series(0)), Ink::of(style.theme.series(1)));
        let (n_value, s_value) = (Resource::Parameters.exponent(alpha), Resource::Steps.exponent(alpha));
        let legend = vec![
            Entry::new(Mark::Line(n_ink, style.stroke(), Dash::Solid), format!("in parameters, α_N = α = {}", brief(n_value))),
            Entry::new(
                Mark::Line(s_ink, style.stroke(), Dash::Solid),
                format!("in steps and data, α_S = α_D = α/(α+1) = {}", brief(s_value)),
            ),
        ];
        let plan = Plan {
            x: Span::Linear(0.0, widest),
            y: Span::Linear(0.0, widest),
            x_title: "α",
            y_title: "exponent of the loss",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let (x, bottom) = (panel.x.at(alpha), panel.area.bottom);
        scene.dashed([(x, panel.area.top), (x, bottom)], &panel.area, 1.0, style.theme.axis(), Dash::Dashed);
        for (resource, ink, value) in [(Resource::Parameters, n_ink, n_value), (Resource::Steps, s_ink, s_value)] {
            let line = plan.x.steps(100).map(|alpha| panel.at(alpha, resource.exponent(alpha)));
            scene.line(line, &panel.area, style.stroke(), ink);
            scene.dot(panel.at(alpha, value), 1.8 * style.stroke(), ink);
        }
        panel
    }
}

fn alpha_is(alpha: f64) -> String {
    format!("α = {}", brief(alpha))
}

fn exponents_at(alpha: f64) -> String {
    let (n, s) = (Resource::Parameters.exponent(alpha), Resource::Steps.exponent(alpha));
    format!("α_N = {} in parameters, α_S = α_D = {} in steps and data", brief(n), brief(s))
}

impl Figure for TheoryExponentsFigure {
    fn name(&self) -> &'static str {
        Kind::Exponents.name()
    }

    fn title(&self) -> String {
        Kind::Exponents.title().into()
    }

    fn caption(&self) -> String {
        "A larger α means steeper laws; in steps and data the exponent stays under 1.".into()
    }

    fn describe(&self) -> String {
        format!("The exponents of the loss against α. At {}: {}.", alpha_is(self.alpha), exponents_at(self.alpha))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["α", "In parameters, α_N", "In steps and data, α_S = α_D"]);
        let mut alphas: Vec<f64> = (1..=8).map(|i| f64::from(i) * self.widest() / 8.0).collect();
        alphas.push(self.alpha);
        ascending(&mut alphas, |alpha| *alpha);
        alphas.dedup();
        for alpha in alphas {
            let exponents = [Resource::Parameters, Resource::Steps].map(|resource| format!("{:.3}", resource.exponent(alpha)));
            table.push(std::iter::once(brief(alpha)).chain(exponents));
        }
        table
    }

    fn read_at(&self, _: usize, (alpha, _): (f64, f64)) -> String {
        format!("{}: {}", alpha_is(alpha), exponents_at(alpha))
    }

    fn stops(&self) -> Vec<Place> {
        let place = |i: i32| f64::from(i) / 60.0 * self.widest();
        (0..=60).map(|i| (0, (place(i), Resource::Parameters.exponent(place(i))))).collect()
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }
}
