//! The fused training steps: of sparse parity here, of a transformer in [`decoder`].
//!
//! That of sparse parity exploits the structure of the input.
//! A general framework multiplies a dense input `[batch, n_tasks + n_bits]`. Each of its rows holds
//! only a subtask index t (as one-hot) and n random bits x. For one hidden layer with ReLU and two
//! logits,
//!
//! ```text
//! a_w = Σ_j x_j W[j,w] + V[t,w] + b[w]        hidden pre-activation
//! z   = Σ_w max(a_w, 0) u_w + (c₁ - c₀)       difference of the logits, u the difference of their columns
//! L   = mean over samples of softplus(z or -z), away from the label y
//! ```
//!
//! The cross-entropy depends on z alone, so the backward pass needs one number per sample:
//! δ = (σ(z) - y) / batch. With the mask m_w = `[a_w > 0]`, stored as bits, all gradients follow from
//! two sums:
//!
//! ```text
//! S[j,w] = Σ_samples x_j m_w δ        T[t,w] = Σ_{samples of t} m_w δ
//! ∂L/∂W[j,w] = u_w S[j,w]             ∂L/∂V[t,w] = u_w T[t,w]          ∂L/∂b[w] = u_w Σ_t T[t,w]
//! ∂L/∂u_w = Σ_samples δ max(a_w, 0) = Σ_j W[j,w] S[j,w] + Σ_t V[t,w] T[t,w] + b[w] Σ_t T[t,w]
//! ```
//!
//! The last line uses max(a, 0) = m a. The gradients of the two output columns are ∓ ∂L/∂u, those
//! of their biases ∓ Σ δ.
//!
//! x is binary, so the CPU kernel looks its products up in tables of partial sums over groups of
//! four bits: n/4 additions replace n multiply-adds, forward and backward. Samples are sorted by
//! subtask, so the gradient of a row of V is a sum over consecutive samples. The kernels never
//! build the dense input and never write hidden activations to memory.
//!
//! The parameters are those of two Burn `Linear` layers: `input` `[n_tasks + n_bits, width]` (the
//! rows of V, then those of W), `bias` `[width]`, `output` `[width, 2]`, `output_bias` `[2]`.
//! [`mod@reference`] computes the same with plain tensor operations, and the tests compare every
//! kernel with it.

#[cfg(feature = "engine")]
mod adam;
#[cfg(feature = "engine")]
mod batch;
pub mod cpu;
#[cfg(feature = "engine")]
mod cube;
pub mod decoder;
#[cfg(feature = "engine")]
mod flex;
#[cfg(feature = "engine")]
mod op;
#[cfg(feature = "engine")]
pub mod reference;
#[cfg(feature = "engine")]
mod tensors;
#[cfg(feature = "engine")]
#[cfg(test)]
mod tests;

#[cfg(feature = "engine")]
pub use adam::FusedAdam;
#[cfg(feature = "engine")]
pub use batch::DeviceBatch;
pub use cpu::Isa;
pub use cpu::adam::AdamStep;
#[cfg(feature = "engine")]
pub use tensors::{Parameters, evaluate, loss};
