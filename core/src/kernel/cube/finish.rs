//! The last, small sums: the loss, the biases' gradients and the output layer's.
//!
//! ∂/∂b_w = u_w Σ_t T0[t,w]; ∂/∂output[w,1] = Σ δ h_w = −∂/∂output[w,0]; ∂/∂output_bias[1] = Σ δ =
//! −∂/∂output_bias[0]. One workgroup has a stretch of units, the one after the last the batch.

use cubecl::prelude::*;

use super::layout::{ACROSS, DOWN, Layout};

/// Grid: `units / ACROSS + 1` workgroups of `[ACROSS, DOWN]` threads.
#[cube(launch_unchecked)]
pub(super) fn finish(
    parts: &[f32],
    bias: &[f32],
    output: &[f32],
    d_bias: &mut [f32],
    d_output: &mut [f32],
    d_output_bias: &mut [f32],
    loss: &mut [f32],
    samples: u32,
    chunks: u32,
    delta_at: u32,
    loss_at: u32,
    products_at: u32,
    #[comptime] layout: Layout,
) {
    let across = UNIT_POS_X as usize;
    let down = UNIT_POS_Y as usize;
    let thread = down * ACROSS + across;
    let unit = CUBE_POS_X as usize * ACROSS + across;
    let batch = CUBE_POS_X as usize == comptime!(layout.width.div_ceil(ACROSS));

    // Of the batch: Σ δ and the losses. Of a unit: its Σ_t T0 and its share of Σ δ h.
    let mut left = 0.0f32;
    let mut right = 0.0f32;
    if batch {
        let mut sample = thread;
        while sample < samples as usize {
            left += parts[delta_at as usize + sample];
            right += parts[loss_at as usize + sample];
            sample += comptime!(ACROSS * DOWN);
        }
    } else if unit < layout.width {
        let mut chunk = down;
        while chunk < chunks as usize {
            left += parts[(chunk * comptime!(layout.rows()) + layout.n_bits) * layout.width + unit];
            chunk += DOWN;
        }
        let mut product = down;
        while product < comptime!(layout.inputs()) {
            right += parts[products_at as usize + product * layout.width + unit];
            product += DOWN;
        }
    }

    let mut lefts = Shared::<[f32]>::new_slice(comptime!(ACROSS * DOWN));
    let mut rights = Shared::<[f32]>::new_slice(comptime!(ACROSS * DOWN));
    lefts[thread] = left;
    rights[thread] = right;
    sync_cube();
    if down == 0 {
        let mut left = 0.0f32;
        let mut right = 0.0f32;
        #[unroll]
        for d in 0..DOWN {
            left += lefts[d * ACROSS + across];
            right += rights[d * ACROSS + across];
        }
        if batch {
            lefts[across] = left;
            rights[across] = right;
        } else if unit < layout.width {
            d_bias[unit] = (output[2 * unit + 1] - output[2 * unit]) * left;
            let product = right + bias[unit] * left;
            d_output[2 * unit] = -product;
            d_output[2 * unit + 1] = product;
        }
    }
    sync_cube();
    if batch && thread == 0 {
        let mut left = 0.0f32;
        let mut right = 0.0f32;
        for a in 0..ACROSS {
            left += lefts[a];
            right += rights[a];
        }
        d_output_bias[0] = -left;
        d_output_bias[1] = left;
        loss[0] = right / f32::cast_from(samples);
    }
}
