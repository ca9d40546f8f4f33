//! The Gaussian toy of the paper's Figs 16 and 17: clusters whose sizes fall as a power law, through the
//! same clustering as gradients, so that the envelope's slope can be held against the true one.
//!
//! Cluster c of N is centred at a standard normal point of d dimensions and is chosen for a sample with
//! probability ∝ c^-(exponent); the sample lies at a normal distance of `spread` a dimension from it.
//! How many clusters, dimensions and how much spread are settings: the paper's are not known here.

use super::envelope::{Envelope, for_every_k, uniform};
use super::labels::sizes;
use super::scores::agreement;
use super::similarity::{Cosines, Gram, Rows, Sign};
use super::spectral::embed;
use super::{AnalysisError, Toy};
use crate::fit::FitError;
use crate::quanta::UseFrequencies;
use crate::rng::{Rng, Stream};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussians {
    /// How many clusters there are.
    pub clusters: usize,
    /// How many samples are drawn.
    pub samples: usize,
    /// How many dimensions a sample has.
    pub dimensions: usize,
    /// The exponent of the clusters' probabilities over rank: α + 1.
    pub exponent: f64,
    /// The standard deviation around a centre, in each dimension; that of the centres is 1.
    pub spread: f64,
    /// The seed of everything drawn.
    pub seed: u64,
}

/// Drawn samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The samples [n, d], row after row.
    pub values: Vec<f32>,
    /// The cluster of each, 0 the most probable.
    pub truth: Vec<u32>,
}

impl Gaussians {
    /// Draws the centres and the samples.
    ///
    /// # Errors
    /// If there are fewer than two samples, no clusters or no dimensions, or the exponent or the spread is
    /// not a finite number of at least 0.
    pub fn draw(&self) -> Result<Drawn, AnalysisError> {
        self.check()?;
        let mut normal = Normal::new(Rng::new(self.seed, Stream::Gaussians, 0));
        let centres: Vec<f64> = (0..self.clusters * self.dimensions).map(|_| normal.next()).collect();
        let mut choice = Rng::new(self.seed, Stream::Gaussians, 1);
        let mut around = Normal::new(Rng::new(self.seed, Stream::Gaussians, 2));
        let frequencies = UseFrequencies::new(self.clusters, self.exponent - 1.0);
        let (mut values, mut truth) = (Vec::with_capacity(self.samples * self.dimensions), Vec::with_capacity(self.samples));
        for _ in 0..self.samples {
            let cluster = frequencies.sample(choice.next_u32());
            truth.push(cluster);
            let centre = &centres[cluster as usize * self.dimensions..][..self.dimensions];
            values.extend(centre.iter().map(|x| (x + self.spread * around.next()) as f32));
        }
        Ok(Drawn { values, truth })
    }

    /// The cosines of drawn samples.
    ///
    /// # Errors
    /// Those of [`Gram::cosines`].
    pub fn cosines(&self, drawn: &Drawn) -> Result<Cosines, AnalysisError> {
        let mut gram = Gram::new(self.samples, Sign::Signed);
        gram.add(Rows::new(self.samples, self.dimensions, &drawn.values)?)?;
        gram.cosines()
    }

    /// Draws samples with this seed and those after it, clusters them spectrally into every k as published
    /// (`starts` starts of k-means), and fits the slopes of the envelope, of the true sizes and of random labels
    /// over the ranks `from` to `to`. The seconds are left at 0.
    ///
    /// # Errors
    /// Settings that cannot be drawn, a k that does not fit, or fewer than three ranks with a cluster.
    pub fn slopes(&self, seeds: u64, k: &[usize], (from, to): (usize, usize), starts: usize) -> Result<Toy, AnalysisError> {
        let most = k.iter().copied().max().unwrap_or(1);
        let of_seed = |seed: u64| {
            let toy = Self { seed, ..*self };
            let drawn = toy.draw()?;
            let embedding = embed(&toy.cosines(&drawn)?.angular(), most)?;
            let clusterings = for_every_k(k, |k| embedding.cluster(k, starts, seed))?;
            let slope = |envelope: &Envelope| {
                let failed =
                    |error: FitError| AnalysisError::Library { what: "the slope of an envelope", why: error.to_string() };
                Ok::<f64, AnalysisError>(envelope.slope(from, to).map_err(failed)?.slope)
            };
            let finest = clusterings.iter().last().map(|(_, labels)| labels).unwrap_or_default();
            Ok([
                slope(&Envelope::new(&clusterings))?,
                slope(&Envelope::of_sizes([sizes(&drawn.truth)]))?,
                slope(&uniform(k, self.samples, seed, 0))?,
                agreement(&drawn.truth, finest)?.ari,
            ])
        };
        let found = (0..seeds).map(|seed| of_seed(self.seed + seed)).collect::<Result<Vec<[f64; 4]>, AnalysisError>>()?;
        let column = |at: usize| found.iter().map(|row| row[at]).collect::<Vec<f64>>();
        let Self { exponent, spread, clusters, dimensions, samples, .. } = *self;
        let (k, ranks, seconds) = (k.to_vec(), (from, to), 0.0);
        let (slopes, truth, uniform, ari) = (column(0), column(1), column(2), column(3));
        Ok(Toy { exponent, spread, clusters, dimensions, samples, k, ranks, slopes, truth, uniform, ari, seconds })
    }

    fn check(&self) -> Result<(), AnalysisError> {
        if self.samples < 2 {
            return Err(AnalysisError::TooFewSamples(self.samples));
        }
        if self.clusters == 0 {
            return Err(AnalysisError::Clusters { k: 0, n: self.samples });
        }
        if self.dimensions == 0 {
            return Err(AnalysisError::Shape { what: "dimensions of a sample", found: 0, expected: 1 });
        }
        for (name, value) in [("exponent", self.exponent), ("spread", self.spread)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(AnalysisError::Labels(format!("the {name} is {value}, but must be a finite number of at least 0")));
            }
        }
        Ok(())
    }
}

/// Standard normal numbers, two from two uniform ones (Box & Muller 1958).
struct Normal {
    rng: Rng,
    second: Option<f64>,
}

impl Normal {
    fn new(rng: Rng) -> Self {
        Self { rng, second: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        // 1 − u is never 0.
        let radius = (-2.0 * libm::log(1.0 - self.rng.unit())).sqrt();
        let (sin, cos) = libm::sincos(std::f64::consts::TAU * self.rng.unit());
        self.second = Some(radius * sin);
        radius * cos
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::envelope::with_nulls;

    const SMALL: Gaussians = Gaussians { clusters: 12, samples: 300, dimensions: 40, exponent: 1.4, spread: 0.3, seed: 1 };

    #[test]
    fn sizes_and_spread_are_as_asked() {
        let many = Gaussians { samples: 20_000, dimensions: 4, ..SMALL };
        let drawn = many.draw().unwrap();
        let found = sizes(&drawn.truth);
        for (size, p) in found.iter().zip(UseFrequencies::new(12, 0.4).p()) {
            let deviation = (20_000.0 * p * (1.0 - p)).sqrt();
            assert!((*size as f64 - 20_000.0 * p).abs() < 5.0 * deviation, "{size} instead of {}", 20_000.0 * p);
        }
        let first: Vec<f64> = drawn
            .truth
            .iter()
            .zip(drawn.values.chunks_exact(4))
            .filter(|(c, _)| **c == 0)
            .map(|(_, x)| f64::from(x[0]))
            .collect();
        let mean = first.iter().sum::<f64>() / first.len() as f64;
        let deviation = (first.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / first.len() as f64).sqrt();
        assert!((deviation - 0.3).abs() < 0.02, "{deviation}");
        assert_eq!(many.draw().unwrap(), drawn);
    }

    #[test]
    fn separate_clusters_are_found_and_overlapping_ones_are_not() {
        let ari = |spread| {
            let toy = Gaussians { spread, ..SMALL };
            let drawn = toy.draw().unwrap();
            let embedding = embed(&toy.cosines(&drawn).unwrap().angular(), 12).unwrap();
            agreement(&drawn.truth, &embedding.cluster(12, 10, 0).unwrap()).unwrap().ari
        };
        let (near, far) = (ari(0.3), ari(6.0));
        assert!(near > 0.5 && far < 0.1, "{near} and {far}");
    }

    #[test]
    fn the_whole_way_from_samples_to_a_slope_with_nulls() {
        let drawn = SMALL.draw().unwrap();
        let affinities = SMALL.cosines(&drawn).unwrap().angular();
        let ks = [4, 8, 12, 16];
        let cluster = |affinities: &crate::analysis::Symmetric| {
            let embedding = embed(affinities, 16)?;
            for_every_k(&ks, |k| embedding.cluster(k, 4, 0))
        };
        let clusterings = cluster(&affinities).unwrap();
        let found = with_nulls(&clusterings, (2, 12), 4, 0).unwrap().with_shuffled(&affinities, 2, 0, cluster).unwrap();
        assert_eq!(found.envelope, Envelope::new(&clusterings));
        assert!(found.shuffled.unwrap().slope.value.is_finite());
        assert!(found.slope.slope < found.equal.slope.value, "{:?} against {:?}", found.slope, found.equal);
    }

    #[test]
    fn slopes_of_several_seeds_follow_the_true_sizes_where_clusters_are_separate() {
        let ks = [4, 8, 12];
        let of = |exponent: f64| Gaussians { exponent, ..SMALL }.slopes(3, &ks, (1, 12), 4).unwrap();
        let (flat, steep) = (of(1.0), of(2.0));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert_eq!((flat.slopes.len(), flat.truth.len(), flat.ranks), (3, 3, (1, 12)));
        assert!(mean(&steep.truth) < mean(&flat.truth) - 0.3 && mean(&steep.slopes) < mean(&flat.slopes), "{flat:?} {steep:?}");
        assert_eq!(flat.uniform, steep.uniform, "random labels know nothing of it");
        assert_eq!(
            Gaussians { seed: SMALL.seed + 1, exponent: 1.0, ..SMALL }.slopes(1, &ks, (1, 12), 4).unwrap().slopes,
            flat.slopes[1..2]
        );
        assert!(SMALL.slopes(1, &[2], (5, 9), 2).is_err(), "no clusters of those ranks");
    }

    #[test]
    fn settings_that_cannot_be_drawn_are_refused() {
        for bad in [
            Gaussians { samples: 1, ..SMALL },
            Gaussians { clusters: 0, ..SMALL },
            Gaussians { dimensions: 0, ..SMALL },
            Gaussians { spread: f64::NAN, ..SMALL },
            Gaussians { exponent: -1.0, ..SMALL },
        ] {
            assert!(bad.draw().is_err(), "{bad:?}");
        }
        let points = Gaussians { clusters: 1, spread: 0.0, ..SMALL };
        assert_eq!(points.cosines(&points.draw().unwrap()), Err(AnalysisError::Identical(300)));
    }
}
