//! How often intervals that promise 95 % hold the truth, on made data.
//! `cargo test -p quanta-core coverage -- --nocapture` prints the tables.

use super::super::{Estimate, NoInterval, PowerLaw, Uncertainty, power_law, power_law_of_seeds};
use super::{ALL, dice, noisy, normal};

const TRUTH: f64 = 0.37;

/// The share of trials whose interval holds the truth.
fn covered(trials: u64, law: impl Fn(u64) -> PowerLaw) -> f64 {
    let holds = |trial: &u64| {
        let (low, high) = law(*trial).estimate().interval().expect("an interval");
        assert!(low < high);
        low <= TRUTH && TRUTH <= high
    };
    (0..trials).filter(holds).count() as f64 / trials as f64
}

/// Three standard errors of a share near 95 % over this many trials.
fn slack(trials: u64) -> f64 {
    3.0 * (0.95 * 0.05 / trials as f64).sqrt()
}

#[test]
fn coverage_from_one_run_with_autocorrelated_residuals() {
    let trials = 300;
    println!("share of {trials} intervals that hold the truth; 95 % is promised");
    println!("{:>6} {:>8} {:>8} {:>8} {:>8} {:>14}", "points", "rho 0", "rho 0.5", "rho 0.9", "rho 0.97", "0.9, half own");
    for n in [6, 8, 12, 30, 60, 120] {
        let share = |rho: f64, own: f64| {
            covered(trials, |trial| {
                let (x, y) = noisy(n, 0.15, rho, own, trial);
                power_law(&x, &y, ALL).expect("a fit")
            })
        };
        let found = [share(0.0, 0.0), share(0.5, 0.0), share(0.9, 0.0), share(0.97, 0.0), share(0.9, 0.5)];
        println!("{n:>6} {:>8.3} {:>8.3} {:>8.3} {:>8.3} {:>14.3}", found[0], found[1], found[2], found[3], found[4]);
        // The bands that the module `noise` states.
        assert!(found[0].min(found[1]) >= 0.95 - slack(trials), "{n}: {found:?}");
        assert!(found[2].min(found[4]) >= 0.91 - slack(trials), "{n}: {found:?}");
        assert!(found[3] >= 0.88 - slack(trials), "{n}: {found:?}");
    }
}

#[test]
fn coverage_from_seeds() {
    let trials = 600;
    println!("share of {trials} intervals that hold the truth; each seed a curve of 30 points, rho 0.9");
    for n in [2, 3, 5, 10] {
        let share = covered(trials, |trial| {
            let curves: Vec<_> = (0..n).map(|seed| noisy(30, 0.15, 0.9, 0.0, 1_000 + 20 * trial + seed)).collect();
            let curves: Vec<(&[f64], &[f64])> = curves.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect();
            power_law_of_seeds(&curves, ALL).expect("a fit")
        });
        println!("{n:>3} seeds: {share:.3}");
        assert!((share - 0.95).abs() <= slack(trials), "{n} seeds: {share}");
    }
}

#[test]
fn coverage_of_means_over_few_seeds() {
    let trials = 2_000;
    for n in [2, 3, 5] {
        let holds = |trial: &u64| {
            let mut rng = dice(7_000 + trial);
            let values: Vec<f64> = (0..n).map(|_| 1.0 + 0.1 * normal(&mut rng)).collect();
            let (low, high) = Estimate::of_seeds(&values).and_then(|mean| mean.interval()).expect("an interval");
            low <= 1.0 && 1.0 <= high
        };
        let share = (0..trials).filter(holds).count() as f64 / trials as f64;
        println!("mean of {n} seeds: {share:.3}");
        assert!((share - 0.95).abs() <= slack(trials), "{n} seeds: {share}");
    }
}

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let (x, y) = noisy(5, 0.15, 0.0, 0.0, 1);
    let why = power_law(&x, &y, ALL).map(|law| law.uncertainty);
    assert_eq!(why, Ok(Uncertainty::None { why: NoInterval::TooFewPoints(5) }));
    let (x, y) = noisy(20, 0.0, 0.0, 0.0, 1);
    let why = power_law(&x, &y, ALL).map(|law| law.uncertainty);
    assert_eq!(why, Ok(Uncertainty::None { why: NoInterval::NoScatter }));
    // Six points at three positions are three positions.
    let why = power_law(&[1.0, 1.0, 2.0, 2.0, 4.0, 4.0], &[1.0, 0.9, 0.8, 0.7, 0.6, 0.5], ALL).map(|law| law.uncertainty);
    assert_eq!(why, Ok(Uncertainty::None { why: NoInterval::TooFewPoints(3) }));
    let one = Estimate::of_seeds(&[0.5]).map(|mean| mean.uncertainty);
    assert_eq!(one, Some(Uncertainty::None { why: NoInterval::OneSeed }));
    let same = Estimate::of_seeds(&[0.5, 0.5]).map(|mean| mean.uncertainty);
    assert_eq!(same, Some(Uncertainty::None { why: NoInterval::SameValues }));
    assert_eq!(Estimate::of_seeds(&[f64::NAN]), None);
}
