//! A text as a transformer reads it: the loss of each token, at every step whose parameters were kept.
//!
//! This is how quanta are seen in a language at once: a token of a quantum that the model has is predicted,
//! and its loss falls abruptly when the quantum is learned (the paper's Figs 3 and 4 show such tokens).
//! What was read needs no feature; reading needs `analysis`.

#[cfg(feature = "analysis")]
mod read;

#[cfg(feature = "analysis")]
pub use read::{course, read};

use serde::{Deserialize, Serialize};

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// So many fresh documents of the run's own language, with every quantum about as often.
    Documents(usize),
    /// A text of one's own: names of tokens with spaces between them.
    Words(String),
}

/// A text with the loss of each token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The steps at which the text was read, ascending.
    pub steps: Vec<u64>,
    /// The family of each quantum of the language, by rank.
    pub families: Vec<String>,
    /// Its documents.
    pub passages: Vec<Passage>,
}

/// One document of t + 1 tokens, the first of which is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// The tokens, `[t + 1]`.
    pub tokens: Vec<u32>,
    /// The quantum of each predicted token by rank from 0, where a rule predicts it, `[t]`; empty for a text
    /// of one's own.
    pub quanta: Vec<Option<u32>>,
    /// The least possible loss of each predicted token, nats, `[t]`; empty for a text of one's own.
    pub least: Vec<f32>,
    /// The loss of each predicted token at each step, nats, `[steps, t]`.
    pub losses: Vec<Vec<f32>>,
}

/// The mean loss of some tokens over training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The steps, ascending.
    pub steps: Vec<u64>,
    /// The mean at each, nats, `[steps]`.
    pub losses: Vec<f32>,
}

/// What one predicted token of a text is nearest to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// The place of its cluster by size, from 0: the one with the largest mean cosine of its samples to this
    /// token.
    pub cluster: usize,
    /// That mean.
    pub cosine: f64,
    /// The samples that are most alike, with their cosines, the nearest first.
    pub samples: Vec<(usize, f64)>,
}
