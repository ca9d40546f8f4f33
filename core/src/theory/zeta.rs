//! The Riemann and Hurwitz zeta functions on the real axis.

/// B_2j / (2j)! for j = 1, 2, …: the weights of the Euler–Maclaurin formula.
const WEIGHTS: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -691.0 / 1_307_674_368_000.0,
    1.0 / 74_724_249_600.0,
    -3_617.0 / 10_670_622_842_880_000.0,
];

/// The Hurwitz zeta function ζ(s, q) = Σ_{k≥0} (q+k)^-s for s > 1 and q > 0, to about 14 digits.
/// Returns infinity at s ≤ 1, where the sum diverges, and NaN at q ≤ 0.
///
/// Σ_{k>n} k^-s is ζ(s, n+1): up to normalisation, how often the quanta after the n-th are used.
///
/// ```
/// # use quanta_core::theory::{hurwitz, zeta};
/// // ζ(2, 3) = π²/6 - 1 - 1/4.
/// let expected = std::f64::consts::PI.powi(2) / 6.0 - 1.25;
/// assert!((hurwitz(2.0, 3.0) - expected).abs() < 1e-13);
/// ```
pub fn hurwitz(s: f64, q: f64) -> f64 {
    // Adds twelve terms directly and takes the Euler–Maclaurin formula for the rest; its first
    // neglected term is then under 1e-16.
    const DIRECT_TERMS: u32 = 12;
    if s.is_nan() || q.is_nan() || q <= 0.0 {
        return f64::NAN;
    }
    if s <= 1.0 {
        return f64::INFINITY;
    }
    let head: f64 = (0..DIRECT_TERMS).rev().map(|k| libm::pow(q + f64::from(k), -s)).sum();
    let x = q + f64::from(DIRECT_TERMS);
    let mut tail = libm::pow(x, 1.0 - s) / (s - 1.0) + 0.5 * libm::pow(x, -s);
    // s(s+1)…(s+2j-2) · x^(-s-2j+1), updated from one j to the next.
    let mut factor = s * libm::pow(x, -s - 1.0);
    for (j, weight) in WEIGHTS.iter().enumerate() {
        tail += weight * factor;
        let next = s + 2.0 * j as f64;
        factor *= (next + 1.0) * (next + 2.0) / (x * x);
    }
    head + tail
}

/// The Riemann zeta function ζ(s) for s > 1; returns infinity at s ≤ 1.
///
/// ```
/// # use quanta_core::theory::zeta;
/// assert!((zeta(2.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-13);
/// assert!((zeta(4.0) - std::f64::consts::PI.powi(4) / 90.0).abs() < 1e-13);
/// // The paper's α = 0.4 needs ζ(1.4) = 3.105547…
/// assert!((zeta(1.4) - 3.105_547).abs() < 1e-6);
/// ```
pub fn zeta(s: f64) -> f64 {
    hurwitz(s, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifting_q_by_one_removes_one_term() {
        for s in [1.05, 1.4, 2.3, 9.0] {
            for q in [0.3, 1.0, 7.5, 500.0] {
                let difference = hurwitz(s, q) - hurwitz(s, q + 1.0);
                let scale = hurwitz(s, q).max(1.0);
                assert!((difference - q.powf(-s)).abs() < 1e-13 * scale, "s {s}, q {q}");
            }
        }
    }

    #[test]
    fn a_finite_sum_is_a_difference_of_zetas() {
        let direct: f64 = (1..=500).rev().map(|k| f64::from(k).powf(-1.4)).sum();
        assert!((zeta(1.4) - hurwitz(1.4, 501.0) - direct).abs() < 1e-12);
    }

    #[test]
    fn divergent_sums_are_infinite_and_bad_arguments_nan() {
        assert_eq!(zeta(1.0), f64::INFINITY);
        assert!(hurwitz(2.0, 0.0).is_nan());
        assert!(zeta(f64::NAN).is_nan());
    }
}
