//! The perceptron with its parameters moved.

use super::{Perceptron, softplus};
use crate::analysis::AnalysisError;
use crate::analysis::qdg::Samples;

impl Perceptron {
    /// Every layer's weights and biases, one layer after another; in each the biases are the last row.
    pub(super) fn row(&self) -> Vec<f64> {
        self.layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias).copied()).collect()
    }

    /// The same perceptron with these parameters.
    fn with(&self, row: &[f64]) -> Result<Self, AnalysisError> {
        let mut moved = self.clone();
        let (found, expected) = (row.len(), moved.layers.iter().map(|layer| layer.weight.len() + layer.bias.len()).sum());
        if found != expected {
            return Err(AnalysisError::Shape { what: "numbers of a direction", found, expected });
        }
        let mut rest = row;
        for layer in &mut moved.layers {
            for numbers in [&mut layer.weight, &mut layer.bias] {
                let (own, next) = rest.split_at(numbers.len());
                numbers.copy_from_slice(own);
                rest = next;
            }
        }
        Ok(moved)
    }

    /// Σ g/|g| over some samples.
    pub(super) fn sum_of_units(&self, samples: &Samples, members: &[usize]) -> Result<Vec<f64>, AnalysisError> {
        let batch = self.batch(samples)?;
        let mut total = vec![0.0; self.layers.iter().map(|layer| layer.weight.len() + layer.bias.len()).sum()];
        for sample in members {
            let factors = self.at_place_of(&batch.only(std::slice::from_ref(sample)), true).factors;
            let mut square = [0.0];
            factors.iter().for_each(|layer| layer.add_squares(&mut square));
            if square[0] == 0.0 {
                continue;
            }
            let scale = 1.0 / square[0].sqrt();
            let mut rows = total.as_mut_slice();
            for layer in &factors {
                let (own, next) = rows.split_at_mut(layer.inputs * layer.outputs);
                // Most inputs are 0.
                for (row, x) in own.chunks_exact_mut(layer.outputs).zip(&layer.values).filter(|(_, x)| **x != 0.0) {
                    let x = scale * f64::from(*x);
                    row.iter_mut().zip(&layer.deltas).for_each(|(sum, delta)| *sum += x * f64::from(*delta));
                }
                rows = next;
            }
        }
        Ok(total)
    }

    /// The losses of some samples, nats, with these parameters.
    pub(super) fn losses_with(&self, samples: &Samples, members: &[usize], row: &[f64]) -> Result<Vec<f64>, AnalysisError> {
        let (batch, moved) = (self.batch(samples)?, self.with(row)?);
        Ok(members.iter().map(|sample| softplus(-moved.margin(batch, *sample))).collect())
    }
}
