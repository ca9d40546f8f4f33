//! The figures of scaling: loss and learned subtasks against parameters, steps and data.
//!
//! They are drawn from [`Sweep`]s, plain lists of points, wherever those come from: collected
//! runs, one run's own evaluations, or a browser that is still adding to them.

mod analysis;
mod collected;
mod composite;
mod exponents;
mod learned;
mod scaling;
mod staircase;
#[cfg(test)]
mod tests;
mod words;

use super::text::tell_apart;
use super::{Figure, Options, source};
use crate::event::Evaluation;
use crate::record::Record;
pub use crate::theory::Resource;
pub use analysis::{Mean, Report};
pub use composite::CompositeFigure;
pub use exponents::ExponentsFigure;
pub use learned::{LearnedFigure, growth};
pub use scaling::ScalingFigure;
pub use staircase::StaircaseFigure;

/// The loss of a sample before and after its subtask is learned, in bits: sweeps are of sparse parity.
const ENDS: (f64, f64) = (1.0, 0.0);

/// What came of one amount of a resource: one run, or one evaluation of one.
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
    /// The other settings, in words: “width 500, batch 20,000, 10⁵ steps”.
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

    /// One run as a sweep over its own steps: a point for each evaluation after step 0.
    pub fn from_record(name: impl Into<String>, record: &Record) -> Self {
        let (n_tasks, alpha) = source::quanta_of(&record.config);
        let mut sweep = Self::new(name, Resource::Steps, alpha, n_tasks);
        sweep.settings = source::run_settings(&record.config);
        let point = |evaluation: &Evaluation| Point {
            amount: evaluation.step as f64,
            loss: source::mean_loss(evaluation),
            learned: source::learned(evaluation),
            task_loss: source::quantum_losses(evaluation).to_vec(),
            seed: source::seed(&record.config),
            run: String::new(),
        };
        sweep.points = record.evaluations.iter().filter(|evaluation| evaluation.step > 0).map(point).collect();
        sweep
    }
}

impl Point {
    /// A point from per-subtask losses, which say how many are learned.
    pub fn new(amount: f64, loss: f64, task_loss: Vec<f32>, seed: u64) -> Self {
        let learned = task_loss.iter().filter(|loss| source::is_learned_in_sweep(**loss)).count();
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

    /// The figure of these sweeps. Equal names in one plot are numbered.
    pub fn figure(self, mut sweeps: Vec<Sweep>, options: Options) -> Box<dyn Figure> {
        for resource in Resource::ALL {
            tell_apart(sweeps.iter_mut().filter(|sweep| sweep.resource == resource).map(|sweep| &mut sweep.name));
        }
        match self {
            Self::Scaling => Box::new(ScalingFigure::new(sweeps, options)),
            Self::Staircase => Box::new(StaircaseFigure::new(sweeps, options)),
            Self::Learned => Box::new(LearnedFigure::new(sweeps, options)),
            Self::Exponents => Box::new(ExponentsFigure::new(sweeps, options)),
            Self::Composite => Box::new(CompositeFigure::new(sweeps, options)),
        }
    }
}
