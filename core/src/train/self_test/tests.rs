//! The self-test passes what is right and refuses what is wrong, by the name of the tensor.

use std::cell::Cell;

use burn::module::Param;
use burn::tensor::Device;

use super::*;
use crate::device::{DeviceChoice, open};
use crate::kernel::{self, DeviceBatch};
use crate::model::mlp::Mlp;
use crate::quanta::Quanta;
use crate::task::{BitTask, Task as _};
use crate::train::block_on;
use crate::train::learner::Build;
use crate::workload::bits::BitsOnMlp;
use crate::workload::{WithWorkload as _, Workload};

/// What a device may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// The gradient of the hidden units' biases is zero.
    ZeroGradient,
    /// All gradients have the wrong sign.
    Flipped,
    /// All gradients are eight times too large.
    Eightfold,
    /// A quarter of the samples is skipped.
    Skipped,
    /// The first gradients are right and all later ones eight times too large.
    LaterEightfold,
}

/// The right workload, but for its gradients.
struct Faulty {
    right: BitsOnMlp,
    task: BitTask,
    fault: Fault,
    calls: Cell<u32>,
}

impl Faulty {
    /// The right loss, with gradients that are `factor` times the right ones.
    fn scaled(&self, model: &Mlp, step: u64, device: &Device, factor: f32) -> Tensor<1> {
        let loss = self.right.loss(model, step, device);
        loss.clone().mul_scalar(factor) + loss.detach().mul_scalar(1.0 - factor)
    }
}

impl Workload for Faulty {
    type Model = Mlp;

    fn quanta(&self) -> &Quanta {
        self.right.quanta()
    }

    fn shape(&self) -> Vec<usize> {
        self.right.shape()
    }

    fn model(&self, device: &Device) -> Mlp {
        self.right.model(device)
    }

    fn loss(&self, model: &Mlp, step: u64, device: &Device) -> Tensor<1> {
        let calls = self.calls.replace(self.calls.get() + 1);
        match self.fault {
            Fault::None => self.right.loss(model, step, device),
            Fault::ZeroGradient => {
                let mut model = model.clone();
                let bias = &model.layers[0].bias;
                model.layers[0].bias = Param::initialized(bias.id, bias.val().detach());
                self.right.loss(&model, step, device)
            }
            Fault::Flipped => self.scaled(model, step, device, -1.0),
            Fault::Eightfold => self.scaled(model, step, device, 8.0),
            Fault::Skipped => {
                let mut batch = self.task.training_batch(step);
                let left = batch.len() / 4 * 3;
                let share = left as f32 / batch.len() as f32;
                batch.bits.truncate(left * batch.words);
                batch.codes.truncate(left);
                batch.labels.truncate(left);
                let batch = DeviceBatch::upload(batch, self.task.n_bits(), device);
                kernel::loss(&batch, model.parameters()).mul_scalar(share)
            }
            Fault::LaterEightfold => self.scaled(model, step, device, if calls == 0 { 1.0 } else { 8.0 }),
        }
    }

    fn test_pieces(&self) -> usize {
        self.right.test_pieces()
    }

    fn test(&self, model: &Mlp, draw: u64, piece: usize, device: &Device) -> Tensor<1> {
        self.right.test(model, draw, piece, device)
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        self.right.losses(sums)
    }
}

/// What the self-test says of the fused kernels on the CPU with that fault.
fn verdict(config: &RunConfig, fault: Fault) -> Option<String> {
    let (probe, cpu) = (probe(config), OpenDevice::cpu());
    let untrained = learner(&probe, Path::Reference, cpu.device(), None).expect("built");
    let ModelConfig::Mlp(mlp) = &probe.model else { panic!("a perceptron") };
    let tested = |checkpoint: &Checkpoint| {
        let right = BitsOnMlp::new(probe.build_task().expect("a task").bits(), &probe, mlp, Path::Fused);
        let faulty = Faulty { right, task: probe.build_task().expect("a task").bits(), fault, calls: Cell::new(0) };
        Build { config: &probe, path: Path::Fused, device: cpu.device(), checkpoint: Some(checkpoint) }
            .with(faulty)
            .map_err(TrainError::NotResumable)
    };
    block_on(compare(&probe, &cpu, &*untrained, tested)).expect("compared")
}

#[test]
fn right_kernels_pass() {
    for query in [
        "n_tasks=10&n_bits=20&width=30&batch_size=500",
        "n_tasks=1&n_bits=4&k=1&width=1&batch_size=1",
        "n_tasks=40&n_bits=33&width=17&batch_size=3000&alpha=1.4&optimizer=adam",
        "n_tasks=3&n_bits=70&width=100&batch_size=50",
    ] {
        assert_eq!(verdict(&RunConfig::of(query), Fault::None), None, "{query}");
    }
}

#[test]
fn every_fault_is_refused_by_the_name_of_its_tensor() {
    let config = RunConfig::of("n_tasks=10&n_bits=20&width=30&batch_size=500");
    for (fault, named) in [
        (Fault::ZeroGradient, "the gradient of `layers.0.bias` is 0.0000e0 at entry"),
        (Fault::Flipped, "the gradient of `layers.0.bias`"),
        (Fault::Eightfold, "the gradient of `layers.0.bias`"),
        (Fault::Skipped, "the gradient of `layers.0.bias`"),
        (Fault::LaterEightfold, "`layers.0.bias` after a step"),
    ] {
        let verdict = verdict(&config, fault).unwrap_or_default();
        assert!(verdict.starts_with(named) && verdict.contains("where the CPU has"), "{fault:?}: “{verdict}”");
    }
}

#[test]
fn a_difference_is_the_worst_entrys_and_nan_is_one() {
    let expected = [1.0, -4.0, 0.0];
    assert_eq!(difference("it", &[1.0003, -4.0003, 0.0], &expected, 0.0), None);
    let said = |found: &[f32]| difference("it", found, &expected, 0.0).unwrap_or_default();
    assert!(said(&[1.0, -4.001, 0.0005]).starts_with("it is -4.0010e0 at entry 1, where the CPU has -4.0000e0"));
    assert!(said(&[1.0, f32::NAN, 0.0]).starts_with("it is NaN at entry 1"));
    assert!(said(&[1.0]).starts_with("it has 1 numbers, where the CPU has 3"));
    // Of a tensor that is expected to be zero nothing may differ, unless it counts as larger.
    assert!(difference("it", &[1e-9], &[0.0], 0.0).is_some() && difference("it", &[1e-9], &[0.0], 1.0).is_none());
}

#[test]
fn a_gpu_passes_once_a_shape_whatever_the_seed() {
    let Ok(device) = block_on(open(DeviceChoice::Gpu)) else {
        return crate::skip::skipped("a_gpu_passes_once_a_shape_whatever_the_seed", "there is no GPU adapter");
    };
    let of_this_shape = || passed().iter().filter(|shape| shape.workload == [10, 20]).count();
    for (query, shapes) in [
        ("seed=1", 1),
        ("seed=2&alpha=0.9&lr=0.5", 1),
        ("width=31", 2),
        ("batch_size=501", 3),
        ("optimizer=adam", 4),
        ("depth=2&activation=gelu", 5),
        ("depth=3&activation=tanh", 6),
        ("depth=2", 7),
    ] {
        let config = RunConfig::of("n_tasks=10&n_bits=20&width=30&batch_size=500").with(query);
        block_on(self_test(&device, Path::of(&config), &config)).expect(query);
        assert_eq!(of_this_shape(), shapes, "{query}");
    }
}

#[test]
fn a_gpu_passes_at_the_papers_size_and_in_wide_and_deep_networks() {
    let Ok(device) = block_on(open(DeviceChoice::Gpu)) else {
        let test = "a_gpu_passes_at_the_papers_size_and_in_wide_and_deep_networks";
        return crate::skip::skipped(test, "there is no GPU adapter");
    };
    for query in [
        "n_tasks=500&n_bits=100&width=500&batch_size=20000",
        "n_tasks=100&n_bits=50&width=2000&batch_size=20000",
        "n_tasks=100&n_bits=50&width=100&batch_size=2000&depth=5&activation=tanh",
    ] {
        let config = RunConfig::of(query);
        block_on(self_test(&device, Path::of(&config), &config)).expect(query);
    }
}
