//! The mean loss of a text against parameters, and against steps for each size.

use std::sync::Arc;

use super::{Kind, PARAMETERS, halves, ink, named, ramp, size, solid};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::{NONE, thinned};
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::fit::{FitError, PowerLaw, power_law};
use crate::losses::Losses;
use crate::paper;

/// Mean loss against N at the last checkpoint, and against S for each size (Figs 3, left, and 11, left).
pub struct ScalingFigure {
    losses: Arc<Losses>,
    sizes: Vec<usize>,
}

impl ScalingFigure {
    /// The figure of these losses.
    pub fn new(losses: Arc<Losses>) -> Self {
        let sizes = losses.sizes();
        Self { losses, sizes }
    }

    /// The power law of the mean loss against N, over the models of the first seed.
    ///
    /// # Errors
    /// If there are too few sizes.
    pub fn law_of_size(&self) -> Result<PowerLaw, FitError> {
        let (x, y) = self.over_size().into_iter().unzip::<f64, f64, Vec<f64>, Vec<f64>>();
        power_law(&x, &y, (0.0, f64::INFINITY))
    }

    /// The power law of a model's mean loss against the step, over the last decade of steps.
    ///
    /// # Errors
    /// If there are too few checkpoints.
    pub fn law_of_steps(&self, model: usize) -> Result<PowerLaw, FitError> {
        let (x, y) = self.over_steps(model).into_iter().unzip::<f64, f64, Vec<f64>, Vec<f64>>();
        let last = x.last().copied().unwrap_or(1.0);
        power_law(&x, &y, (0.1 * last, last))
    }

    fn over_size(&self) -> Vec<(f64, f64)> {
        let last = self.losses.steps.len() - 1;
        self.sizes.iter().map(|model| (size(&self.losses, *model), self.losses.mean(*model, last))).collect()
    }

    fn over_steps(&self, model: usize) -> Vec<(f64, f64)> {
        let steps = self.losses.steps.iter().enumerate().filter(|(_, step)| **step > 0);
        steps.map(|(at, step)| (*step as f64, self.losses.mean(model, at))).collect()
    }

    /// The repetitions of sizes, which are dots alone.
    fn repeated(&self) -> Vec<(f64, f64)> {
        let others = (0..self.losses.models.len()).filter(|model| !self.sizes.contains(model));
        let last = self.losses.steps.len() - 1;
        others.map(|model| (size(&self.losses, model), self.losses.mean(model, last))).collect()
    }

    fn y(&self) -> Span {
        let all = self.sizes.iter().flat_map(|model| self.over_steps(*model)).chain(self.repeated()).chain(self.over_size());
        Span::log_over(all.map(|(_, loss)| loss), 0.04)
    }

    fn draw_sizes(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let (theme, points) = (style.theme, self.over_size());
        let law = self.law_of_size().ok();
        let mut legend = vec![Entry::new(Mark::Dot(theme.ink()), "mean over tokens")];
        if !self.repeated().is_empty() {
            legend.push(Entry::new(Mark::Dot(theme.muted()), "other seeds"));
        }
        if let Some(law) = law {
            legend.push(Entry::new(Mark::Line(theme.accent(), 1.4, Dash::Dashed), format!("α_N = {}", brief(law.exponent))));
        }
        let plan = Plan {
            x: Span::log_over(points.iter().map(|(x, _)| *x), 0.05),
            y: Span::log_over(points.iter().chain(&self.repeated()).map(|(_, y)| *y), 0.08),
            x_title: PARAMETERS,
            y_title: "mean loss (bits)",
            legend,
            title: Some("Size"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        if let Some(law) = law {
            let ends = [law.range.0, law.range.1].map(|x| panel.at(x, law.at(x)));
            scene.dashed(ends, &panel.area, 1.4, theme.accent(), Dash::Dashed);
        }
        self.repeated().into_iter().for_each(|(x, y)| scene.dot(panel.at(x, y), 1.2 * style.stroke(), theme.muted()));
        points.into_iter().for_each(|(x, y)| scene.dot(panel.at(x, y), 1.6 * style.stroke(), theme.ink()));
        panel
    }

    fn draw_steps(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let mut legend = ramp(style, &self.losses, &self.sizes);
        legend.extend(
            self.sizes
                .last()
                .and_then(|model| self.law_of_steps(*model).ok())
                .map(|law| solid(ink(style.theme, 1, 2), style.stroke(), format!("largest: α_S = {}", brief(law.exponent)))),
        );
        let steps = self.losses.steps.iter().filter(|step| **step > 0).map(|step| *step as f64);
        let plan = Plan {
            x: Span::log_over(steps, 0.03),
            y: self.y(),
            x_title: "training step",
            y_title: "mean loss (bits)",
            legend,
            title: Some("Training"),
            grid: true,
        };
        let panel = Panel::draw(scene, style, outer, &plan);
        for (at, model) in self.sizes.iter().enumerate() {
            let line = self.over_steps(*model).into_iter().map(|(x, y)| panel.at(x, y));
            scene.line(line, &panel.area, style.stroke(), ink(style.theme, at, self.sizes.len()));
        }
        panel
    }

    /// The point nearest to a place of one of the two plots, in words.
    fn nearest(&self, panel: usize, (x, y): (f64, f64)) -> Option<String> {
        let far = |at: f64| (at.max(1e-9) / x.max(1e-9)).ln().abs();
        if panel == 0 {
            let (model, (_, loss)) = self.sizes.iter().zip(self.over_size()).min_by(|a, b| far(a.1.0).total_cmp(&far(b.1.0)))?;
            return Some(format!("{}: {} bits", named(&self.losses, *model), brief(loss)));
        }
        let points = self.sizes.iter().flat_map(|model| self.over_steps(*model).into_iter().map(move |point| (*model, point)));
        let apart = |(_, (step, loss)): &(usize, (f64, f64))| far(*step) * 10.0 + (loss / y.max(1e-9)).ln().abs();
        let (model, (step, loss)) = points.min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
        Some(format!("{} at step {}: {} bits", named(&self.losses, model), whole(step), brief(loss)))
    }
}

impl Figure for ScalingFigure {
    fn name(&self) -> &'static str {
        Kind::Scaling.name()
    }

    fn title(&self) -> String {
        Kind::Scaling.title().into()
    }

    fn caption(&self) -> String {
        "Averaged over tokens the loss falls smoothly, with size and with training.".into()
    }

    fn describe(&self) -> String {
        let law = match self.law_of_size() {
            Ok(law) => format!("A power law in N has the exponent α_N = {} over {} sizes", law.estimate(), law.points),
            Err(error) => format!("No power law in N: {error}"),
        };
        let largest = self.sizes.last().and_then(|model| Some((*model, self.law_of_steps(*model).ok()?)));
        let steps = largest.map_or(String::new(), |(model, law)| {
            format!("; over the last decade of steps the largest, {}, has α_S = {}", named(&self.losses, model), law.estimate())
        });
        format!(
            "Mean loss of {} tokens of “{}” in bits, against the number of parameters and, for each size, against the training step. \
             {law}{steps}. The paper has α_N = {} for Pythia’s sizes from 19 million parameters on, and α_S from {} to {}: another \
             text, other sizes and longer training.",
            whole(self.losses.tokens() as f64),
            self.losses.title,
            paper::PYTHIA_EXPONENT,
            paper::PYTHIA_STEP_EXPONENTS.0,
            paper::PYTHIA_STEP_EXPONENTS.1
        )
    }

    fn table(&self) -> Table {
        let steps: Vec<f64> = self.losses.steps.iter().map(|step| (*step).max(1) as f64).collect();
        let shown = thinned(&steps, 6);
        let headings = shown.iter().map(|at| format!("Bits at step {}", whole(self.losses.steps[*at] as f64)));
        let mut table = Table::new(["Model", "Seed"].map(str::to_owned).into_iter().chain(headings).chain(["α_S".to_owned()]));
        for (model, of) in self.losses.models.iter().enumerate() {
            let losses = shown.iter().map(|at| brief(self.losses.mean(model, *at)));
            let law = self.law_of_steps(model).map_or(NONE.to_owned(), |law| brief(law.exponent));
            table.push([named(&self.losses, model), of.seed.to_string()].into_iter().chain(losses).chain([law]));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        let ([first, second], style) = halves(sheet);
        let panels = [self.draw_sizes(&mut sheet.scene, &style, first), self.draw_steps(&mut sheet.scene, &style, second)];
        sheet.panels.extend(panels);
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        self.nearest(panel, data).unwrap_or_else(|| "no points yet".into())
    }

    fn stops(&self) -> Vec<Place> {
        let steps = self.sizes.last().map(|model| self.over_steps(*model)).unwrap_or_default();
        self.over_size().into_iter().map(|point| (0, point)).chain(steps.into_iter().map(|point| (1, point))).collect()
    }
}
