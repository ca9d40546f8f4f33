//! The forward pass: from bits to logit differences.
//!
//! a_w = b_w + V[t,w] + Σ_j x_j W[j,w], z = Σ_w u_w·max(a_w, 0) with u = output[:,1] − output[:,0]
//! (later passes add the output bias). A thread holds a for eight samples and four units in
//! registers: it uses each loaded number of W for eight samples and each tested bit for four units.
//! The pass writes only each lane's share of z and, for the backward passes, the mask [a_w > 0],
//! 32 bits to a word.

use cubecl::prelude::*;

use super::layout::{BLOCK, Layout, STEP, UNITS};
use super::sample::product;

/// Grid: workgroups of `[lanes, groups]` threads; each row of threads takes one block of samples.
///
/// Writes `shares`, `[samples, lanes]`, and, if `keep`, `masks`, `[blocks, tiles, lanes]`, where bit
/// `8q + i` belongs to unit q and sample i of the thread.
#[cube(launch_unchecked)]
pub(super) fn forward(
    bits: &[u32],
    codes: &[u32],
    input: &[f32],
    bias: &[f32],
    output: &[f32],
    masks: &mut [u32],
    shares: &mut [f32],
    samples: u32,
    #[comptime] layout: Layout,
    #[comptime] groups: usize,
    #[comptime] keep: bool,
) {
    let samples = samples as usize;
    let lane = UNIT_POS_X as usize;
    let lanes = comptime!(layout.lanes);
    let block = CUBE_POS * groups + UNIT_POS_Y as usize;

    // Threads past the end of the batch repeat the last sample and discard the result.
    let mut sample = Sequence::<usize>::new();
    let mut task = Sequence::<usize>::new();
    let mut z = Array::<f32>::new(BLOCK);
    #[unroll]
    for i in 0..BLOCK {
        let s = min(block * BLOCK + i, samples - 1);
        sample.push(s * layout.words);
        task.push(codes[s] as usize * layout.width);
        z[i] = 0.0f32;
    }

    for tile in 0..layout.tiles {
        let first = tile * comptime!(layout.tile()) + lane;
        let mut unit = Sequence::<usize>::new();
        let mut a = Array::<f32>::new(comptime!(UNITS * BLOCK));
        #[unroll]
        for q in 0..UNITS {
            unit.push(min(first + q * lanes, layout.width - 1));
            let b = bias[unit[q]];
            #[unroll]
            for i in 0..BLOCK {
                a[q * BLOCK + i] = b + input[task[i] + unit[q]];
            }
        }

        for word in 0..layout.words {
            let mut x = Sequence::<u32>::new();
            #[unroll]
            for i in 0..BLOCK {
                x.push(bits[sample[i] + word]);
            }
            let left = min(layout.n_bits - 32 * word, 32);
            // Doubles a one-bit mask instead of shifting by a variable, which is slow on software
            // adapters.
            let mut first_bit = 1u32;
            for step in 0..(left + comptime!(STEP - 1)) / STEP {
                let mut bit = Sequence::<u32>::new();
                let mut w = Sequence::<f32>::new();
                bit.push(first_bit);
                #[unroll]
                for k in 0..STEP {
                    bit.push(bit[k] + bit[k]);
                    // Past the last bit this loads the last row again; its factor is 0 because the
                    // bit is not set.
                    let j = min(32 * word + step * STEP + k, layout.n_bits - 1);
                    #[unroll]
                    for q in 0..UNITS {
                        w.push(input[(layout.n_tasks + j) * layout.width + unit[q]]);
                    }
                }
                #[unroll]
                for i in 0..BLOCK {
                    let mut on = Sequence::<f32>::new();
                    #[unroll]
                    for k in 0..STEP {
                        on.push(select((x[i] & bit[k]) == 0u32, 0.0f32, 1.0f32));
                    }
                    #[unroll]
                    for q in 0..UNITS {
                        let mut sum = Sequence::<f32>::new();
                        sum.push(a[q * BLOCK + i]);
                        #[unroll]
                        for k in 0..STEP {
                            sum.push(sum[k] + product(on[k], w[k * UNITS + q]));
                        }
                        a[q * BLOCK + i] = sum[STEP];
                    }
                }
                first_bit = bit[STEP];
            }
        }

        // Tests `a <= 0` rather than `a > 0`, so that a NaN passes and reaches the loss.
        let mut u = Sequence::<f32>::new();
        #[unroll]
        for q in 0..UNITS {
            let of_unit = output[2 * unit[q] + 1] - output[2 * unit[q]];
            u.push(select(first + q * lanes < layout.width, of_unit, 0.0f32));
        }
        let mut mask = Sequence::<u32>::new();
        mask.push(0u32);
        #[unroll]
        for i in 0..BLOCK {
            let mut sum = Sequence::<f32>::new();
            sum.push(z[i]);
            #[unroll]
            for q in 0..UNITS {
                let a = a[q * BLOCK + i];
                let off = a <= 0.0f32;
                sum.push(sum[q] + select(off, 0.0f32, a * u[q]));
                let bit = select(off, 0u32, comptime!(1u32 << (q * BLOCK + i) as u32));
                mask.push(mask[i * UNITS + q] | bit);
            }
            z[i] = sum[UNITS];
        }
        if comptime!(keep) {
            masks[(block * layout.tiles + tile) * lanes + lane] = mask[UNITS * BLOCK];
        }
    }

    #[unroll]
    for i in 0..BLOCK {
        let s = block * BLOCK + i;
        if s < samples {
            shares[s * lanes + lane] = z[i];
        }
    }
}
