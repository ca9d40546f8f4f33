//! The figures of losses of single tokens (the paper's Figs 3, 4, 11 and 12).

mod curves;
mod scaling;
mod shapes;
mod spread;
#[cfg(test)]
mod tests;
mod token;

pub use scaling::ScalingFigure;
pub use shapes::ShapesFigure;
pub use spread::SpreadFigure;
pub use token::TokenFigure;

use std::sync::Arc;

use super::Figure;
use super::color::{Ink, Theme};
use super::panel::{Entry, Mark, Style};
use super::scene::{Area, Dash};
use super::sheet::Sheet;
use super::text::whole;
use crate::losses::{Ask, Losses};

/// A figure of losses of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The mean loss against parameters, and against steps for each size (Figs 3 and 11).
    Scaling,
    /// How losses are spread over tokens, p(L) and L·p(L) (Figs 3 and 11).
    Spread,
    /// One token's loss against parameters, and against steps for each size (Figs 4 and 12).
    Token,
    /// How many tokens are learned in one drop, against the threshold, beside what chance and seeds give.
    Shapes,
}

/// What a spread is drawn for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// Every size at the last checkpoint (Fig 3).
    #[default]
    Size,
    /// The largest size at several checkpoints (Fig 11).
    Training,
}

/// What is shown of losses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// The token that is open.
    pub token: usize,
    /// What shapes are.
    pub ask: Ask,
    /// What a spread is drawn for.
    pub over: Over,
}

impl Kind {
    /// Every figure.
    pub const ALL: [Self; 4] = [Self::Scaling, Self::Spread, Self::Token, Self::Shapes];

    /// Its name, as typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scaling => "token-scaling",
            Self::Spread => "token-spread",
            Self::Token => "token",
            Self::Shapes => "token-shapes",
        }
    }

    /// Its name, as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scaling => "Mean loss of a text",
            Self::Spread => "How losses are spread over tokens",
            Self::Token => "One token’s loss",
            Self::Shapes => "Tokens learned in one drop",
        }
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The figure of these losses.
    pub fn figure(self, losses: Arc<Losses>, options: Options) -> Box<dyn Figure> {
        match self {
            Self::Scaling => Box::new(ScalingFigure::new(losses)),
            Self::Spread => Box::new(SpreadFigure::new(losses, options.over)),
            Self::Token => Box::new(TokenFigure::new(losses, options.token)),
            Self::Shapes => Box::new(ShapesFigure::new(losses, options.ask)),
        }
    }
}

/// The two halves of a sheet: side by side where there is room, else one above the other; with the style that
/// fits them.
fn halves(sheet: &Sheet) -> ([Area; 2], Style) {
    let all = sheet.area;
    let (width, height) = (all.right - all.left, all.bottom - all.top);
    let beside = width >= 560.0;
    let (x, y) = (0.5 * (all.left + all.right), 0.5 * (all.top + all.bottom));
    let areas = if beside {
        [Area { right: x, ..all }, Area { left: x, ..all }]
    } else {
        [Area { bottom: y, ..all }, Area { top: y, ..all }]
    };
    let style = Style::new(sheet.style.theme, if beside { (0.5 * width).max(0.5 * height) } else { width });
    (areas, style)
}

/// The colour of the `at`-th of some sizes: from pale to strong as they grow.
fn ink(theme: Theme, at: usize, count: usize) -> Ink {
    theme.rank(1.0 - at as f64 / count.saturating_sub(1).max(1) as f64)
}

/// The legend's ramp over sizes.
fn ramp(style: &Style, losses: &Losses, sizes: &[usize]) -> Vec<Entry> {
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else { return Vec::new() };
    let colors = (0..24).map(|at| ink(style.theme, at, 24)).collect();
    vec![Entry::new(Mark::Ramp(colors, named(losses, *first)), named(losses, *last))]
}

/// A model in a legend: its number of parameters where that is known, else its name.
fn named(losses: &Losses, model: usize) -> String {
    match losses.models[model].parameters {
        0 => losses.models[model].name.clone(),
        parameters => format!("{} parameters", whole(parameters as f64)),
    }
}

/// A model's place on the axis of sizes: its number of parameters, or where that is not known its place from 1.
fn size(losses: &Losses, model: usize) -> f64 {
    match losses.models[model].parameters {
        0 => model as f64 + 1.0,
        parameters => parameters as f64,
    }
}

/// What stands under the axis of sizes.
const PARAMETERS: &str = "parameters beside the embedding, N";

/// A solid line's mark.
fn solid(ink: Ink, weight: f64, text: impl Into<String>) -> Entry {
    Entry::new(Mark::Line(ink, weight, Dash::Solid), text)
}
