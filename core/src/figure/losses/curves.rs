//! One number of every model at every checkpoint, as curves over size and over training: what the figures of the mean
//! and of one token share.

use std::sync::Arc;

use super::{ink, named, ramp, size};
use crate::figure::Place;
use crate::figure::Table;
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Panel, Plan, Style};
use crate::figure::scene::{Area, Scene};
use crate::figure::table::thinned;
use crate::figure::text::{brief, whole};
use crate::losses::Losses;

/// The curves; the first plot is over size, the second over training.
pub struct Curves {
    pub losses: Arc<Losses>,
    /// The models of the first seed, the smallest first.
    pub sizes: Vec<usize>,
    /// Bits, `[models, checkpoints]`.
    values: Vec<f64>,
}

impl Curves {
    /// Of a number for each model and checkpoint.
    pub fn new(losses: Arc<Losses>, value: impl Fn(&Losses, usize, usize) -> f64) -> Self {
        let of_model = |model: usize| (0..losses.steps.len()).map(move |checkpoint| (model, checkpoint));
        let all = (0..losses.models.len()).flat_map(of_model);
        let values = all.map(|(model, checkpoint)| value(&losses, model, checkpoint)).collect();
        Self { sizes: losses.sizes(), values, losses }
    }

    /// The number of a model at a checkpoint.
    pub fn at(&self, model: usize, checkpoint: usize) -> f64 {
        self.values[model * self.losses.steps.len() + checkpoint]
    }

    fn last(&self, model: usize) -> (f64, f64) {
        (size(&self.losses, model), self.at(model, self.losses.steps.len() - 1))
    }

    /// Each size at the last checkpoint.
    pub fn over_size(&self) -> Vec<(f64, f64)> {
        self.sizes.iter().map(|model| self.last(*model)).collect()
    }

    /// The repetitions of sizes, which are dots alone.
    pub fn repeated(&self) -> Vec<(f64, f64)> {
        let others = (0..self.losses.models.len()).filter(|model| !self.sizes.contains(model));
        others.map(|model| self.last(model)).collect()
    }

    /// A model at every checkpoint after the start.
    pub fn over_steps(&self, model: usize) -> Vec<(f64, f64)> {
        let steps = self.losses.steps.iter().enumerate().filter(|(_, step)| **step > 0);
        steps.map(|(at, step)| (*step as f64, self.at(model, at))).collect()
    }

    /// Every number that is drawn.
    pub fn drawn(&self) -> impl Iterator<Item = f64> {
        let over_steps = self.sizes.iter().flat_map(|model| self.over_steps(*model));
        over_steps.chain(self.repeated()).chain(self.over_size()).map(|(_, value)| value)
    }

    /// Draws the dots of the first plot.
    pub fn draw_dots(&self, scene: &mut Scene, style: &Style, panel: &Panel) {
        let theme = style.theme;
        self.repeated().into_iter().for_each(|(x, y)| scene.dot(panel.at(x, y), 1.2 * style.stroke(), theme.muted()));
        self.over_size().into_iter().for_each(|(x, y)| scene.dot(panel.at(x, y), 1.6 * style.stroke(), theme.ink()));
    }

    /// Draws the second plot: a line a size, of some weight.
    pub fn draw_steps(
        &self,
        scene: &mut Scene,
        style: &Style,
        outer: Area,
        (y, y_title): (Span, &str),
        entry: Option<Entry>,
        weight: f64,
    ) -> Panel {
        let plan = Plan {
            x: Span::log_over(self.losses.steps.iter().filter(|step| **step > 0).map(|step| *step as f64), 0.03),
            y,
            x_title: "training step",
            y_title,
            legend: ramp(style, &self.losses, &self.sizes).into_iter().chain(entry).collect(),
            title: Some("Training"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        for (at, model) in self.sizes.iter().enumerate() {
            let line = self.over_steps(*model).into_iter().map(|(x, y)| panel.at(x, y));
            scene.line(line, &panel.area, weight * style.stroke(), ink(style.theme, at, self.sizes.len()));
        }
        panel
    }

    /// The point nearest to a place of one of the plots, in words; `apart` says how far two numbers are.
    pub fn read_at(&self, panel: usize, (x, y): (f64, f64), apart: impl Fn(f64, f64) -> f64) -> String {
        let far = |at: f64| (at.max(1e-9) / x.max(1e-9)).ln().abs();
        let found = if panel == 0 {
            let nearest = self.sizes.iter().zip(self.over_size()).min_by(|a, b| far(a.1.0).total_cmp(&far(b.1.0)));
            nearest.map(|(model, (_, value))| format!("{}: {} bits", named(&self.losses, *model), brief(value)))
        } else {
            let points =
                self.sizes.iter().flat_map(|model| self.over_steps(*model).into_iter().map(move |point| (*model, point)));
            let apart = |(_, (step, value)): &(usize, (f64, f64))| far(*step) * 10.0 + apart(*value, y);
            let nearest = points.min_by(|a, b| apart(a).total_cmp(&apart(b)));
            nearest.map(|(model, (step, value))| {
                format!("{} at step {}: {} bits", named(&self.losses, model), whole(step), brief(value))
            })
        };
        found.unwrap_or_else(|| "no points yet".into())
    }

    /// Every size, then every checkpoint of the largest.
    pub fn stops(&self) -> Vec<Place> {
        let steps = self.sizes.last().map(|model| self.over_steps(*model)).unwrap_or_default();
        self.over_size().into_iter().map(|point| (0, point)).chain(steps.into_iter().map(|point| (1, point))).collect()
    }

    /// Every model at about so many checkpoints.
    pub fn table(&self, count: usize) -> Table {
        let steps: Vec<f64> = self.losses.steps.iter().map(|step| (*step).max(1) as f64).collect();
        let shown = thinned(&steps, count);
        let headings = shown.iter().map(|at| format!("Bits at step {}", whole(self.losses.steps[*at] as f64)));
        let mut table = Table::new(["Model", "Seed"].map(str::to_owned).into_iter().chain(headings));
        for (model, of) in self.losses.models.iter().enumerate() {
            let values = shown.iter().map(|at| brief(self.at(model, *at)));
            table.push([named(&self.losses, model), of.seed.to_string()].into_iter().chain(values));
        }
        table
    }
}
