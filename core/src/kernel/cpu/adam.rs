//! One Adam step over a parameter, in one sweep through memory.

/// The numbers of one step, the same for every parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Step size.
    pub lr: f32,
    /// Decay of the mean of gradients.
    pub beta1: f32,
    /// Decay of the mean of squared gradients.
    pub beta2: f32,
    /// Added to the root of the mean square.
    pub eps: f32,
    /// Weight decay.
    pub weight_decay: f32,
    /// Whether decay is taken off the parameter itself (AdamW) or added to its gradient (Adam).
    pub decoupled: bool,
    /// 1 - β₁^t.
    pub correction1: f32,
    /// 1 - β₂^t.
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
