//! The figures of a run, drawn with Plotters onto any backend: SVG, PNG, a page's canvas.
//!
//! The figures of several runs are in [`sweep`], those of theory alone in [`model`].
//!
//! Each figure is laid out in CSS pixels by its own file and painted at a scale; [`draw`] gives
//! back a [`Frame`] that turns pixels into data, [`describe`] the same figure in sentences.

mod axis;
mod color;
mod emergence;
mod frame;
mod heat;
mod loss;
pub mod model;
mod panel;
mod paper;
mod scene;
mod svg;
pub mod sweep;
mod tasks;
#[cfg(test)]
mod tests;
mod text;

pub use color::{Rgb, Theme, ramp};
pub use frame::Frame;
#[cfg(feature = "png")]
pub use svg::png;
pub use svg::svg;
pub use text::{FONT, brief, whole};

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};

use crate::record::Record;
use panel::{Panel, Style};
use scene::Scene;

/// A figure of one or several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Mean loss against step, with fit and theory (the paper's Fig 2, steps).
    Loss,
    /// Every subtask's loss against step (Fig 7). Of the first run given.
    Tasks,
    /// Loss as colour over step and subtask. Of the first run given.
    Heat,
    /// The step at which each subtask emerged, against how often it is used (Fig 8).
    Emergence,
}

impl Kind {
    /// Every figure, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Loss, Self::Tasks, Self::Heat, Self::Emergence];

    /// Its name, as typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Tasks => "tasks",
            Self::Heat => "heat",
            Self::Emergence => "emergence",
        }
    }

    /// Its name, as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Loss => "Mean loss",
            Self::Tasks => "Loss of every subtask",
            Self::Heat => "Subtasks over time",
            Self::Emergence => "Emergence against frequency",
        }
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is shown, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The ground it stands on.
    pub theme: Theme,
    /// The fitted power law of each run.
    pub fit: bool,
    /// The pure power law of infinitely many quanta.
    pub pure_law: bool,
    /// The sum over as many quanta as the task has.
    pub truncated_sum: bool,
    /// The closed form of Nam et al.
    pub nam: bool,
    /// A subtask to set apart from the others, from 0.
    pub follow: Option<usize>,
    /// The x values between which the power law is fitted; by default [`crate::fit::curve_range`]'s.
    pub fit_range: Option<(f64, f64)>,
    /// A point of the data through which a crosshair goes.
    pub cursor: Option<(f64, f64)>,
    /// How many pixels of the backend make one CSS pixel: the screen's device pixel ratio for a
    /// canvas that has that many more. Twice as much gives smoother curves at twice the cost.
    pub scale: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: Theme::Light,
            fit: true,
            pure_law: false,
            truncated_sum: true,
            nam: false,
            follow: None,
            fit_range: None,
            cursor: None,
            scale: 1.0,
        }
    }
}

/// One run in a figure.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// What it showed.
    pub record: &'a Record,
    /// Which colour of the palette it has.
    pub color: usize,
}

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// There is no room for axes.
    #[error("{width} by {height} pixels are too few for a figure: it needs 160 by 120")]
    TooSmall {
        /// The width it had, in CSS pixels.
        width: f64,
        /// The height it had, in CSS pixels.
        height: f64,
    },
    /// The backend refused.
    #[error("the figure could not be drawn: {0}")]
    Backend(String),
    /// The picture could not be made from the drawing.
    #[error("the picture could not be made: {0}")]
    Picture(String),
}

/// Draws a figure over the whole of `area`, its ground included.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    kind: Kind,
    series: &[Series<'_>],
    options: &Options,
) -> Result<Frame, FigureError> {
    paint(area, options.scale, 1.0, |size| compose(size, kind, series, options))
}

/// The text under the crosshair at a point of the data.
pub fn read_at(kind: Kind, series: &[Series<'_>], options: &Options, data: (f64, f64)) -> String {
    match kind {
        Kind::Loss => loss::read_at(series, options, data),
        Kind::Tasks => tasks::read_at(series, data),
        Kind::Heat => heat::read_at(series, data),
        Kind::Emergence => emergence::read_at(series, data),
    }
}

/// The subtask nearest to a point of the data, from 0; nothing where a figure has none.
pub fn nearest_task(kind: Kind, series: &[Series<'_>], data: (f64, f64)) -> Option<usize> {
    match kind {
        Kind::Loss => None,
        Kind::Tasks => tasks::nearest(series, data),
        Kind::Heat => heat::nearest(series, data),
        Kind::Emergence => emergence::nearest(series, data).map(|(_, task)| task),
    }
}

/// The figure in sentences: its settings, what was fitted over which range, and what theory and
/// the paper say.
pub fn describe(kind: Kind, series: &[Series<'_>], options: &Options) -> String {
    match kind {
        Kind::Loss => loss::describe(series, options),
        Kind::Tasks => tasks::describe(series, options),
        Kind::Heat => heat::describe(series),
        Kind::Emergence => emergence::describe(series),
    }
}

/// The figure in CSS pixels, with the plots in it.
fn compose((width, height): (f64, f64), kind: Kind, series: &[Series<'_>], options: &Options) -> (Scene, Vec<Panel>) {
    let mut scene = Scene::new(width, height, options.theme.background());
    let style = Style::new(options.theme, width);
    let outer = scene::Area { left: 0.0, top: 0.0, right: width, bottom: height };
    let panel = match kind {
        Kind::Loss => loss::draw(&mut scene, &style, outer, series, options),
        Kind::Tasks => tasks::draw(&mut scene, &style, outer, series, options),
        Kind::Heat => heat::draw(&mut scene, &style, outer, series, options),
        Kind::Emergence => emergence::draw(&mut scene, &style, outer, series, options),
    };
    if let Some(cursor) = options.cursor {
        panel.crosshair(&mut scene, &style, cursor);
    }
    (scene, vec![panel])
}

/// Composes a figure for an area's size and paints it there. `em` as in [`Scene::paint`].
fn paint<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    scale: f64,
    em: f64,
    compose: impl FnOnce((f64, f64)) -> (Scene, Vec<Panel>),
) -> Result<Frame, FigureError> {
    let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (f64::from(width) / scale, f64::from(height) / scale);
    if width < 160.0 || height < 120.0 {
        return Err(FigureError::TooSmall { width, height });
    }
    let (scene, panels) = compose((width, height));
    scene.paint(area, scale, em).map_err(|error| FigureError::Backend(error.to_string()))?;
    Ok(Frame { corner: area.get_base_pixel(), scale, panels })
}
