//! The figures of one or several runs, by name.

use std::sync::Arc;

use super::text::tell_apart;
use super::{EmergenceFigure, Figure, HeatFigure, LossFigure, Options, QuantaFigure};
use crate::record::Record;

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

    /// The figure of these runs. Equal names are numbered.
    pub fn figure(self, mut runs: Vec<Series>, options: Options) -> Box<dyn Figure> {
        tell_apart(runs.iter_mut().map(|run| &mut run.name));
        match self {
            Self::Loss => Box::new(LossFigure::new(runs, options)),
            Self::Tasks => Box::new(QuantaFigure::new(runs, options)),
            Self::Heat => Box::new(HeatFigure::new(runs, options)),
            Self::Emergence => Box::new(EmergenceFigure::new(runs, options)),
        }
    }
}

/// One run in a figure.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// What it showed.
    pub record: Arc<Record>,
    /// Which colour of the palette it has.
    pub color: usize,
    /// Whether it was recorded before, to be seen behind runs that are made now: then it is faint, and
    /// neither fitted nor described. Alone it is shown like any other.
    pub recorded: bool,
}

/// The runs that a figure is about, and those that stand behind them.
pub(crate) fn before_and_behind(runs: Vec<Series>) -> (Vec<Series>, Vec<Series>) {
    let (behind, before): (Vec<Series>, Vec<Series>) = runs.into_iter().partition(|run| run.recorded);
    if before.is_empty() { (behind, before) } else { (before, behind) }
}
