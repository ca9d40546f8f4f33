//! The upper tail of the normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// From here on the tail's own expansion is used; `erfc` runs out of digits far later.
const FAR: f64 = 5.0;

/// ln P(Z > a).
pub(super) fn log_above(a: f64) -> f64 {
    if a < FAR { (0.5 * libm::erfc(a * FRAC_1_SQRT_2)).ln() } else { -0.5 * (a * a + TAU.ln()) - mills(a).ln() }
}

/// The density at a over P(Z > a): minus the derivative of [`log_above`].
pub(super) fn mills(a: f64) -> f64 {
    if a < FAR {
        return (-0.5 * a * a).exp() / (TAU.sqrt() * 0.5 * libm::erfc(a * FRAC_1_SQRT_2));
    }
    // Laplace's continued fraction a + 1/(a + 2/(a + 3/(a + …))), from its far end.
    (1..=40).rev().fold(a, |rest, k| a + f64::from(k) / rest)
}
