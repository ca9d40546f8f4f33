//! The mean of the losses of all quanta: a power law.

use std::sync::Arc;

use super::read::{loss_at, pick_at, setting, stops, table_of_losses};
use super::{Kind, Quanta};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::spaced;
use crate::figure::text::brief;
use crate::figure::{Figure, Pick, Place, Sheet, Table};

/// The mean loss against quanta learned, on logarithmic axes: the power law.
pub struct SumFigure {
    quanta: Arc<Quanta>,
    /// How many quanta are learned where the mark stands.
    learned: Option<usize>,
}

impl SumFigure {
    /// The figure of these quanta, with a mark where `learned` of them are learned.
    pub fn new(quanta: Arc<Quanta>, learned: Option<usize>) -> Self {
        Self { quanta, learned }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let last = self.quanta.loss.len() - 1;
        let after = self.quanta.model.after;
        // Logarithmic axes show the power law of what is above a.
        let above = |loss: f64| (loss - after).abs();
        let color = Ink::of(style.theme.series(0));
        let muted = style.theme.muted();
        let (from, to) = self.quanta.slope_range();
        let exponent = self.quanta.exponent(from, to);
        let name = exponent.map_or("sum".into(), |exponent| format!("sum: slope −{exponent:.2} at n = {from} to {to}"));
        let legend = vec![
            Entry::new(Mark::Line(color, style.stroke(), Dash::Solid), name),
            Entry::new(Mark::Line(muted, 1.3, Dash::Dotted), format!("pure law, slope −{}", brief(self.quanta.model.alpha))),
        ];
        let values = spaced(last.max(1), 300).into_iter().filter(|n| *n <= last);
        let points: Vec<(f64, f64)> = values.map(|n| (n as f64, above(self.quanta.loss[n]))).collect();
        // The last steps of a finite sum fall to nothing; three decades tell enough.
        let top = above(self.quanta.loss[0]);
        let seen = points.iter().map(|(_, loss)| *loss).filter(|loss| *loss > 1e-3 * top);
        let plan = Plan {
            x: Span::Log(1.0, (last as f64 * 1.1).max(10.0)),
            y: Span::log_over(seen.chain([top, 0.3 * top]), 0.05),
            x_title: "quanta learned n",
            y_title: if after == 0.0 { "mean loss (bits)" } else { "mean loss above a (bits)" },
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let law = plan.x.steps(120).map(|n| panel.at(n, above(self.quanta.pure(n))));
        scene.dashed(law, &panel.area, 1.3, muted, Dash::Dotted);
        let line = points.iter().filter(|(_, loss)| *loss > 0.0).map(|(n, loss)| panel.at(*n, *loss));
        scene.line(line, &panel.area, style.stroke(), color);
        let marked = self.learned.filter(|n| *n > 0);
        if let Some((n, loss)) = marked.and_then(|n| Some((n, *self.quanta.loss.get(n)?))) {
            panel.crosshair(scene, style, (n as f64, above(loss)));
        }
        panel
    }
}

impl Figure for SumFigure {
    fn name(&self) -> &'static str {
        Kind::Sum.name()
    }

    fn title(&self) -> String {
        Kind::Sum.title().into()
    }

    fn caption(&self) -> String {
        "The mean of many sudden drops is a power law, with the exponent α.".into()
    }

    fn describe(&self) -> String {
        let (from, to) = self.quanta.slope_range();
        let read = self
            .quanta
            .exponent(from, to)
            .map_or(String::new(), |exponent| format!(" Between {from} and {to} quanta learned its slope is −{exponent:.3}."));
        format!(
            "The mean loss against quanta learned, both logarithmic, beside the pure power law of exponent {}.{read} \
             Setting: {}",
            brief(self.quanta.model.alpha),
            setting(&self.quanta)
        )
    }

    fn table(&self) -> Table {
        table_of_losses(&self.quanta)
    }

    fn read_at(&self, _: usize, (x, _): (f64, f64)) -> String {
        loss_at(&self.quanta, x)
    }

    fn stops(&self) -> Vec<Place> {
        stops(self.quanta.loss.len() - 1, |n| (self.quanta.loss[n] - self.quanta.model.after).abs())
    }

    fn pick(&self, _: usize, (x, _): (f64, f64)) -> Option<Pick> {
        pick_at(&self.quanta, x)
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }
}
