//! What a thread does to one row or one number: embedding, norms, the non-linearity, cross-entropy.
//!
//! The words of a batch are the tokens that are read, `[rows]`, then the tokens that are predicted, `[rows]`; then
//! the rows sorted by the token that they read, `[rows]`, and where each token's begin among them, `[tokens + 1]`.

use cubecl::prelude::*;

use crate::kernel::cube::sample::{sigmoid, softplus};
use crate::kernel::decoder::shape::EPSILON;

/// A word of a batch.
#[cube]
fn word(words: &[u32], at: usize) -> usize {
    words[at] as usize
}

/// The stream at its beginning: the tokens' vectors, and those of their places where there are some.
///
/// Grid: one thread a number of `stream`, `[rows, width]`.
#[cube(launch_unchecked)]
pub fn embed(
    words: &[u32],
    parameters: &[f32],
    stream: &mut [f32],
    count: usize,
    width: usize,
    places: usize,
    embedding_at: usize,
    positions_at: usize,
    #[comptime] has_positions: bool,
) {
    let i = ABSOLUTE_POS;
    if i < count {
        let row = i / width;
        let column = i % width;
        let mut value = parameters[embedding_at + word(words, row) * width + column];
        if comptime!(has_positions) {
            value += parameters[positions_at + row % places * width + column];
        }
        stream[i] = value;
    }
}

/// The gradient at the tokens' vectors: the sum over the rows that read each.
///
/// Grid: one thread a number of `to`'s part, `[tokens, width]` at `at`. Where `adds` it is added to that of
/// the logits, which read the same vectors.
#[cube(launch_unchecked)]
pub fn embed_backward(
    words: &[u32],
    stream: &[f32],
    to: &mut [f32],
    rows: usize,
    count: usize,
    width: usize,
    at: usize,
    #[comptime] adds: bool,
) {
    let i = ABSOLUTE_POS;
    if i < count {
        let starts = 3 * rows + i / width;
        let mut sum = 0.0f32;
        for k in word(words, starts)..word(words, starts + 1) {
            sum += stream[word(words, 2 * rows + k) * width + i % width];
        }
        if comptime!(adds) {
            to[at + i] += sum;
        } else {
            to[at + i] = sum;
        }
    }
}

/// A norm: writes each row normalised, the same with gain and bias, and what it was divided by, inverted.
///
/// Grid: one thread a row.
#[cube(launch_unchecked)]
pub fn normalise(
    stream: &[f32],
    parameters: &[f32],
    normalised: &mut [f32],
    out: &mut [f32],
    inverse: &mut [f32],
    rows: usize,
    width: usize,
    gain_at: usize,
    bias_at: usize,
    #[comptime] is_centred: bool,
) {
    let row = ABSOLUTE_POS;
    if row < rows {
        let first = row * width;
        let mut mean = 0.0f32;
        if comptime!(is_centred) {
            for i in 0..width {
                mean += stream[first + i];
            }
            mean /= f32::cast_from(width);
        }
        let mut squares = 0.0f32;
        for i in 0..width {
            let x = stream[first + i] - mean;
            squares += x * x;
        }
        let scale = 1.0f32 / (squares / f32::cast_from(width) + EPSILON).sqrt();
        for i in 0..width {
            let x = (stream[first + i] - mean) * scale;
            normalised[first + i] = x;
            let mut y = x * parameters[gain_at + i];
            if comptime!(is_centred) {
                y += parameters[bias_at + i];
            }
            out[first + i] = y;
        }
        inverse[row] = scale;
    }
}

/// The way back: adds the gradient at the row that went in to `stream`, from that at what came out, `delta`; in
/// the place of the normalised row it leaves `delta` times it, whose sums are the gain's gradient.
///
/// Grid: one thread a row.
#[cube(launch_unchecked)]
pub fn normalise_backward(
    delta: &[f32],
    normalised: &mut [f32],
    inverse: &[f32],
    parameters: &[f32],
    stream: &mut [f32],
    rows: usize,
    width: usize,
    gain_at: usize,
    #[comptime] is_centred: bool,
    #[comptime] adds: bool,
) {
    let row = ABSOLUTE_POS;
    if row < rows {
        let first = row * width;
        let mut mean = 0.0f32;
        let mut along = 0.0f32;
        for i in 0..width {
            let d = delta[first + i] * parameters[gain_at + i];
            mean += d;
            along += d * normalised[first + i];
        }
        mean /= f32::cast_from(width);
        along /= f32::cast_from(width);
        if comptime!(!is_centred) {
            mean = 0.0f32;
        }
        let scale = inverse[row];
        for i in 0..width {
            let at = first + i;
            let x = normalised[at];
            let back = scale * (delta[at] * parameters[gain_at + i] - mean - x * along);
            normalised[at] = delta[at] * x;
            if comptime!(adds) {
                stream[at] += back;
            } else {
                stream[at] = back;
            }
        }
    }
}

/// What stands between the two layers of a block: x·Φ(x), or gate·σ(gate)·up of rows [up, gate].
///
/// Grid: one thread a number of `to`, `[rows, hidden]`.
#[cube(launch_unchecked)]
pub fn activate(feed: &[f32], to: &mut [f32], count: usize, hidden: usize, #[comptime] is_gated: bool) {
    let i = ABSOLUTE_POS;
    if i < count {
        if comptime!(is_gated) {
            let up = i / hidden * 2 * hidden + i % hidden;
            let gate = feed[up + hidden];
            to[i] = gate * sigmoid(gate) * feed[up];
        } else {
            let x = feed[i];
            to[i] = x * below(x);
        }
    }
}

/// The way back, in place: `feed` becomes the gradient there, from that at what came out.
///
/// Grid: one thread a number of `delta`, `[rows, hidden]`.
#[cube(launch_unchecked)]
pub fn activate_backward(delta: &[f32], feed: &mut [f32], count: usize, hidden: usize, #[comptime] is_gated: bool) {
    let i = ABSOLUTE_POS;
    if i < count {
        let d = delta[i];
        if comptime!(is_gated) {
            let up = i / hidden * 2 * hidden + i % hidden;
            let gate = feed[up + hidden];
            let share = sigmoid(gate);
            let value = gate * share;
            feed[up + hidden] = d * feed[up] * share * (1.0f32 + gate * (1.0f32 - share));
            feed[up] = d * value;
        } else {
            let x = feed[i];
            feed[i] = d * (below(x) + x * (-0.5f32 * x * x).exp() * 0.398_942_3f32);
        }
    }
}

/// Φ(x), by Abramowitz and Stegun 7.1.26, within 1e-7.
#[cube]
fn below(x: f32) -> f32 {
    let t = 1.0f32 / (1.0f32 + 0.231_641_9f32 * x.abs());
    let p = 1.061_405_4f32 * t - 1.453_152f32;
    let p = p * t + 1.421_413_7f32;
    let p = p * t - 0.284_496_74f32;
    let p = p * t + 0.254_829_6f32;
    let beyond = 0.5f32 * p * t * (-0.5f32 * x * x).exp();
    select(x >= 0.0f32, 1.0f32 - beyond, beyond)
}

/// The cross-entropy (nats) of each row of logits, then 1 where no other token is more probable than the
/// predicted one and 0 elsewhere, `[2, rows]`. The logits become the gradient, times `scale`.
///
/// Grid: one thread a row.
#[cube(launch_unchecked)]
pub fn cross_entropy(words: &[u32], logits: &mut [f32], found: &mut [f32], rows: usize, tokens: usize, scale: f32) {
    let row = ABSOLUTE_POS;
    if row < rows {
        let first = row * tokens;
        let target = word(words, rows + row);
        let own = logits[first + target];
        let mut top = f32::new(-3.0e38);
        for i in 0..tokens {
            top = select(i == target, top, max(top, logits[first + i]));
        }
        let top = select(tokens == 1, own, top);
        // The sum over all other tokens is taken by itself: near zero loss it is lost beside a 1.
        let mut others = 0.0f32;
        for i in 0..tokens {
            let e = (logits[first + i] - top).exp();
            let e = select(i == target, 0.0f32, e);
            logits[first + i] = e;
            others += e;
        }
        let ahead = own - top;
        // The odds of a wrong token are e^(ln others − ahead).
        found[row] = softplus(others.ln() - ahead);
        found[rows + row] = select(ahead >= 0.0f32, 1.0f32, 0.0f32);
        let less = (-ahead.abs()).exp();
        let factor = scale * select(ahead >= 0.0f32, less / (1.0f32 + others * less), 1.0f32 / (less + others));
        for i in 0..tokens {
            logits[first + i] *= factor;
        }
        logits[first + target] = -others * factor;
    }
}
