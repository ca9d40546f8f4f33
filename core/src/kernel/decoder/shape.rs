//! What a decoder is made of, whoever has trained it.

use crate::model::TransformerSettings;
use crate::model::transformer::{AttentionBias, Embedding, FeedForward, Norm, Positions, Residual};

/// Added to the mean square of a norm, so that nothing is divided by zero.
pub(super) const EPSILON: f32 = 1e-5;

/// The base of rotary frequencies.
const ROTARY_BASE: f32 = 10_000.0;

/// What stands between the two layers of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x·Φ(x), of the error function.
    Gelu,
    /// The approximation of it by a hyperbolic tangent that GPT-2 is trained with (Hendrycks and Gimpel 2016,
    /// arXiv 1606.08415).
    GeluTanh,
    /// x·σ(x) times a second layer.
    SwiGlu,
}

/// The sizes and choices of a decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Tokens of the vocabulary.
    pub tokens: usize,
    /// Places of a document, at most.
    pub context: usize,
    /// Numbers in the stream at each place.
    pub width: usize,
    /// Blocks.
    pub depth: usize,
    /// Heads of attention in a block; they divide the width.
    pub heads: usize,
    /// Heads that have keys and values of their own; they divide the heads.
    pub kv_heads: usize,
    /// Units between the two layers of a block.
    pub hidden: usize,
    /// How a place knows where it stands.
    pub positions: Positions,
    /// Of rotary positions: how many numbers at the beginning of each head are turned, an even number.
    pub turned: usize,
    /// The base of the frequencies by which they are turned.
    pub rotary_base: f32,
    /// What stands between the two layers of a block.
    pub activation: Activation,
    /// How the stream is normalised.
    pub norm: Norm,
    /// What is added to the mean square of a norm.
    pub epsilon: f32,
    /// Whether tokens read and tokens predicted have the same vectors.
    pub embedding: Embedding,
    /// Whether attention's layers have biases.
    pub attention_bias: AttentionBias,
    /// What a block's two layers read.
    pub residual: Residual,
}

impl Shape {
    /// Of a transformer of the lab that reads so many tokens in documents of up to `context` places.
    pub fn of(settings: &TransformerSettings, tokens: usize, context: usize) -> Self {
        Self {
            tokens,
            context,
            width: settings.width,
            depth: settings.depth,
            heads: settings.heads,
            kv_heads: settings.kv_heads,
            hidden: settings.hidden_width(),
            positions: settings.positions,
            turned: settings.turned_width(),
            rotary_base: ROTARY_BASE,
            activation: match settings.feed_forward {
                FeedForward::Gelu => Activation::Gelu,
                FeedForward::SwiGlu => Activation::SwiGlu,
            },
            norm: settings.norm,
            epsilon: EPSILON,
            embedding: settings.embedding,
            attention_bias: settings.attention_bias,
            residual: settings.residual,
        }
    }

    /// Numbers of a head.
    pub fn head_width(&self) -> usize {
        self.width / self.heads
    }
}
