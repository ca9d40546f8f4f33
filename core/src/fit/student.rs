//! Student's t distribution.

/// The t that |T| stays under with the probability `share` (0.95: the factor of a 95 % interval).
/// 12.706 at one degree of freedom, 1.960 at infinitely many.
pub fn factor(share: f64, df: f64) -> f64 {
    let student = Student::new(df);
    let (mut low, mut high) = (0.0, 1.0);
    while student.within(high) < share && high < 1e12 {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if student.within(middle) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The distribution with what does not depend on t worked out once.
pub(super) struct Student {
    df: f64,
    /// ln of 1/B(df/2, 1/2).
    front: f64,
}

impl Student {
    pub(super) fn new(df: f64) -> Self {
        let (a, b) = (0.5 * df, 0.5);
        Self { df, front: libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) }
    }

    /// P(|T| < t) for `df > 0` degrees of freedom, by the regularised incomplete beta function.
    pub(super) fn within(&self, t: f64) -> f64 {
        let square = t * t;
        if square.is_nan() || square <= 0.0 {
            return 0.0;
        }
        let (a, b) = (0.5 * self.df, 0.5);
        let (x, rest) = (self.df / (self.df + square), square / (self.df + square));
        let front = (self.front + a * x.ln() + b * rest.ln()).exp();
        // The fraction converges fast on the side of the mean of the beta distribution.
        if x < (a + 1.0) / (a + b + 2.0) { 1.0 - front * fraction(x, a, b) / a } else { front * fraction(rest, b, a) / b }
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let safe = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut result) = (1.0, d);
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() < 1e-13 {
            break;
        }
    }
    result
}
