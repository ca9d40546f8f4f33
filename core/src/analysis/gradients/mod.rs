//! Where sample vectors come from: the gradients of a trained model, one module a model.
//!
//! A linear layer's gradient at one position is δ xᵀ, so a model hands in a [`Factors`] a layer, and
//! [`cosines`] adds their products up. Summed over several positions a gradient is a matrix a layer, which is
//! kept as it is or projected ([`Projection`]) in a [`Store`].

pub mod decoder;
pub mod perceptron;
mod projection;
#[cfg(feature = "pretrained")]
mod published;
mod store;
mod tokens;

pub use projection::Projection;
#[cfg(feature = "pretrained")]
pub use published::PublishedModel;
pub use store::Store;

use super::AnalysisError;
use super::qdg::{Ask, Samples};
use super::similarity::{Cosines, Gram, Rows, Sign};
use crate::config::RunConfig;
use crate::model::ModelConfig;
use crate::record::Checkpoint;

/// What one linear layer's gradients are made of, row after row: of sample i it is δ_i x_iᵀ.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// How many outputs the layer has.
    pub outputs: usize,
    /// The loss's gradients with respect to the outputs [n, outputs].
    pub deltas: Vec<f32>,
    /// How many inputs it has; one more than there are where the last, always 1, stands for the bias.
    pub inputs: usize,
    /// What went in [n, inputs].
    pub values: Vec<f32>,
}

/// What stands at one layer, a row a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Activations {
    /// Numbers of a sample.
    pub width: usize,
    /// The numbers [n, width].
    pub values: Vec<f32>,
}

/// What stands at the places that predict samples.
#[derive(Clone, Debug, PartialEq)]
pub struct AtPlace {
    /// The factors of every linear layer, first layer first. A sample may be scaled by any positive number, the
    /// same in all layers.
    pub factors: Vec<Factors>,
    /// What the last layer reads.
    pub residual: Activations,
}

/// A linear layer whose inputs are hidden activations.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// How many outputs it has.
    pub outputs: usize,
    /// The weights [inputs, outputs], row after row.
    pub values: &'a [f64],
}

/// A trained model whose gradients are compared.
pub trait Model {
    /// Draws fresh samples that the model predicts well.
    ///
    /// # Errors
    /// If there are not enough.
    fn samples(&self, ask: &Ask) -> Result<Samples, AnalysisError>;

    /// The names of the linear layers, in the order of their factors: paths to them in the model.
    fn layers(&self) -> Vec<String>;

    /// What stands at the places that predict the samples; its factors are empty where they are not wanted.
    ///
    /// # Errors
    /// If the samples are none of this model's.
    fn at_place(&self, samples: &Samples, with_factors: bool) -> Result<AtPlace, AnalysisError>;

    /// The gradients of the chosen linear layers summed over all places, those of each projected to r × r numbers
    /// where r is not 0; nothing where a sample has one place alone. `chosen` has an entry a layer.
    ///
    /// # Errors
    /// If the samples are none of this model's, or there is no room for the gradients.
    fn whole(&self, _samples: &Samples, _chosen: &[bool], _r: usize, _seed: u64) -> Result<Option<Store>, AnalysisError> {
        Ok(None)
    }

    /// The weights of every linear layer, in the order of the factors; nothing for one that reads the input
    /// itself.
    fn weights(&self) -> Vec<Option<Weights<'_>>>;

    /// The parameters that gradients are taken by, one after another in the order of the factors.
    fn parameters(&self) -> Vec<f64>;

    /// Σ g/|g| over some of the samples, of their gradients g by all [`parameters`](Self::parameters) at all
    /// places, in that order. A gradient of zero adds nothing. One gradient is held at a time.
    ///
    /// # Errors
    /// If the samples are none of this model's.
    fn unit_gradients(&self, samples: &Samples, members: &[usize]) -> Result<Vec<f64>, AnalysisError>;

    /// The losses of some of the samples, nats, `[members]`, with other [`parameters`](Self::parameters); those
    /// that no gradient is taken by stay.
    ///
    /// # Errors
    /// If the samples are none of this model's, or there is another number of parameters.
    fn losses_at(&self, samples: &Samples, members: &[usize], parameters: &[f64]) -> Result<Vec<f64>, AnalysisError>;

    /// The losses of all samples with the model's own parameters, nats `[n]`.
    ///
    /// # Errors
    /// If the samples are none of this model's.
    fn losses_of(&self, samples: &Samples) -> Result<Vec<f32>, AnalysisError> {
        let all: Vec<usize> = (0..samples.len()).collect();
        let losses = self.losses_at(samples, &all, &self.parameters())?;
        Ok(losses.into_iter().map(|loss| loss as f32).collect())
    }
}

/// The model of a run's checkpoint.
///
/// # Errors
/// If there is no analysis of such a run's gradients, or the checkpoint is not the run's.
pub fn model(config: &RunConfig, checkpoint: &Checkpoint) -> Result<Box<dyn Model>, AnalysisError> {
    match &config.model {
        ModelConfig::Mlp(_) => Ok(Box::new(perceptron::Perceptron::new(config, checkpoint)?)),
        ModelConfig::Transformer(_) => Ok(Box::new(decoder::LanguageModel::new(config, checkpoint)?)),
    }
}

/// The cosines of n samples' gradients with respect to the parameters of all layers.
///
/// # Errors
/// What is wrong with the factors, or those of [`Gram::cosines`].
pub fn cosines(n: usize, layers: &[Factors], sign: Sign) -> Result<Cosines, AnalysisError> {
    let mut gram = Gram::new(n, sign);
    for layer in layers {
        gram.add_product(Rows::new(n, layer.outputs, &layer.deltas)?, Rows::new(n, layer.inputs, &layer.values)?)?;
    }
    gram.cosines()
}

/// The cosines of n samples' vectors, of which each layer holds a part.
///
/// # Errors
/// What is wrong with the vectors, or those of [`Gram::cosines`].
pub fn cosines_of(n: usize, layers: &[Activations], sign: Sign) -> Result<Cosines, AnalysisError> {
    let mut gram = Gram::new(n, sign);
    for layer in layers {
        gram.add(Rows::new(n, layer.width, &layer.values)?)?;
    }
    gram.cosines()
}

/// Activation × gradient of what goes into each layer: x ⊙ Wδ [n, inputs], for the layers whose inputs are
/// hidden.
pub fn attributions(n: usize, layers: &[Factors], weights: &[Option<Weights<'_>>]) -> Vec<Activations> {
    let of_layer = |layer: &Factors, weights: &Weights<'_>| {
        let width = weights.values.len() / weights.outputs.max(1);
        let row = |sample: usize| {
            let deltas = &layer.deltas[sample * layer.outputs..][..layer.outputs];
            let inputs = &layer.values[sample * layer.inputs..][..width];
            let through = weights.values.chunks_exact(weights.outputs);
            let slopes = through.map(|row| row.iter().zip(deltas).map(|(weight, delta)| weight * f64::from(*delta)).sum::<f64>());
            inputs.iter().zip(slopes).map(|(x, slope)| (f64::from(*x) * slope) as f32).collect::<Vec<f32>>()
        };
        Activations { width, values: super::threads::map(n, row).concat() }
    };
    layers.iter().zip(weights).filter_map(|(layer, weights)| Some(of_layer(layer, weights.as_ref()?))).collect()
}

impl Factors {
    /// Adds each sample's squared norm |δ|²|x|² to `squares` [n].
    pub(super) fn add_squares(&self, squares: &mut [f64]) {
        let square = |row: &[f32]| row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
        let rows = self.deltas.chunks_exact(self.outputs).zip(self.values.chunks_exact(self.inputs));
        squares.iter_mut().zip(rows).for_each(|(sum, (deltas, values))| *sum += square(deltas) * square(values));
    }

    /// The factors with both sides projected to r numbers.
    pub(super) fn projected(&self, r: usize, seed: u64, layer: usize) -> Self {
        let [outputs, inputs] = Projection::of_layer(self.outputs, self.inputs, r, seed, layer);
        let (deltas, values) = (outputs.rows(&self.deltas), inputs.rows(&self.values));
        Self { outputs: outputs.r(), deltas, inputs: inputs.r(), values }
    }
}

impl Activations {
    /// Adds each sample's squared norm to `squares` [n].
    pub(super) fn add_squares(&self, squares: &mut [f64]) {
        let square = |row: &[f32]| row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
        squares.iter_mut().zip(self.values.chunks_exact(self.width)).for_each(|(sum, row)| *sum += square(row));
    }
}
