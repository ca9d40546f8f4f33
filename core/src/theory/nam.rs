//! The closed-form dynamics of Nam, Fonseca, Lee, Mingard & Louis (NeurIPS 2024, arXiv 2404.17563).

/// Their multilinear model of one skill: the strength R_k grows along a logistic curve,
/// R_k(T)/S = 1 / (1 + (S/R_k(0) − 1)·exp(−2 η B² p_k S T)), each skill at a rate in proportion
/// to its use. Two numbers fix all the curves; both are taken from the first subtask alone, so
/// that the others are predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nam {
    /// S/R_k(0): the target strength over the initial one.
    pub ratio: f64,
    /// 2 η B² S, per step: how fast a skill used in every sample would grow.
    pub rate: f64,
}

impl Nam {
    /// Where nothing of the first subtask's shape is known. Their simulations start R at a
    /// hundredth or less of S; only the logarithm of this number matters.
    pub const RATIO: f64 = 100.0;

    /// From the model's own constants: learning rate η, target strength S, R_k(0), and B², which
    /// is 1/4 in the paper, where it is calibrated on the first subtask only.
    ///
    /// ```
    /// # use quanta_core::theory::Nam;
    /// let nam = Nam::new(0.05, 0.25, 5.0, 0.01);
    /// assert_eq!(nam.ratio, 500.0);
    /// assert!((nam.rate - 2.0 * 0.05 * 0.25 * 5.0).abs() < 1e-15);
    /// ```
    pub fn new(learning_rate: f64, b_squared: f64, target: f64, initial: f64) -> Self {
        Self { ratio: target / initial, rate: 2.0 * learning_rate * b_squared * target }
    }

    /// R_k(T)/S after `step` steps for a subtask with use frequency `p`.
    ///
    /// ```
    /// # use quanta_core::theory::Nam;
    /// let nam = Nam { ratio: 4.0, rate: 0.1 };
    /// assert!((nam.strength(1.0, 0.0) - 0.25).abs() < 1e-15);
    /// // Halfway when exp(rate·p·T) = ratio − 1: T = ln 3 / (0.1·0.5).
    /// assert!((nam.strength(0.5, 3f64.ln() / 0.05) - 0.5).abs() < 1e-15);
    /// ```
    pub fn strength(&self, p: f64, step: f64) -> f64 {
        1.0 / (1.0 + (self.ratio - 1.0) * (-self.rate * p * step).exp())
    }

    /// The loss of a subtask, in bits. Theirs is the squared error S²/2·(1 − R_k/S)²; as a share
    /// of its value at R_k = 0 it stands here for the share of one bit that is left.
    pub fn task_loss(&self, p: f64, step: f64) -> f64 {
        (1.0 - self.strength(p, step)).powi(2)
    }

    /// The mean loss Σ p_k·loss_k, in bits.
    pub fn loss(&self, p: &[f64], step: f64) -> f64 {
        p.iter().map(|p| p * self.task_loss(*p, step)).sum()
    }

    /// Both numbers from the first subtask's curve: the steps at which its loss, interpolated in
    /// the logarithm of the step, first falls through 0.75 and through 0.1 bits. Where the drop is
    /// too sudden for its logs, or began before them, the ratio is [`RATIO`](Self::RATIO) and the
    /// rate alone is fitted. `None` until the subtask has emerged.
    ///
    /// ```
    /// # use quanta_core::theory::Nam;
    /// let truth = Nam { ratio: 50.0, rate: 0.08 };
    /// let steps: Vec<u64> = (1..500).collect();
    /// let losses: Vec<f32> = steps.iter().map(|s| truth.task_loss(0.3, *s as f64) as f32).collect();
    /// let fitted = Nam::calibrate(&steps, &losses, 0.3).unwrap();
    /// assert!((fitted.rate / truth.rate - 1.0).abs() < 0.01);
    /// assert!((fitted.ratio / truth.ratio - 1.0).abs() < 0.05);
    /// ```
    pub fn calibrate(steps: &[u64], losses: &[f32], p: f64) -> Option<Self> {
        const EARLY: f64 = 0.75;
        let late = f64::from(crate::fit::EMERGENCE_BITS);
        let late_step = crossing(steps, losses, late)?;
        let late_logit = logit(1.0 - late.sqrt());
        let both = crossing(steps, losses, EARLY).filter(|early| *early < 0.97 * late_step).map(|early| {
            let rate = (late_logit - logit(1.0 - EARLY.sqrt())) / (late_step - early);
            // logit(strength) = rate·T − ln(ratio − 1).
            Self { ratio: 1.0 + (rate * late_step - late_logit).exp(), rate: rate / p }
        });
        let sound = both.filter(|nam| nam.ratio > 1.5 && nam.ratio.is_finite() && nam.rate.is_finite());
        let only_rate = || Self { ratio: Self::RATIO, rate: (late_logit + (Self::RATIO - 1.0).ln()) / (late_step * p) };
        Some(sound.unwrap_or_else(only_rate)).filter(|nam| nam.rate.is_finite() && nam.rate > 0.0)
    }
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// The step at which a curve first falls through `level`, between two logs.
fn crossing(steps: &[u64], losses: &[f32], level: f64) -> Option<f64> {
    let curve = steps.iter().zip(losses).filter(|(step, loss)| **step > 0 && loss.is_finite());
    let mut before: Option<(f64, f64)> = None;
    for (step, loss) in curve {
        let (at, loss) = ((*step as f64).ln(), f64::from(*loss));
        if loss < level {
            return Some(match before {
                Some((earlier, higher)) => (earlier + (at - earlier) * (higher - level) / (higher - loss)).exp(),
                None => at.exp(),
            });
        }
        before = Some((at, loss));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::any, proptest};

    #[test]
    fn rarer_subtasks_follow_later_in_proportion() {
        let nam = Nam { ratio: 100.0, rate: 0.1 };
        for step in [10.0, 50.0, 200.0] {
            assert!((nam.task_loss(0.4, step) - nam.task_loss(0.1, 4.0 * step)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_sudden_drop_still_calibrates() {
        let nam = Nam::calibrate(&[0, 10, 100, 120], &[1.0, 1.0, 1.0, 0.01], 0.5).unwrap();
        // Emergence where it was seen: between 100 and 120.
        let loss = |step| nam.task_loss(0.5, step);
        assert!(loss(100.0) > 0.1 && loss(120.0) < 0.1, "{} {}", loss(100.0), loss(120.0));
    }

    #[test]
    fn nothing_learned_says_nothing() {
        assert_eq!(Nam::calibrate(&[0, 10, 100], &[1.0, 1.0, 0.9], 0.5), None);
        assert_eq!(Nam::calibrate(&[], &[], 0.5), None);
    }

    proptest! {
        #[test]
        fn no_curve_panics(steps in vec(any::<u64>(), 0..9), losses in vec(any::<f32>(), 0..9), p: f64) {
            if let Some(nam) = Nam::calibrate(&steps, &losses, p) {
                nam.loss(&[p, 0.5], 10.0);
            }
        }
    }
}
