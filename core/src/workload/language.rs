//! A planted language, learned by a transformer.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};

use super::{Divided, Losses, Path, Workload};
use crate::config::RunConfig;
use crate::kernel::decoder::tensors::{self, Documents};
use crate::kernel::decoder::{Decoder, Gradients, Network, SHARES, fits};
use crate::model::TransformerSettings;
use crate::model::parts::row;
use crate::model::transformer::{Transformer, one_hot};
use crate::quanta::Quanta;
use crate::task::language::{NO_LABEL, PIECE};
use crate::task::{LanguageBatch, LanguageTask, Task};

/// A planted language with a transformer.
pub struct LanguageOnTransformer {
    task: LanguageTask,
    model: TransformerSettings,
    seed: u64,
    path: Path,
    /// The sizes that the kernels work with.
    decoder: Arc<Decoder>,
}

impl LanguageOnTransformer {
    /// The workload of a validated config.
    pub fn new(task: LanguageTask, config: &RunConfig, model: &TransformerSettings, path: Path) -> Self {
        let decoder = Arc::new(Decoder::new(model, task.vocabulary().len, task.context()));
        Self { task, model: model.clone(), seed: config.training.seeds().model, path, decoder }
    }

    /// Whether the kernels take the step; on a GPU they don't take every model.
    fn is_fused(&self, device: &Device) -> bool {
        self.path == Path::Fused && (device.clone().inner() == Device::flex() || fits(&self.model))
    }

    fn documents_of(&self, batch: LanguageBatch) -> Documents {
        let len = batch.context + 1;
        let Ok(documents) = Documents::new(&self.decoder, batch.tokens, len) else {
            unreachable!("the decoder has the sizes of the task")
        };
        documents
    }

    /// The log-probabilities of every token at every predicted place, `[documents · context, tokens]`, and a
    /// row with a 1 at the token that stands there.
    fn predict(&self, model: &Transformer, batch: &LanguageBatch, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let documents = || (0..batch.len()).map(|i| batch.document(i));
        let read = documents().flat_map(|document| &document[..batch.context]);
        let next = documents().flat_map(|document| &document[1..]);
        let logits = model.forward(upload(read, device), batch.context, &self.model);
        let next = one_hot(upload(next, device), self.task.vocabulary().len);
        (activation::log_softmax(logits, 1), next)
    }

    fn documents(&self, piece: usize) -> Range<usize> {
        piece * PIECE..(piece + 1) * PIECE
    }
}

fn upload<'a>(numbers: impl Iterator<Item = &'a u32>, device: &Device) -> Tensor<1, Int> {
    let numbers: Vec<i32> = numbers.map(|number| *number as i32).collect();
    let len = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [len]), (device, DType::I32))
}

impl Divided for LanguageOnTransformer {
    fn count(&self) -> usize {
        SHARES
    }

    fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        let batch = self.task.training_batch(step);
        let documents: Vec<&[u32]> = (0..batch.len()).map(|i| batch.document(i)).collect();
        Network::of_row(&self.decoder, true, parameters).and_then(|network| network.shares(&documents, shares)).ok()
    }
}

impl Workload for LanguageOnTransformer {
    type Model = Transformer;

    fn quanta(&self) -> &Quanta {
        self.task.quanta()
    }

    /// The tokens, the places of a document, and the quanta that a test tells apart.
    fn shape(&self) -> Vec<usize> {
        vec![self.task.vocabulary().len, self.task.context(), self.task.quanta().len()]
    }

    fn model(&self, device: &Device) -> Transformer {
        Transformer::new(&self.model, self.task.vocabulary().len, self.task.context(), self.seed, device)
    }

    /// The mean cross-entropy of every next token, labelled or not.
    fn loss(&self, model: &Transformer, step: u64, device: &Device) -> Tensor<1> {
        let batch = self.task.training_batch(step);
        if self.is_fused(device) {
            return tensors::loss(self.documents_of(batch), row(model));
        }
        let places = (batch.len() * batch.context) as f32;
        let (logs, next) = self.predict(model, &batch, device);
        (logs * next).sum().mul_scalar(-1.0 / places)
    }

    /// On the CPU.
    fn divided(&self, device: &Device) -> Option<&dyn Divided> {
        (self.path == Path::Fused && device.clone().inner() == Device::flex()).then_some(self)
    }

    fn test_pieces(&self) -> usize {
        self.task.test_documents().div_ceil(PIECE)
    }

    /// Σ loss (nats) of the labelled tokens of each quantum, then each one's number of right answers,
    /// `[2 · quanta]`.
    fn test(&self, model: &Transformer, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let batch = self.task.test_piece(draw, self.documents(piece));
        debug_assert!(batch.labels.iter().all(|label| *label == NO_LABEL || (*label as usize) < self.task.quanta().len()));
        let quanta = self.task.quanta().len();
        // A column for each quantum, so that a product adds up the tokens of each.
        let labels = one_hot(upload(batch.labels.iter(), device), quanta);
        let both = if self.is_fused(device) {
            tensors::predictions(self.documents_of(batch), row(model).inner())
        } else {
            let (logs, next) = self.predict(model, &batch, device);
            let logs = logs.inner();
            let rows = logs.dims()[0];
            let losses = (logs.clone() * next).sum_dim(1).neg();
            // Right where no other token is more probable.
            let right = (logs.max_dim(1) + losses.clone()).lower_equal_scalar(0.0).float();
            Tensor::cat(vec![losses, right], 1).reshape([rows, 2]).transpose()
        };
        both.matmul(labels).reshape([2 * quanta])
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        let quanta = self.task.quanta().len();
        let means = |sums: &[f32]| {
            let means = sums.iter().enumerate().map(|(quantum, sum)| sum / self.task.test_tokens(quantum) as f32);
            means.collect::<Vec<f32>>()
        };
        let (losses, right) = sums.split_at(quanta);
        let losses = means(losses);
        Losses { mean: self.task.quanta().mean(&losses), quanta: losses, accuracy: means(right) }
    }
}
