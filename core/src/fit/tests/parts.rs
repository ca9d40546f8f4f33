//! The special functions and the interval against numbers known otherwise.

use super::super::line::{Points, Weight, line};
use super::super::normal::{log_above, mills};
use super::super::student::{Student, factor};
use super::super::{noise, power_law};
use super::{ALL, noisy};

#[test]
fn factors_of_t_are_the_tables() {
    let table = [
        (1.0, 12.706_204_74),
        (2.0, 4.302_652_73),
        (4.0, 2.776_445_11),
        (9.0, 2.262_157_16),
        (28.0, 2.048_407_14),
        (118.0, 1.980_272_25),
        (1e6, 1.959_966_34),
    ];
    for (df, exact) in table {
        assert!((factor(0.95, df) - exact).abs() < 1e-6, "{df}: {}", factor(0.95, df));
    }
    assert!((factor(0.99, 3.0) - 5.840_909_31).abs() < 1e-6);
    // Cauchy's distribution in closed form.
    for t in [0.01, 0.5, 1.0, 30.0] {
        assert!((Student::new(1.0).within(t) - 2.0 / std::f64::consts::PI * f64::atan(t)).abs() < 1e-12);
    }
    assert_eq!(Student::new(5.0).within(0.0), 0.0);
}

#[test]
fn normal_tails_are_the_tables() {
    let table = [(-3.0, 0.998_650_101_968_4), (0.0, 0.5), (1.96, 0.024_997_895_148_2), (4.9, 4.791_832_77e-7)];
    for (a, p) in table {
        assert!((log_above(a) - f64::ln(p)).abs() < 1e-8, "{a}");
    }
    // ln P(Z > 10) and ln P(Z > 40).
    assert!((log_above(10.0) + 53.231_285_15).abs() < 1e-7);
    assert!((log_above(40.0) + 804.608_442_01).abs() < 1e-6);
    // No step where the expansion takes over, and the derivative fits the function.
    for a in [-4.0, 0.3, 4.999, 5.0, 5.001, 20.0] {
        let slope = (log_above(a + 1e-5) - log_above(a - 1e-5)) / 2e-5;
        assert!((slope + mills(a)).abs() < 1e-5 * mills(a).max(1.0), "{a}: {slope} {}", mills(a));
    }
}

#[test]
fn even_spacing_gives_even_weights_and_plain_least_squares() {
    let points = Points::new((0..7).map(|i| (f64::from(i) * 0.5, f64::from(i * i % 5))).collect());
    let (even, plain) = (points.weights(Weight::Stretch), points.weights(Weight::Same));
    assert!(even.iter().all(|weight| (weight - 0.5).abs() < 1e-15));
    let slope = |weights: &[f64]| line(&points, weights).map(|line| line.slope);
    assert!((slope(&even).unwrap() - slope(&plain).unwrap()).abs() < 1e-14);
}

#[test]
fn many_positions_are_thinned_to_few_cells_with_all_points_in_them() {
    let points = Points::new((0..5_000).map(|i| (f64::from(i), f64::from(i % 7))).collect()).thinned();
    assert!(points.len() <= 241 && points.len() > 200);
    assert_eq!(points.counts.iter().sum::<f64>(), 5_000.0);
    assert!(points.x.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn an_interval_grows_with_the_correlation_of_the_residuals() {
    let mean = |rho: f64| {
        let widths = (0..50).map(|seed| {
            let (x, y) = noisy(120, 0.15, rho, 0.0, seed);
            power_law(&x, &y, ALL).unwrap().estimate().half_width().unwrap()
        });
        widths.sum::<f64>() / 50.0
    };
    let [free, half, long] = [mean(0.0), mean(0.5), mean(0.9)];
    // For independent residuals: 1.98 · 0.15 / sqrt(120 · variance of ln x).
    let exact = 1.98 * 0.15 / (120.0f64 * (4.605f64.powi(2) / 12.0)).sqrt();
    println!("mean half widths at rho 0, 0.5, 0.9: {free:.4} {half:.4} {long:.4}; independent: {exact:.4}");
    assert!(free > exact && half > 1.5 * exact && long > 3.0 * exact);
}

#[test]
fn an_interval_does_not_depend_on_units() {
    let (x, y) = noisy(30, 0.1, 0.5, 0.0, 3);
    let scaled = |a: f64, b: f64| {
        let (x, y): (Vec<f64>, Vec<f64>) = (x.iter().map(|x| a * x).collect(), y.iter().map(|y| b * y).collect());
        power_law(&x, &y, ALL).unwrap().estimate().half_width().unwrap()
    };
    assert!((scaled(1e6, 1e-9) / scaled(1.0, 1.0) - 1.0).abs() < 1e-6);
}

#[test]
fn two_points_have_no_interval() {
    let points = Points::new(vec![(0.0, 1.0), (1.0, 2.0)]);
    let line = line(&points, &points.counts).unwrap();
    assert_eq!(noise::half_width(&points, &line), None);
}
