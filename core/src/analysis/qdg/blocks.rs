//! How alike the samples of two clusters are: the blocks of the similarity matrix.

use crate::analysis::AnalysisError;
#[cfg(any(feature = "analysis", test))]
use crate::analysis::Symmetric;

/// Bytes to a cosine of 1: a mean is kept to half of its inverse, 0.004, which no eye tells from the next.
const STEPS: f64 = 127.0;

/// The byte of no mean.
const NONE: u8 = 255;

/// The mean cosine between the samples of two clusters, for every two `[k, k]`, and within each without the
/// pairs of a sample with itself. Means are kept in bytes, to within 0.004.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    clusters: usize,
    /// The triangle on and below the diagonal, row after row.
    bytes: Vec<u8>,
}

impl Blocks {
    /// Of the clusters that `labels` name among the samples of `cosines`.
    #[cfg(any(feature = "analysis", test))]
    pub(crate) fn new(cosines: &Symmetric, labels: &[u32]) -> Self {
        let clusters = crate::analysis::labels::count(labels);
        let mut sums = vec![(0f64, 0u64); clusters * clusters];
        for (sample, label) in labels.iter().enumerate() {
            let row = &mut sums[*label as usize * clusters..][..clusters];
            for (cosine, other) in cosines.row(sample)[..sample].iter().zip(labels) {
                let (sum, pairs) = &mut row[*other as usize];
                (*sum, *pairs) = (*sum + f64::from(*cosine), *pairs + 1);
            }
        }
        let byte = |a: usize, b: usize| {
            // A pair was counted in the row of its later sample.
            let (one, other) = (sums[a * clusters + b], sums[b * clusters + a]);
            let (sum, pairs) = if a == b { one } else { (one.0 + other.0, one.1 + other.1) };
            if pairs == 0 { NONE } else { ((sum / pairs as f64).clamp(-1.0, 1.0) * STEPS + STEPS).round() as u8 }
        };
        let bytes = (0..clusters).flat_map(|a| (0..=a).map(move |b| (a, b))).map(|(a, b)| byte(a, b)).collect();
        Self { clusters, bytes }
    }

    /// From the bytes of a file.
    pub(super) fn from_bytes(clusters: usize, bytes: Vec<u8>) -> Result<Self, AnalysisError> {
        match bytes.len() == Self::len(clusters) {
            true => Ok(Self { clusters, bytes }),
            false => Err(AnalysisError::Artifact("blocks".to_owned())),
        }
    }

    /// How many bytes so many clusters take.
    pub(super) fn len(clusters: usize) -> usize {
        clusters * (clusters + 1) / 2
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many clusters there are.
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// The mean cosine of two clusters, from −1 to 1; nothing within a cluster of one sample, or where one of
    /// them is not there.
    pub fn mean(&self, a: usize, b: usize) -> Option<f64> {
        let (high, low) = (a.max(b), a.min(b));
        let byte = self.bytes.get(high * (high + 1) / 2 + low).filter(|byte| **byte != NONE)?;
        Some((f64::from(*byte) - STEPS) / STEPS)
    }

    /// The other cluster that is most like this one, with their mean cosine; of equals the larger cluster.
    pub fn nearest(&self, cluster: usize) -> Option<(usize, f64)> {
        let others = (0..self.clusters).filter(|other| *other != cluster);
        let means = others.filter_map(|other| Some((other, self.mean(cluster, other)?)));
        means.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    #[test]
    fn blocks_are_the_means_over_pairs() {
        let n = 40;
        let mut rng = Rng::new(2, Stream::Clusters, 0);
        let mut values = vec![1.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let cosine = rng.symmetric(1.0);
                (values[i * n + j], values[j * n + i]) = (cosine, cosine);
            }
        }
        let cosines = Symmetric::from_values(n, values);
        // The last cluster has one sample.
        let labels: Vec<u32> = (0..n).map(|i| if i == 7 { 3 } else { i as u32 % 3 }).collect();
        let blocks = Blocks::new(&cosines, &labels);
        for a in 0..4 {
            for b in 0..4 {
                let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
                let pairs = pairs.filter(|(i, j)| i != j && (labels[*i], labels[*j]) == (a, b));
                let cosines: Vec<f64> = pairs.map(|(i, j)| f64::from(cosines.at(i, j))).collect();
                let mean = (!cosines.is_empty()).then(|| cosines.iter().sum::<f64>() / cosines.len() as f64);
                match (blocks.mean(a as usize, b as usize), mean) {
                    (Some(found), Some(mean)) => assert!((found - mean).abs() <= 0.5 / STEPS + 1e-9, "{a} {b}: {found}, {mean}"),
                    (found, mean) => assert_eq!(found, mean, "{a} {b}"),
                }
            }
        }
        assert_eq!((blocks.mean(3, 3), blocks.mean(0, 9)), (None, None));
        let nearest = blocks.nearest(0).unwrap();
        assert!((1..4).all(|other| blocks.mean(0, other).unwrap() <= nearest.1));
        assert_eq!(Blocks::from_bytes(4, blocks.bytes().to_vec()), Ok(blocks.clone()));
        assert!(Blocks::from_bytes(5, blocks.bytes().to_vec()).is_err());
    }

    #[test]
    fn what_is_alike_altogether_or_opposed_keeps_its_number() {
        let cosines = Symmetric::from_values(3, vec![1.0, 1.0, -1.0, 1.0, 1.0, 0.0, -1.0, 0.0, 1.0]);
        let each = Blocks::new(&cosines, &[0, 1, 2]);
        assert_eq!((each.mean(0, 1), each.mean(0, 2), each.mean(2, 1)), (Some(1.0), Some(-1.0), Some(0.0)));
    }
}
