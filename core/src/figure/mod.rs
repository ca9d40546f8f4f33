//! The figures: what each shows, in pixels, in words and in a table.
//!
//! A [`Figure`] owns what it shows. One [`draw`] paints any of them onto a Plotters backend (a
//! page's canvas), one [`svg`] and one [`png`] write it as a file. Figures of runs are made by
//! [`Kind::figure`], those of sweeps by [`sweep::Kind::figure`], those of theory by
//! [`model::Kind::figure`], those of clusters by [`clusters::Kind::figure`], those of tokens by
//! [`losses::Kind::figure`].
//!
//! A figure is laid out once, in CSS pixels, as a list of shapes with text widths of its own, so
//! that canvas, SVG and PNG agree to the pixel. Plotters does not lay anything out: it carries the
//! shapes to SVG and to the canvas through one interface.

mod axis;
pub mod clusters;
mod color;
mod emergence;
mod frame;
mod heat;
mod loss;
pub mod losses;
pub mod model;
mod overlay;
mod painter;
mod panel;
mod points;
mod quanta;
mod runs;
mod scene;
mod sheet;
mod source;
mod svg;
pub mod sweep;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use color::{Rgb, Theme, ramp};
pub use emergence::EmergenceFigure;
pub use frame::Frame;
pub use heat::HeatFigure;
pub use loss::LossFigure;
pub use quanta::QuantaFigure;
pub use runs::{Kind, Series};
pub use sheet::Sheet;
#[cfg(feature = "png")]
pub use svg::png;
pub use svg::svg;
pub use table::Table;
pub use text::{FONT, Piece, brief, pieces, plain, undrawn, whole};

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend};

/// A point in the data of one of a figure's plots: the plot's number from 0, then x and y.
pub type Place = (usize, (f64, f64));

/// A figure: it owns what it shows, and says it as a picture, in words and as a table.
///
/// Texts that people read may hold `α_S`, `α_N` or `α_D`; [`pieces`] splits them so that the letter is set lowered.
pub trait Figure {
    /// Its name in links, flags and files.
    fn name(&self) -> &'static str;

    /// Its title.
    fn title(&self) -> String;

    /// One line that says the one thing to see.
    fn caption(&self) -> String;

    /// The figure in sentences: settings, what was fitted over which range, theory and the paper.
    /// It may take tens of milliseconds, because fits are bootstrapped.
    fn describe(&self) -> String;

    /// The figure as a short table.
    fn table(&self) -> Table;

    /// Lays the figure out on a sheet.
    fn compose(&self, sheet: &mut Sheet);

    /// What the figure says at a point of the data of a plot ([`Frame::panel_at`] says which).
    fn read_at(&self, panel: usize, data: (f64, f64)) -> String;

    /// The points at which a reader without a pointer stops, in the order of reading.
    fn stops(&self) -> Vec<Place>;

    /// What lies under a point of the data of a plot; nothing where there is nothing to pick.
    fn pick(&self, _panel: usize, _data: (f64, f64)) -> Option<Pick> {
        None
    }
}

/// What lies under a point of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A subtask, by its rank of use from 0.
    Subtask(usize),
    /// A run, by what names it: a file, or a link. Empty where nothing names it.
    Run(String),
    /// That many learned quanta.
    Learned(usize),
    /// A cluster, by its place by size from 0.
    Cluster(usize),
}

/// What is drawn beside the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The fitted power law of each run.
    pub fit: bool,
    /// The pure power law of infinitely many quanta.
    pub pure_law: bool,
    /// The sum over as many quanta as the task has.
    pub truncated_sum: bool,
    /// The closed form of Nam et al.
    pub nam: bool,
    /// A subtask to set apart from the others, by its rank of use from 0.
    pub follow: Option<usize>,
    /// The x values between which the power law is fitted; by default [`crate::fit::curve_range`]'s.
    pub fit_range: Option<(f64, f64)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { fit: true, pure_law: false, truncated_sum: true, nam: false, follow: None, fit_range: None }
    }
}

/// How a figure is painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The ground it stands on.
    pub theme: Theme,
    /// Pixels of the backend, or of a PNG, to a CSS pixel: on a canvas the screen's density. SVG
    /// has no pixels and passes over it.
    pub scale: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: Theme::Light, scale: 1.0 }
    }
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
///
/// # Errors
/// Where the area is too small for axes, or the backend refuses.
pub fn draw<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, figure: &dyn Figure, look: &Look) -> Result<Frame, FigureError> {
    paint(area, figure, look, 1.0)
}

/// Composes a figure for an area's size and paints it there. `em` as in `Scene::paint`.
fn paint<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &dyn Figure,
    look: &Look,
    em: f64,
) -> Result<Frame, FigureError> {
    let scale = if look.scale.is_finite() && look.scale > 0.0 { look.scale } else { 1.0 };
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (f64::from(width) / scale, f64::from(height) / scale);
    if width < 160.0 || height < 120.0 {
        return Err(FigureError::TooSmall { width, height });
    }
    let mut sheet = Sheet::new((width, height), look.theme);
    figure.compose(&mut sheet);
    sheet.scene.paint(area, scale, em).map_err(|error| FigureError::Backend(error.to_string()))?;
    Ok(Frame { corner: area.get_base_pixel(), scale, panels: sheet.panels })
}
