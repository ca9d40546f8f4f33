//! What theory says beside a run, its constants taken from the run's own emergences.

use super::source;
use super::text::brief;
use crate::comparison::first_takes;
use crate::record::Record;
use crate::task::Noun;
use crate::theory::{Nam, Resource, Theory};

/// The truncated sum and the pure law of a run, laid over its steps.
pub(crate) struct Overlay {
    pub theory: Theory,
    /// T: the steps that the first quantum takes.
    pub constant: f64,
}

impl Overlay {
    /// The overlay of a run; `None` before its first emergence, or where its quanta follow no
    /// power law of use.
    pub fn new(record: &Record) -> Option<Self> {
        let theory = source::theory(record)?;
        Some(Self { theory, constant: first_takes(record)? })
    }

    /// The truncated sum at a step, in bits.
    pub fn sum(&self, step: f64) -> f64 {
        self.theory.loss(Resource::Steps, step, self.constant)
    }

    /// The pure law at a step, in bits.
    pub fn pure(&self, step: f64) -> f64 {
        self.theory.pure_loss(Resource::Steps, step, self.constant)
    }
}

/// The legend's words for a truncated sum: what its constant is.
pub(crate) fn sum_words(resource: Resource, constant: f64, noun: Noun) -> String {
    let (constant, one) = (brief(constant), noun.one);
    match resource {
        Resource::Parameters => format!("truncated sum, C = {constant} parameters a {one}"),
        Resource::Steps => format!("truncated sum, T = {constant} steps for the first {one}"),
        Resource::Data => format!("truncated sum, τ = {constant} samples for the first {one}"),
    }
}

/// The legend's words for the pure law.
pub(crate) fn pure_words(resource: Resource, alpha: f64) -> String {
    format!("pure law, α_{} = {:.2}", resource.letter(), resource.exponent(alpha))
}

/// The legend's words for Nam et al.'s closed form.
pub(crate) const NAM_WORDS: &str = "Nam et al., closed form";

/// Nam et al.'s constants, from the first subtask's curve alone; they are of losses from one bit to none.
pub(crate) fn nam(record: &Record) -> Option<Nam> {
    source::shared_ends(record).filter(|ends| *ends == (1.0, 0.0))?;
    let first = *source::frequencies(record)?.first()?;
    let (steps, losses): (Vec<u64>, Vec<f32>) =
        record.evaluations.iter().filter_map(|e| Some((e.step, *source::quantum_losses(e).first()?))).unzip();
    Nam::calibrate(&steps, &losses, first)
}
