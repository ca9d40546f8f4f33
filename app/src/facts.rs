//! What the page asks of a run's settings and measurements: the one place that knows their fields.

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::record::Record;
use quanta_core::task::Noun;

pub use quanta_core::fit::EMERGENCE_BITS;

/// The settings that matter when one sweep is compared with another.
pub const COMPARED: [&str; 7] = ["n_tasks", "n_bits", "alpha", "width", "batch_size", "steps", "lr"];

/// How many steps a run takes at most.
pub fn steps(config: &RunConfig) -> u64 {
    config.training.steps
}

/// How many quanta its task is made of.
pub fn quanta_count(config: &RunConfig) -> usize {
    config.quanta().len()
}

/// The paper's α of its task.
pub fn alpha(config: &RunConfig) -> f64 {
    config.number("alpha").unwrap_or_default()
}

/// The width of its network.
pub fn width(config: &RunConfig) -> usize {
    config.number("width").unwrap_or_default() as usize
}

/// What its quanta are called.
pub fn noun(config: &RunConfig) -> Noun {
    config.task.noun()
}

/// When one of them counts as learned, in words that follow “its loss is”.
pub fn learned_words(config: &RunConfig) -> &'static str {
    config.quanta().learned_words()
}

/// How many parameters its network has.
pub fn parameters(config: &RunConfig) -> u64 {
    config.parameters()
}

/// How many samples it is trained on; nothing where every step has fresh ones.
pub fn samples(config: &RunConfig) -> Option<u64> {
    Some(config.training.samples).filter(|samples| *samples > 0)
}

/// Its seed.
pub fn seed(config: &RunConfig) -> u64 {
    config.training.seed
}

/// The mean loss at an evaluation, in bits.
pub fn mean_loss(evaluation: &Evaluation) -> f64 {
    f64::from(evaluation.loss_bits)
}

/// How many quanta count as learned there.
pub fn learned(evaluation: &Evaluation) -> usize {
    evaluation.learned
}

/// The step of the last evaluation; 0 before there is one.
pub fn last_step(record: &Record) -> u64 {
    record.last().map_or(0, |evaluation| evaluation.step)
}

/// Adds an evaluation where it belongs: after those of earlier steps, in place of any later ones.
pub fn add_evaluation(record: &mut Record, evaluation: Evaluation) {
    let before = record.evaluations.partition_point(|known| known.step < evaluation.step);
    record.evaluations.truncate(before);
    record.evaluations.push(evaluation);
}
