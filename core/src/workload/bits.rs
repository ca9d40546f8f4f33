//! Subtasks over random bits, learned by a perceptron.

use burn::tensor::{Device, IndexingUpdateOp, Tensor};

use super::{Losses, Path, Workload};
use crate::config::RunConfig;
use crate::kernel::reference::{DenseBatch, cross_entropy};
use crate::kernel::{self, DeviceBatch};
use crate::model::MlpSettings;
use crate::model::mlp::Mlp;
use crate::quanta::Quanta;
use crate::task::{BitTask, TEST_PIECE, Task};

/// Test samples that are taken in one go.
const PIECE: usize = TEST_PIECE as usize;

/// A task over random bits with a perceptron.
pub struct BitsOnMlp {
    task: BitTask,
    model: MlpSettings,
    seed: u64,
    path: Path,
}

impl BitsOnMlp {
    /// The workload of a validated config.
    pub fn new(task: BitTask, config: &RunConfig, model: &MlpSettings, path: Path) -> Self {
        let path = if model.is_fused() { path } else { Path::Reference };
        Self { task, model: model.clone(), seed: config.training.seeds().model, path }
    }

    fn subtasks(&self) -> usize {
        self.task.quanta().len()
    }

    /// How many subtasks a piece of a test holds.
    fn subtasks_a_piece(&self) -> usize {
        (PIECE / self.task.eval_per_task()).max(1)
    }
}

impl Workload for BitsOnMlp {
    type Model = Mlp;

    fn quanta(&self) -> &Quanta {
        self.task.quanta()
    }

    /// The subtasks and the bits of a sample.
    fn shape(&self) -> Vec<usize> {
        vec![self.subtasks(), self.task.n_bits()]
    }

    fn model(&self, device: &Device) -> Mlp {
        Mlp::new(&self.model, self.subtasks() + self.task.n_bits(), self.seed, device)
    }

    fn loss(&self, model: &Mlp, step: u64, device: &Device) -> Tensor<1> {
        let batch = self.task.training_batch(step);
        match self.path {
            Path::Fused => kernel::loss(&DeviceBatch::upload(batch, self.task.n_bits(), device), model.parameters()),
            Path::Reference => {
                let batch = DenseBatch::upload(&batch, self.task.n_bits(), device);
                cross_entropy(model.forward(&batch, self.model.activation), batch.labels).mean()
            }
        }
    }

    fn test_pieces(&self) -> usize {
        self.subtasks().div_ceil(self.subtasks_a_piece())
    }

    /// Σ loss (nats) of each subtask, then each one's number of right answers, `[2 · subtasks]`.
    fn test(&self, model: &Mlp, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let (first, subtasks) = (piece * self.subtasks_a_piece(), self.subtasks());
        let batch = self.task.test_batch(draw, first..subtasks.min(first + self.subtasks_a_piece()));
        let sums = match self.path {
            Path::Fused => kernel::evaluate(&DeviceBatch::upload(batch, self.task.n_bits(), device), model.parameters().inner()),
            Path::Reference => {
                let batch = DenseBatch::upload(&batch, self.task.n_bits(), device);
                let logits = model.forward(&batch, self.model.activation).inner();
                let loss = cross_entropy(logits.clone(), batch.labels.clone());
                let right = logits.argmax(1).equal(batch.labels.clone()).float();
                let rows = Tensor::cat(vec![loss, right], 1).transpose();
                let zeros = Tensor::zeros([2, subtasks], &rows.device());
                zeros.select_assign(1, batch.codes.clone(), rows, IndexingUpdateOp::Add)
            }
        };
        sums.reshape([2 * subtasks])
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        let samples = self.task.eval_per_task() as f32;
        let mut means = sums.iter().map(|sum| sum / samples);
        let quanta: Vec<f32> = means.by_ref().take(self.subtasks()).collect();
        let mean = self.task.frequencies().mean(&quanta);
        Losses { mean, quanta, accuracy: means.collect() }
    }
}
