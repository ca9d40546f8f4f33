//! How long runs take, against each other.

use crate::config::RunConfig;

/// About how many seconds a run takes on two cores of 2026: a step of width 500 and batch 20,000
/// takes 25 ms and other ones in proportion, and no step takes less than 0.2 ms. For ordering runs
/// and foretelling a sweep; runs that stop early or meet a GPU take less.
pub fn cost(config: &RunConfig) -> f64 {
    let samples = |samples: f64| 25e-3 * (config.width * config.depth) as f64 / 500.0 * samples / 20_000.0;
    let step = samples(config.batch() as f64).max(2e-4);
    // Testing has no backward pass.
    let log = samples((config.n_tasks * config.eval_per_task) as f64) / 2.0;
    config.steps as f64 * step + config.log_steps().len() as f64 * log
}
