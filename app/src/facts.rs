//! What the page asks of a run's settings and measurements: the one place that knows their fields.

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::record::Record;
use quanta_core::theory::Theory;

pub use quanta_core::fit::EMERGENCE_BITS;

/// The settings that matter when one sweep is compared with another.
pub const COMPARED: [&str; 7] = ["n_tasks", "n_bits", "alpha", "width", "batch_size", "steps", "lr"];

/// How many steps a run takes at most.
pub fn steps(config: &RunConfig) -> u64 {
    config.steps
}

/// How many quanta its task is made of.
pub fn quanta_count(config: &RunConfig) -> usize {
    config.n_tasks
}

/// The paper's α of its task.
pub fn alpha(config: &RunConfig) -> f64 {
    config.alpha
}

/// The width of its network.
pub fn width(config: &RunConfig) -> usize {
    config.width
}

/// How many parameters its network has.
pub fn parameters(config: &RunConfig) -> u64 {
    config.parameters()
}

/// How many layers are hidden.
pub fn depth(config: &RunConfig) -> usize {
    config.depth
}

/// How many samples it is trained on; nothing where every step has fresh ones.
pub fn samples(config: &RunConfig) -> Option<u64> {
    Some(config.samples).filter(|samples| *samples > 0)
}

/// How many samples a step takes.
pub fn batch(config: &RunConfig) -> usize {
    config.batch()
}

/// How many times it is measured.
pub fn evaluations_count(config: &RunConfig) -> usize {
    config.log_steps().len()
}

/// Its seed.
pub fn seed(config: &RunConfig) -> u64 {
    config.seed
}

/// How many bits of a sample a quantum's parity is over, and how many there are.
pub fn bits(config: &RunConfig) -> (usize, usize) {
    (config.k, config.n_bits)
}

/// The model of quanta that its task follows.
pub fn theory(config: &RunConfig) -> Theory {
    Theory::new(config.n_tasks, config.alpha)
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
