//! Loss and slope of one sample, from its logit difference z and its label y.
//!
//! With two classes the cross-entropy depends on z alone: the probability of label 1 is σ(z). Both
//! the loss and its slope follow from the error margin t, which is z for label 0 and −z for label 1:
//! loss = log(1 + e^t), ∂loss/∂z = ±σ(t). Both are computed from e^−|t|, which cannot overflow.

use cubecl::prelude::*;

/// Returns z of a sample: the lanes' shares from the forward pass, added in order, and the
/// difference of the output biases.
#[cube]
pub(super) fn logit(shares: &[f32], output_bias: &[f32], sample: usize, #[comptime] lanes: usize) -> f32 {
    let mut z = 0.0f32;
    for lane in 0..lanes {
        z += shares[sample * lanes + lane];
    }
    z + output_bias[1] - output_bias[0]
}

/// Returns t: how far the logits favour the wrong answer.
#[cube]
pub(super) fn error_margin(z: f32, label: u32) -> f32 {
    select(label == 1u32, -z, z)
}

/// Returns log(1 + e^t), in nats.
#[cube]
pub fn softplus(t: f32) -> f32 {
    let e = (-t.abs()).exp();
    // WGSL allows log an error of 2^-21 near 1, which exceeds the loss of a learned subtask.
    let series = e * (1.0f32 - e * (0.5f32 - e * (1.0f32 / 3.0f32 - e * 0.25f32)));
    let log = select(e < 0.01f32, series, (1.0f32 + e).ln());
    // A comparison rather than max(t, 0), so that a NaN stays NaN.
    select(t <= 0.0f32, log, t + log)
}

/// Returns σ(t).
#[cube]
pub fn sigmoid(t: f32) -> f32 {
    let e = (-t.abs()).exp();
    let s = 1.0f32 / (1.0f32 + e);
    select(t <= 0.0f32, e * s, s)
}

/// Returns the index of the first of the sorted `codes` that is at least `code`: where that
/// subtask's samples begin.
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

/// Returns a·b, rounded on its own: the compiler cannot fuse it with an addition into an fma.
///
/// Software adapters have no fma instruction and call a function for each lane instead.
#[cube]
pub fn product(a: f32, b: f32) -> f32 {
    f32::reinterpret(u32::reinterpret(a * b))
}
