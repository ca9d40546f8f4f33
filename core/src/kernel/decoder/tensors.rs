//! The fused step as functions of tensors, with the loss's own backward pass.

use std::sync::Arc;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients as Upstream;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

use super::{Decoder, DecoderError, Network, Predictions};

/// Documents of equal length, checked against the decoder that reads them.
#[derive(Clone, Debug)]
pub struct Documents {
    pub(super) decoder: Arc<Decoder>,
    pub(super) tokens: Vec<u32>,
    /// Tokens of each.
    pub(super) len: usize,
}

impl Documents {
    /// Of documents of `len` tokens, one after another.
    ///
    /// # Errors
    /// If one has a length or a token that the decoder does not read.
    pub fn new(decoder: &Arc<Decoder>, tokens: Vec<u32>, len: usize) -> Result<Self, DecoderError> {
        if len == 0 || !tokens.len().is_multiple_of(len) {
            return Err(DecoderError::Length { found: len, most: decoder.sizes.context + 1 });
        }
        tokens.chunks_exact(len).try_for_each(|document| decoder.check(document))?;
        Ok(Self { decoder: decoder.clone(), tokens, len })
    }

    fn each(&self) -> Vec<&[u32]> {
        self.tokens.chunks_exact(self.len).collect()
    }

    /// How many tokens are predicted.
    fn predicted(&self) -> usize {
        self.tokens.len() / self.len * (self.len - 1)
    }
}

/// Returns the mean cross-entropy of the documents in nats, `[1]`, differentiable in the parameters: all of
/// them in one row, in the order of [`Decoder::parameters`]. The forward pass already computes all gradients;
/// the backward pass only scales them by the upstream gradient.
pub fn loss(documents: Documents, row: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as DecoderLoss>::decoder_loss(row.into_dispatch(), Arc::new(documents)))
}

/// Returns the cross-entropy (nats) of each predicted token, then 1 for each that no other token is more
/// probable than and 0 for the others, `[2, predicted tokens]`. Without autodiff.
pub fn predictions(documents: Documents, row: Tensor<1>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as DecoderOps>::decoder_predictions(row.into_dispatch(), Arc::new(documents)))
}

/// The fused operations of a decoder; [`crate::kernel::decoder`] gives formulas and shapes.
#[backend_extension(Cube, Flex)]
pub trait DecoderOps: Backend {
    /// Returns the loss `[1]` in nats, and its gradient with respect to the row of parameters.
    fn decoder_gradients(row: FloatTensor<Self>, documents: Arc<Documents>) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Returns the losses of the predicted tokens, and which are right, `[2, predicted tokens]`.
    fn decoder_predictions(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self>;
}

/// The loss alone, which autodiff can differentiate.
#[backend_extension(Autodiff, Cube, Flex)]
pub trait DecoderLoss: Backend {
    /// Returns the loss `[1]`, in nats.
    fn decoder_loss(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self>;
}

impl DecoderOps for Flex {
    fn decoder_gradients(row: FloatTensor<Self>, documents: Arc<Documents>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let row = row.to_contiguous();
        let found =
            Network::of_row(&documents.decoder, true, row.storage()).and_then(|network| network.gradients(&documents.each()));
        let Ok(found) = found else { unreachable!("documents were checked, and parameters are those of the module") };
        let len = found.row.len();
        (tensor(vec![found.loss as f32], &[1]), tensor(found.row, &[len]))
    }

    fn decoder_predictions(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self> {
        let row = row.to_contiguous();
        let found =
            Network::of_row(&documents.decoder, false, row.storage()).and_then(|network| network.predictions(&documents.each()));
        let Ok(Predictions { mut losses, right }) = found else {
            unreachable!("documents were checked, and parameters are those of the module")
        };
        losses.extend(right.into_iter().map(|right| f32::from(u8::from(right))));
        tensor(losses, &[2, documents.predicted()])
    }
}

impl DecoderLoss for Flex {
    fn decoder_loss(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self> {
        Self::decoder_gradients(row, documents).0
    }
}

#[derive(Debug)]
struct LossBackward;

impl<B: Backend> Backward<B, 1> for LossBackward {
    /// The gradient, computed in the forward pass.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Upstream, _: &mut Checkpointer) {
        let upstream = grads.consume::<B>(&ops.node);
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            grads.register::<B>(parent.id, B::float_mul(ops.state, upstream));
        }
    }
}

impl<B: DecoderOps, C: CheckpointStrategy> DecoderLoss for Autodiff<B, C> {
    fn decoder_loss(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self> {
        let node = row.node();
        let (loss, gradient) = B::decoder_gradients(row.into_primitive(), documents);
        match LossBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(gradient, loss),
            OpsKind::UnTracked(prep) => prep.finish(loss),
        }
    }
}

fn tensor(values: Vec<f32>, shape: &[usize]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.to_vec()))
}
