//! The rank–frequency envelope of clusterings for several k (the paper's Figs 5, 15, 16 and 17): for each
//! rank the largest cluster of that rank at any k, and the slope of its sizes over the ranks.
//!
//! The slope means little by itself: k clusters of equal size have n/k samples each, and the largest of
//! those over all k ≥ r at rank r is about n/r whatever the data. So it is always held against the same
//! procedure on labels that know nothing, with the same list of k and the same n.

use std::collections::BTreeMap;

use serde::Serialize;

use super::labels::{Clusterings, sizes};
use super::{AnalysisError, Symmetric};
use crate::fit::{Estimate, FitError, least_squares};
use crate::paper;
use crate::rng::{Rng, Stream};

/// For each rank, from 1, the largest cluster of that rank over all k.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Envelope {
    /// Sizes by rank; position 0 is rank 1.
    pub sizes: Vec<usize>,
}

/// The slope of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Slope {
    /// d ln size / d ln rank, by plain least squares over the ranks, as in the paper.
    pub slope: f64,
    /// The first and the last rank that were fitted.
    pub ranks: (usize, usize),
}

impl Envelope {
    /// The envelope of clusterings.
    pub fn new(clusterings: &Clusterings) -> Self {
        Self::of_sizes(clusterings.iter().map(|(_, labels)| sizes(labels)))
    }

    /// The envelope of the sizes of clusters, one list for each k, in any order.
    pub fn of_sizes(lists: impl IntoIterator<Item = Vec<usize>>) -> Self {
        let mut envelope: Vec<usize> = Vec::new();
        for mut sizes in lists {
            sizes.retain(|size| *size > 0);
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            if sizes.len() > envelope.len() {
                envelope.resize(sizes.len(), 0);
            }
            envelope.iter_mut().zip(sizes).for_each(|(most, size)| *most = size.max(*most));
        }
        Self { sizes: envelope }
    }

    /// The slope over the ranks from `from` to `to`, both counted, as far as there are clusters.
    ///
    /// # Errors
    /// If the ranks are no range, or fewer than three of them have a cluster.
    pub fn slope(&self, from: usize, to: usize) -> Result<Slope, FitError> {
        let ranks: Vec<f64> = (1..=self.sizes.len()).map(|rank| rank as f64).collect();
        let sizes: Vec<f64> = self.sizes.iter().map(|size| *size as f64).collect();
        let law = least_squares(&ranks, &sizes, (from as f64, to as f64))?;
        Ok(Slope { slope: -law.exponent, ranks: (law.range.0 as usize, law.range.1 as usize) })
    }
}

/// A null's slopes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NullSlopes {
    /// The mean over draws with its interval. Equal sizes are drawn once: they leave nothing to chance.
    pub slope: Estimate,
    /// The standard deviation of one draw's slope; none with one draw.
    pub deviation: Option<f64>,
    /// Each draw's.
    pub slopes: Vec<f64>,
}

impl NullSlopes {
    fn new(slopes: Vec<f64>) -> Option<Self> {
        let slope = Estimate::of_seeds(&slopes)?;
        let degrees = slopes.len() as f64 - 1.0;
        let deviation =
            (degrees > 0.0).then(|| (slopes.iter().map(|each| (each - slope.value).powi(2)).sum::<f64>() / degrees).sqrt());
        Some(Self { slope, deviation, slopes })
    }
}

/// The slope of a clustering beside those of labels that know nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnvelopeWithNulls {
    /// The envelope.
    pub envelope: Envelope,
    /// Its slope.
    pub slope: Slope,
    /// Each sample's label drawn uniformly from k.
    pub uniform: NullSlopes,
    /// k clusters of n/k samples, some of one more.
    pub equal: NullSlopes,
    /// The same clustering of the similarity's pairs dealt out anew, where there is a similarity.
    pub shuffled: Option<NullSlopes>,
}

/// The slope of `clusterings` over the ranks `from` to `to` beside the nulls of the same k and n, the
/// random ones drawn `draws` times.
///
/// # Errors
/// If a slope cannot be fitted, or there are no draws.
pub fn with_nulls(
    clusterings: &Clusterings,
    (from, to): (usize, usize),
    draws: usize,
    seed: u64,
) -> Result<EnvelopeWithNulls, FitError> {
    let envelope = Envelope::new(clusterings);
    let slope = envelope.slope(from, to)?;
    let (ks, n) = (clusterings.ks(), clusterings.n());
    let none = FitError::TooFew { points: 0, from: from as f64, to: to as f64 };
    let uniform: Result<Vec<f64>, FitError> =
        (0..draws as u64).map(|draw| Ok(uniform(&ks, n, seed, draw).slope(from, to)?.slope)).collect();
    Ok(EnvelopeWithNulls {
        slope,
        uniform: NullSlopes::new(uniform?).ok_or(none)?,
        equal: NullSlopes::new(vec![equal(&ks, n).slope(from, to)?.slope]).ok_or(none)?,
        shuffled: None,
        envelope,
    })
}

impl EnvelopeWithNulls {
    /// Adds the null of the shuffled similarity: `cluster` makes clusterings, with the same list of k and
    /// by the same method, of each affinity matrix that it is given.
    ///
    /// # Errors
    /// What `cluster` says, or that a slope cannot be fitted.
    pub fn with_shuffled(
        mut self,
        affinities: &Symmetric,
        draws: usize,
        seed: u64,
        mut cluster: impl FnMut(&Symmetric) -> Result<Clusterings, AnalysisError>,
    ) -> Result<Self, AnalysisError> {
        let failed =
            |error: FitError| AnalysisError::Library { what: "the slope of a shuffled similarity", why: error.to_string() };
        let mut slopes = Vec::with_capacity(draws);
        for draw in 0..draws {
            // Its own draws: the uniform null counts up from 0.
            let mut rng = Rng::new(seed, Stream::Nulls, u64::MAX - draw as u64);
            let envelope = Envelope::new(&cluster(&affinities.shuffled(|bound| rng.below(bound)))?);
            slopes.push(envelope.slope(self.slope.ranks.0, self.slope.ranks.1).map_err(failed)?.slope);
        }
        self.shuffled = NullSlopes::new(slopes);
        Ok(self)
    }
}

/// The ranks over which the paper fits its slope, of up to 1,100 clusters, in proportion to `most` clusters.
pub fn paper_ranks(most: usize) -> (usize, usize) {
    let share = |rank: usize| rank * most / paper::CLUSTERS[paper::CLUSTERS.len() - 1];
    (share(paper::RANKS.0).max(1), share(paper::RANKS.1).max(3))
}

/// The envelope of labels drawn uniformly, for each k anew.
pub fn uniform(ks: &[usize], n: usize, seed: u64, draw: u64) -> Envelope {
    let mut rng = Rng::new(seed, Stream::Nulls, draw);
    Envelope::of_sizes(ks.iter().map(|k| sizes(&uniform_labels(&mut rng, *k, n))))
}

/// Labels of n samples drawn uniformly from k.
pub fn uniform_labels(rng: &mut Rng, k: usize, n: usize) -> Vec<u32> {
    (0..n).map(|_| rng.below(k.max(1) as u32)).collect()
}

/// The envelope of clusters as equal as they can be.
pub fn equal(ks: &[usize], n: usize) -> Envelope {
    Envelope::of_sizes(
        ks.iter().filter(|k| **k > 0).map(|k| (0..*k).map(|cluster| n / k + usize::from(cluster < n % k)).collect()),
    )
}

/// The clusterings of every k in the list, by whatever `cluster` does for one k.
///
/// # Errors
/// What `cluster` says, or what is wrong with its labels.
pub fn for_every_k(
    ks: &[usize],
    mut cluster: impl FnMut(usize) -> Result<Vec<u32>, AnalysisError>,
) -> Result<Clusterings, AnalysisError> {
    let of_k: Result<BTreeMap<usize, Vec<u32>>, AnalysisError> = ks.iter().map(|k| Ok((*k, cluster(*k)?))).collect();
    Clusterings::new(of_k?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_takes_each_ranks_largest_cluster() {
        let envelope = Envelope::of_sizes([vec![1, 5, 4], vec![10], vec![2, 2, 2, 4]]);
        assert_eq!(envelope.sizes, [10, 4, 2, 2]);
        let read = Clusterings::from_json(r#"{"1": [0,0,0,0], "3": [0,1,1,2]}"#).unwrap();
        assert_eq!(Envelope::new(&read).sizes, [4, 1, 1]);
    }

    #[test]
    fn the_slope_is_that_of_a_power_law_over_its_ranks() {
        // 10^6·r^-1.4 over ranks 10 to 100, with other sizes around them.
        let sizes =
            (1..=200).map(|rank: u32| if (10..=100).contains(&rank) { (1e6 * f64::from(rank).powf(-1.4)) as usize } else { 7 });
        let envelope = Envelope { sizes: sizes.collect() };
        let found = envelope.slope(10, 100).unwrap();
        assert!((found.slope + 1.4).abs() < 1e-3, "{found:?}");
        assert_eq!(found.ranks, (10, 100));
        assert_eq!(envelope.slope(10, 1_000).unwrap().ranks, (10, 200));
        assert!(matches!(envelope.slope(199, 1_000), Err(FitError::TooFew { points: 2, .. })));
        assert!(matches!(envelope.slope(30, 30), Err(FitError::Range { .. })));
    }

    #[test]
    fn labels_that_know_nothing_have_a_slope_near_minus_one() {
        let equal = equal(&paper::CLUSTERS, paper::SAMPLES_TO_CLUSTER).slope(paper::RANKS.0, paper::RANKS.1).unwrap();
        assert!((equal.slope + 1.0).abs() < 0.15, "{equal:?}");
        let clusterings = for_every_k(&[10, 20, 30, 40, 50], |k| Ok((0..2_000).map(|i| (i % k) as u32).collect())).unwrap();
        let found = with_nulls(&clusterings, (2, 50), 5, 3).unwrap();
        assert_eq!(found.slope.slope, found.equal.slope.value);
        assert_eq!((found.uniform.slopes.len(), found.equal.deviation), (5, None));
        let deviation = found.uniform.deviation.unwrap();
        assert!(deviation > 0.0 && deviation < 0.1 && (found.uniform.slope.value + 1.0).abs() < 0.4, "{:?}", found.uniform);
        // The same seed draws the same labels.
        assert_eq!(with_nulls(&clusterings, (2, 50), 5, 3).unwrap(), found);
        assert_ne!(with_nulls(&clusterings, (2, 50), 5, 4).unwrap().uniform, found.uniform);
        assert!(with_nulls(&clusterings, (2, 50), 0, 3).is_err());
    }

    #[test]
    fn a_shuffled_similarity_keeps_its_numbers_alone() {
        let values: Vec<f32> = (0..36)
            .map(|at| if at / 6 == at % 6 { 1.0 } else { ((at / 6 + at % 6) * 10 + (at / 6) * (at % 6)) as f32 })
            .collect();
        let affinities = Symmetric::new(6, values).unwrap();
        let mut seen = Vec::new();
        let clusterings = for_every_k(&[3, 6], |k| Ok((0..6).map(|i| (i % k) as u32).collect())).unwrap();
        let found = with_nulls(&clusterings, (1, 6), 2, 0).unwrap().with_shuffled(&affinities, 3, 0, |shuffled| {
            seen.push(shuffled.clone());
            Ok(clusterings.clone())
        });
        assert_eq!(found.unwrap().shuffled.unwrap().slopes.len(), 3);
        let sorted = |matrix: &Symmetric| {
            let mut values = matrix.values().to_vec();
            values.sort_by(f32::total_cmp);
            values
        };
        for shuffled in &seen {
            assert!(sorted(shuffled) == sorted(&affinities) && *shuffled != affinities);
            assert!((0..6).all(|i| shuffled.at(i, i) == 1.0 && (0..6).all(|j| shuffled.at(i, j) == shuffled.at(j, i))));
        }
        assert_ne!(seen[0], seen[1]);
    }
}
