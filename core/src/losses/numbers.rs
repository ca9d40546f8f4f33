//! What a table of losses says in numbers: the means, how many tokens are known, and how many are learned in one
//! drop, for a terminal and for the reproduction table.

use serde::{Deserialize, Serialize};

use super::{Ask, Counts, Losses};

/// A token under this loss counts as known, bits: the paper's 0.1 nats.
pub const KNOWN_BITS: f32 = 0.1 * std::f32::consts::LOG2_E;

/// Draws of shuffled sizes.
const DRAWS: usize = 8;

/// The mean loss of a model at the last checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The model's size.
    pub parameters: u64,
    /// Its seed.
    pub seed: u64,
    /// Bits.
    pub bits: f64,
    /// The share of tokens that cost under 0.1 nats.
    pub known: f64,
}

/// A table in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// What the losses are of.
    pub title: String,
    /// How many tokens have a loss.
    pub tokens: usize,
    /// Every model at the last checkpoint, the smallest first.
    pub models: Vec<Mean>,
    /// The steps of the checkpoints.
    pub steps: Vec<u64>,
    /// The mean loss of the largest model of the first seed at each, bits.
    pub largest: Vec<f64>,
    /// What counts as which shape.
    pub ask: Ask,
    /// How many tokens have each shape.
    pub found: Counts,
    /// The same with sizes shuffled.
    pub shuffled: Counts,
    /// How many tokens are known to one of two seeds of a size and not to the other; nothing without repetitions.
    pub between_seeds: Option<f64>,
}

impl Losses {
    /// The table in numbers.
    pub fn numbers(&self, ask: &Ask) -> Numbers {
        let last = self.steps.len() - 1;
        let mean = |(model, of): (usize, &super::Model)| Mean {
            parameters: of.parameters,
            seed: of.seed,
            bits: self.mean(model, last),
            known: self.share_under(model, last, KNOWN_BITS),
        };
        let largest = self.sizes().last().copied().unwrap_or_default();
        Numbers {
            title: self.title.clone(),
            tokens: self.tokens(),
            models: self.models.iter().enumerate().map(mean).collect(),
            steps: self.steps.clone(),
            largest: (0..=last).map(|checkpoint| self.mean(largest, checkpoint)).collect(),
            ask: *ask,
            found: self.counts(ask),
            shuffled: self.counts_shuffled(ask, DRAWS),
            between_seeds: self.apart_between_seeds(ask),
        }
    }
}
