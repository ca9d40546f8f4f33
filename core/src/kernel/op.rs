//! Registers the fused step as operations of Burn's backends and gives the loss its own backward
//! pass.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::{AdamStep, DeviceBatch, Parameters};

/// The fused operations that a backend must implement; [`crate::kernel`] gives formulas and shapes.
#[backend_extension(Cube, Flex)]
pub trait FusedOps: Backend {
    /// Returns the loss `[1]` in nats, then its gradients with respect to input, bias, output and
    /// output bias, each in its parameter's shape.
    // The macro takes no type alias here.
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn parity_gradients(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// Returns Σ loss (nats) and the number of correct answers of each subtask, `[2, n_tasks]`.
    #[allow(clippy::too_many_arguments)]
    fn parity_evaluate(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> FloatTensor<Self>;

    /// Takes one Adam step for one parameter. Returns the new parameter and its two moments, and
    /// updates them in place if no other tensor shares their storage.
    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment1: FloatTensor<Self>,
        moment2: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// The loss alone, which autodiff can differentiate.
#[backend_extension(Autodiff, Cube, Flex)]
pub trait FusedLoss: Backend {
    /// Returns the loss `[1]`, in nats.
    #[allow(clippy::too_many_arguments)]
    fn parity_loss(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> FloatTensor<Self>;
}

/// Implements the loss for a backend without autodiff: the first result of `parity_gradients`.
macro_rules! loss_without_autodiff {
    ($backend:ty) => {
        impl FusedLoss for $backend {
            fn parity_loss(
                bits: IntTensor<Self>,
                codes: IntTensor<Self>,
                labels: IntTensor<Self>,
                input: FloatTensor<Self>,
                bias: FloatTensor<Self>,
                output: FloatTensor<Self>,
                output_bias: FloatTensor<Self>,
                n_bits: usize,
            ) -> FloatTensor<Self> {
                Self::parity_gradients(bits, codes, labels, input, bias, output, output_bias, n_bits).0
            }
        }
    };
}
loss_without_autodiff!(burn_flex::Flex);
loss_without_autodiff!(burn_cubecl::CubeBackend);

#[derive(Debug)]
struct LossBackward;

impl<B: Backend> Backward<B, 4> for LossBackward {
    /// The gradients, computed in the forward pass.
    type State = [FloatTensor<B>; 4];

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        for (parent, gradient) in ops.parents.into_iter().zip(ops.state) {
            if let Some(parent) = parent {
                let rank = burn::backend::TensorMetadata::rank(&gradient);
                let upstream = B::float_reshape(upstream.clone(), Shape::from(vec![1; rank]));
                grads.register::<B>(parent.id, B::float_mul(gradient, upstream));
            }
        }
    }
}

impl<B: FusedOps, C: CheckpointStrategy> FusedLoss for Autodiff<B, C> {
    fn parity_loss(
        bits: IntTensor<Self>,
        codes: IntTensor<Self>,
        labels: IntTensor<Self>,
        input: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        output: FloatTensor<Self>,
        output_bias: FloatTensor<Self>,
        n_bits: usize,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), bias.node(), output.node(), output_bias.node()];
        let (loss, d_input, d_bias, d_output, d_output_bias) = B::parity_gradients(
            bits,
            codes,
            labels,
            input.into_primitive(),
            bias.into_primitive(),
            output.into_primitive(),
            output_bias.into_primitive(),
            n_bits,
        );
        match LossBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish([d_input, d_bias, d_output, d_output_bias], loss),
            OpsKind::UnTracked(prep) => prep.finish(loss),
        }
    }
}

pub(super) fn loss(batch: &DeviceBatch, parameters: Parameters) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as FusedLoss>::parity_loss(
        batch.bits.clone().into_dispatch(),
        batch.codes.clone().into_dispatch(),
        batch.labels.clone().into_dispatch(),
        parameters.input.into_dispatch(),
        parameters.bias.into_dispatch(),
        parameters.output.into_dispatch(),
        parameters.output_bias.into_dispatch(),
        batch.n_bits,
    ))
}

pub(super) fn evaluate(batch: &DeviceBatch, parameters: Parameters) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as FusedOps>::parity_evaluate(
        batch.bits.clone().into_dispatch(),
        batch.codes.clone().into_dispatch(),
        batch.labels.clone().into_dispatch(),
        parameters.input.into_dispatch(),
        parameters.bias.into_dispatch(),
        parameters.output.into_dispatch(),
        parameters.output_bias.into_dispatch(),
        batch.n_bits,
    ))
}

pub(super) fn adam_step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    [moment1, moment2]: [Tensor<D>; 2],
    step: AdamStep,
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let (parameter, moment1, moment2) = <Dispatch as FusedOps>::adam_step(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        moment1.into_dispatch(),
        moment2.into_dispatch(),
        step,
    );
    (Tensor::from_dispatch(parameter), [Tensor::from_dispatch(moment1), Tensor::from_dispatch(moment2)])
}
