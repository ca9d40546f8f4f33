//! What the Gaussian toy of Figs 16 and 17 gave, as it is kept: `analysis::gaussian` computes it.

use serde::{Deserialize, Serialize};

/// Slopes of the envelope of spectral clusterings of Gaussian clusters, one a seed, beside the true ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toy {
    /// The clusters' probabilities fall as rank to the minus this: α + 1.
    pub exponent: f64,
    /// The standard deviation around a centre in each dimension; that of the centres is 1.
    pub spread: f64,
    /// How many clusters there are.
    pub clusters: usize,
    /// How many dimensions a sample has.
    pub dimensions: usize,
    /// How many samples are clustered.
    pub samples: usize,
    /// Into how many clusters.
    pub k: Vec<usize>,
    /// The ranks over which slopes are fitted, both counted.
    pub ranks: (usize, usize),
    /// Each seed's slope of the envelope, d ln size / d ln rank.
    pub slopes: Vec<f64>,
    /// Each seed's slope of the sizes of the true clusters over the same ranks.
    pub truth: Vec<f64>,
    /// Each seed's slope of labels drawn at random.
    pub uniform: Vec<f64>,
    /// Each seed's adjusted Rand index of the truth with the clusters of the largest k.
    pub ari: Vec<f64>,
    /// Seconds that all seeds took.
    pub seconds: f64,
}
