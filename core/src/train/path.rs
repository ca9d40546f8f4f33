//! The two ways a step is computed.

use burn::tensor::{Device, IndexingUpdateOp, Tensor};

use super::update::{Learn, Start, fused, plain};
use crate::config::RunConfig;
use crate::kernel::reference::{DenseBatch, cross_entropy};
use crate::kernel::{self, DeviceBatch};
use crate::model::Mlp;
use crate::task::Batch;

/// How a step is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By the kernels of [`crate::kernel`].
    Structured,
    /// By plain tensor operations and Burn's own optimiser.
    Plain,
}

impl Path {
    /// The path that a config takes unless told otherwise.
    pub fn of(config: &RunConfig) -> Self {
        if config.is_structured() { Path::Structured } else { Path::Plain }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Path::Structured => "structured",
            Path::Plain => "plain",
        }
    }

    /// What trains the model of a start on this path.
    pub(super) fn learner(self, config: &RunConfig, start: Start) -> Box<dyn Learn> {
        match self {
            Path::Structured => fused(config, start),
            Path::Plain => plain(config, start),
        }
    }

    /// The mean loss of a batch, nats, `[1]`, ready to be differentiated.
    pub(super) fn loss(self, model: &Mlp, batch: Batch, config: &RunConfig, device: &Device) -> Tensor<1> {
        match self {
            Path::Structured => kernel::loss(&DeviceBatch::upload(batch, config.n_bits, device), model.parameters()),
            Path::Plain => {
                let batch = DenseBatch::upload(&batch, config.n_bits, device);
                cross_entropy(model.forward(&batch, config.activation), batch.labels).mean()
            }
        }
    }

    /// Σ loss (nats) and right answers of each subtask in a batch, `[2, n_tasks]`.
    pub(super) fn sums(self, model: &Mlp, batch: Batch, config: &RunConfig, device: &Device) -> Tensor<2> {
        match self {
            Path::Structured => kernel::evaluate(&DeviceBatch::upload(batch, config.n_bits, device), model.parameters().inner()),
            Path::Plain => {
                let batch = DenseBatch::upload(&batch, config.n_bits, device);
                let logits = model.forward(&batch, config.activation).inner();
                let loss = cross_entropy(logits.clone(), batch.labels.clone());
                let right = logits.argmax(1).equal(batch.labels.clone()).float();
                let rows = Tensor::cat(vec![loss, right], 1).transpose();
                Tensor::zeros([2, config.n_tasks], &rows.device()).select_assign(
                    1,
                    batch.codes.clone(),
                    rows,
                    IndexingUpdateOp::Add,
                )
            }
        }
    }
}
