use super::*;
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

proptest! {
    #[test]
    fn no_setting_panics(
        alpha: f64, quanta in 0usize..300, before: f64, after: f64, truncated: bool, noise: f64,
        missing in option::of(0usize..5), kind in 0usize..4,
    ) {
        let model = Model { alpha, quanta, before, after, truncated, noise, missing, seed: 1 };
        let text = svg(Kind::ALL[kind], &model, &Options::default(), (390, 320)).unwrap();
        prop_assert!(text.ends_with("</svg>\n"));
    }
}
