//! How a run is trained, whatever its task and model.

use crate::settings::{Kind, choice, section};

choice! {
    /// The rule that turns gradients into steps.
    Optimizer {
        /// Adam; weight decay is added to the gradient.
        Adam = "adam",
        /// Adam with weight decay taken off the parameters themselves.
        AdamW = "adamw",
    }
}

section! {
    /// How a run is trained.
    Training {
        optimizer: Optimizer = Optimizer::AdamW, Training, Kind::Choice(Optimizer::WORDS), "", "Optimiser",
            "The rule that turns gradients into steps.";
        lr: f64 = 1e-3, Training, Kind::Real { min: 1e-8, max: 10.0 }, "", "Learning rate",
            "The optimiser's step size.";
        beta1: f64 = 0.9, Training, Kind::Real { min: 0.0, max: 0.999_999 }, "", "β₁",
            "Decay of the running mean of gradients.";
        beta2: f64 = 0.999, Training, Kind::Real { min: 0.0, max: 0.999_999 }, "", "β₂",
            "Decay of the running mean of squared gradients.";
        eps: f64 = 1e-8, Training, Kind::Real { min: 1e-16, max: 1.0 }, "", "ε",
            "Added to the root of the mean square, so that nothing is divided by zero.";
        weight_decay: f64 = 0.0, Training, Kind::Real { min: 0.0, max: 10.0 }, "", "Weight decay",
            "How strongly parameters are drawn to zero.";
        batch_size: usize = 2_000, Training, Kind::Whole { min: 1, max: 1_000_000 }, "samples", "Batch size",
            "Samples in one optimiser step.";
        steps: u64 = 10_000, Training, Kind::Whole { min: 1, max: 10_000_000 }, "steps", "Steps",
            "How many optimiser steps the run takes.";
        samples: u64 = 0, Training, Kind::Whole { min: 0, max: 100_000_000 }, "samples", "Training samples (D)",
            "How many fixed training samples there are, reshuffled every epoch; 0 draws fresh ones at every step.";
        seed: u64 = 0, Training, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Seed",
            "Names every random choice of the run, where the three seeds below are 0.";
        seed_task: u64 = 0, Training, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Seed of the task",
            "Names the bits of each subtask; 0: as the seed.";
        seed_model: u64 = 0, Training, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Seed of the start",
            "Names the parameters that the model starts from; 0: as the seed.";
        seed_data: u64 = 0, Training, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Seed of the data",
            "Names the training and the test samples; 0: as the seed.";
    }
}

/// What each random choice of a run is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Of the task: each subtask's bits.
    pub task: u64,
    /// Of the model: the parameters that it starts from.
    pub model: u64,
    /// Of the data: training and test samples.
    pub data: u64,
}

impl Training {
    /// The seeds of the task, the start and the data: their own, or `seed` where that is 0.
    pub fn seeds(&self) -> Seeds {
        let own = |seed: u64| if seed == 0 { self.seed } else { seed };
        Seeds { task: own(self.seed_task), model: own(self.seed_model), data: own(self.seed_data) }
    }

    /// `seed`, or 0 where it names nothing because the task, the start and the data have seeds of
    /// their own. Runs of equal settings are repetitions of one another where these differ.
    pub fn repetition(&self) -> u64 {
        let is_named = [self.seed_task, self.seed_model, self.seed_data].contains(&0);
        if is_named { self.seed } else { 0 }
    }

    /// Samples in a batch: `batch_size`, or all D where there are fewer.
    pub fn batch(&self) -> usize {
        match self.samples {
            0 => self.batch_size,
            samples => self.batch_size.min(usize::try_from(samples).unwrap_or(usize::MAX)),
        }
    }
}
