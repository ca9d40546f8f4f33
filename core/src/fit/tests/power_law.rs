use super::super::{Estimate, FitError, common_range, curve_range, least_squares, power_law, power_law_of_seeds, slope};
use super::{ALL, noisy};
use proptest::{collection::vec, prelude::any, prop_assert, proptest};

#[test]
fn a_clean_power_law_is_found_exactly() {
    let (x, y) = noisy(20, 0.0, 0.0, 0.0, 0);
    let law = power_law(&x, &y, ALL).unwrap();
    assert!((law.exponent - 0.37).abs() < 1e-12);
    assert!((law.amplitude - 2.5).abs() < 1e-10);
    assert_eq!((law.range, law.points), ((x[0], x[19]), 20));
    assert!((law.at(x[7]) / y[7] - 1.0).abs() < 1e-10);
}

#[test]
fn three_points_by_hand() {
    // ln x = 0, 1, 2 and ln y = 0, -1, -1: slope -1/2.
    let e = std::f64::consts::E;
    let law = power_law(&[1.0, e, e * e], &[1.0, 1.0 / e, 1.0 / e], ALL).unwrap();
    assert!((law.exponent - 0.5).abs() < 1e-12);
}

#[test]
fn only_the_range_is_fitted() {
    let (mut x, mut y) = noisy(20, 0.0, 0.0, 0.0, 0);
    // Before and after it, anything: a step 0, a flat beginning, a zero at the end.
    x.splice(0..0, [0.0, 1.0, 5.0]);
    y.splice(0..0, [1.0, 1.0, 1.0]);
    x.push(5_000.0);
    y.push(0.0);
    let law = power_law(&x, &y, (10.0, 1_000.5)).unwrap();
    assert!((law.exponent - 0.37).abs() < 1e-12);
    assert_eq!(law.points, 20);
}

#[test]
fn the_same_points_give_the_same_interval() {
    let (x, y) = noisy(30, 0.1, 0.5, 0.0, 3);
    assert_eq!(power_law(&x, &y, ALL), power_law(&x, &y, ALL));
}

#[test]
fn degenerate_input_is_an_error_that_says_what_is_wrong() {
    let nan = f64::NAN;
    let three = [1.0, 2.0, 3.0];
    assert_eq!(power_law(&[1.0], &[1.0], ALL), Err(FitError::TooFew { points: 1, from: 0.0, to: f64::INFINITY }));
    assert!(matches!(power_law(&[1.0, 2.0], &[1.0, 2.0], ALL), Err(FitError::TooFew { points: 2, .. })));
    assert!(matches!(power_law(&[], &[], ALL), Err(FitError::TooFew { points: 0, .. })));
    assert!(matches!(power_law(&three, &three, (4.0, 9.0)), Err(FitError::TooFew { points: 0, .. })));
    assert!(matches!(power_law(&three, &[1.0, 0.0, 1.0], ALL), Err(FitError::NotPositive { at: 2.0, .. })));
    assert!(matches!(power_law(&three, &[1.0, -1.0, 1.0], ALL), Err(FitError::NotPositive { at: 2.0, .. })));
    assert!(matches!(power_law(&three, &[1.0, nan, 1.0], ALL), Err(FitError::NotPositive { at: 2.0, .. })));
    assert!(matches!(power_law(&[1.0, nan, 3.0], &three, ALL), Err(FitError::NotPositive { .. })));
    assert!(matches!(power_law(&[0.0, 1.0, 3.0], &three, ALL), Err(FitError::NotPositive { .. })));
    assert_eq!(power_law(&[2.0; 3], &three, ALL), Err(FitError::ConstantX { at: 2.0 }));
    assert_eq!(power_law(&three, &[1.0], ALL), Err(FitError::Lengths { x: 3, y: 1 }));
    for range in [(3.0, 1.0), (1.0, 1.0), (nan, 1.0), (1.0, nan), (-1.0, 2.0)] {
        assert!(matches!(power_law(&three, &three, range), Err(FitError::Range { .. })));
    }
    let message = power_law(&[1.0, 2.0], &[1.0, 1.0], (1.0, 9.0)).unwrap_err().to_string();
    assert_eq!(FitError::TooFew { points: 0, from: 0.0, to: f64::INFINITY }.to_string(), "no point: a fit needs 3");
    assert_eq!(message, "only 2 points between 1 and 9: a fit needs 3");
}

#[test]
fn plain_least_squares_by_hand() {
    // ln x = 0, 1, 3 and ln y = 0, 0, -3: the mean is (4/3, -1), so the slope is -5/(14/3).
    let at = |x: f64| x.exp();
    let (x, y) = ([at(0.0), at(1.0), at(3.0)], [1.0, 1.0, at(-3.0)]);
    let plain = least_squares(&x, &y, ALL).unwrap();
    assert!((plain.exponent - 15.0 / 14.0).abs() < 1e-12);
    // The stretches are 1, 3/2 and 2: the mean is (5/3, -4/3), and the slope -8/7.
    let weighted = power_law(&x, &y, ALL).unwrap();
    assert!((weighted.exponent - 8.0 / 7.0).abs() < 1e-12);
    let logs: Vec<(f64, f64)> = x.iter().zip(&y).map(|(x, y)| (x.ln(), y.ln())).collect();
    assert_eq!(slope(&logs), Some(-weighted.exponent));
}

#[test]
fn the_default_range_begins_at_the_first_emergence_and_ends_at_a_tenth() {
    let x = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    let loss = [1.0, 1.0, 0.6, 0.11, 0.05];
    assert_eq!(curve_range(&x, &loss, Some(100.0), 1.0), Ok((100.0, 1_000.0)));
    assert_eq!(curve_range(&x, &loss, None, 1.0), Err(FitError::NothingEmerged));
    assert!(curve_range(&x, &loss, Some(10_000.0), 1.0).is_err());
}

#[test]
fn seeds_share_the_range_of_all() {
    assert_eq!(common_range(&[(10.0, 900.0), (20.0, 700.0), (5.0, 800.0)]), Ok((20.0, 700.0)));
    assert!(matches!(common_range(&[(10.0, 90.0), (200.0, 700.0)]), Err(FitError::Range { .. })));
}

proptest! {
    #[test]
    fn nothing_panics(x in vec(any::<f64>(), 0..12), y in vec(any::<f64>(), 0..12), from: f64, to: f64) {
        let _ = power_law(&x, &y, (from, to));
        let _ = power_law(&x, &y, ALL);
        let _ = least_squares(&x, &y, ALL);
        let _ = power_law_of_seeds(&[(&x, &y), (&y, &x)], ALL);
        let _ = curve_range(&x, &y, Some(from), to);
        let _ = Estimate::of_seeds(&x).map(|estimate| estimate.to_string());
    }

    #[test]
    fn positive_points_at_two_places_always_fit(points in vec((1e-3f64..1e6, 1e-6f64..1e3), 3..20)) {
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        x.extend([1e-3, 1e6]);
        y.extend([1.0, 1.0]);
        let law = power_law(&x, &y, ALL).unwrap();
        prop_assert!(law.exponent.is_finite() && law.amplitude.is_finite());
        if let Some((low, high)) = law.estimate().interval() {
            prop_assert!(low < law.exponent && law.exponent < high && (high - low).is_finite());
        }
    }
}
