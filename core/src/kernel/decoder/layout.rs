//! The sizes of a decoder, its parameters, and where their gradients are summed.

use super::shape::{Activation, Shape};
use crate::kernel::cpu::simd::LANES;
use crate::model::transformer::{AttentionBias, Embedding, Norm, Positions, Residual};

/// A decoder's parameter: an array of the Burn module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The path to it in the module: `blocks.0.attention.query.weight`.
    pub name: String,
    /// Its shape; weights are `[inputs, outputs]`.
    pub shape: Vec<usize>,
    /// Where its gradient stands in the sums.
    pub(super) part: Part,
}

impl Parameter {
    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A matrix within the sums of a part of a batch, row after row from `offset` on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub offset: usize,
    pub stride: usize,
    pub rows: usize,
    pub columns: usize,
}

impl Part {
    /// Some of its columns, from a row on.
    fn within(self, row: usize, rows: usize, column: usize, columns: usize) -> Self {
        Self { offset: self.offset + row * self.stride + column, stride: self.stride, rows, columns }
    }
}

/// The sizes that the passes need. Those that end in `_lanes` are padded to whole vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    pub width: usize,
    pub width_lanes: usize,
    pub heads: usize,
    /// Heads that have keys and values of their own.
    pub groups: usize,
    pub head: usize,
    /// How many numbers at the beginning of a head are turned by their place.
    pub turned: usize,
    /// Queries, keys and values of all heads, side by side.
    pub joined: usize,
    pub hidden: usize,
    pub hidden_lanes: usize,
    /// The first layer, or the first two of a gated block, side by side, each padded.
    pub feed: usize,
    pub tokens: usize,
    pub context: usize,
    pub is_centred: bool,
    pub epsilon: f32,
    pub is_gated: bool,
    /// Whether the non-linearity is the approximation by a hyperbolic tangent.
    pub is_tanh: bool,
    pub rotary_base: f32,
    pub is_rotary: bool,
    pub is_tied: bool,
    /// Whether attention's layers have biases.
    pub is_biased: bool,
    /// Whether a block's two layers read what attention reads.
    pub is_parallel: bool,
}

/// Where the gradients of a block are summed.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockParts {
    /// Gain and bias, two rows.
    pub attention_norm: Part,
    /// Queries, keys and values, side by side.
    pub joined: Part,
    pub joined_bias: Part,
    pub output: Part,
    pub output_bias: Part,
    pub feed_norm: Part,
    /// Up and gate, side by side.
    pub feed: Part,
    pub feed_bias: Part,
    pub down: Part,
    pub down_bias: Part,
}

/// Where all gradients are summed.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub embedding: Part,
    pub positions: Part,
    pub blocks: Vec<BlockParts>,
    pub norm: Part,
    pub logits: Part,
    /// Numbers of all, a multiple of [`LANES`].
    pub len: usize,
}

impl Parts {
    fn add(&mut self, rows: usize, columns: usize) -> Part {
        let part = Part { offset: self.len, stride: columns.next_multiple_of(LANES), rows, columns };
        self.len += part.rows * part.stride;
        part
    }
}

/// Sizes, parameters and sums of a decoder of this shape.
pub fn lay_out(shape: &Shape) -> (Sizes, Vec<Parameter>, Parts) {
    let Shape { tokens, context, width, hidden, .. } = *shape;
    let kv = shape.kv_heads * shape.head_width();
    let (is_centred, is_gated) = (shape.norm == Norm::Layer, shape.activation == Activation::SwiGlu);
    let hidden_lanes = hidden.next_multiple_of(LANES);
    let sizes = Sizes {
        width,
        width_lanes: width.next_multiple_of(LANES),
        heads: shape.heads,
        groups: shape.kv_heads,
        head: shape.head_width(),
        turned: shape.turned,
        joined: width + 2 * kv,
        hidden,
        hidden_lanes,
        feed: if is_gated { 2 * hidden_lanes } else { hidden_lanes },
        tokens,
        context,
        is_centred,
        epsilon: shape.epsilon,
        is_gated,
        is_tanh: shape.activation == Activation::GeluTanh,
        rotary_base: shape.rotary_base,
        is_rotary: shape.positions == Positions::Rotary,
        is_tied: shape.embedding == Embedding::Tied,
        is_biased: shape.attention_bias == AttentionBias::All,
        is_parallel: shape.residual == Residual::Parallel,
    };
    let mut parts = Parts::default();
    let mut parameters = Vec::new();
    let matrix = |parameters: &mut Vec<Parameter>, name: String, part: Part| {
        parameters.push(Parameter { name, shape: vec![part.rows, part.columns], part });
    };
    let vector = |parameters: &mut Vec<Parameter>, name: String, part: Part, row: usize| {
        let part = part.within(row, 1, 0, part.columns);
        parameters.push(Parameter { name, shape: vec![part.columns], part });
    };
    let norm = |parameters: &mut Vec<Parameter>, name: &str, part: Part| {
        vector(parameters, format!("{name}.gain"), part, 0);
        if is_centred {
            vector(parameters, format!("{name}.bias"), part, 1);
        }
    };
    parts.embedding = parts.add(tokens, width);
    matrix(&mut parameters, "embedding".to_owned(), parts.embedding);
    if !sizes.is_rotary {
        parts.positions = parts.add(context, width);
        matrix(&mut parameters, "positions".to_owned(), parts.positions);
    }
    for at in 0..shape.depth {
        let block = BlockParts {
            attention_norm: parts.add(2, width),
            joined: parts.add(width, sizes.joined),
            joined_bias: parts.add(1, sizes.joined),
            output: parts.add(width, width),
            output_bias: parts.add(1, width),
            feed_norm: parts.add(2, width),
            feed: parts.add(width, sizes.feed),
            feed_bias: parts.add(1, hidden),
            down: parts.add(hidden, width),
            down_bias: parts.add(1, width),
        };
        let name = |of: &str| format!("blocks.{at}.{of}");
        norm(&mut parameters, &name("attention_norm"), block.attention_norm);
        for (layer, column, columns) in [("query", 0, width), ("key", width, kv), ("value", width + kv, kv)] {
            let part = block.joined.within(0, width, column, columns);
            matrix(&mut parameters, name(&format!("attention.{layer}.weight")), part);
            if sizes.is_biased {
                let part = block.joined_bias.within(0, 1, column, columns);
                vector(&mut parameters, name(&format!("attention.{layer}.bias")), part, 0);
            }
        }
        matrix(&mut parameters, name("attention.output.weight"), block.output);
        if sizes.is_biased {
            vector(&mut parameters, name("attention.output.bias"), block.output_bias, 0);
        }
        norm(&mut parameters, &name("feed_norm"), block.feed_norm);
        matrix(&mut parameters, name("feed.up.weight"), block.feed.within(0, width, 0, hidden));
        if is_gated {
            matrix(&mut parameters, name("feed.gate.weight"), block.feed.within(0, width, hidden_lanes, hidden));
        } else {
            vector(&mut parameters, name("feed.up.bias"), block.feed_bias, 0);
        }
        matrix(&mut parameters, name("feed.down.weight"), block.down);
        if !is_gated {
            vector(&mut parameters, name("feed.down.bias"), block.down_bias, 0);
        }
        parts.blocks.push(block);
    }
    parts.norm = parts.add(2, width);
    norm(&mut parameters, "norm", parts.norm);
    if !sizes.is_tied {
        parts.logits = parts.add(width, tokens);
        matrix(&mut parameters, "logits.weight".to_owned(), parts.logits);
    }
    (sizes, parameters, parts)
}
