//! How losses are spread over tokens.

use std::sync::Arc;

use super::{Kind, Over, halves, ink, named};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::thinned;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::losses::{KNOWN_BITS, Losses, MOST_BITS, Spread};

/// Of the paper's bins so many are drawn as one: a fifth of a bit.
const TOGETHER: usize = 20;

/// The distribution of losses over tokens, by size or over training (Figs 3 and 11).
pub struct SpreadFigure {
    losses: Arc<Losses>,
    over: Over,
    /// What is drawn: a model and a checkpoint each, with their words.
    lines: Vec<Line>,
}

struct Line {
    model: usize,
    checkpoint: usize,
    words: String,
    spread: Spread,
}

impl SpreadFigure {
    /// The figure of these losses.
    pub fn new(losses: Arc<Losses>, over: Over) -> Self {
        let (sizes, last) = (losses.sizes(), losses.steps.len() - 1);
        let places: Vec<(usize, usize, String)> = match over {
            Over::Size => sizes.iter().map(|model| (*model, last, named(&losses, *model))).collect(),
            Over::Training => {
                let model = sizes.last().copied().unwrap_or_default();
                let steps: Vec<f64> = losses.steps.iter().map(|step| (*step).max(1) as f64).collect();
                let shown = thinned(&steps, 8).into_iter();
                shown.map(|at| (model, at, format!("step {}", whole(losses.steps[at] as f64)))).collect()
            }
        };
        let line =
            |(model, checkpoint, words)| Line { model, checkpoint, words, spread: Spread::new(losses.row(model, checkpoint)) };
        let lines = places.into_iter().map(line).collect();
        Self { losses, over, lines }
    }

    /// Up to which loss the figure reaches, bits.
    fn most(&self) -> f64 {
        let reaches = |line: &Line| line.spread.density(TOGETHER).iter().rposition(|(_, density)| *density > 2e-4);
        let last = self.lines.iter().filter_map(reaches).max().unwrap_or(50);
        (last as f64 + 1.0) * f64::from(MOST_BITS) / (crate::losses::BINS / TOGETHER) as f64
    }

    /// One of the two plots: the density, or the density times the loss.
    fn draw(&self, scene: &mut Scene, style: &Style, outer: Area, weighted: bool) -> Panel {
        let value = |(loss, density): (f64, f64)| if weighted { loss * density } else { density };
        let curves: Vec<Vec<(f64, f64)>> = self
            .lines
            .iter()
            .map(|line| line.spread.density(TOGETHER).into_iter().map(|bin| (bin.0, value(bin))).collect())
            .collect();
        let colors = (0..24).map(|at| ink(style.theme, at, 24)).collect();
        let ends = self.lines.first().zip(self.lines.last());
        let legend = ends.map(|(first, last)| Entry::new(Mark::Ramp(colors, first.words.clone()), last.words.clone()));
        let y = if weighted {
            let most = curves.iter().flatten().map(|(_, y)| *y).fold(0.0, f64::max);
            Span::Linear(0.0, 1.05 * most.max(1e-3))
        } else {
            Span::Log(1e-3, 10.0)
        };
        let plan = Plan {
            x: Span::Linear(0.0, self.most()),
            y,
            x_title: "loss of a token, L (bits)",
            y_title: if weighted { "L·p(L)" } else { "density p(L) (per bit)" },
            legend: legend.into_iter().collect(),
            title: Some(if weighted { "Where the mean comes from" } else { "How many tokens cost how much" }),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        for (at, curve) in curves.iter().enumerate() {
            let line = curve.iter().filter(|(_, y)| weighted || *y > 0.0).map(|(x, y)| panel.at(*x, *y));
            scene.line(line, &panel.area, 0.8 * style.stroke(), ink(style.theme, at, curves.len()));
        }
        panel
    }

    fn known(&self, line: &Line) -> f64 {
        self.losses.share_under(line.model, line.checkpoint, KNOWN_BITS)
    }
}

impl Figure for SpreadFigure {
    fn name(&self) -> &'static str {
        Kind::Spread.name()
    }

    fn title(&self) -> String {
        Kind::Spread.title().into()
    }

    fn caption(&self) -> String {
        let more = if self.over == Over::Size { "larger models" } else { "more training" };
        format!("With {more} the tokens at almost no loss grow in number, while those at high loss barely move.")
    }

    fn describe(&self) -> String {
        let Some((first, last)) = self.lines.first().zip(self.lines.last()) else { return "No losses are shown.".into() };
        let of = if self.over == Over::Size {
            "for every size at the last checkpoint".to_owned()
        } else {
            format!("of {} at several checkpoints", named(&self.losses, first.model))
        };
        format!(
            "The distribution of the losses of {} tokens of “{}” in bits, {of}: the density p(L) on a logarithmic axis, and L·p(L), whose \
             area is the mean loss. {} of the tokens cost under 0.1 nats at {}, {} at {}. Drawn in bins of a fifth of a bit, ten times \
             wider than the paper’s 3,000 over 30 bits, because the paper has a thousand times more tokens.",
            whole(self.losses.tokens() as f64),
            self.losses.title,
            percent(self.known(first)),
            first.words,
            percent(self.known(last)),
            last.words,
        )
    }

    fn table(&self) -> Table {
        let limits = [0.1f32, 0.5, 1.0, 2.0, 5.0, 10.0];
        let headings = limits.iter().map(|limit| format!("Under {limit} bits"));
        let first = if self.over == Over::Size { "Model" } else { "Step" };
        let mut table = Table::new([first.to_owned(), "Mean (bits)".to_owned()].into_iter().chain(headings));
        for line in &self.lines {
            let shares = limits.iter().map(|limit| percent(self.losses.share_under(line.model, line.checkpoint, *limit)));
            let mean = brief(self.losses.mean(line.model, line.checkpoint));
            table.push([line.words.clone(), mean].into_iter().chain(shares));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        let ([first, second], style) = halves(sheet);
        let panels = [self.draw(&mut sheet.scene, &style, first, false), self.draw(&mut sheet.scene, &style, second, true)];
        sheet.panels.extend(panels);
    }

    fn read_at(&self, _: usize, (x, _): (f64, f64)) -> String {
        let Some((first, last)) = self.lines.first().zip(self.lines.last()) else { return "no losses".into() };
        let under = |line: &Line| percent(self.losses.share_under(line.model, line.checkpoint, x as f32));
        format!("under {} bits: {} of the tokens at {}, {} at {}", brief(x), under(first), first.words, under(last), last.words)
    }

    fn stops(&self) -> Vec<Place> {
        let Some(last) = self.lines.last() else { return Vec::new() };
        let bins = last.spread.density(TOGETHER).into_iter().take_while(|(x, _)| *x < self.most());
        bins.step_by(5).map(|(x, density)| (0, (x, density.max(1e-3)))).collect()
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
