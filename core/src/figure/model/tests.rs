use super::*;
use crate::figure::tests::check;
use crate::figure::{Look, Pick, svg};
use crate::theory::Theory;
use proptest::{option, prop_assert, proptest};

#[test]
fn unbroken_rules_give_the_truncated_sum() {
    let quanta = Quanta::new(&Model { quanta: 50, alpha: 0.7, before: 2.0, after: 0.5, ..Model::default() });
    let theory = Theory::new(50, 0.7).with_losses(2.0, 0.5);
    for n in 0..=50 {
        assert!((quanta.loss[n] - theory.loss_after(n as f64)).abs() < 1e-12);
    }
}

#[test]
fn without_truncation_the_sum_follows_the_pure_law() {
    let quanta = Quanta::new(&Model { quanta: 10_000, truncated: false, ..Model::default() });
    for n in [30, 300, 3_000, 10_000] {
        assert!((quanta.loss[n] / quanta.pure(n as f64) - 1.0).abs() < 0.02, "{n}");
    }
    assert!((quanta.exponent(30, 3_000).unwrap() - 0.4).abs() < 0.005);
}

#[test]
fn noise_in_the_order_keeps_what_is_learned_in_the_end() {
    let noisy = Quanta::new(&Model { noise: 1.0, ..Model::default() });
    let clean = Quanta::new(&Model::default());
    assert!((noisy.loss[0] - clean.loss[0]).abs() < 1e-12 && noisy.loss[1_000].abs() < 1e-12);
    // Out of order is never better.
    assert!(noisy.loss.iter().zip(&clean.loss).all(|(noisy, clean)| noisy >= &(clean - 1e-12)));
    assert!(noisy.loss[10] > clean.loss[10] + 0.01);
}

#[test]
fn missing_quanta_leave_their_loss() {
    let quanta = Quanta::new(&Model { quanta: 9, missing: Some(3), ..Model::default() });
    assert_eq!(quanta.loss.len(), 7);
    assert_eq!(quanta.learned_at[..4], [Some(1), Some(2), None, Some(3)]);
    let left = quanta.p[2] + quanta.p[5] + quanta.p[8];
    assert!((quanta.loss[6] - left).abs() < 1e-12);
}

fn figure(kind: Kind, model: &Model) -> Box<dyn Figure> {
    kind.figure(Arc::new(Quanta::new(model)), None)
}

#[test]
fn values_are_read_where_they_stand() {
    // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
    let model = Model { quanta: 3, alpha: 1.0, missing: Some(2), ..Model::default() };
    let read = |kind: Kind, x: f64| figure(kind, &model).read_at(0, (x, 0.0));
    assert_eq!(read(Kind::Use, 1.2), "quantum 1: used in 73.5 % of samples, learned as number 1");
    assert!(read(Kind::Use, 2.0).ends_with("never learned"));
    assert!(read(Kind::Sum, 0.0).starts_with("0 quanta learned: mean loss 1.00 bits"));
    // The second is never learned: 9/49 stay.
    assert!(read(Kind::Stairs, 99.0).starts_with("2 quanta learned: mean loss 0.18 bits"));
    assert_eq!(read(Kind::Exponents, 0.5), "α = 0.50: α_N = 0.50 in parameters, α_S = α_D = 0.33 in steps and data");
    assert_eq!(figure(Kind::Sum, &model).pick(0, (99.0, 0.0)), Some(Pick::Learned(2)));
    assert_eq!(figure(Kind::Use, &model).pick(0, (1.0, 0.0)), None);
}

#[test]
fn every_figure_says_what_it_shows() {
    for model in [
        Model::default(),
        Model { quanta: 1, ..Model::default() },
        Model { quanta: 1, missing: Some(1), ..Model::default() },
        Model { quanta: 300, alpha: 0.8, noise: 0.7, missing: Some(5), after: 0.2, ..Model::default() },
    ] {
        for kind in Kind::ALL {
            let figure = figure(kind, &model);
            check(&*figure, &format!("{kind:?}"));
            assert!(figure.stops().windows(2).all(|pair| pair[0].1.0 < pair[1].1.0), "{kind:?}");
            assert_eq!(Kind::from_name(figure.name()), Some(kind));
        }
    }
}

proptest! {
    #[test]
    fn no_setting_panics(
        alpha: f64, quanta in 0usize..300, before: f64, after: f64, truncated: bool, noise: f64,
        missing in option::of(0usize..5), kind in 0usize..4,
    ) {
        let model = Model { alpha, quanta, before, after, truncated, noise, missing, seed: 1 };
        let figure = Kind::ALL[kind].figure(Arc::new(Quanta::new(&model)), Some(3));
        let text = svg(&*figure, &Look::default(), (390, 320)).unwrap();
        prop_assert!(text.ends_with("</svg>\n"));
    }
}
