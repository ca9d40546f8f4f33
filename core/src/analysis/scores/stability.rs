//! Whether the same clusters come out of a part of the samples.

use super::{Contingency, adjusted_rand_index};
use crate::analysis::AnalysisError;
use crate::analysis::labels::count;
use crate::rng::{Rng, Stream};

/// The share of samples in a part.
pub const SHARE: f64 = 0.8;

/// The stability of a clustering, over parts of its samples that were clustered anew. It says how far the
/// draw of samples decides what is found, and nothing of whether that is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    /// How many parts there were.
    pub draws: usize,
    /// The mean adjusted Rand index of whole and part, within the part.
    pub ari: f32,
    /// Of each cluster the mean Jaccard index with the cluster of the part that fits it best: common samples
    /// over all samples of the two, within the part. Below 0.5 a cluster is dissolved, from 0.75 it is called
    /// stable (Hennig 2007). None if it had a sample in no part.
    pub jaccard: Vec<Option<f32>>,
}

/// A random part of n samples, [`SHARE`] of them, ascending.
pub fn part(n: usize, seed: u64, draw: u64) -> Vec<usize> {
    let size = ((SHARE * n as f64).round() as usize).clamp(n.min(1), n);
    Rng::new(seed, Stream::Subsamples, draw).choose(n, size)
}

/// Parts of a clustering, compared one after another.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    labels: &'a [u32],
    draws: usize,
    ari: f64,
    /// Of each cluster the sum of its best indices, and in how many parts it was.
    jaccard: Vec<(f64, usize)>,
}

impl<'a> Parts<'a> {
    /// None yet of a clustering with these labels.
    pub fn new(labels: &'a [u32]) -> Self {
        Self { labels, draws: 0, ari: 0.0, jaccard: vec![(0.0, 0); count(labels)] }
    }

    /// Compares with the labels that the samples of a part got anew.
    ///
    /// # Errors
    /// If there are not as many labels as samples, or none.
    pub fn add(&mut self, part: &[usize], found: &[u32]) -> Result<(), AnalysisError> {
        let whole: Vec<u32> = part.iter().filter_map(|sample| self.labels.get(*sample).copied()).collect();
        let table = Contingency::new(&whole, found)?;
        let mut best = vec![0f64; table.classes.len()];
        for (class, cluster, both) in &table.cells {
            let union = table.classes[*class] + table.clusters[*cluster] - both;
            best[*class] = best[*class].max(*both as f64 / union as f64);
        }
        for (best, label) in best.iter().zip(&table.class_labels) {
            let sum = &mut self.jaccard[*label as usize];
            *sum = (sum.0 + best, sum.1 + 1);
        }
        self.ari += adjusted_rand_index(&table);
        self.draws += 1;
        Ok(())
    }

    /// The means over all parts; nothing without one.
    pub fn finish(self) -> Option<Stability> {
        let mean = |(sum, count): (f64, usize)| (count > 0).then(|| (sum / count as f64) as f32);
        let ari = mean((self.ari, self.draws))?;
        Some(Stability { draws: self.draws, ari, jaccard: self.jaccard.into_iter().map(mean).collect() })
    }
}
