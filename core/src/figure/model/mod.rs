//! The figures of theory alone: quanta with a distribution of use, learned one after another,
//! and the power law that their losses add up to. Nothing is trained.

mod exponents;
mod quanta;
mod read;
mod stairs;
mod sum;
#[cfg(test)]
mod tests;
mod uses;

use std::sync::Arc;

use super::Figure;
pub use exponents::TheoryExponentsFigure;
pub use quanta::{Model, Quanta};
pub use stairs::StairsFigure;
pub use sum::SumFigure;
pub use uses::UseFigure;

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

    /// The figure of these quanta; those of learning have a mark where `learned` of them are learned.
    pub fn figure(self, quanta: Arc<Quanta>, learned: Option<usize>) -> Box<dyn Figure> {
        match self {
            Self::Use => Box::new(UseFigure::new(quanta)),
            Self::Stairs => Box::new(StairsFigure::new(quanta, learned)),
            Self::Sum => Box::new(SumFigure::new(quanta, learned)),
            Self::Exponents => Box::new(TheoryExponentsFigure::new(quanta.model.alpha)),
        }
    }
}
