//! Vectors of sixteen `f32` for each supported instruction set.
//!
//! A kernel is written once over [`Simd`] and compiled for each instruction set; the program picks
//! one at run time. The trait has only the operations that the kernels need.

mod portable;

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use portable::Portable;

#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::Simd128;
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

/// Lanes per vector: the hidden units of one tile.
pub const LANES: usize = 16;

/// Sixteen numbers, aligned for the widest instruction set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

/// The vector operations that the kernels use.
///
/// # Safety
/// The processor must support the instruction set, and pointers must be valid for sixteen numbers
/// with the alignment of [`Lanes`].
pub trait Simd {
    /// Sixteen lanes.
    type Vector: Copy;
    /// Reads sixteen numbers.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Writes sixteen numbers.
    unsafe fn store(to: *mut f32, value: Self::Vector);
    /// Returns `value` in every lane.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// Returns a + b.
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Returns a·b + c; fused where the instruction set can.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Returns max(a, 0) and a mask with a bit for each lane where a > 0. NaN stays NaN, so that the
    /// loss of a diverging run shows it.
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16);
    /// Returns `value` in the lanes whose mask bit is set, and 0 in the others.
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector;
}
