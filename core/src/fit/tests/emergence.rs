//! Emergence laws: simulated runs cut short, and the published one.

use super::super::{
    Emergence, FitError, NoInterval, PowerLaw, Uncertainty, censored_law, emerged, emerged_count, emergence_law,
    emergence_law_of, emergence_least_squares, emergence_least_squares_of, emergence_step, emergence_steps, emergences, learned,
    least_squares, loss_law, loss_law_of_seeds, remark,
};
use super::{dice, normal};
use crate::quanta::UseFrequencies;
use crate::record::{Record, Status};
use proptest::{collection::vec, option, prelude::any, prop_assert, proptest};

/// Steps of evaluations, 30 a decade.
fn steps(until: u64) -> Vec<u64> {
    let mut steps: Vec<u64> = (0..=200).map(|i| 10f64.powf(f64::from(i) / 30.0).round() as u64).collect();
    steps.dedup();
    steps.retain(|step| *step <= until);
    steps
}

/// A run of 500 subtasks whose steps follow p^-0.8 from 600 on with the given scatter, as it was
/// known at step `until`. `growth` makes the scatter of the rarer larger: rank/10 to that power.
fn simulated(p: &[f64], scatter: f64, growth: f64, until: u64, seed: u64) -> Vec<Option<Emergence>> {
    let mut rng = dice(seed);
    let steps = steps(until);
    let emerges = |(rank, p_k): (usize, &f64)| {
        let size = scatter * ((rank as f64 + 1.0) / 10.0).powf(growth);
        let step = 600.0 * (p_k / p[0]).powf(-0.8) * (size * normal(&mut rng)).exp();
        steps.iter().find(|at| **at as f64 >= step).map(|at| Emergence::seen(&steps, *at))
    };
    p.iter().enumerate().map(emerges).collect()
}

type Fit = fn(&[f64], &[Option<Emergence>]) -> Result<PowerLaw, FitError>;

/// The mean exponent over simulated runs, and the share of intervals that hold the true 0.8.
fn over_runs(fit: Fit, scatter: f64, growth: f64, until: u64) -> (f64, f64) {
    let frequencies = UseFrequencies::new(500, 0.4);
    let runs = 150;
    let (mut sum, mut held) = (0.0, 0.0);
    for seed in 0..runs {
        let law = fit(frequencies.p(), &simulated(frequencies.p(), scatter, growth, until, seed)).expect("a fit");
        sum += law.exponent;
        if law.estimate().interval().is_some_and(|(low, high)| low <= 0.8 && 0.8 <= high) {
            held += 1.0;
        }
    }
    (sum / runs as f64, held / runs as f64)
}

#[test]
fn the_censored_law_of_a_run_cut_short_is_that_of_the_whole() {
    println!("simulated runs, true exponent 0.8; (mean exponent, coverage) of the censored law and of least squares");
    for scatter in [0.1, 0.3] {
        for until in [7_000, 20_000, 80_000, 1_000_000] {
            let censored = over_runs(emergence_law_of, scatter, 0.0, until);
            let plain = over_runs(emergence_least_squares_of, scatter, 0.0, until);
            println!("scatter {scatter}, until {until:>9}: censored {censored:.3?}, least squares {plain:.3?}");
            // Of some eight emergences the maximum of the likelihood is biased by a fifth of their scatter.
            let bias = if until == 7_000 { 0.03 } else { 0.012 };
            assert!((censored.0 - 0.8).abs() < bias, "{scatter} {until}");
            assert!((0.89..=1.0).contains(&censored.1), "{scatter} {until}: {censored:?}");
        }
    }
    let growing = over_runs(emergence_law_of, 0.3, 0.25, 80_000);
    let plain = over_runs(emergence_least_squares_of, 0.3, 0.25, 80_000);
    println!("scatter growing with rank: censored {growing:.3?}, least squares {plain:.3?}");
    assert!((growing.0 - 0.8).abs() < 0.08 && (plain.0 - 0.8).abs() > 2.0 * (growing.0 - 0.8).abs());
}

#[test]
fn the_idle_end_of_a_run_that_learns_no_more_changes_nothing() {
    let frequencies = UseFrequencies::new(500, 0.4);
    let p = frequencies.p();
    let run = simulated(p, 0.2, 0.0, 50_000, 4);
    // The same emergences in a run twenty times as long in which nothing else emerged.
    assert!(emergence_law_of(p, &run).is_ok());
    let last = run.iter().flatten().map(|emergence| emergence.at).max().unwrap();
    let y: Vec<Option<f64>> = run.iter().map(|emergence| emergence.map(Emergence::step)).collect();
    let at = |until: f64| censored_law(p, &y, until).unwrap().exponent;
    assert_eq!(emergence_law_of(p, &run).unwrap().exponent, at(last as f64));
    assert!(at(1e6) > at(last as f64) + 0.1);
}

/// What both methods give for the published run, cut where it was looked at.
#[test]
fn truncations_of_the_published_run() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/results/steps.safetensors");
    let mut whole = Record::from_bytes(&std::fs::read(path).expect("the published run")).expect("a record");
    println!("{} subtasks, width {}", whole.quanta.len(), whole.config.number("width").expect("there"));
    let mut censored = Vec::new();
    for until in [5_909, 8_000, 10_000, 14_000, 20_000] {
        let mut cut = whole.clone();
        cut.evaluations.retain(|evaluation| evaluation.step <= until);
        let count = emergence_steps(&cut).iter().flatten().count();
        let (law, plain) = (emergence_law(&cut).expect("a fit"), emergence_least_squares(&cut).expect("a fit"));
        println!("until {until:>6}: {count:>2} emerged; censored {}; least squares {}", law.estimate(), plain.estimate());
        censored.push(law);
    }
    assert!(censored.iter().all(|law| law.estimate().interval().is_some()));
    // As records: the loss by itself and as its own two seeds, and what is said of a run cut short.
    let (law, seeds) = (loss_law(&whole, None).expect("a fit"), loss_law_of_seeds(&[&whole, &whole], None).expect("a fit"));
    println!("loss {} over {:?}", law.estimate(), law.range);
    assert_eq!((law.exponent, law.range), (seeds.exponent, seeds.range));
    assert_eq!(seeds.uncertainty, Uncertainty::None { why: NoInterval::SameValues });
    assert_eq!(emerged_count(&whole), emergences(&whole).iter().flatten().count());
    assert_eq!(remark(&whole), None);
    whole.status = Status::Unfinished;
    assert_eq!(remark(&whole), Some("the run is not finished"));
}

#[test]
fn with_every_value_seen_a_censored_law_is_least_squares() {
    let mut rng = dice(5);
    let x: Vec<f64> = (1..=20).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 * x.powf(0.7) * (0.2 * normal(&mut rng)).exp()).collect();
    let seen: Vec<Option<f64>> = y.iter().copied().map(Some).collect();
    let law = censored_law(&x, &seen, 1e9).unwrap();
    let logs: Vec<(f64, f64)> = x.iter().zip(&y).map(|(x, y)| (x.ln(), y.ln())).collect();
    let slope = -least_squares(&x, &y, super::ALL).unwrap().exponent;
    assert!((law.exponent + slope).abs() < 1e-9);
    // The interval is the usual one: t times the standard error.
    let mean = logs.iter().map(|(x, _)| x).sum::<f64>() / 20.0;
    let xx: f64 = logs.iter().map(|(x, _)| (x - mean).powi(2)).sum();
    let rest: f64 = logs.iter().map(|(x, y)| (y - law.amplitude.ln() - slope * x).powi(2)).sum();
    let half = super::super::student::factor(0.95, 18.0) * (rest / 18.0 / xx).sqrt();
    assert!((law.estimate().half_width().unwrap() / half - 1.0).abs() < 1e-6);
}

#[test]
fn a_censored_law_by_an_independent_way() {
    // Schmee and Hahn's motorette data (1979): hours to failure at four temperatures, censored at
    // 8064, 5448, 1680 and 528 hours. Here with one bound for all, 2000 hours, so that two of the
    // temperatures are known in part; EM to convergence gives the same maximum.
    let x: Vec<f64> = [170.0, 190.0, 220.0].iter().flat_map(|x| [*x; 10]).collect();
    let mut y = vec![Some(1764.0); 1];
    y.extend(vec![None; 9]);
    y.extend([408.0, 408.0, 1344.0, 1344.0, 1440.0].map(Some));
    y.extend(vec![None; 5]);
    y.extend([408.0, 408.0, 504.0, 504.0, 504.0, 600.0, 600.0, 648.0, 648.0, 696.0].map(Some));
    let law = censored_law(&x, &y, 2_000.0).unwrap();
    let (slope, intercept) = em(&x, &y, 2_000.0);
    assert!((law.exponent + slope).abs() < 1e-4 * slope.abs(), "{} {slope}", law.exponent);
    assert!((law.amplitude.ln() - intercept).abs() < 1e-3 * intercept.abs());
}

/// The EM algorithm: unseen values at their expected ones, until nothing moves.
fn em(x: &[f64], y: &[Option<f64>], until: f64) -> (f64, f64) {
    let (n, bound) = (x.len() as f64, until.ln());
    let logs: Vec<f64> = x.iter().map(|x| x.ln()).collect();
    let (mut slope, mut intercept, mut variance) = (0.0f64, bound, 1.0f64);
    for _ in 0..20_000 {
        let (mut first, mut extra) = (Vec::new(), 0.0);
        for (x, y) in logs.iter().zip(y) {
            let mean = intercept + slope * x;
            match y {
                Some(y) => first.push(y.ln()),
                None => {
                    let a = (bound - mean) / variance.sqrt();
                    let mills = super::super::normal::mills(a);
                    first.push(mean + variance.sqrt() * mills);
                    extra += variance * (1.0 + a * mills - mills * mills);
                }
            }
        }
        let (mx, my) = (logs.iter().sum::<f64>() / n, first.iter().sum::<f64>() / n);
        let xx: f64 = logs.iter().map(|x| (x - mx).powi(2)).sum();
        slope = logs.iter().zip(&first).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / xx;
        intercept = my - slope * mx;
        let rest: f64 = logs.iter().zip(&first).map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
        variance = (rest + extra) / n;
    }
    (slope, intercept)
}

#[test]
fn emergence_is_the_first_evaluation_under_a_tenth_of_a_bit() {
    assert_eq!(emergence_step(&[0, 10, 20, 30], &[1.0, 0.1, 0.09, 0.2]), Some(20));
    assert_eq!(emergence_step(&[0, 10], &[1.0, f32::NAN]), None);
    assert_eq!(emergence_step(&[], &[]), None);
    // Emerged at the third of four evaluations, not learned at the last.
    assert_eq!((emerged(&[1.0, 0.1, 0.09, 0.2]), learned(&[0.2, 0.09, f32::NAN])), (Some(2), 1));
    assert_eq!(Emergence::seen(&[0, 10, 20, 30], 20), Emergence { before: 10, at: 20 });
    assert!((Emergence { before: 90, at: 100 }.step() - 9_000f64.sqrt()).abs() < 1e-12);
    // Nothing is known before the first evaluation.
    assert!((Emergence { before: 0, at: 100 }.step() - 5_000f64.sqrt()).abs() < 1e-12);
}

#[test]
fn too_little_has_no_law_or_no_interval() {
    let seen = |y: &[f64]| y.iter().copied().map(Some).collect::<Vec<_>>();
    let x = [1.0, 2.0, 4.0, 8.0];
    assert!(matches!(censored_law(&x, &seen(&[1.0, 2.0, 3.0]), 9.0), Err(FitError::Lengths { .. })));
    assert!(matches!(censored_law(&x, &[Some(1.0), Some(2.0), None, None], 9.0), Err(FitError::TooFew { points: 2, .. })));
    assert_eq!(censored_law(&[2.0; 3], &seen(&[1.0, 2.0, 3.0]), 9.0), Err(FitError::ConstantX { at: 2.0 }));
    let four = censored_law(&x, &seen(&[1.0, 2.0, 3.0, 7.0]), 9.0).unwrap();
    assert_eq!(four.uncertainty, Uncertainty::None { why: NoInterval::TooFewPoints(4) });
    let exact = censored_law(&x, &seen(&[1.0, 2.0, 4.0, 8.0]), 9.0).unwrap();
    assert!((exact.exponent + 1.0).abs() < 1e-12 && exact.uncertainty == Uncertainty::None { why: NoInterval::NoScatter });
}

proptest! {
    #[test]
    fn a_censored_law_is_finite_and_the_same_in_any_order(
        points in vec((1e-3f64..1.0, option::of(1.0f64..1e4)), 8..40),
        turn in 0usize..40,
    ) {
        let (x, y): (Vec<f64>, Vec<Option<f64>>) = points.iter().copied().unzip();
        let law = censored_law(&x, &y, 1e4);
        if let Ok(law) = law {
            prop_assert!(law.exponent.is_finite());
            if let Some((low, high)) = law.estimate().interval() {
                prop_assert!(low < law.exponent && law.exponent < high);
            }
        }
        let mut turned = points;
        let turn = turn % turned.len();
        turned.rotate_left(turn);
        let (x, y): (Vec<f64>, Vec<Option<f64>>) = turned.into_iter().unzip();
        prop_assert!(censored_law(&x, &y, 1e4) == law);
    }

    #[test]
    fn emergence_never_panics(steps in vec(any::<u64>(), 0..9), losses in vec(any::<f32>(), 0..9)) {
        let _ = emergence_step(&steps, &losses);
        let seen = |step: &u64| Some(Emergence::seen(&steps, *step));
        let emergences: Vec<Option<Emergence>> = steps.iter().map(seen).collect();
        let p: Vec<f64> = (1..=steps.len()).map(|k| 1.0 / k as f64).collect();
        let _ = emergence_law_of(&p, &emergences);
        let _ = emergence_least_squares_of(&p, &emergences);
    }
}
