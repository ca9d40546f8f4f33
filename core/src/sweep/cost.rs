//! Estimates how long runs take.

use crate::config::RunConfig;
use crate::model::ModelConfig;

/// About how many seconds a run takes on two cores of 2026: a step of width 500 and batch 20,000
/// takes 25 ms and other ones in proportion, and no step takes less than 0.2 ms. For ordering runs
/// and for an estimate of a sweep; runs that stop early or have a GPU take less.
pub fn cost(config: &RunConfig) -> f64 {
    let units = config.number("width").unwrap_or(1.0) * config.number("depth").unwrap_or(1.0);
    let samples = |samples: f64| match config.model {
        ModelConfig::Mlp(_) => 25e-3 * units / 500.0 * samples / 20_000.0,
        // There and back is three times the forward pass, at some 10^10 multiply-adds a second.
        ModelConfig::Transformer(_) => 3e-10 * config.model.settings().multiply_adds(&config.task) as f64 * samples,
    };
    let step = samples(config.batch() as f64).max(2e-4);
    // Testing has no backward pass.
    let tests = config.task.settings().sizes().tests;
    let evaluation = samples(tests as f64) / 2.0;
    config.training.steps as f64 * step + config.log_steps().len() as f64 * evaluation
}
