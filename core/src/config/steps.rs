//! Steps that are evenly spaced on a logarithmic axis.

/// 10^(i/m) for i = 0, 1, 2, …, each rounded to two digits; small ones repeat.
pub fn log_spaced(per_decade: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |i| {
        let exact = libm::pow(10.0, i as f64 / per_decade as f64);
        let unit = 10u64.pow((i / per_decade).saturating_sub(1) as u32);
        libm::round(exact / unit as f64) as u64 * unit
    })
}
