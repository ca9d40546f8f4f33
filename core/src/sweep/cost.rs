//! Estimates how long runs take.

use crate::config::RunConfig;

/// Estimates how many seconds a run takes on two CPU cores (as of 2026): 25 ms for a step of width 500
/// and batch 20,000, in proportion for others, and at least 0.2 ms. Used to order runs and to predict
/// the duration of a sweep; runs that stop early or use a GPU take less.
pub fn cost(config: &RunConfig) -> f64 {
    let samples = |samples: f64| 25e-3 * (config.width * config.depth) as f64 / 500.0 * samples / 20_000.0;
    let step = samples(config.batch() as f64).max(2e-4);
    // An evaluation has no backward pass.
    let evaluation = samples((config.n_tasks * config.eval_per_task) as f64) / 2.0;
    config.steps as f64 * step + config.log_steps().len() as f64 * evaluation
}
