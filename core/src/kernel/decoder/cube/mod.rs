//! The fused step of a transformer on a GPU: CubeCL kernels for WebGPU, Vulkan, Metal and CUDA.
//!
//! It follows the CPU's pass over a document (`decoder::pass`) step by step, over all documents at once: a row is
//! a predicted place, `[documents · places]` in all. What the way back needs stays in buffers of their own; shares
//! of attention are computed again instead of written down.
//!
//! | kernel | a thread computes | used for |
//! |---|---|---|
//! | [`product::product`] | 8 × 4 numbers of a product | every linear layer, forward, back, and its gradient |
//! | [`product::gather`] | a number | sums of what several workgroups found, or of columns; transposes |
//! | [`rows`] | a row, or a number | embedding, norms, the non-linearity, cross-entropy |
//! | [`attention`] | a place of a head | attention, and its way back |
//!
//! As in [`crate::kernel::cube`], the kernels obey WebGPU's default limits and use no subgroups, no atomics, no
//! workgroup storage and no barriers, so that software adapters run them well and the same step gives the same
//! bits. Sizes are arguments rather than constants, so that one compiled kernel serves all layers.

#![allow(clippy::too_many_arguments, reason = "a kernel's arguments are its buffers and sizes")]

mod attention;
mod launch;
mod pass;
mod product;
mod rows;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use burn::backend::tensor::FloatTensor;
use burn_cubecl::CubeBackend;

use super::tensors::{DecoderLoss, DecoderOps, Documents};
use crate::model::TransformerSettings;
use pass::Pass;

/// Heads of more numbers than that would not stay in a thread's registers.
const MOST_HEAD: usize = 128;

/// Whether the kernels fit a model of these settings; plain tensor operations take the others.
pub fn fits(settings: &TransformerSettings) -> bool {
    settings.head_width() <= MOST_HEAD
}

impl DecoderOps for CubeBackend {
    fn decoder_gradients(row: FloatTensor<Self>, documents: Arc<Documents>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        Pass::new(row, &documents).gradients()
    }

    fn decoder_predictions(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self> {
        Pass::new(row, &documents).predictions()
    }
}

impl DecoderLoss for CubeBackend {
    fn decoder_loss(row: FloatTensor<Self>, documents: Arc<Documents>) -> FloatTensor<Self> {
        Self::decoder_gradients(row, documents).0
    }
}
