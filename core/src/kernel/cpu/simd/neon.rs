//! AArch64: four vectors of NEON.

use std::arch::aarch64::*;

use super::Simd;

/// NEON, which every AArch64 processor has.
pub struct Neon;

impl Simd for Neon {
    type Vector = [float32x4_t; 4];

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { [vld1q_f32(from), vld1q_f32(from.add(4)), vld1q_f32(from.add(8)), vld1q_f32(from.add(12))] }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe {
            vst1q_f32(to, value[0]);
            vst1q_f32(to.add(4), value[1]);
            vst1q_f32(to.add(8), value[2]);
            vst1q_f32(to.add(12), value[3]);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        unsafe { [vdupq_n_f32(value); 4] }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { [vaddq_f32(a[0], b[0]), vaddq_f32(a[1], b[1]), vaddq_f32(a[2], b[2]), vaddq_f32(a[3], b[3])] }
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe {
            [vfmaq_f32(c[0], a[0], b[0]), vfmaq_f32(c[1], a[1], b[1]), vfmaq_f32(c[2], a[2], b[2]), vfmaq_f32(c[3], a[3], b[3])]
        }
    }

    #[inline(always)]
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16) {
        unsafe {
            let zero = vdupq_n_f32(0.0);
            let weights = vld1q_u32([1u32, 2, 4, 8].as_ptr());
            let bits = |x| vaddvq_u32(vandq_u32(vcgtq_f32(x, zero), weights)) as u16;
            let mask = bits(a[0]) | bits(a[1]) << 4 | bits(a[2]) << 8 | bits(a[3]) << 12;
            ([vmaxq_f32(a[0], zero), vmaxq_f32(a[1], zero), vmaxq_f32(a[2], zero), vmaxq_f32(a[3], zero)], mask)
        }
    }

    #[inline(always)]
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector {
        unsafe {
            let (mask, value) = (vdupq_n_u32(u32::from(mask)), vreinterpretq_u32_f32(vdupq_n_f32(value)));
            let quarter = |lanes: [u32; 4]| vreinterpretq_f32_u32(vandq_u32(vtstq_u32(mask, vld1q_u32(lanes.as_ptr())), value));
            [
                quarter([1, 2, 4, 8]),
                quarter([1 << 4, 2 << 4, 4 << 4, 8 << 4]),
                quarter([1 << 8, 2 << 8, 4 << 8, 8 << 8]),
                quarter([1 << 12, 2 << 12, 4 << 12, 8 << 12]),
            ]
        }
    }
}
