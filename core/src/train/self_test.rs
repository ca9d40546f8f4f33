//! A GPU is trusted only after its first steps agree with the CPU's.

use super::path::Path;
use super::run::TrainError;
use super::update::{Start, values};
use crate::config::RunConfig;
use crate::device::{DeviceError, OpenDevice, fault};
use crate::task;

/// Steps compared.
const STEPS: u64 = 3;
/// Losses may differ by this, in nats. Sums of a few hundred terms in another order differ by less
/// than 1e-5; a kernel that skips or repeats anything is off by far more.
const TOLERANCE: f32 = 1e-3;
/// Multiply-adds of a step, at most: the CPU takes a tenth of a second for so many.
const MOST_WORK: usize = 1_000_000_000;
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
    let usual = RunConfig::default();
    let per_sample = config.width * (config.n_bits + 2 + (config.depth - 1) * config.width);
    let probe = RunConfig {
        samples: 0,
        batch_size: config.batch().min(MOST_WORK / per_sample).max(1),
        lr: usual.lr,
        beta1: usual.beta1,
        beta2: usual.beta2,
        eps: usual.eps,
        weight_decay: usual.weight_decay,
        ..config.clone()
    };
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

async fn losses(path: Path, config: &RunConfig, device: &OpenDevice) -> Result<Vec<f32>, TrainError> {
    let device = device.device();
    let task = task::of(config);
    let mut learner = path.learner(config, Start::fresh(config, device));
    let failed = |error: burn::tensor::ExecutionError| TrainError::Execution { step: 0, reason: error.to_string() };
    let tasks = config.n_tasks.min(TEST_SAMPLES);
    let per_task = (TEST_SAMPLES / tasks).clamp(1, 50);
    // A device compiles the kernels it is given while this side prepares the next ones.
    let flush = || device.flush().map_err(failed);
    let sums = path.sums(learner.model(), task.test_batch(0, 0..tasks, per_task), config, device);
    flush()?;
    let mut losses = Vec::new();
    for step in 0..STEPS {
        let loss = path.loss(learner.model(), task.training_batch(step), config, device);
        flush()?;
        let gradients = loss.backward();
        learner.step(gradients);
        losses.extend(values(loss.inner()).await.map_err(failed)?);
    }
    // As means, sums compare like the rest.
    losses.extend(values(sums).await.map_err(failed)?.into_iter().take(tasks).map(|sum| sum / per_task as f32));
    Ok(losses)
}
