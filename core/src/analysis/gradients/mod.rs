//! Where sample vectors come from: the gradients of a trained model, one module a model.
//!
//! A linear layer's gradient at one position is δ xᵀ, so a module hands in a [`Factors`] a layer, and
//! [`cosines`] adds their products up. A model with several positions a sample hands in the position that
//! predicts, or rows of whole or projected gradients to [`Gram::add`] instead.

pub mod perceptron;

use super::AnalysisError;
use super::similarity::{Cosines, Gram, Rows, Sign};

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
