//! Steps that are evenly spaced on a logarithmic axis.

/// 10^(i/m) for i = 0, 1, 2, …, each rounded to two digits; small ones repeat.
pub fn log_spaced(per_decade: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |i| {
        let exact = libm::pow(10.0, i as f64 / per_decade as f64);
        let unit = 10u64.pow((i / per_decade).saturating_sub(1) as u32);
        libm::round(exact / unit as f64) as u64 * unit
    })
}

/// Of rising steps so many, evenly in the logarithm from `first` to the last of them, which is among them; all where
/// there are no more.
pub fn spread_over_log(steps: &[u64], first: f64, wanted: usize) -> Vec<u64> {
    if wanted >= steps.len() {
        return steps.to_vec();
    }
    let last = steps.last().copied().unwrap_or_default() as f64;
    let mut kept: Vec<u64> = Vec::new();
    for i in (0..wanted).rev() {
        // From the last step down, by equal factors.
        let share = if wanted == 1 { 1.0 } else { i as f64 / (wanted - 1) as f64 };
        let target = first * libm::pow(last / first, share);
        let distance = |step: &&u64| ((**step).max(1) as f64 / target).ln().abs();
        let free = steps.iter().filter(|step| **step > 0 && !kept.contains(step));
        kept.extend(free.min_by(|a, b| distance(a).total_cmp(&distance(b))));
    }
    kept.sort_unstable();
    kept
}
