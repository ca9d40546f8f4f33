//! One token's loss against parameters, and against steps for each size.

use std::sync::Arc;

use super::{Kind, PARAMETERS, halves, ink, named, ramp, size};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::thinned;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::losses::Losses;

/// A token's curves (Figs 4 and 12).
pub struct TokenFigure {
    losses: Arc<Losses>,
    sizes: Vec<usize>,
    token: usize,
}

impl TokenFigure {
    /// The figure of one token; beyond the last it is the last.
    pub fn new(losses: Arc<Losses>, token: usize) -> Self {
        let (sizes, token) = (losses.sizes(), token.min(losses.tokens() - 1));
        Self { losses, sizes, token }
    }

    fn at(&self, model: usize, checkpoint: usize) -> f64 {
        f64::from(self.losses.row(model, checkpoint)[self.token])
    }

    fn over_size(&self) -> Vec<(f64, f64)> {
        let last = self.losses.steps.len() - 1;
        self.sizes.iter().map(|model| (size(&self.losses, *model), self.at(*model, last))).collect()
    }

    fn repeated(&self) -> Vec<(f64, f64)> {
        let last = self.losses.steps.len() - 1;
        let others = (0..self.losses.models.len()).filter(|model| !self.sizes.contains(model));
        others.map(|model| (size(&self.losses, model), self.at(model, last))).collect()
    }

    fn over_steps(&self, model: usize) -> Vec<(f64, f64)> {
        let steps = self.losses.steps.iter().enumerate().filter(|(_, step)| **step > 0);
        steps.map(|(at, step)| (*step as f64, self.at(model, at))).collect()
    }

    fn most(&self) -> f64 {
        let all = self.sizes.iter().flat_map(|model| self.over_steps(*model)).chain(self.over_size()).chain(self.repeated());
        1.05 * all.map(|(_, loss)| loss).fold(0.5, f64::max)
    }

    /// The token and what stands before it, as it is read.
    fn words(&self) -> String {
        let passage = &self.losses.passage;
        match passage.places.get(self.token) {
            None => format!("token {}", self.token + 1),
            Some(place) => {
                let (place, (_, document)) = (*place as usize, passage.document(*place as usize));
                let before = passage.text(place.saturating_sub(12).max(document.start)..place);
                format!("“{}” after “{}”", passage.text(place..place + 1).escape_debug(), before.escape_debug())
            }
        }
    }

    fn draw_sizes(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let theme = style.theme;
        let mut legend = vec![Entry::new(Mark::Dot(theme.ink()), "this token")];
        if !self.repeated().is_empty() {
            legend.push(Entry::new(Mark::Dot(theme.muted()), "other seeds"));
        }
        let plan = Plan {
            x: Span::log_over(self.over_size().into_iter().map(|(x, _)| x), 0.05),
            y: Span::Linear(0.0, self.most()),
            x_title: PARAMETERS,
            y_title: "loss (bits)",
            legend,
            title: Some("Size"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        let points: Vec<(f64, f64)> = self.over_size().into_iter().map(|(x, y)| panel.at(x, y)).collect();
        scene.line(points.iter().copied(), &panel.area, 0.7 * style.stroke(), theme.ink());
        self.repeated().into_iter().for_each(|(x, y)| scene.dot(panel.at(x, y), 1.2 * style.stroke(), theme.muted()));
        points.into_iter().for_each(|point| scene.dot(point, 1.6 * style.stroke(), theme.ink()));
        panel
    }

    fn draw_steps(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let steps = self.losses.steps.iter().filter(|step| **step > 0).map(|step| *step as f64);
        let plan = Plan {
            x: Span::log_over(steps, 0.03),
            y: Span::Linear(0.0, self.most()),
            x_title: "training step",
            y_title: "loss (bits)",
            legend: ramp(style, &self.losses, &self.sizes),
            title: Some("Training"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        for (at, model) in self.sizes.iter().enumerate() {
            let line = self.over_steps(*model).into_iter().map(|(x, y)| panel.at(x, y));
            scene.line(line, &panel.area, 0.8 * style.stroke(), ink(style.theme, at, self.sizes.len()));
        }
        panel
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
        let course = self.over_size();
        let ends = course.first().zip(course.last()).map_or(String::new(), |((_, first), (_, last))| {
            format!(" It costs {} bits in the smallest and {} in the largest.", brief(*first), brief(*last))
        });
        format!(
            "The loss of {} in “{}”, in bits, against the number of parameters at the last checkpoint, and against the training step for \
             each of {} sizes.{ends}",
            self.words(),
            self.losses.title,
            self.sizes.len()
        )
    }

    fn table(&self) -> Table {
        let steps: Vec<f64> = self.losses.steps.iter().map(|step| (*step).max(1) as f64).collect();
        let shown = thinned(&steps, 8);
        let headings = shown.iter().map(|at| format!("Bits at step {}", whole(self.losses.steps[*at] as f64)));
        let mut table = Table::new(["Model", "Seed"].map(str::to_owned).into_iter().chain(headings));
        for (model, of) in self.losses.models.iter().enumerate() {
            let losses = shown.iter().map(|at| brief(self.at(model, *at)));
            table.push([named(&self.losses, model), of.seed.to_string()].into_iter().chain(losses));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        let ([first, second], style) = halves(sheet);
        let panels = [self.draw_sizes(&mut sheet.scene, &style, first), self.draw_steps(&mut sheet.scene, &style, second)];
        sheet.panels.extend(panels);
    }

    fn read_at(&self, panel: usize, (x, y): (f64, f64)) -> String {
        let far = |at: f64| (at.max(1e-9) / x.max(1e-9)).ln().abs();
        if panel == 0 {
            let nearest = self.sizes.iter().zip(self.over_size()).min_by(|a, b| far(a.1.0).total_cmp(&far(b.1.0)));
            return nearest.map_or("no points yet".into(), |(model, (_, loss))| {
                format!("{}: {} bits", named(&self.losses, *model), brief(loss))
            });
        }
        let points = self.sizes.iter().flat_map(|model| self.over_steps(*model).into_iter().map(move |point| (*model, point)));
        let apart = |(_, (step, loss)): &(usize, (f64, f64))| far(*step) * 10.0 + (loss - y).abs();
        points.min_by(|a, b| apart(a).total_cmp(&apart(b))).map_or("no points yet".into(), |(model, (step, loss))| {
            format!("{} at step {}: {} bits", named(&self.losses, model), whole(step), brief(loss))
        })
    }

    fn stops(&self) -> Vec<Place> {
        let steps = self.sizes.last().map(|model| self.over_steps(*model)).unwrap_or_default();
        self.over_size().into_iter().map(|point| (0, point)).chain(steps.into_iter().map(|point| (1, point))).collect()
    }
}
