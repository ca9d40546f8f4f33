//! WebAssembly: four vectors of simd128.
#![cfg(target_feature = "simd128")]

use std::arch::wasm32::*;

use super::Simd;

/// simd128. A browser without it refuses to compile the module, so there is no run-time check.
pub struct Simd128;

impl Simd for Simd128 {
    type Vector = [v128; 4];

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        let from = from.cast::<v128>();
        unsafe { [v128_load(from), v128_load(from.add(1)), v128_load(from.add(2)), v128_load(from.add(3))] }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        let to = to.cast::<v128>();
        unsafe {
            v128_store(to, value[0]);
            v128_store(to.add(1), value[1]);
            v128_store(to.add(2), value[2]);
            v128_store(to.add(3), value[3]);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [f32x4_splat(value); 4]
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        [f32x4_add(a[0], b[0]), f32x4_add(a[1], b[1]), f32x4_add(a[2], b[2]), f32x4_add(a[3], b[3])]
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        // Rounds twice, because simd128 has no fused multiply-add.
        std::array::from_fn(|i| f32x4_add(f32x4_mul(a[i], b[i]), c[i]))
    }

    #[inline(always)]
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16) {
        let zero = f32x4_splat(0.0);
        let positive: [v128; 4] = std::array::from_fn(|i| f32x4_gt(a[i], zero));
        let bits = |i: usize| u16::from(i32x4_bitmask(positive[i]));
        (std::array::from_fn(|i| f32x4_pmax(a[i], zero)), bits(0) | bits(1) << 4 | bits(2) << 8 | bits(3) << 12)
    }

    #[inline(always)]
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector {
        let (mask, value) = (u32x4_splat(u32::from(mask)), f32x4_splat(value));
        std::array::from_fn(|i| {
            let lanes = u32x4(1 << (4 * i), 2 << (4 * i), 4 << (4 * i), 8 << (4 * i));
            v128_and(i32x4_eq(v128_and(mask, lanes), lanes), value)
        })
    }
}
