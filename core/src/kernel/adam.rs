//! Adam and AdamW as a Burn optimiser that updates each parameter with one fused operation.

use burn::optim::{AdamWState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};

use super::{AdamStep, op};
use crate::config::{Optimizer as Rule, Training};

/// Adam or AdamW. Applies the same update as Burn's `Adam` and `AdamW`, but in one pass over each
/// tensor instead of about a dozen.
#[derive(Clone, Debug)]
pub struct FusedAdam {
    beta1: f32,
    beta2: f32,
    eps: f32,
    weight_decay: f32,
    decoupled: bool,
}

impl FusedAdam {
    /// The optimiser that the settings name.
    pub fn new(training: &Training) -> Self {
        Self {
            beta1: training.beta1 as f32,
            beta2: training.beta2 as f32,
            eps: training.eps as f32,
            weight_decay: training.weight_decay as f32,
            decoupled: training.optimizer == Rule::AdamW,
        }
    }
}

impl Optimizer for FusedAdam {
    /// Burn's own state: the two moments and the number of steps taken.
    type State<const D: usize> = AdamWState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let (time, moments) = match state {
            Some(AdamWState { momentum }) => (momentum.time + 1, [momentum.moment_1, momentum.moment_2]),
            None => (1, [tensor.zeros_like(), tensor.zeros_like()]),
        };
        let step = AdamStep {
            lr: lr as f32,
            beta1: self.beta1,
            beta2: self.beta2,
            eps: self.eps,
            weight_decay: self.weight_decay,
            decoupled: self.decoupled,
            correction1: 1.0 - self.beta1.powi(time as i32),
            correction2: 1.0 - self.beta2.powi(time as i32),
        };
        let (tensor, [moment1, moment2]) = op::adam_step(tensor, grad, moments, step);
        (tensor, Some(AdamWState::new(AdaptiveMomentumState::new(time, moment1, moment2))))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        AdamWState::new(state.momentum.to_device(device))
    }
}
