//! Functions of one number without branches, so that loops over them are vectorised.

/// The constants of the functions below, which they read from memory: browsers build a constant vector anew, in
/// several instructions, wherever one is written in a loop.
pub struct Constants {
    exp: Exp,
    normal: Normal,
    half: f32,
    one: f32,
}

/// Of eˣ.
struct Exp {
    least: f32,
    most: f32,
    per_ln_2: f32,
    round: f32,
    /// ln 2 in two parts, the first of few bits, so that its product with a whole number is exact.
    ln_2: [f32; 2],
    /// Cephes' polynomial for eʳ, |r| ≤ ln 2 / 2.
    series: [f32; 5],
}

/// Of the normal distribution.
struct Normal {
    /// Abramowitz and Stegun 7.1.26.
    reach: f32,
    series: [f32; 5],
    /// 1/√(2π).
    density: f32,
}

static CONSTANTS: Constants = Constants {
    exp: Exp {
        least: -87.0,
        most: 88.0,
        per_ln_2: std::f32::consts::LOG2_E,
        round: 12_582_912.0,
        ln_2: [0.693_359_4, -2.121_944_4e-4],
        series: [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1],
    },
    normal: Normal {
        reach: 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2,
        series: [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6],
        density: 0.398_942_3,
    },
    half: 0.5,
    one: 1.0,
};

impl Constants {
    /// Where they stand, which the compiler may not know: it would write them into the loop.
    #[inline(always)]
    pub fn get() -> &'static Self {
        std::hint::black_box(&CONSTANTS)
    }
}

/// eˣ to about 2 units in the last place; e⁻⁸⁷ below −87, e⁸⁸ above 88. NaN stays NaN.
#[inline(always)]
pub fn exp(x: f32, constants: &Constants) -> f32 {
    let Constants { exp: of, half, one, .. } = constants;
    let x = if x < of.least { of.least } else { x };
    let x = if x > of.most { of.most } else { x };
    // x = n ln 2 + r. Adding 1.5·2²³ rounds to a whole number and leaves it in the lowest bits.
    let shifted = x * of.per_ln_2 + of.round;
    let n = shifted - of.round;
    let r = (x - n * of.ln_2[0]) - n * of.ln_2[1];
    let p = of.series[0] * r + of.series[1];
    let p = p * r + of.series[2];
    let p = p * r + of.series[3];
    let p = p * r + of.series[4];
    let p = p * r + half;
    let power = p * r * r + r + one;
    power * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// x·Φ(x) and its slope, within 1e-7.
#[inline(always)]
pub fn gelu(x: f32, constants: &Constants) -> (f32, f32) {
    let Constants { normal: of, half, one, .. } = constants;
    let size = x.abs();
    let density = exp(-half * x * x, constants);
    let t = one / (one + of.reach * size);
    let p = of.series[0] * t + of.series[1];
    let p = p * t + of.series[2];
    let p = p * t + of.series[3];
    let p = p * t + of.series[4];
    let beyond = half * p * t * density;
    let below = if x >= 0.0 { one - beyond } else { beyond };
    (x * below, below + x * density * of.density)
}

/// x·σ(2u), u = √(2/π)(x + 0.044715x³), which is x(1 + tanh u)/2, and its slope.
#[inline(always)]
pub fn gelu_tanh(x: f32, constants: &Constants) -> (f32, f32) {
    let one = constants.one;
    let line = 2.0 * std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;
    let cube = 0.044_715 * line;
    let square = x * x;
    let sigmoid = one / (one + exp(-x * (line + cube * square), constants));
    (x * sigmoid, sigmoid * (one + x * (one - sigmoid) * (line + 3.0 * cube * square)))
}

/// x·σ(x) and its slope.
#[inline(always)]
pub fn silu(x: f32, constants: &Constants) -> (f32, f32) {
    let one = constants.one;
    let sigmoid = one / (one + exp(-x, constants));
    (x * sigmoid, sigmoid * (one + x * (one - sigmoid)))
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
    fold(most, |a, b| if b > a { b } else { a })
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

    fn exp(x: f32) -> f32 {
        super::exp(x, &CONSTANTS)
    }

    fn gelu(x: f32) -> (f32, f32) {
        super::gelu(x, &CONSTANTS)
    }

    fn gelu_tanh(x: f32) -> (f32, f32) {
        super::gelu_tanh(x, &CONSTANTS)
    }

    fn silu(x: f32) -> (f32, f32) {
        super::silu(x, &CONSTANTS)
    }

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
            let (inner, slope) = ((2.0 / std::f64::consts::PI).sqrt(), |x: f64| 1.0 + 3.0 * 0.044_715 * x * x);
            let tanh = (inner * (wide + 0.044_715 * wide.powi(3))).tanh();
            let slope = 0.5 * (1.0 + tanh) + 0.5 * wide * (1.0 - tanh * tanh) * inner * slope(wide);
            let found = gelu_tanh(x);
            assert!(
                near(found.0, 0.5 * wide * (1.0 + tanh), 3e-7 * size) && near(found.1, slope, 2e-6),
                "gelu_tanh {x}: {found:?}"
            );
            let sigmoid = 1.0 / (1.0 + (-wide).exp());
            let slope = sigmoid * (1.0 + wide * (1.0 - sigmoid));
            assert!(near(silu(x).0, wide * sigmoid, 3e-7 * size) && near(silu(x).1, slope, 4e-7 * size), "silu {x}");
        }
        assert!(exp(f32::NAN).is_nan() && gelu(f32::NAN).0.is_nan() && silu(f32::NAN).1.is_nan());
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37 && exp(1e9) > 1e38);
    }
}
