//! The losses of single quanta, which fall at once, and their mean.

use std::sync::Arc;

use super::read::{loss_at, pick_at, setting, stops, table_of_losses};
use super::{Kind, Quanta};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::spaced;
use crate::figure::text::whole;
use crate::figure::{Figure, Pick, Place, Sheet, Table};

/// The loss of samples of single quanta while more are learned: stairs, and their mean.
pub struct StairsFigure {
    quanta: Arc<Quanta>,
    /// How many quanta are learned where the mark stands.
    learned: Option<usize>,
}

impl StairsFigure {
    /// The figure of these quanta, with a mark where `learned` of them are learned.
    pub fn new(quanta: Arc<Quanta>, learned: Option<usize>) -> Self {
        Self { quanta, learned }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let last = self.quanta.loss.len() - 1;
        let (before, after) = (self.quanta.model.before, self.quanta.model.after);
        let count = self.quanta.p.len();
        let ramp = (0..24).map(|i| style.theme.rank(f64::from(i) / 23.0)).collect();
        let legend = vec![
            Entry::new(Mark::Ramp(ramp, "quantum 1".into()), whole(count as f64)),
            Entry::new(Mark::Line(style.theme.ink(), style.stroke(), Dash::Solid), "mean over samples"),
        ];
        let (low, high) = (before.min(after), before.max(after));
        let spare = 0.06 * (high - low).max(0.1);
        let plan = Plan {
            x: Span::Count(0.4, (last as f64 * 1.15).max(3.0)),
            y: Span::Linear(low - spare, high + spare),
            x_title: "quanta learned n",
            y_title: "loss of a sample (bits)",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let (from, to) = plan.x.ends();
        let shown = spaced(count, if style.narrow { 28 } else { 48 });
        for rank in shown.into_iter().rev() {
            let share = if count < 2 { 0.0 } else { (rank as f64).ln() / (count as f64).ln() };
            // A quantum's step stands just before the mark of its number, so that n = 1 has one learned.
            let end = self.quanta.learned_at[rank - 1].map_or(to * 2.0, |place| place as f64 - 0.5);
            let end = end.max(from);
            let steps = [(from, before), (end, before), (end, after), (to, after)].map(|(n, loss)| panel.at(n, loss));
            scene.line(steps, &panel.area, 1.2, style.theme.rank(share));
        }
        // The mean has stairs too, drawn as such while they can be told apart.
        const STAIRS: usize = 40;
        let stair = |n: usize| [(n as f64 - 0.5, self.quanta.loss[n - 1]), (n as f64 - 0.5, self.quanta.loss[n])];
        let mut mean = vec![(from, self.quanta.loss[0])];
        mean.extend((1..=last.min(STAIRS)).flat_map(stair));
        mean.extend(
            spaced(last.max(1), 300)
                .into_iter()
                .filter(|n| (STAIRS + 1..=last).contains(n))
                .map(|n| (n as f64, self.quanta.loss[n])),
        );
        mean.push((to, self.quanta.loss[last]));
        let line = mean.into_iter().map(|(n, loss)| panel.at(n, loss));
        scene.line(line, &panel.area, style.stroke(), style.theme.ink());
        if let Some((n, loss)) = self.learned.and_then(|n| Some((n, *self.quanta.loss.get(n)?))) {
            panel.crosshair(scene, style, (n as f64, loss));
        }
        panel
    }
}

impl Figure for StairsFigure {
    fn name(&self) -> &'static str {
        Kind::Stairs.name()
    }

    fn title(&self) -> String {
        Kind::Stairs.title().into()
    }

    fn caption(&self) -> String {
        "Each quantum's loss falls at once when it is learned; their mean falls smoothly.".into()
    }

    fn describe(&self) -> String {
        format!(
            "The loss of samples of single quanta falls from b to a at once when their quantum is learned; the mean over all \
             samples falls smoothly. Setting: {}",
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
        stops(self.quanta.loss.len() - 1, |n| self.quanta.loss[n])
    }

    fn pick(&self, _: usize, (x, _): (f64, f64)) -> Option<Pick> {
        pick_at(&self.quanta, x)
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }
}
