//! A GPU is trusted only after its first steps agree with the CPU's.

use burn::tensor::ExecutionError;

use super::error::TrainError;
use super::learner::{learner, numbers};
use crate::config::{RunConfig, Training};
use crate::device::{DeviceError, OpenDevice, fault};
use crate::workload::Path;

/// Steps compared.
const STEPS: u64 = 3;
/// Losses may differ by this, in nats. Sums of a few hundred terms in another order differ by less
/// than 1e-5; a kernel that skips or repeats anything is off by far more.
const TOLERANCE: f32 = 1e-3;
/// Multiply-adds of a step, at most: the CPU takes a tenth of a second for so many.
const MOST_WORK: u64 = 1_000_000_000;
/// Test samples, about.
const TEST_SAMPLES: usize = 4_096;

std::thread_local! {
    static PASSED: std::cell::RefCell<Vec<(String, Path, RunConfig)>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Takes the first steps of a run on `device` and on the CPU, and compares the losses of the batches
/// and of each subtask. They are the run's own as to task, model and batch, so that the kernels
/// compiled here are the ones that it trains with; only large batches are cut, and the optimiser is
/// the usual one, under which rounding errors stay small. What has passed is not tested again.
pub async fn self_test(device: &OpenDevice, path: Path, config: &RunConfig) -> Result<(), TrainError> {
    let per_sample = config.model.settings().multiply_adds(&config.task).max(1);
    let most = usize::try_from(MOST_WORK / per_sample).unwrap_or(usize::MAX);
    let batch_size = config.batch().min(most).max(1);
    let training =
        Training { batch_size, optimizer: config.training.optimizer, seed: config.training.seed, ..Training::default() };
    let mut probe = RunConfig { training, ..config.clone() };
    // A task without this field has no use for it.
    let quanta = config.quanta().len().max(1);
    let _ = probe.set("eval_per_task", &(TEST_SAMPLES / quanta).clamp(1, 50).to_string());
    let passed = (device.describe().to_owned(), path, probe);
    if PASSED.with_borrow(|all| all.contains(&passed)) {
        return Ok(());
    }
    let expected = losses(path, &passed.2, &OpenDevice::cpu()).await?;
    let found = losses(path, &passed.2, device).await?;
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
    PASSED.with_borrow_mut(|all| all.push(passed));
    Ok(())
}

/// The mean losses of the first batches, and of one piece of a test before them, nats.
async fn losses(path: Path, config: &RunConfig, device: &OpenDevice) -> Result<Vec<f32>, TrainError> {
    let failed = |error: ExecutionError| TrainError::Execution { step: 0, reason: error.to_string() };
    let mut learner = learner(config, path, device.device(), None).map_err(TrainError::NotResumable)?;
    // A device compiles the kernels it is given while this side prepares the next ones.
    let flush = || device.device().flush().map_err(failed);
    let sums = learner.test(0, 0);
    flush()?;
    let mut losses = Vec::new();
    for step in 0..STEPS {
        let loss = learner.step(step);
        flush()?;
        losses.extend(numbers(loss).await.map_err(failed)?);
    }
    let tested = learner.losses(&numbers(sums).await.map_err(failed)?);
    losses.extend(tested.quanta);
    Ok(losses)
}
