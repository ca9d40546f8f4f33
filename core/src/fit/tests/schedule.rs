//! A fit does not depend on how often one looked, nor on the order of what it is given.

use super::super::{least_squares, power_law, power_law_of_seeds};
use super::{ALL, noisy};

/// A curve that bends as a truncated sum does: steeper the later.
fn bent(step: f64) -> f64 {
    1.3 * step.powf(-0.3) - 0.02
}

#[test]
fn linear_and_logarithmic_schedules_of_one_curve_agree() {
    let linear: Vec<f64> = (1..=200).map(|i| 100.0 * f64::from(i)).collect();
    let mut log: Vec<f64> = (0..=69).map(|i| (100.0 * 10f64.powf(f64::from(i) / 30.0)).round()).collect();
    log.dedup();
    // Slow swings stand for a run's luck: the same in both, being the same run.
    let loss = |x: &f64| bent(*x) * (0.02 * (3.0 * x.ln()).sin()).exp();
    let law = |x: &[f64]| power_law(x, &x.iter().map(loss).collect::<Vec<_>>(), (100.0, 20_000.0)).unwrap();
    let plain = |x: &[f64]| least_squares(x, &x.iter().map(loss).collect::<Vec<_>>(), (100.0, 20_000.0)).unwrap();
    let (a, b) = (law(&linear), law(&log));
    let apart = (a.exponent - b.exponent).abs();
    let plain_apart = (plain(&linear).exponent - plain(&log).exponent).abs();
    println!("linear {}, logarithmic {}; plain least squares are {plain_apart:.3} apart", a.estimate(), b.estimate());
    assert!(apart < 0.01 && plain_apart > 3.0 * apart);
    let (low, high) = b.estimate().interval().unwrap();
    assert!((low..=high).contains(&a.exponent));
    let (low, high) = a.estimate().interval().unwrap();
    assert!((low..=high).contains(&b.exponent));
}

#[test]
fn looking_ten_times_as_often_at_the_end_changes_little() {
    let (x, y) = noisy(30, 0.0, 0.0, 0.0, 0);
    let bend = |x: f64, y: f64| y * (0.05 * x.ln().powi(2)).exp();
    let y: Vec<f64> = x.iter().zip(&y).map(|(x, y)| bend(*x, *y)).collect();
    let (sparse, plain_sparse) = (power_law(&x, &y, ALL).unwrap().exponent, least_squares(&x, &y, ALL).unwrap().exponent);
    let (mut x, mut y) = (x, y);
    for i in 1..10 {
        let at = x[28] * (x[29] / x[28]).powf(f64::from(i) / 10.0);
        x.push(at);
        y.push(bend(at, 2.5 * at.powf(-0.37)));
    }
    let (dense, plain_dense) = (power_law(&x, &y, ALL).unwrap().exponent, least_squares(&x, &y, ALL).unwrap().exponent);
    println!("moved by {:.4}, plain least squares by {:.4}", dense - sparse, plain_dense - plain_sparse);
    assert!((dense - sparse).abs() < 0.005 && (plain_dense - plain_sparse).abs() > 5.0 * (dense - sparse).abs());
}

#[test]
fn any_order_of_points_and_of_seeds_gives_the_same_bits() {
    let curves: Vec<_> = (0..4).map(|seed| noisy(40, 0.1, 0.8, 0.0, seed)).collect();
    let (x, y) = &curves[0];
    let turned = |values: &[f64]| values.iter().skip(17).chain(&values[..17]).copied().collect::<Vec<_>>();
    assert_eq!(power_law(x, y, ALL), power_law(&turned(x), &turned(y), ALL));
    // With two points at one position, too.
    let twice = |values: &[f64]| values.iter().chain(values).copied().collect::<Vec<_>>();
    let other: Vec<f64> = y.iter().map(|y| 1.1 * y).collect();
    let (a, b) = ([y.as_slice(), &other].concat(), [other.as_slice(), y].concat());
    assert_eq!(power_law(&twice(x), &a, ALL), power_law(&twice(x), &b, ALL));
    let mut curves: Vec<(&[f64], &[f64])> = curves.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect();
    let law = power_law_of_seeds(&curves, ALL);
    assert!(law.is_ok());
    for _ in 0..4 {
        curves.rotate_left(1);
        assert_eq!(power_law_of_seeds(&curves, ALL), law);
    }
}

#[test]
fn seeds_are_fitted_each_for_itself() {
    let (x, y) = noisy(30, 0.05, 0.5, 0.0, 1);
    let steeper: Vec<f64> = x.iter().map(|x| 9.0 * x.powf(-0.5)).collect();
    let law = power_law_of_seeds(&[(&x, &y), (&x, &steeper)], ALL).unwrap();
    let alone = power_law(&x, &y, ALL).unwrap();
    assert!((law.exponent - 0.5 * (alone.exponent + 0.5)).abs() < 1e-12);
    // Two seeds: half the difference times Student's 12.7.
    let half = law.estimate().half_width().unwrap();
    assert!((half - 12.706_204_7 * 0.5 * (0.5 - alone.exponent).abs()).abs() < 1e-6);
    assert_eq!((law.points, law.range), (60, (x[0], x[29])));
    let middle = (x[0] * x[29]).sqrt();
    assert!((law.at(middle) - (alone.at(middle) * 9.0 * middle.powf(-0.5)).sqrt()).abs() < 1e-9);
    // A seed with a few points of a corner is left aside; alone the other speaks for one run.
    let corner = power_law_of_seeds(&[(&x, &y), (&x[..4], &steeper[..4])], ALL).unwrap();
    assert_eq!(corner, alone);
    assert!(power_law_of_seeds(&[], ALL).is_err());
    assert!(power_law_of_seeds(&[(&x[..2], &y[..2])], ALL).is_err());
}
