//! How many tokens are learned in one drop across sizes, against the threshold, beside what chance and seeds give.

use std::cell::OnceCell;
use std::sync::Arc;

use super::{Kind, solid};
use crate::figure::axis::Span;
use crate::figure::color::Ink;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::NONE;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::losses::{Ask, Losses};

/// Draws of shuffled sizes.
const DRAWS: usize = 8;

/// The thresholds that are drawn, nats.
const THRESHOLDS: [f64; 9] = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0];

/// Monogenic tokens against the threshold under which none may cost before its drop.
pub struct ShapesFigure {
    losses: Arc<Losses>,
    ask: Ask,
    rows: OnceCell<Vec<Row>>,
}

/// The counts at one threshold.
#[derive(Clone, Copy)]
struct Row {
    high: f64,
    found: f64,
    shuffled: f64,
    seeds: Option<f64>,
}

impl ShapesFigure {
    /// The figure of these losses; of what is asked all but the threshold of high loss holds for every point.
    pub fn new(losses: Arc<Losses>, ask: Ask) -> Self {
        Self { losses, ask, rows: OnceCell::new() }
    }

    fn rows(&self) -> &[Row] {
        self.rows.get_or_init(|| THRESHOLDS.iter().map(|high| self.row(*high)).collect())
    }

    fn row(&self, high: f64) -> Row {
        let ask = Ask { high_nats: high, ..self.ask };
        Row {
            high,
            found: self.losses.counts(&ask).monogenic,
            shuffled: self.losses.counts_shuffled(&ask, DRAWS).monogenic,
            seeds: self.losses.apart_between_seeds(&ask),
        }
    }

    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let theme = style.theme;
        let chance = Ink::of(theme.series(1));
        let between = Ink::of(theme.series(2));
        let rows = self.rows();
        let mut legend = vec![
            solid(theme.ink(), style.stroke(), "learned in one drop across sizes"),
            Entry::new(Mark::Line(chance, style.stroke(), Dash::Dashed), "the same with sizes shuffled"),
        ];
        if rows.iter().any(|row| row.seeds.is_some()) {
            legend.push(Entry::new(Mark::Line(between, style.stroke(), Dash::Dotted), "apart between two seeds of one size"));
        }
        let most = rows.iter().flat_map(|row| [row.found, row.shuffled, row.seeds.unwrap_or_default()]).fold(1.0, f64::max);
        let plan = Plan {
            x: Span::Linear(THRESHOLDS[0] - 0.2, THRESHOLDS[THRESHOLDS.len() - 1] + 0.2),
            y: Span::Linear(0.0, 1.08 * most),
            x_title: "least loss before the drop (nats)",
            y_title: "tokens",
            legend,
            title: None,
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let line = |value: fn(&Row) -> Option<f64>| -> Vec<(f64, f64)> {
            rows.iter().filter_map(|row| Some(panel.at(row.high, value(row)?))).collect()
        };
        scene.dashed(line(|row| Some(row.shuffled)), &panel.area, style.stroke(), chance, Dash::Dashed);
        scene.dashed(line(|row| row.seeds), &panel.area, style.stroke(), between, Dash::Dotted);
        let found = line(|row| Some(row.found));
        scene.line(found.iter().copied(), &panel.area, style.stroke(), theme.ink());
        found.into_iter().for_each(|point| scene.dot(point, 1.5 * style.stroke(), theme.ink()));
        let open = self.row(self.ask.high_nats);
        scene.dot(panel.at(open.high, open.found), 2.4 * style.stroke(), theme.accent());
        panel
    }

    fn nearest(&self, x: f64) -> Row {
        let rows = self.rows().iter().copied();
        rows.min_by(|a, b| (a.high - x).abs().total_cmp(&(b.high - x).abs())).unwrap_or_else(|| self.row(self.ask.high_nats))
    }
}

/// Counts in words.
fn words(row: &Row) -> String {
    let seeds =
        row.seeds.map_or(String::new(), |seeds| format!(", {} apart between two seeds of one size", whole(seeds.round())));
    format!("{} tokens in one drop, {} with sizes shuffled{seeds}", whole(row.found), brief(row.shuffled))
}

impl Figure for ShapesFigure {
    fn name(&self) -> &'static str {
        Kind::Shapes.name()
    }

    fn title(&self) -> String {
        Kind::Shapes.title().into()
    }

    fn caption(&self) -> String {
        "A drop across sizes says something only as far as shuffled sizes, and seeds alone, do not make it too.".into()
    }

    fn describe(&self) -> String {
        let Ask { high_nats, low_nats, slope_nats, r_squared } = self.ask;
        let (counts, chance) = (self.losses.counts(&self.ask), self.losses.counts_shuffled(&self.ask, DRAWS));
        format!(
            "Of {} tokens of “{}” across {} sizes: a token counts as learned in one drop (monogenic) where it costs over {high_nats} nats in \
             every size before some size and under {low_nats} from it on. {}. Polygenic, with a loss that falls by {slope_nats} nats or more \
             for every factor of e in N on a line that explains {r_squared} of the variance, are {}; with sizes shuffled {}. The author’s \
             thresholds are {} and {} nats, for six sizes of Pythia.",
            whole(self.losses.tokens() as f64),
            self.losses.title,
            self.losses.sizes().len(),
            words(&self.row(high_nats)),
            whole(counts.polygenic),
            brief(chance.polygenic),
            Ask::PAPER.high_nats,
            Ask::PAPER.low_nats,
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["Least loss before (nats)", "In one drop", "With sizes shuffled", "Apart between seeds"]);
        for row in self.rows() {
            let seeds = row.seeds.map_or(NONE.to_owned(), brief);
            table.push([brief(row.high), whole(row.found), brief(row.shuffled), seeds]);
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        sheet.fill(|scene, style, area| self.draw(scene, style, area));
    }

    fn read_at(&self, _: usize, (x, _): (f64, f64)) -> String {
        let row = self.nearest(x);
        format!("over {} nats before: {}", brief(row.high), words(&row))
    }

    fn stops(&self) -> Vec<Place> {
        self.rows().iter().map(|row| (0, (row.high, row.found))).collect()
    }
}
