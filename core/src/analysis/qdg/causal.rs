//! What moving a model along a cluster's gradient did, and how it is asked for and kept.

use serde::{Deserialize, Serialize};

/// The settings of a causal check of clusters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CausalAsk {
    /// How far the weights are moved either way, as a share of their norm.
    pub epsilon: f64,
    /// On no more samples of other clusters than so many is the change elsewhere measured.
    pub others: usize,
    /// Names the halves, the samples of other clusters and the random clusters.
    pub seed: u64,
}

impl Default for CausalAsk {
    fn default() -> Self {
        Self { epsilon: 0.01, others: 200, seed: 0 }
    }
}

/// The causal scores of one clustering's clusters, beside those of random ones: how many times as much the
/// loss changes on a cluster's own samples as on others when the weights move along its mean gradient.
/// `causal` computes them and says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Causal {
    /// What was asked.
    #[serde(flatten)]
    pub ask: CausalAsk,
    /// Each cluster's score, by label; nothing where it has fewer than two samples, no others beside it, or no
    /// direction.
    pub scores: Vec<Option<f64>>,
    /// The same after the labels were dealt out anew among the samples: clusters of the same sizes that have
    /// nothing in common.
    pub random: Vec<Option<f64>>,
}

impl Causal {
    /// The median of the clusters' scores and that of the random ones', each over those that have one.
    pub fn medians(&self) -> [Option<f64>; 2] {
        [&self.scores, &self.random].map(|scores| median(scores.iter().flatten().copied().collect()))
    }
}

/// The middle number; of an even count, the mean of the two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    Some(if values.len() % 2 == 1 { upper } else { 0.5 * (upper + values[values.len() / 2 - 1]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_over_the_clusters_that_have_a_score() {
        let causal = Causal {
            ask: CausalAsk::default(),
            scores: vec![Some(9.0), None, Some(1.0), Some(4.0)],
            random: vec![None, Some(3.0), None, Some(1.0)],
        };
        assert_eq!(causal.medians(), [Some(4.0), Some(2.0)]);
        assert_eq!(median(Vec::new()), None);
        let read: Causal = serde_json::from_str(&serde_json::to_string(&causal).unwrap()).unwrap();
        assert_eq!(read, causal);
    }
}
