//! A symmetric matrix over pairs of samples.

use super::AnalysisError;

/// A symmetric matrix [n, n] of single-precision numbers, row after row: cosines, or affinities.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetric {
    n: usize,
    values: Vec<f32>,
}

impl Symmetric {
    /// Takes affinities computed elsewhere: n² numbers, row after row.
    ///
    /// # Errors
    /// If there are not n² numbers, or one is negative, not finite or not the same both ways.
    pub fn new(n: usize, values: Vec<f32>) -> Result<Self, AnalysisError> {
        if values.len() != n * n {
            return Err(AnalysisError::Shape { what: "numbers of a similarity matrix", found: values.len(), expected: n * n });
        }
        for i in 0..n {
            for j in 0..n {
                let value = values[i * n + j];
                if !value.is_finite() {
                    return Err(AnalysisError::NotFinite { sample: i, position: j, value });
                }
                if value < 0.0 || value != values[j * n + i] {
                    return Err(AnalysisError::Affinity { i, j, value });
                }
            }
        }
        Ok(Self { n, values })
    }

    /// Wraps numbers that this crate computed: n² of them, symmetric.
    #[cfg(any(feature = "analysis", test))]
    pub(crate) fn from_values(n: usize, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), n * n);
        Self { n, values }
    }

    /// How many samples there are.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The number of a pair.
    pub fn at(&self, i: usize, j: usize) -> f32 {
        self.values[i * self.n + j]
    }

    /// The numbers of one sample with all n.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.n..(i + 1) * self.n]
    }

    /// All n² numbers, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same for some of the samples, in the order given; each index must be less than n.
    pub fn subset(&self, samples: &[usize]) -> Self {
        let values = samples.iter().flat_map(|i| samples.iter().map(move |j| self.at(*i, *j))).collect();
        Self { n: samples.len(), values }
    }

    /// The pairs' numbers dealt out anew: the null in which every sample keeps no neighbour. The
    /// diagonal stays. `below` returns a random number under its argument.
    pub(super) fn shuffled(&self, mut below: impl FnMut(u32) -> u32) -> Self {
        let n = self.n;
        let mut pairs: Vec<f32> = (0..n).flat_map(|i| self.row(i)[i + 1..].iter().copied()).collect();
        for last in (1..pairs.len()).rev() {
            // n < 2^16 samples have fewer than 2^31 pairs; more would not fit in memory.
            pairs.swap(last, below(last as u32 + 1) as usize);
        }
        let mut values = self.values.clone();
        let mut next = pairs.into_iter();
        for i in 0..n {
            for j in i + 1..n {
                let value = next.next().unwrap_or_default();
                (values[i * n + j], values[j * n + i]) = (value, value);
            }
        }
        Self { n, values }
    }
}
