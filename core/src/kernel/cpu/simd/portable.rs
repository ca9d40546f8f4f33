//! Plain arrays, for processors without a supported instruction set.

use super::{LANES, Simd};

/// Plain Rust, for any processor.
pub struct Portable;

impl Simd for Portable {
    type Vector = [f32; LANES];

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { from.cast::<Self::Vector>().read() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { to.cast::<Self::Vector>().write(value) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [value; LANES]
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|i| a[i] + b[i])
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }

    #[inline(always)]
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16) {
        let mask = (0..LANES).fold(0, |mask, i| mask | (u16::from(a[i] > 0.0) << i));
        (a.map(|x| if x <= 0.0 { 0.0 } else { x }), mask)
    }

    #[inline(always)]
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector {
        std::array::from_fn(|i| if mask >> i & 1 == 1 { value } else { 0.0 })
    }
}
