use super::super::{Estimate, NoInterval, Uncertainty};

fn estimate(value: f64, uncertainty: Uncertainty) -> Estimate {
    Estimate { value, uncertainty }
}

#[test]
fn an_uncertainty_is_said_in_one_way() {
    let seeds = estimate(0.452, Uncertainty::Seeds { half_width: 0.031, n: 5 });
    assert_eq!(seeds.to_string(), "0.45 ± 0.03 (95 %, 5 seeds)");
    assert_eq!(seeds.short(), "0.45 ± 0.03");
    let run = estimate(0.452, Uncertainty::OneRun { low: 0.38, high: 0.53 });
    assert_eq!(run.to_string(), "0.45 (0.38 to 0.53, one run: blind to the seed)");
    assert_eq!(run.short(), "0.45 (0.38 to 0.53)");
    let none = estimate(0.452, Uncertainty::None { why: NoInterval::TooFewPoints(4) });
    assert_eq!(none.to_string(), "0.45 (no interval: 4 points)");
    assert_eq!(none.short(), "0.45");
    let why = |why| estimate(0.452, Uncertainty::None { why }).to_string();
    assert_eq!(why(NoInterval::OneSeed), "0.45 (no interval: one seed)");
    assert_eq!(why(NoInterval::TooFewPoints(1)), "0.45 (no interval: 1 point)");
}

#[test]
fn a_slope_is_minus_the_exponent_and_has_a_real_minus() {
    let run = estimate(0.81, Uncertainty::OneRun { low: -0.001, high: 1.22 }).negated();
    assert_eq!(run.interval(), Some((-1.22, 0.001)));
    assert_eq!(run.to_string(), "−0.81 (−1.22 to 0.00, one run: blind to the seed)");
    assert_eq!(run.negated().negated(), run);
}

#[test]
fn digits_end_where_the_interval_says_nothing() {
    let with = |half_width| estimate(0.438_27, Uncertainty::Seeds { half_width, n: 3 }).short();
    assert_eq!(with(1.234), "0.44 ± 1.23");
    assert_eq!(with(0.012), "0.438 ± 0.012");
    assert_eq!(with(0.0004), "0.4383 ± 0.0004");
    assert_eq!(estimate(431.2, Uncertainty::Seeds { half_width: 31.0, n: 3 }).short(), "431 ± 31");
}

#[test]
fn json_says_where_an_uncertainty_comes_from() {
    let seeds = estimate(0.5, Uncertainty::Seeds { half_width: 0.25, n: 3 });
    let json = serde_json::to_string(&seeds).unwrap();
    assert_eq!(json, r#"{"value":0.5,"from":"seeds","half_width":0.25,"n":3}"#);
    let none = estimate(0.5, Uncertainty::None { why: NoInterval::TooFewPoints(4) });
    assert_eq!(serde_json::to_string(&none).unwrap(), r#"{"value":0.5,"from":"none","why":{"too_few_points":4}}"#);
}
