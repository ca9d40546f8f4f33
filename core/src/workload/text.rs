//! A text, tested by tokens of the part that is held out.

use burn::tensor::{Device, Tensor};

use super::Losses;
use super::documents::{Reader, TokenTask, upload};
use crate::model::transformer::Transformer;
use crate::task::text::PIECE;
use crate::task::{Task, TextTask};

impl TokenTask for TextTask {
    fn vocabulary(&self) -> usize {
        TextTask::vocabulary(self)
    }

    fn context(&self) -> usize {
        TextTask::context(self)
    }

    fn training_tokens(&self, step: u64) -> Vec<u32> {
        self.training_batch(step).tokens
    }

    fn test_pieces(&self) -> usize {
        self.test_windows().div_ceil(PIECE)
    }

    /// The loss (nats) of each tested token, then 1 where it was predicted, `[2 · tokens]`; zeros for the tokens
    /// of other pieces.
    fn test(&self, reader: &Reader, model: &Transformer, _draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        let windows = piece * PIECE..((piece + 1) * PIECE).min(self.test_windows());
        let predictions = reader.predictions(model, self.test_piece(windows.clone()).tokens, device);
        let (all, context) = (self.quanta().len(), self.context());
        let first = windows.clone().next().map_or(0, |window| self.tested(window).start);
        let tested = windows.clone().flat_map(|window| {
            let begin = (window - windows.start) * context + context / 2 + context % 2;
            begin..begin + self.tested(window).len()
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
        let (losses, right) = sums.split_at(self.quanta().len());
        Losses { mean: self.quanta().mean(losses), quanta: losses.to_vec(), accuracy: right.to_vec() }
    }
}
