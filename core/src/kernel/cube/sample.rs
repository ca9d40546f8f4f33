//! One sample's share of the loss, from its logit difference z and its label y.
//!
//! With two classes, cross-entropy sees z alone: the probability of label 1 is σ(z), and both the
//! loss and its slope follow from the margin of error t, which is z for label 0 and −z for label 1:
//! loss = log(1 + e^t), ∂loss/∂z = ±σ(t). Everything is taken from e^−|t|, which never overflows.

use cubecl::prelude::*;

/// z of a sample: what the lanes of the forward pass found, in order, and the output's bias.
#[cube]
pub(super) fn logit(shares: &[f32], output_bias: &[f32], sample: usize, #[comptime] lanes: usize) -> f32 {
    let mut z = 0.0f32;
    for lane in 0..lanes {
        z += shares[sample * lanes + lane];
    }
    z + output_bias[1] - output_bias[0]
}

/// t: how far the logits lean to the wrong answer.
#[cube]
pub(super) fn error_margin(z: f32, label: u32) -> f32 {
    select(label == 1u32, -z, z)
}

/// log(1 + e^t) in nats.
#[cube]
pub(super) fn softplus(t: f32) -> f32 {
    let e = (-t.abs()).exp();
    // WGSL's log may err by 2^-21 near 1, which is more than a learned subtask's whole loss.
    let series = e * (1.0f32 - e * (0.5f32 - e * (1.0f32 / 3.0f32 - e * 0.25f32)));
    let log = select(e < 0.01f32, series, (1.0f32 + e).ln());
    // Comparisons rather than max(t, 0): a NaN has to come out as one.
    select(t <= 0.0f32, log, t + log)
}

/// σ(t).
#[cube]
pub(super) fn sigmoid(t: f32) -> f32 {
    let e = (-t.abs()).exp();
    let s = 1.0f32 / (1.0f32 + e);
    select(t <= 0.0f32, e * s, s)
}

/// The first of the sorted `codes` that is at least `code`: where that subtask's samples begin.
#[cube]
pub(super) fn first_of(codes: &[u32], code: u32, samples: usize) -> usize {
    let mut low = 0usize;
    let mut high = samples;
    while low < high {
        let middle = (low + high) / 2;
        if codes[middle] < code {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// a·b as a product of its own, which an addition beside it is not folded into.
///
/// WGSL's fma is a call for each lane where the hardware has none, and software adapters are such
/// hardware; where there is an instruction, drivers find it without being told.
#[cube]
pub(super) fn product(a: f32, b: f32) -> f32 {
    f32::reinterpret(u32::reinterpret(a * b))
}
