//! The figures of scaling: loss and learned subtasks against parameters, steps and data.
//!
//! They are drawn from [`Sweep`]s, plain lists of points, wherever those come from: collected
//! runs, one run's own logs, or a browser that is still adding to them.

mod analysis;
mod collected;
mod composite;
mod exponents;
mod learned;
mod scaling;
mod staircase;
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
use crate::fit::EMERGENCE_BITS;
use crate::record::Record;
pub use crate::theory::Resource;
pub use analysis::{Mean, Report};
pub use learned::growth;

/// What came of one amount of a resource: one run, or one log of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// How much of the resource: parameters, steps or samples.
    pub amount: f64,
    /// Mean test loss, in bits.
    pub loss: f64,
    /// Subtasks under 0.1 bits.
    pub learned: usize,
    /// Test loss of each subtask in bits, most used first; empty where it was not kept.
    pub task_loss: Vec<f32>,
    /// The run's seed.
    pub seed: u64,
    /// What names the run: a file, or a link.
    pub run: String,
}

/// Points that differ in one resource and in their seeds alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Its name in the legend.
    pub name: String,
    /// What is varied.
    pub resource: Resource,
    /// The paper's α.
    pub alpha: f64,
    /// How many subtasks there are.
    pub n_tasks: usize,
    /// The other settings, in words: «width 500, batch 20,000, 10⁵ steps».
    pub settings: String,
    /// Which colour of the palette it has.
    pub color: usize,
    /// Whether it stands in the background, behind one that is being made.
    pub background: bool,
    /// The points, in any order.
    pub points: Vec<Point>,
}

impl Sweep {
    /// A sweep without points yet.
    pub fn new(name: impl Into<String>, resource: Resource, alpha: f64, n_tasks: usize) -> Self {
        let (name, settings) = (name.into(), String::new());
        Self { name, resource, alpha, n_tasks, settings, color: 0, background: false, points: Vec::new() }
    }

    /// One run as a sweep over its own steps: a point for each log after step 0.
    pub fn from_record(name: impl Into<String>, record: &Record) -> Self {
        let config = &record.config;
        let mut sweep = Self::new(name, Resource::Steps, config.number("alpha").unwrap_or_default(), record.quanta.len());
        sweep.settings = format!(
            "width {}, batch {}",
            super::whole(config.number("width").unwrap_or_default()),
            super::whole(config.batch() as f64)
        );
        sweep.points = record
            .evaluations
            .iter()
            .filter(|evaluation| evaluation.step > 0)
            .map(|evaluation| Point {
                amount: evaluation.step as f64,
                loss: f64::from(evaluation.loss_bits),
                learned: evaluation.learned,
                task_loss: evaluation.quantum_loss_bits.clone(),
                seed: config.training.seed,
                run: String::new(),
            })
            .collect();
        sweep
    }
}

impl Point {
    /// A point from per-subtask losses, which say how many are learned.
    pub fn new(amount: f64, loss: f64, task_loss: Vec<f32>, seed: u64) -> Self {
        let learned = task_loss.iter().filter(|loss| **loss < EMERGENCE_BITS).count();
        Self { amount, loss, learned, task_loss, seed, run: String::new() }
    }
}

/// A figure of sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Mean loss against one resource, with fit and theory (Fig 2, upper row).
    Scaling,
    /// Loss as colour over resource and subtask (Fig 2, lower row). Of the first sweep given.
    Staircase,
    /// Subtasks learned against a resource, one line for each α (Fig 9).
    Learned,
    /// Fitted exponents against α (Fig 10).
    Exponents,
    /// Scaling above staircase for every resource there is (Fig 2).
    Composite,
}

impl Kind {
    /// Every figure.
    pub const ALL: [Self; 5] = [Self::Scaling, Self::Staircase, Self::Learned, Self::Exponents, Self::Composite];

    /// Its name, as typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scaling => "scaling",
            Self::Staircase => "staircase",
            Self::Learned => "learned",
            Self::Exponents => "exponents",
            Self::Composite => "fig2",
        }
    }

    /// Its name, as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scaling => "Scaling of the mean loss",
            Self::Staircase => "Subtasks over the resource",
            Self::Learned => "Subtasks learned",
            Self::Exponents => "Exponents against α",
            Self::Composite => "Scaling in parameters, steps and data",
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
    sweeps: &[Sweep],
    options: &Options,
) -> Result<Frame, FigureError> {
    paint(area, options.scale, 1.0, |size| compose(size, kind, sweeps, options))
}

/// A figure as an SVG document of `size` CSS pixels, with its description for screen readers.
pub fn svg(kind: Kind, sweeps: &[Sweep], options: &Options, size: (u32, u32)) -> Result<String, FigureError> {
    document(size, kind.title(), &describe(kind, sweeps, options), |size| compose(size, kind, sweeps, options))
}

/// A figure as a PNG of `size` CSS pixels, each `scale` pixels wide.
#[cfg(feature = "png")]
pub fn png(kind: Kind, sweeps: &[Sweep], options: &Options, size: (u32, u32), scale: f32) -> Result<Vec<u8>, FigureError> {
    picture(&svg(kind, sweeps, options, size)?, scale)
}

/// The figure in sentences: settings, fitted ranges, exponents, theory and the paper.
pub fn describe(kind: Kind, sweeps: &[Sweep], options: &Options) -> String {
    match kind {
        Kind::Scaling => scaling::describe(sweeps, options),
        Kind::Staircase => staircase::describe(sweeps),
        Kind::Learned => learned::describe(sweeps, options),
        Kind::Exponents => exponents::describe(sweeps, options),
        Kind::Composite => composite::describe(sweeps, options),
    }
}

/// The point nearest to a place in the data of a plot ([`Frame::panel_at`] says which), as a
/// sweep and one of its points; nothing where a figure has no points.
pub fn nearest_point(kind: Kind, sweeps: &[Sweep], panel: usize, data: (f64, f64)) -> Option<(usize, usize)> {
    match kind {
        Kind::Scaling => scaling::nearest(sweeps, data),
        Kind::Staircase => staircase::nearest(sweeps, data),
        Kind::Learned => learned::nearest(sweeps, data),
        Kind::Exponents => None,
        Kind::Composite => composite::nearest(sweeps, panel, data),
    }
}

/// The text under the crosshair at a place in the data of a plot.
pub fn read_at(kind: Kind, sweeps: &[Sweep], options: &Options, panel: usize, data: (f64, f64)) -> String {
    match kind {
        Kind::Exponents => exponents::read_at(sweeps, options, data),
        Kind::Staircase => staircase::read_at(sweeps, data),
        Kind::Composite => composite::read_at(sweeps, panel, data),
        Kind::Scaling | Kind::Learned => match nearest_point(kind, sweeps, panel, data) {
            Some((sweep, point)) => analysis::point_text(&sweeps[sweep], &sweeps[sweep].points[point]),
            None => "no points yet".into(),
        },
    }
}

fn compose((width, height): (f64, f64), kind: Kind, sweeps: &[Sweep], options: &Options) -> (Scene, Vec<Panel>) {
    let mut scene = Scene::new(width, height, options.theme.background());
    let style = Style::new(options.theme, width);
    let outer = Area { left: 0.0, top: 0.0, right: width, bottom: height };
    let panels = match kind {
        Kind::Scaling => vec![scaling::draw(&mut scene, &style, outer, sweeps, options, None)],
        Kind::Staircase => vec![staircase::draw(&mut scene, &style, outer, sweeps.first(), options, None)],
        Kind::Learned => vec![learned::draw(&mut scene, &style, outer, sweeps, options)],
        Kind::Exponents => vec![exponents::draw(&mut scene, &style, outer, sweeps, options)],
        Kind::Composite => composite::draw(&mut scene, &style, outer, sweeps, options),
    };
    if let (Some(cursor), Some(panel)) = (options.cursor, panels.first()) {
        panel.crosshair(&mut scene, &style, cursor);
    }
    (scene, panels)
}
