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

choice! {
    /// How the learning rate falls towards the end of a run.
    Decay {
        /// Not at all.
        None = "none",
        /// In a straight line.
        Linear = "linear",
        /// As half a cosine wave.
        Cosine = "cosine",
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
        warmup: u64 = 0, Training, Kind::Whole { min: 0, max: 10_000_000 }, "steps", "Warm-up",
            "Over how many steps the learning rate rises from nothing in a straight line; 0 starts with all of it.";
        decay: Decay = Decay::None, Training, Kind::Choice(Decay::WORDS), "", "Decay",
            "How the learning rate falls towards the last step.";
        decay_from: f64 = 0.0, Training, Kind::Real { min: 0.0, max: 1.0 }, "", "Decay begins",
            "At which share of the steps the learning rate begins to fall.";
        final_lr: f64 = 0.0, Training, Kind::Real { min: 0.0, max: 1.0 }, "", "Rate at the end",
            "The share of the learning rate that is left at the last step.";
        clip: f64 = 0.0, Training, Kind::Real { min: 0.0, max: 1e6 }, "", "Gradient clipping",
            "A gradient whose norm, over all parameters, is larger is scaled down to it; 0 leaves all as they are.";
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

    /// The learning rate of a step, counted from 0: `lr` without warm-up and decay.
    pub fn rate(&self, step: u64) -> f64 {
        let warm = if step < self.warmup { (step + 1) as f64 / self.warmup as f64 } else { 1.0 };
        let begin = self.decay_from * self.steps as f64;
        let past = ((step as f64 - begin) / (self.steps as f64 - begin).max(1.0)).clamp(0.0, 1.0);
        let left = match self.decay {
            Decay::None => return self.lr * warm,
            Decay::Linear => 1.0 - past,
            Decay::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * past).cos()),
        };
        self.lr * warm * (self.final_lr + (1.0 - self.final_lr) * left)
    }
}
