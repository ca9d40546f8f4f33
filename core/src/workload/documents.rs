//! Tasks of tokens, learned by a transformer: what they share. What each tests is in a file of its own.

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
use crate::task::Task;

/// A task whose samples are documents of tokens.
pub trait TokenTask: Task {
    /// Tokens of the vocabulary.
    fn vocabulary(&self) -> usize;

    /// Predicted tokens of a document.
    fn context(&self) -> usize;

    /// The documents of a training batch, `[n, context + 1]`.
    fn training_tokens(&self, step: u64) -> Vec<u32>;

    /// In how many pieces a test is taken.
    fn test_pieces(&self) -> usize;

    /// One piece of the test that `draw` names; see [`Workload::test`].
    fn test(&self, reader: &Reader, model: &Transformer, draw: u64, piece: usize, device: &Device) -> Tensor<1>;

    /// What the summed pieces of a test say.
    fn losses(&self, sums: &[f32]) -> Losses;
}

/// A task of tokens with a transformer.
pub struct OnTransformer<T> {
    task: T,
    reader: Reader,
}

impl<T: TokenTask> OnTransformer<T> {
    /// The workload of a validated config.
    pub fn new(task: T, config: &RunConfig, model: &TransformerSettings, path: Path) -> Self {
        let reader = Reader::new(config, model, path, task.vocabulary(), task.context());
        Self { task, reader }
    }
}

impl<T: TokenTask> Divided for OnTransformer<T> {
    fn count(&self) -> usize {
        SHARES
    }

    fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        self.reader.shares(&self.task.training_tokens(step), parameters, shares)
    }
}

impl<T: TokenTask> Workload for OnTransformer<T> {
    type Model = Transformer;

    fn quanta(&self) -> &Quanta {
        self.task.quanta()
    }

    /// The tokens, the places of a document, and what a test tells apart.
    fn shape(&self) -> Vec<usize> {
        vec![self.task.vocabulary(), self.task.context(), self.task.quanta().len()]
    }

    fn model(&self, device: &Device) -> Transformer {
        self.reader.model(device)
    }

    /// The mean cross-entropy of every next token.
    fn loss(&self, model: &Transformer, step: u64, device: &Device) -> Tensor<1> {
        self.reader.loss(model, self.task.training_tokens(step), device)
    }

    /// On the CPU.
    fn divided(&self, device: &Device) -> Option<&dyn Divided> {
        self.reader.is_divided(device).then_some(self)
    }

    fn test_pieces(&self) -> usize {
        self.task.test_pieces()
    }

    fn test(&self, model: &Transformer, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        self.task.test(&self.reader, model, draw, piece, device)
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        self.task.losses(sums)
    }
}

/// A transformer for documents of one length.
pub struct Reader {
    model: TransformerSettings,
    seed: u64,
    path: Path,
    vocabulary: usize,
    context: usize,
    /// The sizes that the kernels work with.
    decoder: Arc<Decoder>,
}

impl Reader {
    /// Of documents of `context` + 1 tokens of a vocabulary.
    fn new(config: &RunConfig, model: &TransformerSettings, path: Path, vocabulary: usize, context: usize) -> Self {
        let decoder = Arc::new(Decoder::new(model, vocabulary, context));
        Self { model: model.clone(), seed: config.training.seeds().model, path, vocabulary, context, decoder }
    }

    /// The model as a run starts it.
    fn model(&self, device: &Device) -> Transformer {
        Transformer::new(&self.model, self.vocabulary, self.context, self.seed, device)
    }

    /// Whether the kernels take the step; on a GPU they don't take every model.
    fn is_fused(&self, device: &Device) -> bool {
        self.path == Path::Fused && (is_cpu(device) || fits(&self.model))
    }

    /// Whether a step falls into shares on this device.
    fn is_divided(&self, device: &Device) -> bool {
        self.path == Path::Fused && is_cpu(device)
    }

    fn documents(&self, tokens: Vec<u32>) -> Documents {
        let Ok(documents) = Documents::new(&self.decoder, tokens, self.context + 1) else {
            unreachable!("the decoder has the sizes of the task")
        };
        documents
    }

    fn each<'a>(&self, tokens: &'a [u32]) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        tokens.chunks_exact(self.context + 1)
    }

    /// The mean cross-entropy of every next token of documents `[n, context + 1]`, nats, `[1]`.
    fn loss(&self, model: &Transformer, tokens: Vec<u32>, device: &Device) -> Tensor<1> {
        if self.is_fused(device) {
            return tensors::loss(self.documents(tokens), row(model));
        }
        let places = (tokens.len() / (self.context + 1) * self.context) as f32;
        let (logs, next) = self.predict(model, &tokens, device);
        (logs * next).sum().mul_scalar(-1.0 / places)
    }

    /// The cross-entropy of every next token, nats, and below it 1 where no other token was more probable, else
    /// 0, `[2, n · context]`. Without autodiff.
    pub fn predictions(&self, model: &Transformer, tokens: Vec<u32>, device: &Device) -> Tensor<2> {
        if self.is_fused(device) {
            return tensors::predictions(self.documents(tokens), row(model).inner());
        }
        let (logs, next) = self.predict(model, &tokens, device);
        let logs = logs.inner();
        let rows = logs.dims()[0];
        let losses = (logs.clone() * next).sum_dim(1).neg();
        // Right where no other token is more probable.
        let right = (logs.max_dim(1) + losses.clone()).lower_equal_scalar(0.0).float();
        Tensor::cat(vec![losses, right], 1).reshape([rows, 2]).transpose()
    }

    /// Some shares of the loss of documents, at parameters in one row.
    fn shares(&self, tokens: &[u32], parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        let documents: Vec<&[u32]> = self.each(tokens).collect();
        Network::of_row(&self.decoder, true, parameters).and_then(|network| network.shares(&documents, shares)).ok()
    }

    /// The log-probabilities of every token at every predicted place, `[n · context, tokens]`, and a row with a
    /// 1 at the token that stands there.
    fn predict(&self, model: &Transformer, tokens: &[u32], device: &Device) -> (Tensor<2>, Tensor<2>) {
        let read = self.each(tokens).flat_map(|document| &document[..self.context]);
        let next = self.each(tokens).flat_map(|document| &document[1..]);
        let logits = model.forward(upload(read, device), self.context, &self.model);
        (activation::log_softmax(logits, 1), one_hot(upload(next, device), self.vocabulary))
    }
}

fn is_cpu(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// Whole numbers on a device.
pub fn upload<'a>(numbers: impl Iterator<Item = &'a u32>, device: &Device) -> Tensor<1, Int> {
    let numbers: Vec<i32> = numbers.map(|number| *number as i32).collect();
    let len = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [len]), (device, DType::I32))
}
