//! Detects the processor's instruction sets at run time and dispatches to the best one.

use super::part::{Part, Scratch, run};
use super::problem::Problem;
use super::simd;
use super::tables::Tables;

/// An instruction set that the kernels were compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// x86-64 with AVX-512F.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AArch64.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// WebAssembly with simd128.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    /// Plain Rust, for any processor.
    Portable,
}

#[cfg(test)]
std::thread_local! {
    /// The instruction set that a test takes for the best.
    static INSTEAD: std::cell::Cell<Option<Isa>> = const { std::cell::Cell::new(None) };
}

impl Isa {
    /// Returns every instruction set that this processor supports, the fastest first.
    pub fn available() -> Vec<Isa> {
        let mut isas = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                isas.push(Isa::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                isas.push(Isa::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        isas.push(Isa::Neon);
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        isas.push(Isa::Simd128);
        isas.push(Isa::Portable);
        isas
    }

    /// Returns the fastest instruction set that this processor supports.
    pub fn best() -> Isa {
        #[cfg(test)]
        if let Some(isa) = INSTEAD.get() {
            return isa;
        }
        Self::available()[0]
    }

    /// Does something for which this instruction set, which the processor must support, is the best.
    #[cfg(test)]
    pub fn instead<T>(self, something: impl FnOnce() -> T) -> T {
        let before = INSTEAD.replace(Some(self));
        let result = something();
        INSTEAD.set(before);
        result
    }

    /// Returns the vendor's name of the instruction set, or `no SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "AVX2",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "NEON",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Isa::Simd128 => "wasm simd128",
            Isa::Portable => "no SIMD",
        }
    }

    /// Computes one part of a batch with this instruction set, which the processor must support.
    pub(super) fn run_part(
        self,
        problem: &Problem,
        tables: &Tables,
        index: usize,
        backward: bool,
        scratch: &mut Scratch,
    ) -> Part {
        // SAFETY: callers pass a value that `available` returned, so the processor supports it.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => avx512(problem, tables, index, backward, scratch),
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => avx2(problem, tables, index, backward, scratch),
                #[cfg(target_arch = "aarch64")]
                Isa::Neon => run::<simd::Neon>(problem, tables, index, backward, scratch),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Isa::Simd128 => run::<simd::Simd128>(problem, tables, index, backward, scratch),
                Isa::Portable => run::<simd::Portable>(problem, tables, index, backward, scratch),
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(problem: &Problem, tables: &Tables, index: usize, backward: bool, scratch: &mut Scratch) -> Part {
    unsafe { run::<simd::Avx512>(problem, tables, index, backward, scratch) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(problem: &Problem, tables: &Tables, index: usize, backward: bool, scratch: &mut Scratch) -> Part {
    unsafe { run::<simd::Avx2>(problem, tables, index, backward, scratch) }
}
