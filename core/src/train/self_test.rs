//! A GPU is trusted only after its first steps agree with the CPU's.

use burn::tensor::Tensor;

use super::run::TrainError;
use super::update::{Start, fused, values};
use crate::config::RunConfig;
use crate::device::{DeviceError, OpenDevice, fault};
use crate::kernel::{self, DeviceBatch};
use crate::task;

/// Steps compared.
const STEPS: u64 = 3;
/// Losses may differ by this, in nats. Sums of a few hundred terms in another order differ by less
/// than 1e-5; a kernel that skips or repeats anything is off by far more.
const TOLERANCE: f32 = 1e-3;

std::thread_local! {
    static PASSED: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Trains a small odd-shaped configuration for a few steps on `device` and on the CPU, and
/// compares losses of the batches and of each subtask. A device that has passed is not tested
/// again.
pub async fn self_test(device: &OpenDevice) -> Result<(), TrainError> {
    if PASSED.with_borrow(|passed| passed.iter().any(|name| name == device.describe())) {
        return Ok(());
    }
    let config = RunConfig { n_tasks: 7, n_bits: 37, width: 45, batch_size: 300, lr: 0.01, ..RunConfig::default() };
    let expected = losses(&config, &OpenDevice::cpu()).await?;
    let found = losses(&config, device).await?;
    let disagrees = |difference: String| DeviceError::Disagrees { device: device.describe().to_owned(), difference };
    if let Some(reason) = fault() {
        return Err(disagrees(reason).into());
    }
    for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
        // Written so that NaN fails.
        let near = (expected - found).abs() <= TOLERANCE * expected.abs().max(1.0);
        if !near {
            return Err(disagrees(format!("value {i} is {found}, where the CPU has {expected}")).into());
        }
    }
    PASSED.with_borrow_mut(|passed| passed.push(device.describe().to_owned()));
    Ok(())
}

async fn losses(config: &RunConfig, device: &OpenDevice) -> Result<Vec<f32>, TrainError> {
    let task = task::of(config);
    let mut learner = fused(config, Start::fresh(config, device.device()));
    let failed = |error: burn::tensor::ExecutionError| TrainError::Execution { step: 0, reason: error.to_string() };
    let mut losses = Vec::new();
    for step in 0..STEPS {
        let batch = DeviceBatch::upload(task.training_batch(step), config.n_bits, device.device());
        let loss: Tensor<1> = kernel::loss(&batch, learner.model().parameters());
        let gradients = loss.backward();
        learner.step(gradients);
        losses.extend(values(loss.inner()).await.map_err(failed)?);
    }
    let batch = DeviceBatch::upload(task.test_batch(STEPS, 0..config.n_tasks, 50), config.n_bits, device.device());
    let sums = kernel::evaluate(&batch, learner.model().parameters().inner());
    // Sums over 50 samples of a subtask: as means, they compare like the rest.
    losses.extend(values(sums).await.map_err(failed)?.into_iter().take(config.n_tasks).map(|sum| sum / 50.0));
    Ok(losses)
}
