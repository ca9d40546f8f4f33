//! Implements the fused operations for Burn's CPU backend: passes its tensors to [`super::cpu`] as
//! slices.

use burn::backend::TensorMetadata as _;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::tensor::TensorData;
use burn_flex::{Flex, FlexTensor};

use super::AdamStep;
use super::cpu::{Problem, evaluate, gradients};
use super::op::FusedOps;

/// The contiguous tensors of one call (bits, codes, labels, input, bias, output, output bias), and
/// the number of bits per sample.
struct Call([FlexTensor; 7], usize);

impl Call {
    fn problem(&self) -> Problem<'_> {
        let [bits, codes, labels, input, bias, output, output_bias] = &self.0;
        let (rows, width) = (input.shape()[0], input.shape()[1]);
        Problem {
            n_bits: self.1,
            n_tasks: rows - self.1,
            width,
            bits: bits.storage(),
            codes: codes.storage(),
            labels: labels.storage(),
            input: input.storage(),
            bias: bias.storage(),
            output: output.storage(),
            output_bias: output_bias.storage(),
        }
    }
}

fn tensor(values: Vec<f32>, shape: &[usize]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.to_vec()))
}

impl FusedOps for Flex {
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
        let call = Call([bits, codes, labels, input, bias, output, output_bias].map(|t| t.to_contiguous()), n_bits);
        let problem = call.problem();
        let (rows, width) = (problem.n_tasks + n_bits, problem.width);
        let gradients = gradients(&problem);
        (
            tensor(vec![gradients.loss], &[1]),
            tensor(gradients.input, &[rows, width]),
            tensor(gradients.bias, &[width]),
            tensor(gradients.output, &[width, 2]),
            tensor(gradients.output_bias, &[2]),
        )
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
        let call = Call([bits, codes, labels, input, bias, output, output_bias].map(|t| t.to_contiguous()), n_bits);
        let problem = call.problem();
        tensor(evaluate(&problem), &[2, problem.n_tasks])
    }

    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment1: FloatTensor<Self>,
        moment2: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [mut parameter, gradient, mut moment1, mut moment2] =
            [parameter, gradient, moment1, moment2].map(|tensor| tensor.to_contiguous());
        // `storage_mut` copies only if another tensor shares the storage.
        step.apply(parameter.storage_mut(), gradient.storage(), moment1.storage_mut(), moment2.storage_mut());
        (parameter, moment1, moment2)
    }
}
