//! Whether the same clusters come out of a part of the samples.

use serde::Serialize;

use super::{Contingency, adjusted_rand_index};
use crate::analysis::AnalysisError;
use crate::analysis::labels::count;
use crate::fit::Estimate;
use crate::rng::{Rng, Stream};

/// The share of samples in a part.
const SHARE: f64 = 0.8;

/// One cluster's stability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClusterStability {
    /// The cluster's label.
    pub cluster: u32,
    /// Its mean Jaccard index with the cluster of the part that fits it best: common samples over all
    /// samples of the two, within the part. Below 0.5 a cluster is dissolved (Hennig 2007). None if it
    /// had a sample in no part.
    pub jaccard: Option<f64>,
}

/// The stability of a clustering.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stability {
    /// The adjusted Rand index of whole and part, over the draws. The interval is that of the mean over
    /// draws from the same samples: it says nothing of other samples.
    pub ari: Estimate,
    /// Each cluster of the whole.
    pub clusters: Vec<ClusterStability>,
}

/// Clusters `draws` random parts of 80 % of the samples anew and compares each with `labels`, the
/// clustering of all. `cluster` returns labels for the samples whose ascending indices it is given.
///
/// # Errors
/// If there are no labels or no draws, `cluster` fails, or gives labels of another length.
pub fn stability(
    labels: &[u32],
    draws: usize,
    seed: u64,
    mut cluster: impl FnMut(&[usize]) -> Result<Vec<u32>, AnalysisError>,
) -> Result<Stability, AnalysisError> {
    let n = labels.len();
    let size = ((SHARE * n as f64).round() as usize).clamp(n.min(1), n);
    let count = count(labels);
    let (mut aris, mut jaccards) = (Vec::with_capacity(draws), vec![(0f64, 0usize); count]);
    for draw in 0..draws {
        let mut rng = Rng::new(seed, Stream::Subsamples, draw as u64);
        let part = rng.choose(n, size);
        let found = cluster(&part)?;
        let whole: Vec<u32> = part.iter().map(|sample| labels[*sample]).collect();
        let table = Contingency::new(&whole, &found)?;
        aris.push(adjusted_rand_index(&table));
        let mut best = vec![0f64; table.classes.len()];
        for (class, cluster, both) in &table.cells {
            let union = table.classes[*class] + table.clusters[*cluster] - both;
            best[*class] = best[*class].max(*both as f64 / union as f64);
        }
        for (best, label) in best.iter().zip(&table.class_labels) {
            let sum = &mut jaccards[*label as usize];
            *sum = (sum.0 + best, sum.1 + 1);
        }
    }
    let Some(ari) = Estimate::of_seeds(&aris) else {
        return Err(AnalysisError::Labels("stability needs at least one draw".to_owned()));
    };
    let clusters = jaccards
        .iter()
        .zip(0..)
        .map(|((sum, count), cluster)| ClusterStability { cluster, jaccard: (*count > 0).then(|| sum / *count as f64) })
        .collect();
    Ok(Stability { ari, clusters })
}
