//! The final sums: the output layer's gradient and the loss.
//!
//! ∂/∂output[w,1] = Σ δ h_w = −∂/∂output[w,0]; ∂/∂output_bias[1] = Σ δ = −∂/∂output_bias[0].

use cubecl::prelude::*;

use super::layout::Layout;

/// Grid: one thread per unit, then one for the batch (the gradient of the output bias, and the loss).
#[cube(launch_unchecked)]
pub(super) fn finish(
    intermediates: &[f32],
    d_output: &mut [f32],
    d_output_bias: &mut [f32],
    loss: &mut [f32],
    samples: u32,
    chunks: u32,
    products_at: u32,
    totals_at: u32,
    #[comptime] layout: Layout,
) {
    let unit = ABSOLUTE_POS;
    if unit < layout.width {
        let mut sum = 0.0f32;
        for row in 0..comptime!(layout.products()) {
            sum += intermediates[products_at as usize + row * layout.width + unit];
        }
        d_output[2 * unit] = -sum;
        d_output[2 * unit + 1] = sum;
    } else if unit == layout.width {
        let mut delta = 0.0f32;
        let mut total = 0.0f32;
        for chunk in 0..chunks as usize {
            delta += intermediates[totals_at as usize + 2 * chunk];
            total += intermediates[totals_at as usize + 2 * chunk + 1];
        }
        d_output_bias[0] = -delta;
        d_output_bias[1] = delta;
        loss[0] = total / f32::cast_from(samples);
    }
}
