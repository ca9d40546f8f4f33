//! A planted language, learned by a transformer.

use std::ops::Range;

use burn::tensor::{Device, Tensor};

use super::documents::{Reader, upload};
use super::{Divided, Losses, Path, Workload};
use crate::config::RunConfig;
use crate::kernel::decoder::{Gradients, SHARES};
use crate::model::TransformerSettings;
use crate::model::transformer::{Transformer, one_hot};
use crate::quanta::Quanta;
use crate::task::language::{NO_LABEL, PIECE};
use crate::task::{LanguageTask, Task};

/// A planted language with a transformer.
pub struct LanguageOnTransformer {
    task: LanguageTask,
    reader: Reader,
}

impl LanguageOnTransformer {
    /// The workload of a validated config.
    pub fn new(task: LanguageTask, config: &RunConfig, model: &TransformerSettings, path: Path) -> Self {
        let reader = Reader::new(config, model, path, task.vocabulary().len, task.context());
        Self { task, reader }
    }
}

impl Divided for LanguageOnTransformer {
    fn count(&self) -> usize {
        SHARES
    }

    fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        self.reader.shares(&self.task.training_batch(step).tokens, parameters, shares)
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
        self.reader.model(device)
    }

    /// The mean cross-entropy of every next token, labelled or not.
    fn loss(&self, model: &Transformer, step: u64, device: &Device) -> Tensor<1> {
        self.reader.loss(model, self.task.training_batch(step).tokens, device)
    }

    /// On the CPU.
    fn divided(&self, device: &Device) -> Option<&dyn Divided> {
        self.reader.is_divided(device).then_some(self)
    }

    fn test_pieces(&self) -> usize {
        self.task.test_documents().div_ceil(PIECE)
    }

    /// Σ loss (nats) of the labelled tokens of each quantum, then each one's number of right answers,
    /// `[2 · quanta]`.
    fn test(&self, model: &Transformer, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let batch = self.task.test_piece(draw, piece * PIECE..(piece + 1) * PIECE);
        debug_assert!(batch.labels.iter().all(|label| *label == NO_LABEL || (*label as usize) < self.task.quanta().len()));
        let quanta = self.task.quanta().len();
        // A column for each quantum, so that a product adds up the tokens of each.
        let labels = one_hot(upload(batch.labels.iter(), device), quanta);
        self.reader.predictions(model, batch.tokens, device).matmul(labels).reshape([2 * quanta])
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
