//! The network: a Burn module of an embedding, blocks and the logits of the next token.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::attention::{Attention, Places};
use super::layers::{Linear, Normaliser, Start};
use super::{Embedding, FeedForward, Positions, Residual, TransformerSettings};
use crate::model::parts::gelu;

/// The deviation of the embeddings' starting values.
const EMBEDDING: f32 = 0.02;

/// Up to so many tokens their vectors are read by a product with a matrix of ones, whose gradient is a
/// product too: picking rows has one that adds row after row, which is slow on a GPU.
const MOST_BY_PRODUCT: usize = 1_024;

/// The two layers of a block, or the three of a gated one.
#[derive(Module, Debug)]
pub struct Feed {
    /// `[width, hidden]`.
    pub up: Linear,
    /// `[width, hidden]`, of SwiGLU: what the first layer is multiplied by.
    pub gate: Option<Linear>,
    /// `[hidden, width]`.
    pub down: Linear,
}

impl Feed {
    fn new(start: &mut Start<'_>, settings: &TransformerSettings, last: f32) -> Self {
        let (width, hidden) = (settings.width, settings.hidden_width());
        let deviation = 1.0 / (width as f32).sqrt();
        let up = Linear::new(start, width, hidden, deviation);
        let down = Linear::new(start, hidden, width, last * (width as f32 / hidden as f32).sqrt());
        match settings.feed_forward {
            FeedForward::Gelu => Self { up: up.with_bias(start), gate: None, down: down.with_bias(start) },
            FeedForward::SwiGlu => {
                let gate = Linear::new(start, width, hidden, deviation);
                Self { up, gate: Some(gate), down }
            }
        }
    }

    fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let hidden = match &self.gate {
            None => gelu(self.up.forward(rows)),
            Some(gate) => activation::silu(gate.forward(rows.clone())) * self.up.forward(rows),
        };
        self.down.forward(hidden)
    }
}

/// Attention and two layers, each added to the stream.
#[derive(Module, Debug)]
pub struct Block {
    /// Before attention.
    pub attention_norm: Normaliser,
    /// Looks at the places before.
    pub attention: Attention,
    /// Before the two layers.
    pub feed_norm: Normaliser,
    /// Looks at the place alone.
    pub feed: Feed,
}

/// A decoder of tokens.
#[derive(Module, Debug)]
pub struct Transformer {
    /// The tokens' vectors, `[tokens, width]`.
    pub embedding: Param<Tensor<2>>,
    /// The places' vectors, `[context, width]`, where positions are learned.
    pub positions: Option<Param<Tensor<2>>>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Before the logits.
    pub norm: Normaliser,
    /// `[width, tokens]`; without one the logits are products with the tokens' vectors.
    pub logits: Option<Linear>,
}

impl Transformer {
    /// A network for so many tokens in documents of `context` places. Weights have the standard deviation
    /// 1/√inputs, those that end a branch 1/√(2·depth) of it (Radford et al. 2019), from the project's own
    /// generator.
    pub fn new(settings: &TransformerSettings, tokens: usize, context: usize, seed: u64, device: &Device) -> Self {
        let start = &mut Start::new(seed, device);
        let (width, norm) = (settings.width, settings.norm);
        let last = 1.0 / (2.0 * (settings.depth * width) as f32).sqrt();
        let embedding = start.matrix(tokens, width, EMBEDDING);
        let is_learned = settings.positions == Positions::Learned;
        let positions = is_learned.then(|| start.matrix(context, width, EMBEDDING));
        let blocks = (0..settings.depth)
            .map(|_| Block {
                attention_norm: Normaliser::new(start, norm, width),
                attention: Attention::new(start, settings, last),
                feed_norm: Normaliser::new(start, norm, width),
                feed: Feed::new(start, settings, last),
            })
            .collect();
        let is_tied = settings.embedding == Embedding::Tied;
        let logits = (!is_tied).then(|| Linear::new(start, width, tokens, EMBEDDING));
        Self { embedding, positions, blocks, norm: Normaliser::new(start, norm, width), logits }
    }

    /// The logits of every next token, `[documents · places, tokens]`. `tokens` is `[documents · places]`,
    /// document by document.
    pub fn forward(&self, tokens: Tensor<1, Int>, places: usize, settings: &TransformerSettings) -> Tensor<2> {
        let device = tokens.device();
        let rows = tokens.dims()[0];
        let width = settings.width;
        let mut stream = self.embed(tokens);
        if let Some(positions) = &self.positions {
            let positions = positions.val().narrow(0, 0, places).unsqueeze_dim::<3>(0);
            stream = (stream.reshape([rows / places, places, width]) + positions).reshape([rows, width]);
        }
        let places = Places::new(places, settings.turned_width(), &device);
        for block in &self.blocks {
            let seen = block.attention.forward(block.attention_norm.forward(stream.clone()), &places, settings.heads);
            let between = stream.clone() + seen;
            let read = if settings.residual == Residual::Parallel { stream } else { between.clone() };
            stream = between + block.feed.forward(block.feed_norm.forward(read));
        }
        let last = self.norm.forward(stream);
        match &self.logits {
            Some(logits) => logits.forward(last),
            None => last.matmul(self.embedding.val().transpose()),
        }
    }

    /// The tokens' vectors, `[tokens given, width]`.
    fn embed(&self, tokens: Tensor<1, Int>) -> Tensor<2> {
        let [count, _] = self.embedding.val().dims();
        if count > MOST_BY_PRODUCT {
            return self.embedding.val().select(0, tokens);
        }
        one_hot(tokens, count).matmul(self.embedding.val())
    }
}

/// A row for each number with a 1 at its place, `[numbers, places]`; of a number that is no place it is
/// all zeros.
pub fn one_hot(numbers: Tensor<1, Int>, places: usize) -> Tensor<2> {
    let device = numbers.device();
    let rows = numbers.dims()[0];
    let all: Vec<i32> = (0..places as i32).collect();
    let all = Tensor::<2, Int>::from_data(TensorData::new(all, [1, places]), (&device, numbers.dtype()));
    let numbers: Tensor<2, Int> = numbers.unsqueeze_dim(1);
    numbers.expand([rows, places]).equal(all.expand([rows, places])).float()
}
