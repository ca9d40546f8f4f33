//! Tests by simulation, and of what they rest on.

mod coverage;
mod emergence;
mod parts;
mod power_law;
mod schedule;
mod words;

use crate::rng::{Rng, Stream};

/// Every point.
const ALL: (f64, f64) = (0.0, f64::INFINITY);

/// A standard normal number (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let uniform = |rng: &mut Rng| (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
    let (a, b) = (uniform(rng), uniform(rng));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// A generator for the simulated run `seed`.
fn dice(seed: u64) -> Rng {
    Rng::new(seed, Stream::TestBits, 0)
}

/// `n` positions at even ratios over two decades.
fn positions(n: usize) -> Vec<f64> {
    (0..n).map(|i| 10f64.powf(1.0 + 2.0 * i as f64 / (n - 1) as f64)).collect()
}

/// 2.5·x^-0.37 at `n` positions, with residuals in the logarithm of the given size. Neighbours
/// correlate by `rho`, and a share of the variance, `own`, is each point's own.
fn noisy(n: usize, scatter: f64, rho: f64, own: f64, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = dice(seed);
    let x = positions(n);
    let mut state = normal(&mut rng);
    let y = x.iter().map(|x| {
        let residual = (1.0 - own).sqrt() * state + own.sqrt() * normal(&mut rng);
        state = rho * state + (1.0 - rho * rho).sqrt() * normal(&mut rng);
        2.5 * x.powf(-0.37) * (scatter * residual).exp()
    });
    let y = y.collect();
    (x, y)
}
