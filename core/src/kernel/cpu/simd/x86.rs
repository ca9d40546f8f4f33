//! x86-64: one register of AVX-512, or two of AVX2 with FMA.

use std::arch::x86_64::*;

use super::Simd;

/// AVX-512F.
pub struct Avx512;

impl Simd for Avx512 {
    type Vector = __m512;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_load_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: __m512) {
        unsafe { _mm512_store_ps(to, value) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn relu(a: __m512) -> (__m512, u16) {
        unsafe {
            let zero = _mm512_setzero_ps();
            (_mm512_max_ps(zero, a), _mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, zero))
        }
    }

    #[inline(always)]
    unsafe fn masked_splat(mask: u16, value: f32) -> __m512 {
        unsafe { _mm512_maskz_mov_ps(mask, _mm512_set1_ps(value)) }
    }
}

/// AVX2 with FMA.
pub struct Avx2;

impl Simd for Avx2 {
    type Vector = [__m256; 2];

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { [_mm256_load_ps(from), _mm256_load_ps(from.add(8))] }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, [low, high]: Self::Vector) {
        unsafe {
            _mm256_store_ps(to, low);
            _mm256_store_ps(to.add(8), high);
        }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        unsafe { [_mm256_set1_ps(value); 2] }
    }

    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
    }

    #[inline(always)]
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }

    #[inline(always)]
    unsafe fn relu(a: Self::Vector) -> (Self::Vector, u16) {
        unsafe {
            let zero = _mm256_setzero_ps();
            let bits = |x| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(x, zero)) as u16;
            ([_mm256_max_ps(zero, a[0]), _mm256_max_ps(zero, a[1])], bits(a[0]) | bits(a[1]) << 8)
        }
    }

    #[inline(always)]
    unsafe fn masked_splat(mask: u16, value: f32) -> Self::Vector {
        unsafe {
            // Keeps a lane if its bit is set in the mask.
            let lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let value = _mm256_set1_ps(value);
            let half = |bits: u16| {
                let own = _mm256_and_si256(_mm256_set1_epi32(i32::from(bits)), lanes);
                _mm256_and_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(own, lanes)), value)
            };
            [half(mask & 0xff), half(mask >> 8)]
        }
    }
}
