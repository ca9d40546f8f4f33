//! Functions of one number without branches, so that loops over them are vectorised.

/// eˣ to about 2 units in the last place; e⁻⁸⁷ below −87, e⁸⁸ above 88. NaN stays NaN.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    // x = n ln 2 + r. Adding 1.5·2²³ rounds to a whole number and leaves it in the lowest bits.
    let shifted = x * std::f32::consts::LOG2_E + 12_582_912.0;
    let n = shifted - 12_582_912.0;
    // ln 2 in two parts, the first of few bits, so that its product with n is exact.
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    // Cephes' polynomial for eʳ, |r| ≤ ln 2 / 2.
    let p = 1.987_569_1e-4 * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let power = p * r * r + r + 1.0;
    power * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// x·Φ(x) and its slope. Φ by Abramowitz and Stegun 7.1.26, within 1e-7.
#[inline(always)]
pub fn gelu(x: f32) -> (f32, f32) {
    let size = x.abs();
    let density = exp(-0.5 * x * x);
    let t = 1.0 / (1.0 + 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2 * size);
    let p = 1.061_405_4 * t - 1.453_152;
    let p = p * t + 1.421_413_7;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    let beyond = 0.5 * p * t * density;
    let below = if x >= 0.0 { 1.0 - beyond } else { beyond };
    (x * below, below + x * density * 0.398_942_3)
}

/// x·σ(x) and its slope.
#[inline(always)]
pub fn silu(x: f32) -> (f32, f32) {
    let sigmoid = 1.0 / (1.0 + exp(-x));
    (x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid)))
}

/// Adds up a row of whole vectors: sixteen sums, then those pairwise.
#[inline(always)]
pub fn total(row: &[f32], term: impl Fn(usize, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; 16];
    for (at, chunk) in row.chunks_exact(16).enumerate() {
        for (lane, (sum, x)) in sums.iter_mut().zip(chunk).enumerate() {
            *sum += term(at * 16 + lane, *x);
        }
    }
    fold(sums, |a, b| a + b)
}

/// The largest number of a row of whole vectors; not a number is left out.
#[inline(always)]
pub fn largest(row: &[f32]) -> f32 {
    let mut most = [f32::NEG_INFINITY; 16];
    for chunk in row.chunks_exact(16) {
        for (most, x) in most.iter_mut().zip(chunk) {
            *most = if *x > *most { *x } else { *most };
        }
    }
    fold(most, f32::max)
}

#[inline(always)]
fn fold(mut lanes: [f32; 16], with: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = 8;
    while half > 0 {
        for i in 0..half {
            lanes[i] = with(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_as_exact_as_single_precision() {
        for at in -40_000..40_000 {
            let x = at as f32 * 2e-3;
            let wide = f64::from(x);
            let near = |found: f32, expected: f64, by: f64| (f64::from(found) - expected).abs() <= by;
            assert!(near(exp(x), wide.exp(), 2e-7 * wide.exp()), "exp {x}: {}", exp(x));
            let cdf = 0.5 * (1.0 + libm::erf(wide / 2f64.sqrt()));
            let density = (-0.5 * wide * wide).exp() / std::f64::consts::TAU.sqrt();
            let size = wide.abs().max(1.0);
            assert!(near(gelu(x).0, wide * cdf, 2e-7 * size) && near(gelu(x).1, cdf + wide * density, 4e-7), "gelu {x}");
            let sigmoid = 1.0 / (1.0 + (-wide).exp());
            let slope = sigmoid * (1.0 + wide * (1.0 - sigmoid));
            assert!(near(silu(x).0, wide * sigmoid, 3e-7 * size) && near(silu(x).1, slope, 4e-7 * size), "silu {x}");
        }
        assert!(exp(f32::NAN).is_nan() && gelu(f32::NAN).0.is_nan() && silu(f32::NAN).1.is_nan());
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37 && exp(1e9) > 1e38);
    }
}
