//! A planted language: documents made of sentences, each of one quantum, whose tokens are predicted
//! either by that quantum's rule or by nothing.
//!
//! A document is a first token and sentences up to its end. The quanta's sentences are drawn so often
//! that the tokens that a rule predicts, the *labelled* ones, are of quantum k with the use frequency
//! p_k ∝ k^-(α+1). Every labelled token belongs to the quantum of its sentence; all others are random or
//! end a sentence. What each token costs at the least is known ([`LanguageTask::least_losses`]).

mod document;
mod frequencies;
mod least;
mod planted;
mod rule;
mod settings;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use document::{LanguageBatch, LanguageTask, NO_LABEL, PIECE};
pub use rule::{PlantedQuantum, Rule};
pub use settings::{LanguageSettings, Notation, Targets};
pub use vocabulary::Vocabulary;

use super::Sampling;
use crate::settings::Problem;
use crate::text::TextError;

/// The task that validated settings describe.
pub fn task(settings: &LanguageSettings, sampling: &Sampling) -> Result<LanguageTask, TextError> {
    Ok(LanguageTask::new(settings, sampling))
}

/// What compares fields, once each is in its own range: whether such a language can be built.
pub fn conflicts(settings: &LanguageSettings) -> Vec<Problem> {
    settings.conflicts()
}

/// The task in words, without a full stop.
pub fn in_words(settings: &LanguageSettings) -> String {
    settings.in_words()
}

/// A sentence, worked.
pub const EXAMPLE: &str = "In “list c a f b copy c a f b” the last four letters follow from the rule of copying; the first four \
                           follow from nothing.";
