//! The structured step on a GPU.

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
