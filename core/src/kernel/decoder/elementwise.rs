//! What happens between the products, row by row: norms, the non-linearity, softmax, cross-entropy.

use super::dispatch::{Kernel, Tiles};
use super::maths::{Constants, exp, gelu, gelu_tanh, largest, silu, total};

/// Declares an inner loop: a struct of what it works on, and its code.
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? } -> $output:ty, $body:block) => {
        $(#[$doc])*
        pub struct $name<'a> { $(pub $field: $type),* }

        impl<'a> Kernel for $name<'a> {
            type Output = $output;

            #[inline(always)]
            unsafe fn run<S: Tiles>(self) -> $output {
                let Self { $($field),* } = self;
                $body
            }
        }
    };
}

kernel! {
    /// A norm of one row: writes the normalised row before and after gain and bias. Returns what it
    /// divided by, inverted.
    Normalise {
        row: &'a [f32],
        width: usize,
        epsilon: f32,
        gain: &'a [f32],
        bias: Option<&'a [f32]>,
        normalised: &'a mut [f32],
        to: &'a mut [f32],
    } -> f32, {
        let mean = if bias.is_some() { total(row, |_, x| x) / width as f32 } else { 0.0 };
        normalised.iter_mut().zip(row).for_each(|(to, x)| *to = *x - mean);
        normalised[width..].fill(0.0);
        let inverse = 1.0 / (total(normalised, |_, x| x * x) / width as f32 + epsilon).sqrt();
        for ((to, x), gain) in to.iter_mut().zip(normalised).zip(gain) {
            *x *= inverse;
            *to = *x * gain;
        }
        if let Some(bias) = bias {
            to.iter_mut().zip(bias).for_each(|(to, bias)| *to += bias);
        }
        inverse
    }
}

kernel! {
    /// The way back: adds the gradient at the row that went in to `to`; those of gain and bias to `sums`,
    /// two rows, if they are wanted. `delta` is the gradient at what came out, and is overwritten.
    NormaliseBackward {
        delta: &'a mut [f32],
        width: usize,
        gain: &'a [f32],
        is_centred: bool,
        normalised: &'a [f32],
        inverse: f32,
        to: &'a mut [f32],
        sums: Option<&'a mut [f32]>,
    } -> (), {
        if let Some(sums) = sums {
            let (gains, biases) = sums.split_at_mut(delta.len());
            for ((gain, delta), x) in gains.iter_mut().zip(&*delta).zip(normalised) {
                *gain += delta * x;
            }
            biases.iter_mut().zip(&*delta).for_each(|(bias, delta)| *bias += delta);
        }
        delta.iter_mut().zip(gain).for_each(|(delta, gain)| *delta *= gain);
        let mean = if is_centred { total(delta, |_, x| x) / width as f32 } else { 0.0 };
        let along = total(delta, |at, x| x * normalised[at]) / width as f32;
        for ((to, delta), x) in to.iter_mut().zip(delta).zip(normalised) {
            *to += inverse * (*delta - mean - x * along);
        }
    }
}

kernel! {
    /// x·Φ(x) of a row with the bias added to it, and the slope there.
    Gelu { row: &'a [f32], bias: &'a [f32], to: &'a mut [f32], slope: &'a mut [f32] } -> (), {
        let constants = Constants::get();
        for (((to, slope), x), bias) in to.iter_mut().zip(slope).zip(row).zip(bias) {
            (*to, *slope) = gelu(x + bias, constants);
        }
    }
}

kernel! {
    /// The same by a hyperbolic tangent.
    GeluTanh { row: &'a [f32], bias: &'a [f32], to: &'a mut [f32], slope: &'a mut [f32] } -> (), {
        let constants = Constants::get();
        for (((to, slope), x), bias) in to.iter_mut().zip(slope).zip(row).zip(bias) {
            (*to, *slope) = gelu_tanh(x + bias, constants);
        }
    }
}

kernel! {
    /// gate·σ(gate)·up of a row [up, gate], and the slopes of both.
    SwiGlu { row: &'a [f32], to: &'a mut [f32], slopes: &'a mut [f32] } -> (), {
        let constants = Constants::get();
        let (up, gate) = row.split_at(to.len());
        let (of_up, of_gate) = slopes.split_at_mut(to.len());
        for ((((to, of_up), of_gate), up), gate) in to.iter_mut().zip(of_up).zip(of_gate).zip(up).zip(gate) {
            let (value, slope) = silu(*gate, constants);
            (*to, *of_up, *of_gate) = (value * up, value, slope * up);
        }
    }
}

kernel! {
    /// Multiplies slopes, one row for each of the layers that share this delta, by it.
    Through { slopes: &'a [f32], delta: &'a [f32], to: &'a mut [f32] } -> (), {
        for (slopes, to) in slopes.chunks_exact(delta.len()).zip(to.chunks_exact_mut(delta.len())) {
            for ((to, slope), delta) in to.iter_mut().zip(slopes).zip(delta) {
                *to = slope * delta;
            }
        }
    }
}

kernel! {
    /// Softmax of the first `seen` numbers of a row of whole vectors; zeros after them.
    Softmax { row: &'a mut [f32], seen: usize } -> (), {
        row[seen..].fill(f32::NEG_INFINITY);
        let (top, constants) = (largest(row), Constants::get());
        row.iter_mut().for_each(|x| *x = exp(*x - top, constants));
        row[seen..].fill(0.0);
        let scale = 1.0 / total(row, |_, x| x);
        row.iter_mut().for_each(|x| *x *= scale);
    }
}

kernel! {
    /// The gradient at the scores of a softmax from that at the shares that came out, in place.
    SoftmaxBackward { shares: &'a [f32], delta: &'a mut [f32] } -> (), {
        let mean = total(delta, |at, x| x * shares[at]);
        delta.iter_mut().zip(shares).for_each(|(delta, share)| *delta = share * (*delta - mean));
    }
}

/// What the gradient of a cross-entropy is multiplied by.
#[derive(Clone, Copy, Debug)]
pub enum Scale {
    /// This number.
    By(f32),
    /// One over the probability of all wrong tokens, so that its digits do not go with the loss.
    ByWrong,
}

kernel! {
    /// The cross-entropy of a row of logits, nats, and whether no token is more probable than the target.
    /// The row becomes the gradient.
    CrossEntropy { row: &'a mut [f32], tokens: usize, target: usize, scale: Scale } -> (f32, bool), {
        let own = row[target];
        row[tokens..].fill(f32::NEG_INFINITY);
        row[target] = f32::NEG_INFINITY;
        let top = largest(row);
        let top = if top == f32::NEG_INFINITY { own } else { top };
        let constants = Constants::get();
        row.iter_mut().for_each(|x| *x = exp(*x - top, constants));
        row[tokens..].fill(0.0);
        row[target] = 0.0;
        // The sum over all other tokens is taken by itself: near zero loss it is lost beside a 1.
        let others = total(row, |_, x| x);
        let ahead = own - top;
        // e^-|ahead| times one of the two terms keeps the sum of both within range.
        let (loss, factor) = if ahead >= 0.0 {
            let scale = (-ahead).exp();
            let odds = others * scale;
            (odds.ln_1p(), scale / (1.0 + odds))
        } else {
            let both = ahead.exp() + others;
            (both.ln() - ahead, 1.0 / both)
        };
        let factor = match scale {
            Scale::By(scale) => factor * scale,
            Scale::ByWrong => 1.0 / others,
        };
        row.iter_mut().for_each(|x| *x *= factor);
        row[target] = -others * factor;
        (loss, ahead >= 0.0)
    }
}

kernel! {
    /// Adds a row to another.
    Add { to: &'a mut [f32], row: &'a [f32] } -> (), {
        to.iter_mut().zip(row).for_each(|(to, x)| *to += x);
    }
}
