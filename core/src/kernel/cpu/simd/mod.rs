//! Sixteen lanes of `f32`, on whatever the processor has.
//!
//! A kernel is written once over [`Simd`] and compiled for each instruction set; which one runs is
//! found when the program runs. Only what the kernels need is here.

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

/// Lanes to a vector: the hidden units of one tile.
pub const LANES: usize = 16;

/// Sixteen numbers, aligned as the widest instruction set wants them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

/// What the kernels ask of an instruction set.
///
/// # Safety
/// Every function may only run where the processor has the instruction set, and pointers must be
/// good for sixteen numbers (`load` and `store` need the alignment of [`Lanes`]).
pub trait Simd {
    /// Sixteen lanes.
    type Vector: Copy;
    /// Reads sixteen numbers.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Writes sixteen numbers.
    unsafe fn store(to: *mut f32, value: Self::Vector);
    /// The same number in every lane.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// a + b.
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a·b + c.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// max(a, 0) with NaN staying NaN, so that a run that diverges shows it; and a bit for each
    /// lane where a > 0.
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16);
    /// `value` in the lanes whose bit is set, 0 in the others.
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector;
}
