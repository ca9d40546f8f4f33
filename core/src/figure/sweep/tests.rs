use super::*;
use crate::figure::Pick;
use crate::figure::tests::check;
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
    for sweeps in [full, growing, empty, behind, Vec::new()] {
        for kind in Kind::ALL {
            for options in [Options::default(), Options { pure_law: true, follow: Some(2), ..Options::default() }] {
                check(&*kind.figure(sweeps.clone(), options), &format!("{kind:?}"));
            }
        }
    }
}

#[test]
fn a_click_finds_the_run() {
    let mut sweeps = three();
    for (i, sweep) in sweeps.iter_mut().enumerate() {
        sweep.points.iter_mut().enumerate().for_each(|(j, point)| point.run = format!("{i}/{j}"));
    }
    let data = (sweeps[2].points[7].amount, sweeps[2].points[7].loss);
    let scaling = Kind::Scaling.figure(sweeps[2..].to_vec(), Options::default());
    assert_eq!(scaling.pick(0, (data.0 * 1.02, data.1)), Some(Pick::Run("2/7".into())));
    // The fifth plot of a composite is the data's curve, the sixth its heat map.
    let composite = Kind::Composite.figure(sweeps, Options::default());
    assert_eq!(composite.pick(4, data), Some(Pick::Run("2/7".into())));
    assert!(matches!(composite.pick(5, data), Some(Pick::Run(run)) if run.starts_with("2/")));
    let text = composite.read_at(4, data);
    assert!(text.starts_with("made up, D = ") && text.ends_with("seed 0"), "{text}");
    // The keyboard goes through all six.
    assert_eq!(composite.stops().iter().map(|(panel, _)| *panel).max(), Some(5));
}

#[test]
fn the_descriptions_state_ranges_and_theory() {
    let sweeps = three();
    let options = Options { fit_range: Some((1e3, 5e4)), ..Options::default() };
    let text = Kind::Scaling.figure(sweeps[..1].to_vec(), options).describe();
    for part in ["200 subtasks at α = 0.4", "3 seeds", "Fitted over N =", "α_N = 0.400", "with C =", "same range"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = Kind::Learned.figure(sweeps[2..].to_vec(), Options::default()).describe();
    assert!(text.contains("where theory has 0.714"), "{text}");
    let text = Kind::Exponents.figure(sweeps, Options::default()).describe();
    assert!(text.contains("theory 0.286, truncated sum") && text.contains("0.23 to 0.61 in parameters"), "{text}");
}

#[test]
fn names_lead_back_to_figures() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
        assert_eq!(kind.figure(Vec::new(), Options::default()).name(), kind.name());
    }
}
