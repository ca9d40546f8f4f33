//! The closed-form dynamics of Nam, Fonseca, Lee, Mingard & Louis (NeurIPS 2024, arXiv 2404.17563).

/// Their multilinear model of one skill: its strength R_k grows along a logistic curve,
/// R_k(T)/S = 1 / (1 + (S/R_k(0) − 1)·exp(−2 η B² p_k S T)), at a rate in proportion to its use
/// frequency p_k. Two numbers determine all curves. Both are fitted to the first subtask alone, so
/// the curves of the others are predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nam {
    /// S/R_k(0), the target strength divided by the initial one.
    pub ratio: f64,
    /// 2 η B² S, per step: the growth rate of a skill that every sample uses.
    pub rate: f64,
}

impl Nam {
    /// The ratio assumed when the first subtask's curve is too sudden to fit one. In the paper's
    /// simulations R starts at a hundredth of S or less; only the logarithm of this number matters.
    pub const RATIO: f64 = 100.0;

    /// Builds the curves from the model's constants: learning rate η, B² (1/4 in the paper, which
    /// calibrates it on the first subtask only), target strength S, and initial strength R_k(0).
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

    /// Returns R_k(T)/S after `step` steps for a subtask with use frequency `p`.
    ///
    /// ```
    /// # use quanta_core::theory::Nam;
    /// let nam = Nam { ratio: 4.0, rate: 0.1 };
    /// assert!((nam.strength(1.0, 0.0) - 0.25).abs() < 1e-15);
    /// // It is 1/2 when exp(rate·p·T) = ratio − 1: T = ln 3 / (0.1·0.5).
    /// assert!((nam.strength(0.5, 3f64.ln() / 0.05) - 0.5).abs() < 1e-15);
    /// ```
    pub fn strength(&self, p: f64, step: f64) -> f64 {
        1.0 / (1.0 + (self.ratio - 1.0) * (-self.rate * p * step).exp())
    }

    /// Returns the loss of a subtask with use frequency `p`, in bits. The paper's loss is the squared
    /// error S²/2·(1 − R_k/S)²; this is its ratio to the value at R_k = 0, times one bit.
    pub fn task_loss(&self, p: f64, step: f64) -> f64 {
        (1.0 - self.strength(p, step)).powi(2)
    }

    /// Returns the mean loss Σ p_k·loss_k, in bits, for the use frequencies `p`.
    pub fn loss(&self, p: &[f64], step: f64) -> f64 {
        p.iter().map(|p| p * self.task_loss(*p, step)).sum()
    }

    /// Fits both numbers to the first subtask's curve (`losses` in bits at `steps`; use frequency
    /// `p`): to the steps at which its loss, interpolated in the logarithm of the step, first falls
    /// below 0.75 and 0.1 bits. If the two lie too close together to give a rate, the ratio is
    /// [`RATIO`](Self::RATIO) and only the rate is fitted. Returns `None` until the subtask has emerged.
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
        let plausible = both.filter(|nam| nam.ratio > 1.5 && nam.ratio.is_finite() && nam.rate.is_finite());
        let only_rate = || Self { ratio: Self::RATIO, rate: (late_logit + (Self::RATIO - 1.0).ln()) / (late_step * p) };
        Some(plausible.unwrap_or_else(only_rate)).filter(|nam| nam.rate.is_finite() && nam.rate > 0.0)
    }
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Returns the step at which a curve first falls below `level`, interpolated between evaluations.
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
    fn a_subtask_used_a_quarter_as_often_takes_four_times_as_long() {
        let nam = Nam { ratio: 100.0, rate: 0.1 };
        for step in [10.0, 50.0, 200.0] {
            assert!((nam.task_loss(0.4, step) - nam.task_loss(0.1, 4.0 * step)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_sudden_drop_still_calibrates() {
        let nam = Nam::calibrate(&[0, 10, 100, 120], &[1.0, 1.0, 1.0, 0.01], 0.5).unwrap();
        // The curve emerges where the data does: between 100 and 120.
        let loss = |step| nam.task_loss(0.5, step);
        assert!(loss(100.0) > 0.1 && loss(120.0) < 0.1, "{} {}", loss(100.0), loss(120.0));
    }

    #[test]
    fn calibration_needs_an_emerged_subtask() {
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
