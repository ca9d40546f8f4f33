//! One token's loss against parameters, and against steps for each size.

use std::sync::Arc;

use super::curves::Curves;
use super::{Kind, PARAMETERS, halves};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::text::brief;
use crate::figure::{Figure, Place, Sheet, Table};
use crate::losses::Losses;

/// A token's curves (Figs 4 and 12).
pub struct TokenFigure {
    curves: Curves,
    token: usize,
}

impl TokenFigure {
    /// The figure of one token; beyond the last it is the last.
    pub fn new(losses: Arc<Losses>, token: usize) -> Self {
        let token = token.min(losses.tokens() - 1);
        let value = |losses: &Losses, model, checkpoint| f64::from(losses.row(model, checkpoint)[token]);
        Self { curves: Curves::new(losses, value), token }
    }

    fn y(&self) -> Span {
        Span::Linear(0.0, 1.05 * self.curves.drawn().fold(0.5, f64::max))
    }

    /// The token and what stands before it, as it is read.
    fn words(&self) -> String {
        match self.curves.losses.passage.around(self.token, 12) {
            None => format!("token {}", self.token + 1),
            Some((before, target)) => format!("“{}” after “{}”", target.escape_debug(), before.escape_debug()),
        }
    }

    fn draw_sizes(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let theme = style.theme;
        let mut legend = vec![Entry::new(Mark::Dot(theme.ink()), "this token")];
        if !self.curves.repeated().is_empty() {
            legend.push(Entry::new(Mark::Dot(theme.muted()), "other seeds"));
        }
        let plan = Plan {
            x: Span::log_over(self.curves.over_size().into_iter().map(|(x, _)| x), 0.05),
            y: self.y(),
            x_title: PARAMETERS,
            y_title: "loss (bits)",
            legend,
            title: Some("Size"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let points = self.curves.over_size().into_iter().map(|(x, y)| panel.at(x, y));
        scene.line(points, &panel.area, 0.7 * style.stroke(), theme.ink());
        self.curves.draw_dots(scene, style, &panel);
        panel
    }

    fn draw_steps(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        self.curves.draw_steps(scene, style, outer, (self.y(), "loss (bits)"), None, 0.8)
    }
}

impl Figure for TokenFigure {
    fn name(&self) -> &'static str {
        Kind::Token.name()
    }

    fn title(&self) -> String {
        Kind::Token.title().into()
    }

    fn caption(&self) -> String {
        "Behind the smooth mean, single tokens fall at times of their own: some in one drop, some slowly, some not at all.".into()
    }

    fn describe(&self) -> String {
        let course = self.curves.over_size();
        let ends = course.first().zip(course.last()).map_or(String::new(), |((_, first), (_, last))| {
            format!(" It costs {} bits in the smallest and {} in the largest.", brief(*first), brief(*last))
        });
        format!(
            "The loss of {} in “{}”, in bits, against the number of parameters at the last checkpoint, and against the training step for \
             each of {} sizes.{ends}",
            self.words(),
            self.curves.losses.title,
            self.curves.sizes.len()
        )
    }

    fn table(&self) -> Table {
        self.curves.table(8)
    }

    fn compose(&self, sheet: &mut Sheet) {
        let ([first, second], style) = halves(sheet);
        let panels = [self.draw_sizes(&mut sheet.scene, &style, first), self.draw_steps(&mut sheet.scene, &style, second)];
        sheet.panels.extend(panels);
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        self.curves.read_at(panel, data, |loss, y| (loss - y).abs())
    }

    fn stops(&self) -> Vec<Place> {
        self.curves.stops()
    }
}
