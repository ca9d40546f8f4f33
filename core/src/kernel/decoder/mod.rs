//! The fused step of a transformer: a decoder of tokens as [`model::transformer`](crate::model::transformer)
//! describes it. Here on the CPU, over plain slices; `cube` has the same on a GPU.
//!
//! A document goes forward and back by itself, so that all it leaves on the way stays in a core's own
//! cache. Documents are spread over threads; a batch is split into the same parts, and their sums are added
//! in the same order, whatever the number of threads. Every product of matrices is made of tiles that stay in
//! registers (`product`), with the weights packed once a step; attention skips the places that come later.
//!
//! The gradient of a linear layer y = x·W is Σ_t x_t δ_tᵀ over places t, with δ the loss's gradient at y. The
//! step sums it over a batch; [`Network::sample`] gives the two factors for one predicted token instead, from
//! which QDG takes cosines of gradients without writing them out.

mod attention;
mod collect;
#[cfg(feature = "engine")]
mod cube;
mod dispatch;
mod elementwise;
mod error;
mod factors;
mod gradients;
mod layout;
mod maths;
mod network;
mod pass;
mod product;
mod rows;
mod shape;
mod tape;
#[cfg(feature = "engine")]
pub mod tensors;
#[cfg(test)]
mod tests;

pub use collect::LayerFactors;
#[cfg(feature = "engine")]
pub use cube::fits;
pub use error::DecoderError;
pub use factors::{Extent, Sample};
pub use gradients::{Gradients, Predictions, SHARES};
pub use layout::Parameter;
pub use network::Network;
pub use shape::{Activation, Shape};

use std::sync::Mutex;

use super::cpu::simd::Lanes;
use crate::model::TransformerSettings;
use layout::{Parts, Sizes};

/// The sizes of a decoder and its parameters' names, without their numbers; keeps memory from step to step.
#[derive(Debug)]
pub struct Decoder {
    sizes: Sizes,
    parameters: Vec<Parameter>,
    parts: Parts,
    kept: Mutex<Vec<Vec<Lanes>>>,
}

impl Decoder {
    /// Of so many tokens, that reads documents of up to `context` places. The settings must be valid: heads
    /// divide the width, heads of keys the heads, and rotary heads are of even width.
    pub fn new(settings: &TransformerSettings, tokens: usize, context: usize) -> Self {
        Self::of(&Shape::of(settings, tokens, context))
    }

    /// Of any shape.
    pub fn of(shape: &Shape) -> Self {
        let (sizes, parameters, parts) = layout::lay_out(shape);
        Self { sizes, parameters, parts, kept: Mutex::default() }
    }

    /// Checks that a document can be read.
    fn check(&self, document: &[u32]) -> Result<(), DecoderError> {
        let (found, most) = (document.len(), self.sizes.context + 1);
        if !(2..=most).contains(&found) {
            return Err(DecoderError::Length { found, most });
        }
        match document.iter().find(|token| **token as usize >= self.sizes.tokens) {
            Some(found) => Err(DecoderError::Token { found: *found, tokens: self.sizes.tokens }),
            None => Ok(()),
        }
    }

    /// The parameters, in the order of the Burn module.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}
