//! Documents of tokens, read by a transformer: what every task of tokens shares.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};

use super::Path;
use crate::config::RunConfig;
use crate::kernel::decoder::tensors::{self, Documents};
use crate::kernel::decoder::{Decoder, Gradients, Network, fits};
use crate::model::TransformerSettings;
use crate::model::parts::row;
use crate::model::transformer::{Transformer, one_hot};

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
    pub fn new(config: &RunConfig, model: &TransformerSettings, path: Path, vocabulary: usize, context: usize) -> Self {
        let decoder = Arc::new(Decoder::new(model, vocabulary, context));
        Self { model: model.clone(), seed: config.training.seeds().model, path, vocabulary, context, decoder }
    }

    /// The model as a run starts it.
    pub fn model(&self, device: &Device) -> Transformer {
        Transformer::new(&self.model, self.vocabulary, self.context, self.seed, device)
    }

    /// Whether the kernels take the step; on a GPU they don't take every model.
    fn is_fused(&self, device: &Device) -> bool {
        self.path == Path::Fused && (is_cpu(device) || fits(&self.model))
    }

    /// Whether a step falls into shares on this device.
    pub fn is_divided(&self, device: &Device) -> bool {
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
    pub fn loss(&self, model: &Transformer, tokens: Vec<u32>, device: &Device) -> Tensor<1> {
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
    pub fn shares(&self, tokens: &[u32], parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
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
