//! One Adam step for a parameter, in one pass over memory.

/// The constants of one step, the same for every parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Learning rate.
    pub lr: f32,
    /// Decay rate of the first moment (mean of gradients), β₁.
    pub beta1: f32,
    /// Decay rate of the second moment (mean of squared gradients), β₂.
    pub beta2: f32,
    /// Added to the square root of the corrected second moment, ε.
    pub eps: f32,
    /// Weight decay coefficient.
    pub weight_decay: f32,
    /// Whether decay is subtracted from the parameter (AdamW) or added to its gradient (Adam).
    pub decoupled: bool,
    /// Bias correction of the first moment, 1 - β₁^t.
    pub correction1: f32,
    /// Bias correction of the second moment, 1 - β₂^t.
    pub correction2: f32,
}

impl AdamStep {
    /// Updates a parameter and its two moments in place (Kingma & Ba 2015; Loshchilov & Hutter 2019).
    pub fn apply(&self, parameter: &mut [f32], gradient: &[f32], moment1: &mut [f32], moment2: &mut [f32]) {
        let (kept, added) = if self.decoupled { (1.0 - self.lr * self.weight_decay, 0.0) } else { (1.0, self.weight_decay) };
        let (rate, root) = (self.lr / self.correction1, 1.0 / self.correction2.sqrt());
        let moments = moment1.iter_mut().zip(moment2);
        for ((p, &g), (m, v)) in parameter.iter_mut().zip(gradient).zip(moments) {
            let g = g + added * *p;
            *m = self.beta1 * *m + (1.0 - self.beta1) * g;
            *v = self.beta2 * *v + (1.0 - self.beta2) * g * g;
            *p = kept * *p - rate * *m / (v.sqrt() * root + self.eps);
        }
    }
}
