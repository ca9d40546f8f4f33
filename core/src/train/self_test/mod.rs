//! A GPU is trusted only after its gradients agree with the CPU's.
//!
//! Both sides start from the same random parameters and moments ([`start`]). The device takes the path
//! that the run will take; the CPU computes with plain tensor operations and Burn's own optimisers. Of
//! one training batch the loss and the gradient of every parameter are compared, then every parameter
//! and both its moments after a step of the optimiser, and the losses of a test, each tensor for itself.

mod start;
#[cfg(test)]
mod tests;

use std::sync::Mutex;

use burn::tensor::{ExecutionError, Tensor};

use super::error::TrainError;
use super::learner::{Learn, learner, numbers, read};
use crate::config::{Optimizer, RunConfig, Training};
use crate::device::{DeviceError, OpenDevice, fault};
use crate::model::ModelConfig;
use crate::record::{Arrays, Checkpoint};
use crate::workload::{Losses, Path};

/// Entries may differ by this share of their tensor's largest. Sums of a few thousand terms in another
/// order differ by less than 1e-5 of it; a kernel that skips or repeats samples is off by far more.
const TOLERANCE: f32 = 1e-4;
/// The largest entry of a gradient counts as at least this share of the largest of all gradients, so
/// that a tensor whose gradient cancels is not held to the rounding errors of what cancels.
const FLOOR: f32 = 1e-2;
/// The mean share of right answers may differ by this: an answer at a tie may go either way.
const ACCURACY: f32 = 0.01;
/// Multiply-adds of a batch's forward pass, at most: plain tensor operations on the CPU take less than a
/// second for so many, there and back.
const MOST_WORK: u64 = 250_000_000;
/// Test samples, about.
const TEST_SAMPLES: usize = 4_096;
/// The batch that is compared.
const STEP: u64 = 0;

/// What kernels are compiled for: where they passed once, they pass for every seed.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    device: String,
    path: Path,
    task: &'static str,
    model: ModelConfig,
    optimizer: Optimizer,
    batch: usize,
    workload: Vec<usize>,
    parameters: Vec<Vec<usize>>,
}

static PASSED: Mutex<Vec<Shape>> = Mutex::new(Vec::new());

/// Compares `device` with the CPU at the run's own task, model, batch and optimiser, so that the kernels
/// compiled here are the ones that it trains with; only large batches are cut. Kernels of a shape that
/// has passed are not tested again.
///
/// # Errors
/// [`DeviceError::Disagrees`] names the tensor that differs most; [`TrainError::Execution`] if the device
/// fails.
pub async fn self_test(device: &OpenDevice, path: Path, config: &RunConfig) -> Result<(), TrainError> {
    let probe = probe(config);
    let reference = learner(&probe, Path::Reference, OpenDevice::cpu().device(), None)?;
    let shape = Shape {
        device: device.describe().to_owned(),
        path,
        task: probe.task.word(),
        model: probe.model.clone(),
        optimizer: probe.training.optimizer,
        batch: probe.batch(),
        workload: reference.shape(),
        parameters: reference.parameters().into_iter().map(|parameter| parameter.shape).collect(),
    };
    if passed().contains(&shape) {
        return Ok(());
    }
    let tested = |checkpoint: &Checkpoint| learner(&probe, path, device.device(), Some(checkpoint));
    let difference = compare(&probe, device, &*reference, tested).await?;
    let failed = |difference| DeviceError::Disagrees { device: device.describe().to_owned(), difference };
    if let Some(difference) = fault().or(difference) {
        return Err(failed(difference).into());
    }
    passed().push(shape);
    Ok(())
}

fn passed() -> std::sync::MutexGuard<'static, Vec<Shape>> {
    PASSED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The settings under which a run's kernels are tested: its task, model, optimiser and batch. The rates
/// are large, so that a step shows in the parameters and in the moments.
fn probe(config: &RunConfig) -> RunConfig {
    let per_sample = config.model.settings().multiply_adds(&config.task).max(1);
    let most = usize::try_from(MOST_WORK / per_sample).unwrap_or(usize::MAX);
    let training = Training {
        batch_size: config.batch().min(most).max(1),
        optimizer: config.training.optimizer,
        lr: 0.1,
        beta1: 0.75,
        beta2: 0.75,
        weight_decay: 0.01,
        ..Training::default()
    };
    let mut probe = RunConfig { training, ..config.clone() };
    let quanta = config.quanta().len().max(1);
    // A task without this field has no use for it.
    let _ = probe.set("eval_per_task", &(TEST_SAMPLES / quanta).clamp(1, 50).to_string());
    probe
}

/// What one side has computed: a batch's loss and gradients, a test, and the state after a step.
struct Outcome {
    loss: Tensor<1>,
    gradients: Vec<super::walk::Parameter>,
    test: Tensor<1>,
    learner: Box<dyn Learn>,
}

impl Outcome {
    /// Asks a device for all of it, without waiting for any. `flush` hands the work over, so that the
    /// device compiles the kernels it was given while this side prepares the next ones.
    fn request(mut learner: Box<dyn Learn>, flush: impl Fn() -> Result<(), TrainError>) -> Result<Self, TrainError> {
        let (loss, gradients) = learner.gradients(STEP);
        flush()?;
        let test = learner.test(STEP, 0);
        flush()?;
        learner.step(STEP, None);
        flush()?;
        Ok(Self { loss, gradients, test, learner })
    }

    /// Waits for it and reads it.
    async fn read(self) -> Result<(Vec<f32>, Arrays, Losses, Arrays), ExecutionError> {
        let Self { loss, gradients, test, learner } = self;
        let losses = learner.losses(&numbers(test).await?);
        let mut state = learner.parameters();
        state.extend(learner.moments());
        Ok((numbers(loss).await?, read(gradients).await?, losses, read(state).await?))
    }
}

/// Compares what `tested` builds with the CPU's reference. Returns the first difference, in words.
async fn compare(
    config: &RunConfig,
    device: &OpenDevice,
    untrained: &dyn Learn,
    tested: impl Fn(&Checkpoint) -> Result<Box<dyn Learn>, TrainError>,
) -> Result<Option<String>, TrainError> {
    let failed = |error: ExecutionError| TrainError::Execution { step: STEP, reason: error.to_string() };
    let cpu = OpenDevice::cpu();
    let reference = |checkpoint: &Checkpoint| learner(config, Path::Reference, cpu.device(), Some(checkpoint));
    // The reference's gradients come first: they are the measure of the moments that the step starts from.
    let parameters = start::parameters(&untrained.parameters());
    let (_, gradients) = reference(&start::without_moments(&parameters))?.gradients(STEP);
    let gradients = read(gradients).await.map_err(failed)?;
    let most = FLOOR * gradients.values().map(|array| largest(&array.values)).fold(0.0, f32::max);
    let checkpoint = start::with_moments(&parameters, &gradients, most);

    let flush = || device.device().flush().map_err(failed);
    let found = Outcome::request(tested(&checkpoint)?, flush)?;
    let expected = Outcome::request(reference(&checkpoint)?, || Ok(()))?.read().await.map_err(failed)?;
    let found = found.read().await.map_err(failed)?;

    let mut differences = Vec::new();
    differences.extend(expected.1.iter().map(|(name, array)| {
        let found = found.1.get(name).map_or(&[][..], |array| &array.values);
        difference(&format!("the gradient of `{name}`"), found, &array.values, most)
    }));
    differences.push(difference("the batch’s mean loss", &found.0, &expected.0, 0.0));
    differences.push(difference("the test’s losses", &found.2.quanta, &expected.2.quanta, 0.0));
    let mean = |shares: &[f32]| shares.iter().sum::<f32>() / shares.len().max(1) as f32;
    let (right, expected_right) = (mean(&found.2.accuracy), mean(&expected.2.accuracy));
    // Written so that NaN fails.
    let near = (right - expected_right).abs() <= ACCURACY;
    differences
        .push((!near).then(|| format!("the test’s share of right answers is {right}, where the CPU has {expected_right}")));
    differences.extend(expected.3.iter().map(|(name, array)| {
        let found = found.3.get(name).map_or(&[][..], |array| &array.values);
        difference(&format!("`{name}` after a step"), found, &array.values, 0.0)
    }));
    Ok(differences.into_iter().flatten().next())
}

/// The largest entry of a tensor, by absolute value.
fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, value| value.abs().max(most))
}

/// The entry that differs most, in words, if it differs by more than the tolerance. The largest entry
/// counts as at least `floor`.
fn difference(what: &str, found: &[f32], expected: &[f32], floor: f32) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{what} has {} numbers, where the CPU has {}", found.len(), expected.len()));
    }
    let limit = TOLERANCE * largest(expected).max(floor);
    let apart = |(found, expected): (&f32, &f32)| {
        let apart = (found - expected).abs();
        if apart.is_nan() { f32::INFINITY } else { apart }
    };
    let (worst, apart) = found.iter().zip(expected).map(apart).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (apart > limit).then(|| {
        let (found, expected, largest) = (found[worst], expected[worst], largest(expected));
        format!("{what} is {found:.4e} at entry {worst}, where the CPU has {expected:.4e}; its largest entry is {largest:.4e}")
    })
}
