//! One step of Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019), one thread per number.

use cubecl::prelude::*;

/// m ← β1 m + (1−β1) g, v ← β2 v + (1−β2) g², p ← p − lr · m̂ / (√v̂ + ε).
///
/// Grid: one thread per number, `len` in all. The output buffers may be those of the inputs: each
/// thread reads its number before it writes it.
#[cube(launch_unchecked)]
pub(super) fn adam(
    gradient: &[f32],
    parameter: &[f32],
    moment1: &[f32],
    moment2: &[f32],
    next_parameter: &mut [f32],
    next_moment1: &mut [f32],
    next_moment2: &mut [f32],
    lr: f32,
    beta1: f32,
    beta2: f32,
    eps: f32,
    weight_decay: f32,
    correction1: f32,
    correction2: f32,
    len: u32,
    #[comptime] decoupled: bool,
) {
    let i = ABSOLUTE_POS;
    if i < len as usize {
        let mut p = parameter[i];
        let mut g = gradient[i];
        if comptime!(decoupled) {
            p -= lr * weight_decay * p;
        } else {
            g += weight_decay * p;
        }
        let m = beta1 * moment1[i] + (1.0 - beta1) * g;
        let v = beta2 * moment2[i] + (1.0 - beta2) * g * g;
        next_parameter[i] = p - lr * (m / correction1) / ((v / correction2).sqrt() + eps);
        next_moment1[i] = m;
        next_moment2[i] = v;
    }
}
