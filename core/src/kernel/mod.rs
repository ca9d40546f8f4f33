//! The training step, by using what the task is.
//!
//! A general framework sees a dense input `[batch, n_tasks + n_bits]`. It is one row index t and n
//! random bits x. For one hidden layer with ReLU and two logits,
//!
//! ```text
//! a_w = Σ_j x_j W[j,w] + V[t,w] + b[w]        hidden pre-activation
//! z   = Σ_w max(a_w, 0) u_w + (c₁ - c₀)       difference of the logits, u the difference of their columns
//! L   = mean over samples of softplus(z or -z), away from the label y
//! ```
//!
//! Only z matters to the cross-entropy, so one number a sample comes back: δ = (σ(z) - y) / batch.
//! With the mask m_w = [a_w > 0], kept as bits, two sums hold every gradient:
//!
//! ```text
//! S[j,w] = Σ_samples x_j m_w δ        T[t,w] = Σ_{samples of t} m_w δ
//! ∂L/∂W[j,w] = u_w S[j,w]             ∂L/∂V[t,w] = u_w T[t,w]          ∂L/∂b[w] = u_w Σ_t T[t,w]
//! ∂L/∂u_w = Σ_samples δ max(a_w, 0) = Σ_j W[j,w] S[j,w] + Σ_t V[t,w] T[t,w] + b[w] Σ_t T[t,w]
//! ```
//!
//! the last because ReLU is homogeneous: max(a, 0) = m a. The two output columns get ∓ that, and
//! their biases ∓ Σ δ.
//!
//! x is binary, so its products go through tables of partial sums over groups of four bits:
//! n/4 additions for n multiply-adds, forward and backward. Samples come sorted by subtask, which
//! makes V's row and its gradient a run of additions. The input is never made dense, and hidden
//! activations are never written to memory.
//!
//! The parameters are those of two Burn `Linear` layers: `input` `[n_tasks + n_bits, width]` (V
//! over W, as the reference's one-hot comes before the bits), `bias` `[width]`, `output`
//! `[width, 2]`, `output_bias` `[2]`. [`reference`] computes the same with plain tensor operations,
//! and the tests hold each path against it.

mod adam;
mod batch;
mod cpu;
mod cube;
mod flex;
mod op;
pub mod reference;
#[cfg(test)]
mod tests;

pub use adam::FusedAdam;
pub use batch::DeviceBatch;
pub use cpu::Isa;
pub use cpu::adam::AdamStep;

use burn::tensor::Tensor;

/// The parameters that the structured step reads, as tensors.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// `[n_tasks + n_bits, width]`.
    pub input: Tensor<2>,
    /// `[width]`.
    pub bias: Tensor<1>,
    /// `[width, 2]`.
    pub output: Tensor<2>,
    /// `[2]`.
    pub output_bias: Tensor<1>,
}

/// Mean cross-entropy of the batch in nats, `[1]`. Differentiable in the parameters: all gradients
/// are made on the way, so that the backward pass only hands them out.
pub fn loss(batch: &DeviceBatch, parameters: Parameters) -> Tensor<1> {
    op::loss(batch, parameters)
}

/// Σ loss (nats) and the number of right answers of each subtask, `[2, n_tasks]`.
pub fn evaluate(batch: &DeviceBatch, parameters: Parameters) -> Tensor<2> {
    op::evaluate(batch, parameters)
}

impl Parameters {
    /// The same numbers without autodiff.
    pub fn inner(self) -> Self {
        Self {
            input: self.input.inner(),
            bias: self.bias.inner(),
            output: self.output.inner(),
            output_bias: self.output_bias.inner(),
        }
    }
}
