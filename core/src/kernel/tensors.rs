//! The fused step as functions of tensors.

use burn::tensor::Tensor;

use super::{DeviceBatch, op};

/// The parameters of the fused step, as tensors.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// First layer, `[n_tasks + n_bits, width]`: a row for each subtask, then one for each bit.
    pub input: Tensor<2>,
    /// Biases of the hidden units, `[width]`.
    pub bias: Tensor<1>,
    /// Second layer, `[width, 2]`.
    pub output: Tensor<2>,
    /// Biases of the logits, `[2]`.
    pub output_bias: Tensor<1>,
}

/// Returns the mean cross-entropy of the batch in nats, `[1]`, differentiable in the parameters.
/// The forward pass already computes all gradients; the backward pass only scales them by the
/// upstream gradient.
pub fn loss(batch: &DeviceBatch, parameters: Parameters) -> Tensor<1> {
    op::loss(batch, parameters)
}

/// Returns Σ loss (nats) and the number of correct answers of each subtask, `[2, n_tasks]`.
pub fn evaluate(batch: &DeviceBatch, parameters: Parameters) -> Tensor<2> {
    op::evaluate(batch, parameters)
}

impl Parameters {
    /// Returns the same tensors without autodiff.
    pub fn inner(self) -> Self {
        Self {
            input: self.input.inner(),
            bias: self.bias.inner(),
            output: self.output.inner(),
            output_bias: self.output_bias.inner(),
        }
    }
}
