//! The mean loss of a text against parameters, and against steps for each size.

use std::sync::Arc;

use super::curves::Curves;
use super::{Kind, PARAMETERS, halves, ink, named, solid};
use crate::figure::axis::Span;
use crate::figure::panel::{Entry, Mark, Panel, Plan, Style};
use crate::figure::scene::{Area, Dash, Scene};
use crate::figure::table::NONE;
use crate::figure::text::{brief, whole};
use crate::figure::{Figure, Place, Sheet, Table};
use crate::fit::{FitError, PowerLaw, power_law};
use crate::losses::Losses;
use crate::paper;

/// Mean loss against N at the last checkpoint, and against S for each size (Figs 3, left, and 11, left).
pub struct ScalingFigure {
    curves: Curves,
}

impl ScalingFigure {
    /// The figure of these losses.
    pub fn new(losses: Arc<Losses>) -> Self {
        Self { curves: Curves::new(losses, Losses::mean) }
    }

    /// The power law of the mean loss against N, over the models of the first seed.
    ///
    /// # Errors
    /// If there are too few sizes.
    pub fn law_of_size(&self) -> Result<PowerLaw, FitError> {
        let (x, y) = self.curves.over_size().into_iter().unzip::<f64, f64, Vec<f64>, Vec<f64>>();
        power_law(&x, &y, (0.0, f64::INFINITY))
    }

    /// The power law of a model's mean loss against the step, over the last decade of steps.
    ///
    /// # Errors
    /// If there are too few checkpoints.
    pub fn law_of_steps(&self, model: usize) -> Result<PowerLaw, FitError> {
        let (x, y) = self.curves.over_steps(model).into_iter().unzip::<f64, f64, Vec<f64>, Vec<f64>>();
        let last = x.last().copied().unwrap_or(1.0);
        power_law(&x, &y, (0.1 * last, last))
    }

    fn draw_sizes(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let (theme, points, repeated) = (style.theme, self.curves.over_size(), self.curves.repeated());
        let law = self.law_of_size().ok();
        let mut legend = vec![Entry::new(Mark::Dot(theme.ink()), "mean over tokens")];
        if !repeated.is_empty() {
            legend.push(Entry::new(Mark::Dot(theme.muted()), "other seeds"));
        }
        if let Some(law) = law {
            legend.push(Entry::new(Mark::Line(theme.accent(), 1.4, Dash::Dashed), format!("α_N = {}", brief(law.exponent))));
        }
        let plan = Plan {
            x: Span::log_over(points.iter().map(|(x, _)| *x), 0.05),
            y: Span::log_over(points.iter().chain(&repeated).map(|(_, y)| *y), 0.08),
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
        self.curves.draw_dots(scene, style, &panel);
        panel
    }

    fn draw_steps(&self, scene: &mut Scene, style: &Style, outer: Area) -> Panel {
        let largest = self.curves.sizes.last().and_then(|model| self.law_of_steps(*model).ok());
        let entry =
            largest.map(|law| solid(ink(style.theme, 1, 2), style.stroke(), format!("largest: α_S = {}", brief(law.exponent))));
        let y = (Span::log_over(self.curves.drawn(), 0.04), "mean loss (bits)");
        self.curves.draw_steps(scene, style, outer, y, entry, 1.0)
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
        let losses = &self.curves.losses;
        let largest = self.curves.sizes.last().and_then(|model| Some((*model, self.law_of_steps(*model).ok()?)));
        let steps = largest.map_or(String::new(), |(model, law)| {
            format!("; over the last decade of steps the largest, {}, has α_S = {}", named(losses, model), law.estimate())
        });
        format!(
            "Mean loss of {} tokens of “{}” in bits, against the number of parameters and, for each size, against the training step. \
             {law}{steps}. The paper has α_N = {} for Pythia’s sizes from 19 million parameters on, and α_S from {} to {}: another \
             text, other sizes and longer training.",
            whole(losses.tokens() as f64),
            losses.title,
            paper::PYTHIA_EXPONENT,
            paper::PYTHIA_STEP_EXPONENTS.0,
            paper::PYTHIA_STEP_EXPONENTS.1
        )
    }

    fn table(&self) -> Table {
        let mut table = self.curves.table(6);
        table.header.push("α_S".to_owned());
        for (model, row) in table.rows.iter_mut().enumerate() {
            row.push(self.law_of_steps(model).map_or(NONE.to_owned(), |law| brief(law.exponent)));
        }
        table
    }

    fn compose(&self, sheet: &mut Sheet) {
        let ([first, second], style) = halves(sheet);
        let panels = [self.draw_sizes(&mut sheet.scene, &style, first), self.draw_steps(&mut sheet.scene, &style, second)];
        sheet.panels.extend(panels);
    }

    fn read_at(&self, panel: usize, data: (f64, f64)) -> String {
        self.curves.read_at(panel, data, |loss, y| (loss / y.max(1e-9)).ln().abs())
    }

    fn stops(&self) -> Vec<Place> {
        self.curves.stops()
    }
}
