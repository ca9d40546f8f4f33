//! A text, learned by a transformer.

use std::ops::Range;

use burn::tensor::{Device, Tensor};

use super::documents::{Reader, upload};
use super::{Divided, Losses, Path, Workload};
use crate::config::RunConfig;
use crate::kernel::decoder::{Gradients, SHARES};
use crate::model::TransformerSettings;
use crate::model::transformer::Transformer;
use crate::quanta::Quanta;
use crate::task::text::PIECE;
use crate::task::{Task, TextTask};

/// A text with a transformer.
pub struct TextOnTransformer {
    task: TextTask,
    reader: Reader,
}

impl TextOnTransformer {
    /// The workload of a validated config.
    pub fn new(task: TextTask, config: &RunConfig, model: &TransformerSettings, path: Path) -> Self {
        let reader = Reader::new(config, model, path, task.vocabulary(), task.context());
        Self { task, reader }
    }
}

impl Divided for TextOnTransformer {
    fn count(&self) -> usize {
        SHARES
    }

    fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        self.reader.shares(&self.task.training_batch(step).tokens, parameters, shares)
    }
}

impl Workload for TextOnTransformer {
    type Model = Transformer;

    fn quanta(&self) -> &Quanta {
        self.task.quanta()
    }

    /// The tokens, the places of a document, and the tokens that a test tells apart.
    fn shape(&self) -> Vec<usize> {
        vec![self.task.vocabulary(), self.task.context(), self.task.quanta().len()]
    }

    fn model(&self, device: &Device) -> Transformer {
        self.reader.model(device)
    }

    /// The mean cross-entropy of every next token.
    fn loss(&self, model: &Transformer, step: u64, device: &Device) -> Tensor<1> {
        self.reader.loss(model, self.task.training_batch(step).tokens, device)
    }

    /// On the CPU.
    fn divided(&self, device: &Device) -> Option<&dyn Divided> {
        self.reader.is_divided(device).then_some(self)
    }

    fn test_pieces(&self) -> usize {
        self.task.test_windows().div_ceil(PIECE)
    }

    /// The loss (nats) of each tested token, then 1 where it was predicted, `[2 · tokens]`; zeros for the tokens
    /// of other pieces.
    fn test(&self, model: &Transformer, _draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let windows = piece * PIECE..((piece + 1) * PIECE).min(self.task.test_windows());
        let predictions = self.reader.predictions(model, self.task.test_piece(windows.clone()).tokens, device);
        let (all, context) = (self.task.quanta().len(), self.task.context());
        let first = windows.clone().next().map_or(0, |window| self.task.tested(window).start);
        let tested = windows.clone().flat_map(|window| {
            let begin = (window - windows.start) * context + context / 2 + context % 2;
            begin..begin + self.task.tested(window).len()
        });
        let places: Vec<u32> = tested.map(|place| place as u32).collect();
        let after = all - first - places.len();
        let found = predictions.select(1, upload(places.iter(), device));
        let zeros = |columns: usize| Tensor::zeros([2, columns], &found.device());
        // An empty tensor is none on a GPU.
        let mut parts = Vec::new();
        if first > 0 {
            parts.push(zeros(first));
        }
        let last = (after > 0).then(|| zeros(after));
        parts.push(found);
        parts.extend(last);
        Tensor::cat(parts, 1).reshape([2 * all])
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        let (losses, right) = sums.split_at(self.task.quanta().len());
        Losses { mean: self.task.quanta().mean(losses), quanta: losses.to_vec(), accuracy: right.to_vec() }
    }
}
