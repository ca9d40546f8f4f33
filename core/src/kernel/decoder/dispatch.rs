//! Compiles each inner loop for every instruction set and picks one at run time.

use crate::kernel::cpu::Isa;
use crate::kernel::cpu::simd::{self, Simd};

/// An inner loop, with what it works on.
pub trait Kernel {
    /// What it gives.
    type Output;

    /// Runs it. Everything in it must be inlined, so that it is compiled for the instruction set.
    ///
    /// # Safety
    /// The processor must support the instruction set `S`.
    unsafe fn run<S: Tiles>(self) -> Self::Output;
}

/// The tile of a product that the registers of an instruction set hold.
pub trait Tiles: Simd {
    /// Rows.
    const ROWS: usize;
    /// Panels of sixteen columns.
    const PANELS: usize;
}

#[cfg(target_arch = "x86_64")]
impl Tiles for simd::Avx512 {
    const ROWS: usize = 8;
    const PANELS: usize = 2;
}

#[cfg(target_arch = "x86_64")]
impl Tiles for simd::Avx2 {
    const ROWS: usize = 4;
    const PANELS: usize = 1;
}

#[cfg(target_arch = "aarch64")]
impl Tiles for simd::Neon {
    const ROWS: usize = 4;
    const PANELS: usize = 1;
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Tiles for simd::Simd128 {
    const ROWS: usize = 2;
    const PANELS: usize = 1;
}

impl Tiles for simd::Portable {
    const ROWS: usize = 2;
    const PANELS: usize = 1;
}

impl Isa {
    /// Runs an inner loop with this instruction set, which the processor must support.
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: callers pass a value that `available` returned, so the processor supports it.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => avx512(kernel),
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => avx2(kernel),
                #[cfg(target_arch = "aarch64")]
                Isa::Neon => kernel.run::<simd::Neon>(),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Isa::Simd128 => kernel.run::<simd::Simd128>(),
                Isa::Portable => kernel.run::<simd::Portable>(),
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
    unsafe { kernel.run::<simd::Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
    unsafe { kernel.run::<simd::Avx2>() }
}
