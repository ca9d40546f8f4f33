//! How often each quantum is used.

use std::sync::Arc;

use super::read::{nearest, setting, stops};
use super::{Kind, Quanta};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::spaced;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};

/// How often each quantum is used.
pub struct UseFigure {
    quanta: Arc<Quanta>,
}

impl UseFigure {
    /// The figure of these quanta.
    pub fn new(quanta: Arc<Quanta>) -> Self {
        Self { quanta }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let count = self.quanta.p.len();
        let color = Ink::of(style.theme.series(0));
        let missing = self.quanta.model.missing.is_some();
        let mut legend =
            vec![Entry::new(Mark::Dot(color), format!("use frequency, slope −{}", brief(self.quanta.model.alpha + 1.0)))];
        if missing {
            legend.push(Entry::new(Mark::Cross(style.theme.muted()), "never learned"));
        }
        let plan = Plan {
            x: Span::Log(0.8, (count as f64 * 1.25).max(10.0)),
            y: Span::log_over(self.quanta.p.iter().copied(), 0.06),
            x_title: "quantum, by its rank of use n",
            y_title: "use frequency p",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let radius = if style.narrow { 1.8 } else { 2.4 };
        for n in spaced(count, 160) {
            let at = panel.at(n as f64, self.quanta.p[n - 1]);
            match self.quanta.learned_at[n - 1] {
                Some(_) => scene.dot(at, radius, color),
                None => scene.cross(at, radius + 1.5, style.theme.muted()),
            }
        }
        panel
    }
}

impl Figure for UseFigure {
    fn name(&self) -> &'static str {
        Kind::Use.name()
    }

    fn title(&self) -> String {
        Kind::Use.title().into()
    }

    fn caption(&self) -> String {
        "Each quantum is used less than the one before, by a power law.".into()
    }

    fn describe(&self) -> String {
        format!(
            "Use frequency against the rank of the quantum, both logarithmic: a straight line of slope −{}. The most frequent \
             is used in {} % of samples. Setting: {}",
            brief(self.quanta.model.alpha + 1.0),
            brief(100.0 * self.quanta.p[0]),
            setting(&self.quanta)
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Quantum", "Used (%)", "Learned as number"]);
        for n in spaced(self.quanta.p.len(), 24) {
            let place = self.quanta.learned_at[n - 1].map_or("never".into(), |place| whole(place as f64));
            table.push([whole(n as f64), brief(100.0 * self.quanta.p[n - 1]), place]);
        }
        table
    }

    fn read_at(&self, _: usize, (x, _): (f64, f64)) -> String {
        let n = nearest(x, 1, self.quanta.p.len());
        let place = self.quanta.learned_at[n - 1];
        let place = place.map_or("never learned".to_owned(), |place| format!("learned as number {}", whole(place as f64)));
        format!("quantum {}: used in {} % of samples, {place}", whole(n as f64), brief(100.0 * self.quanta.p[n - 1]))
    }

    fn stops(&self) -> Vec<Place> {
        stops(self.quanta.p.len(), |n| self.quanta.p[n - 1])
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }
}
