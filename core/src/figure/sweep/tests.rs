use super::*;
use crate::rng::{Rng, Stream};
use crate::theory::Theory;

/// A made-up sweep: quantum k is learned at constant·k^γ with a little luck for each seed.
pub(crate) fn made_up(resource: Resource, alpha: f64, constant: f64, amounts: &[f64], seeds: u64) -> Sweep {
    let (n_tasks, theory) = (200, Theory::new(200, alpha));
    let mut sweep = Sweep::new("made up", resource, alpha, n_tasks);
    for seed in 0..seeds {
        let mut rng = Rng::new(seed, Stream::TestBits, 5);
        let needs: Vec<f64> = (1..=n_tasks)
            .map(|k| constant * (k as f64).powf(resource.growth(alpha)) * f64::from(0.2 * rng.symmetric(1.0)).exp())
            .collect();
        for amount in amounts {
            let losses: Vec<f32> = needs.iter().map(|need| if amount >= need { 0.001 } else { 1.0 }).collect();
            let mean = theory.p().iter().zip(&losses).map(|(p, loss)| p * f64::from(*loss)).sum();
            sweep.points.push(Point::new(*amount, mean, losses, seed));
        }
    }
    sweep
}

fn amounts(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from * (to / from).powf(i as f64 / (count - 1) as f64)).collect()
}

fn three() -> Vec<Sweep> {
    vec![
        made_up(Resource::Parameters, 0.4, 600.0, &amounts(700.0, 8e4, 12), 3),
        made_up(Resource::Steps, 0.4, 60.0, &amounts(1.0, 5e4, 90), 1),
        made_up(Resource::Data, 0.4, 4e3, &amounts(2e3, 4e6, 12), 2),
    ]
}

#[test]
fn seeds_make_a_mean_and_a_band() {
    let mut sweep = Sweep::new("s", Resource::Data, 0.4, 2);
    sweep.points = vec![
        Point::new(20.0, 0.5, vec![0.0, 1.0], 0),
        Point::new(10.0, 1.0, vec![1.0, 1.0], 0),
        Point::new(20.0, 0.7, vec![0.4, 1.0], 1),
        Point::new(30.0, f64::NAN, vec![], 1),
    ];
    let means = sweep.means();
    assert_eq!(means.len(), 2);
    assert_eq!((means[1].amount, means[1].band, means[1].seeds), (20.0, (0.5, 0.7), 2));
    assert!((means[1].loss - 0.6).abs() < 1e-12);
    assert_eq!(means[1].task_loss, [0.2, 1.0]);
    assert_eq!(sweep.emergences(), [(1, 20.0)]);
}

#[test]
fn a_sweep_made_by_the_theory_is_found_to_follow_it() {
    for sweep in three() {
        let report = sweep.report(None);
        let (fit, truncated) = (report.fit.unwrap(), report.truncated.unwrap());
        assert!((fit.exponent - truncated).abs() < 0.06, "{:?}: {} {truncated}", sweep.resource, fit.exponent);
        assert!(truncated > report.pure);
        assert!(report.paper.is_none());
    }
}

#[test]
fn every_figure_is_drawn_with_and_without_points() {
    let full = three();
    let mut growing = full.clone();
    growing.iter_mut().for_each(|sweep| sweep.points.truncate(1));
    let mut empty = full.clone();
    empty.iter_mut().for_each(|sweep| sweep.points.clear());
    let mut behind = full.clone();
    behind[0].background = true;
    behind.push(made_up(Resource::Parameters, 0.4, 700.0, &amounts(700.0, 2e4, 4), 1));
    for sweeps in [&full[..], &growing, &empty, &behind, &[]] {
        for kind in Kind::ALL {
            for (size, options) in [
                ((390, 900), Options::default()),
                ((1_200, 800), Options { pure_law: true, follow: Some(2), cursor: Some((1e4, 0.5)), ..Options::default() }),
            ] {
                let text = svg(kind, sweeps, &options, size).unwrap();
                assert!(text.trim_end().ends_with("</svg>") && !text.contains("NaN"), "{kind:?}");
                assert!(!describe(kind, sweeps, &options).is_empty());
                for panel in 0..6 {
                    assert!(!read_at(kind, sweeps, &options, panel, (1e4, 0.5)).is_empty());
                }
            }
        }
    }
}

#[test]
fn a_click_finds_the_run() {
    let sweeps = three();
    let point = &sweeps[2].points[7];
    assert_eq!(nearest_point(Kind::Scaling, &sweeps[2..], 0, (point.amount * 1.02, point.loss)), Some((0, 7)));
    // The fifth plot of a composite is the data's curve.
    assert_eq!(nearest_point(Kind::Composite, &sweeps, 4, (point.amount, point.loss)), Some((2, 7)));
    let text = read_at(Kind::Composite, &sweeps, &Options::default(), 4, (point.amount, point.loss));
    assert!(text.starts_with("made up, D = ") && text.ends_with("seed 0"), "{text}");
}

#[test]
fn the_descriptions_state_ranges_and_theory() {
    let sweeps = three();
    let text = describe(Kind::Scaling, &sweeps[..1], &Options { fit_range: Some((1e3, 5e4)), ..Options::default() });
    for part in ["200 subtasks at α = 0.4", "3 seeds", "Fitted over N =", "α_N = 0.400", "with C =", "same range"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = describe(Kind::Learned, &sweeps[2..], &Options::default());
    assert!(text.contains("where theory has 0.714"), "{text}");
    let text = describe(Kind::Exponents, &sweeps, &Options::default());
    assert!(text.contains("theory 0.286, truncated sum"), "{text}");
}

#[test]
fn names_lead_back_to_figures() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}
