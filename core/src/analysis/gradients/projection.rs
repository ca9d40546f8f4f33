//! Random projections of vectors to few numbers, which keep inner products about as they are.

use crate::rng::{Rng, Stream};

/// A projection of d numbers to r by random signs over √r.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    r: usize,
    /// [d, r], row after row.
    signs: Vec<f32>,
}

impl Projection {
    /// Of d numbers to r; the index tells projections of one seed apart. Of no more than r numbers it is the
    /// identity.
    pub fn new(d: usize, r: usize, seed: u64, index: u64) -> Self {
        if d <= r {
            let one = |at: usize| if at / d == at % d { 1.0 } else { 0.0 };
            return Self { r: d, signs: (0..d * d).map(one).collect() };
        }
        let mut rng = Rng::new(seed, Stream::Projections, index);
        let size = 1.0 / (r as f32).sqrt();
        Self { r, signs: (0..d * r).map(|_| if rng.next_u32() & 1 == 0 { size } else { -size }).collect() }
    }

    /// Those of a layer's outputs and of its inputs.
    pub fn of_layer(outputs: usize, inputs: usize, r: usize, seed: u64, layer: usize) -> [Self; 2] {
        let layer = 2 * layer as u64;
        [Self::new(outputs, r, seed, layer), Self::new(inputs, r, seed, layer + 1)]
    }

    /// The numbers of a projected vector.
    pub fn r(&self) -> usize {
        self.r
    }

    /// Projects rows of d numbers, [n, d] to [n, r].
    pub fn rows(&self, rows: &[f32]) -> Vec<f32> {
        let d = self.signs.len() / self.r.max(1);
        let mut projected = Vec::with_capacity(rows.len() / d.max(1) * self.r);
        for row in rows.chunks_exact(d) {
            let mut sums = vec![0f32; self.r];
            for (x, signs) in row.iter().zip(self.signs.chunks_exact(self.r)) {
                if *x != 0.0 {
                    sums.iter_mut().zip(signs).for_each(|(sum, sign)| *sum += x * sign);
                }
            }
            projected.extend(sums);
        }
        projected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_products_are_kept_on_average_and_few_numbers_exactly() {
        let mut rng = Rng::new(1, Stream::Clusters, 0);
        let rows: Vec<f32> = (0..2 * 300).map(|_| rng.symmetric(1.0)).collect();
        let dot = |rows: &[f32], d: usize| rows[..d].iter().zip(&rows[d..]).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let expected = dot(&rows, 300);
        let found: Vec<f64> = (0..200).map(|index| dot(&Projection::new(300, 16, 7, index).rows(&rows), 16)).collect();
        let mean = found.iter().sum::<f64>() / 200.0;
        let deviation = (found.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 199.0 / 200.0).sqrt();
        assert!((mean - expected).abs() < 4.0 * deviation, "{mean} ± {deviation}, {expected}");
        assert_eq!(Projection::new(5, 16, 7, 0).rows(&rows[..10]), rows[..10]);
    }
}
