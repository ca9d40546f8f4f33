//! The structured step on a GPU: CubeCL kernels for WebGPU, Vulkan, Metal and CUDA.
//!
//! The formulas are those of [`crate::kernel`]; each pass derives its part. One step is five
//! dispatches, and Adam one more for each parameter:
//!
//! | pass | a thread has | reads | writes |
//! |---|---|---|---|
//! | [`forward`] | 8 samples × 4 units | bits, codes, all parameters | masks `[a > 0]`, shares of z |
//! | [`slopes`] | a sample, or 8 samples of a bit | bits, codes, labels, shares | δ, losses, starts of runs, columns of bits |
//! | [`sums`] | 8–16 rows × 4 units, 128 samples | masks, columns, δ | partial S |
//! | [`rows`] | a number of W or 8 of V | partial S, masks, δ, starts | gradients of input and bias, products |
//! | [`finish`] | a unit | products | gradients of the output layer, the loss |
//!
//! Evaluation is three: [`forward`] without masks, and the two of [`tally`]. Hidden activations
//! stay in registers. What goes through memory for a batch B of n bits, T subtasks and width w is,
//! in 4-byte words: masks B·w/32, read twice; shares of z 32·B; columns B·(n+1)/8; δ and losses
//! 2·B, read twice; partial S ⌈B/128⌉·(n+1)·w; input and its gradient 2·(T+n)·w; products
//! (T/8+n+1)·w. Each is written once and, where it says no other, read once:
//!
//! | T, n, w, B | masks | shares | columns | partial S | input and gradient | products | moved |
//! |---|---|---|---|---|---|---|---|
//! | 100, 50, 100, 2000 | 0.03 MB | 0.2 MB | 0.05 MB | 0.3 MB | 0.1 MB | 0.03 MB | 1.5 MB |
//! | 500, 100, 500, 20000 | 1.3 MB | 2.6 MB | 1.0 MB | 31.7 MB | 2.4 MB | 0.3 MB | 80 MB |
//!
//! The second is 2·10⁹ multiply-adds, 10⁹ forward and 10⁹ for S, at 1.5 to 1.8 instructions each.
//! On paper that is 120 µs of a large GPU's arithmetic (132 cores of 128 lanes at 1.7 GHz), and
//! 80 MB are 25 µs of its memory.
//!
//! What the kernels keep to, for WebGPU with its default limits and for software adapters alike:
//! eight storage buffers a stage, the one for scalars included; 256 threads to a workgroup and
//! 65,535 workgroups a dimension; no subgroups and no atomics: every sum is taken in a fixed order,
//! and the same step gives the same bits. No thread waits for another: there is no workgroup
//! storage and no barrier, at which an emulated workgroup pays a switch of fibres for every four
//! threads. Shifts by a variable, fma and gathers are as dear there, and stay out of the loops that
//! matter: bits are tested by AND, products are kept apart ([`sample::product`]), and neighbouring
//! lanes read neighbouring numbers or the same one.

#![allow(clippy::too_many_arguments, reason = "a kernel's arguments are its buffers and sizes")]

mod adam;
mod finish;
mod forward;
mod launch;
mod layout;
mod rows;
mod sample;
mod slopes;
mod sums;
mod tally;
#[cfg(test)]
mod tests;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_cubecl::CubeBackend;

use super::AdamStep;
use super::op::StructuredOps;
use launch::Problem;

impl StructuredOps for CubeBackend {
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
