//! What the way forward leaves for the way back, and scratch memory; a thread keeps one from document to
//! document.

use super::layout::Sizes;
use super::rows::Rows;

/// A norm: the rows before and after gain and bias, and what each was divided by, inverted.
#[derive(Debug, Default)]
pub struct NormTape {
    pub normalised: Rows,
    pub out: Rows,
    pub inverse: Vec<f32>,
}

/// A block.
#[derive(Debug, Default)]
pub struct BlockTape {
    pub attention_norm: NormTape,
    /// Queries, head after head, `[heads · places, head]`, scaled and turned.
    pub queries: Rows,
    /// Keys, `[groups · places, head]`, turned.
    pub keys: Rows,
    /// Values, `[groups · places, head]`.
    pub values: Rows,
    /// Softmax, `[heads · places, places]`.
    pub shares: Rows,
    /// What all heads have seen, `[places, width]`.
    pub seen: Rows,
    pub feed_norm: NormTape,
    /// Between the layers, `[places, hidden]`.
    pub hidden: Rows,
    /// Its slopes in the layers before, `[places, feed]`.
    pub slopes: Rows,
}

/// A document.
#[derive(Debug, Default)]
pub struct Tape {
    pub blocks: Vec<BlockTape>,
    pub norm: NormTape,
    /// The stream; on the way back its gradient, `[places, width]`.
    pub stream: Rows,
    /// Logits; on the way back their gradient, `[places, tokens]`.
    pub logits: Rows,
    /// A gradient at the rows that a norm gave, `[places, width]`.
    pub delta: Rows,
    /// Before the non-linearity, or the gradient there, `[places, feed]`.
    pub feed: Rows,
    /// The gradient after the non-linearity, `[places, hidden]`.
    pub hidden: Rows,
    /// Queries, keys and values, or their gradients, `[places, joined]`.
    pub joined: Rows,
    pub heads: Heads,
}

/// Scratch memory of one head.
#[derive(Debug, Default)]
pub struct Heads {
    /// Keys or values transposed, `[head, places]`.
    pub across: Rows,
    /// What a head has seen, or the gradient there, `[places, head]`.
    pub seen: Rows,
    /// The gradient at the scores, `[places, places]`.
    pub scores: Rows,
    /// The gradient at a head's queries, `[places, head]`.
    pub queries: Rows,
    /// The gradients at a group's keys and values, `[places, head]`.
    pub keys: Rows,
    pub values: Rows,
}

impl NormTape {
    fn size(&mut self, places: usize, width: usize) {
        self.normalised.size(places, width);
        self.out.size(places, width);
        self.inverse.resize(places, 0.0);
    }
}

impl Tape {
    /// Makes room for a document of so many places.
    pub fn size(&mut self, sizes: Sizes, depth: usize, places: usize) {
        let Sizes { width, heads, groups, head, joined, hidden, feed, tokens, .. } = sizes;
        self.blocks.resize_with(depth, BlockTape::default);
        for block in &mut self.blocks {
            block.attention_norm.size(places, width);
            block.feed_norm.size(places, width);
            block.queries.size(heads * places, head);
            block.keys.size(groups * places, head);
            block.values.size(groups * places, head);
            block.shares.size(heads * places, places);
            block.seen.size(places, width);
            block.hidden.size(places, hidden);
            block.slopes.size(places, feed);
        }
        self.norm.size(places, width);
        for (rows, columns) in [
            (&mut self.stream, width),
            (&mut self.logits, tokens),
            (&mut self.delta, width),
            (&mut self.feed, feed),
            (&mut self.hidden, hidden),
            (&mut self.joined, joined),
            (&mut self.heads.seen, head),
            (&mut self.heads.scores, places),
            (&mut self.heads.queries, head),
            (&mut self.heads.keys, head),
            (&mut self.heads.values, head),
        ] {
            rows.size(places, columns);
        }
        self.heads.across.size(head, places);
    }
}
