//! The fused step on a GPU: CubeCL kernels for WebGPU, Vulkan, Metal and CUDA.
//!
//! The formulas are those of [`crate::kernel`]; each pass derives its own. A step takes five
//! dispatches, and Adam one more for each parameter:
//!
//! | pass | a thread computes | reads | writes |
//! |---|---|---|---|
//! | [`forward`] | 8 samples × 4 units | bits, codes, all parameters | masks `[a > 0]`, shares of z |
//! | [`slopes`] | a sample, or 8 samples of a bit | bits, codes, labels, shares | δ, losses, first samples of subtasks, columns of bits |
//! | [`sums`] | 8–16 rows × 4 units, 128 samples | masks, columns, δ | partial S |
//! | [`rows`] | a number of W or 8 of V | partial S, masks, δ, starts | gradients of input and bias, products |
//! | [`finish`] | a unit | products | gradients of the output layer, the loss |
//!
//! An evaluation takes three: [`forward`] without masks, and the two of [`tally`]. Hidden activations
//! stay in registers. A batch of B samples with n bits, T subtasks and width w moves, in 4-byte
//! words: masks B·w/32, read twice; shares of z 32·B; columns B·(n+1)/8; δ and losses 2·B, read
//! twice; partial S ⌈B/128⌉·(n+1)·w; input and its gradient 2·(T+n)·w; products (T/8+n+1)·w. Each
//! is written once and, unless stated otherwise, read once:
//!
//! | T, n, w, B | masks | shares | columns | partial S | input and gradient | products | total |
//! |---|---|---|---|---|---|---|---|
//! | 100, 50, 100, 2000 | 0.03 MB | 0.2 MB | 0.05 MB | 0.3 MB | 0.1 MB | 0.03 MB | 1.5 MB |
//! | 500, 100, 500, 20000 | 1.3 MB | 2.6 MB | 1.0 MB | 31.7 MB | 2.4 MB | 0.3 MB | 80 MB |
//!
//! The second row takes 2·10⁹ multiply-adds, 10⁹ forward and 10⁹ for S, at 1.5 to 1.8 instructions
//! each. By estimate, a large GPU (132 cores of 128 lanes at 1.7 GHz) needs 120 µs for the
//! arithmetic and 25 µs to move 80 MB.
//!
//! The kernels obey WebGPU's default limits: eight storage buffers per stage, including the one for
//! scalars; 256 threads per workgroup; 65,535 workgroups per dimension. They use no subgroups and no
//! atomics: every sum has a fixed order, so the same step gives the same bits. They use no workgroup
//! storage and no barriers, because software adapters switch fibres at a barrier, once for every
//! four threads. Shifts by a variable, fma and gathers are slow on software adapters too, so the
//! inner loops avoid them: they test bits by AND, keep products separate from sums
//! ([`sample::product`]), and let neighbouring lanes read neighbouring numbers or the same one.

#![allow(clippy::too_many_arguments, reason = "a kernel's arguments are its buffers and sizes")]

mod adam;
pub(super) mod buffers;
mod finish;
mod forward;
mod launch;
pub(super) mod layout;
mod rows;
pub(super) mod sample;
mod slopes;
mod sums;
mod tally;
#[cfg(test)]
pub(super) mod tests;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_cubecl::CubeBackend;

use super::AdamStep;
use super::op::FusedOps;
use launch::Problem;

impl FusedOps for CubeBackend {
    fn parity_gradients(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        Problem::new(bits, codes, labels, input, bias, output, output_bias, n_bits).gradients().into()
    }

    fn parity_evaluate(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> FloatTensor<Self> {
        Problem::new(bits, codes, labels, input, bias, output, output_bias, n_bits).evaluate()
    }

    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment1: FloatTensor<Self>,
        moment2: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        launch::adam_step(parameter, gradient, moment1, moment2, step).into()
    }
}
