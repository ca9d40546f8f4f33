//! A planted language, tested by its labelled tokens.

use burn::tensor::{Device, Tensor};

use super::Losses;
use super::documents::{Reader, TokenTask, upload};
use crate::model::transformer::{Transformer, one_hot};
use crate::task::language::{NO_LABEL, PIECE};
use crate::task::{LanguageTask, Task};

impl TokenTask for LanguageTask {
    fn vocabulary(&self) -> usize {
        LanguageTask::vocabulary(self).len
    }

    fn context(&self) -> usize {
        LanguageTask::context(self)
    }

    fn training_tokens(&self, step: u64) -> Vec<u32> {
        self.training_batch(step).tokens
    }

    fn test_pieces(&self) -> usize {
        self.test_documents().div_ceil(PIECE)
    }

    /// Σ loss (nats) of the labelled tokens of each quantum, then each one's number of right answers,
    /// `[2 · quanta]`.
    fn test(&self, reader: &Reader, model: &Transformer, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let batch = self.test_piece(draw, piece * PIECE..(piece + 1) * PIECE);
        debug_assert!(batch.labels.iter().all(|label| *label == NO_LABEL || (*label as usize) < self.quanta().len()));
        let quanta = self.quanta().len();
        // A column for each quantum, so that a product adds up the tokens of each.
        let labels = one_hot(upload(batch.labels.iter(), device), quanta);
        reader.predictions(model, batch.tokens, device).matmul(labels).reshape([2 * quanta])
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        let quanta = self.quanta().len();
        let means = |sums: &[f32]| {
            let means = sums.iter().enumerate().map(|(quantum, sum)| sum / self.test_tokens(quantum) as f32);
            means.collect::<Vec<f32>>()
        };
        let (losses, right) = sums.split_at(quanta);
        let losses = means(losses);
        Losses { mean: self.quanta().mean(&losses), quanta: losses, accuracy: means(right) }
    }
}
