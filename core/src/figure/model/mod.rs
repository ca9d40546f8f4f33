//! The figures of theory alone: quanta with a distribution of use, learned one after another,
//! and the power law that their losses add up to. Nothing is trained.

mod draw;
mod quanta;
mod read;
#[cfg(test)]
mod tests;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};

use super::panel::{Panel, Style};
use super::scene::{Area, Scene};
use super::svg::document;
#[cfg(feature = "png")]
use super::svg::picture;
use super::{FigureError, Frame, Options, paint};
pub use quanta::{Model, Quanta};
pub use read::{read_at, stops};

/// A figure of theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// How often each quantum is used.
    Use,
    /// The loss of samples of single quanta while more are learned: stairs, and their mean.
    Stairs,
    /// The mean loss against quanta learned, on logarithmic axes: the power law.
    Sum,
    /// The three exponents against α.
    Exponents,
}

impl Kind {
    /// Every figure, in the order of the argument.
    pub const ALL: [Self; 4] = [Self::Use, Self::Stairs, Self::Sum, Self::Exponents];

    /// Its name, as typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Stairs => "stairs",
            Self::Sum => "sum",
            Self::Exponents => "theory-exponents",
        }
    }

    /// Its name, as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Use => "How often quanta are used",
            Self::Stairs => "Losses of single quanta",
            Self::Sum => "Their mean",
            Self::Exponents => "The three exponents",
        }
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Draws a figure over the whole of `area`, its ground included.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    kind: Kind,
    model: &Model,
    options: &Options,
) -> Result<Frame, FigureError> {
    paint(area, options.scale, 1.0, |size| compose(size, kind, model, options))
}

/// A figure as an SVG document of `size` CSS pixels, with its description for screen readers.
pub fn svg(kind: Kind, model: &Model, options: &Options, size: (u32, u32)) -> Result<String, FigureError> {
    document(size, kind.title(), &describe(kind, model, options), |size| compose(size, kind, model, options))
}

/// A figure as a PNG of `size` CSS pixels, each `scale` pixels wide.
#[cfg(feature = "png")]
pub fn png(kind: Kind, model: &Model, options: &Options, size: (u32, u32), scale: f32) -> Result<Vec<u8>, FigureError> {
    picture(&svg(kind, model, options, size)?, scale)
}

/// The figure in sentences.
pub fn describe(kind: Kind, model: &Model, _options: &Options) -> String {
    draw::describe(kind, &Quanta::new(model))
}

fn compose((width, height): (f64, f64), kind: Kind, model: &Model, options: &Options) -> (Scene, Vec<Panel>) {
    let mut scene = Scene::new(width, height, options.theme.background());
    let style = Style::new(options.theme, width);
    let outer = Area { left: 0.0, top: 0.0, right: width, bottom: height };
    let quanta = Quanta::new(model);
    let panel = match kind {
        Kind::Use => draw::uses(&mut scene, &style, outer, &quanta, options),
        Kind::Stairs => draw::stairs(&mut scene, &style, outer, &quanta, options),
        Kind::Sum => draw::sum(&mut scene, &style, outer, &quanta, options),
        Kind::Exponents => draw::exponents(&mut scene, &style, outer, &quanta, options),
    };
    if let Some(cursor) = options.cursor {
        panel.crosshair(&mut scene, &style, cursor);
    }
    (scene, vec![panel])
}
