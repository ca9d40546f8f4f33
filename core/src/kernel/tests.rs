//! Compares the fused step with the reference, through Burn, on every available device.

use burn::optim::{AdamConfig, AdamWConfig, Optimizer};
use burn::tensor::Tensor;

use super::*;
use crate::config::{self, RunConfig};
use crate::device::{DeviceChoice, OpenDevice, open};
use crate::kernel::reference::{DenseBatch, cross_entropy};
use crate::model::ModelConfig;
use crate::model::mlp::{Activation, Mlp};
use crate::task::Task as _;
use crate::train::block_on;

/// Returns the CPU and, if there is an adapter (software included), a GPU. Without one, reports that
/// `test` skipped it.
fn devices(test: &str) -> Vec<OpenDevice> {
    let mut devices = vec![OpenDevice::cpu()];
    match block_on(open(DeviceChoice::Gpu)) {
        Ok(device) => devices.push(device),
        Err(error) => crate::skip::skipped(&format!("{test} on a GPU"), error),
    }
    devices
}

/// The perceptron that a config starts with.
fn model(config: &RunConfig, device: &burn::tensor::Device) -> Mlp {
    let ModelConfig::Mlp(settings) = &config.model else { panic!("a perceptron") };
    let inputs = config.subtasks().expect("a task over bits").inputs();
    Mlp::new(settings, inputs, config.training.seeds().model, device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Asserts agreement within 5e-5 of the largest value: both sides add thousands of `f32` in
/// different orders.
fn assert_near(found: Vec<f32>, expected: Vec<f32>, what: &str) {
    let scale = expected.iter().fold(1e-3f32, |scale, x| scale.max(x.abs()));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() <= 5e-5 * scale, "{what}[{i}] is {found}, not {expected}");
    }
}

#[test]
fn loss_and_gradients_match_the_reference() {
    for device in devices("loss_and_gradients_match_the_reference") {
        for (n_tasks, n_bits, width, batch_size) in
            [(5, 7, 1, 30), (3, 33, 17, 100), (40, 64, 16, 7), (1, 10, 50, 200), (9, 130, 33, 1)]
        {
            let config =
                RunConfig::of(&format!("n_tasks={}&n_bits={}&k=1&width={}&batch_size={}", n_tasks, n_bits, width, batch_size));
            let (task, model) = (config.build_task().expect("a task").bits(), model(&config, device.device()));
            let batch = task.training_batch(0);
            let dense = DenseBatch::upload(&batch, n_bits, device.device());
            let reference = cross_entropy(model.forward(&dense, Activation::Relu), dense.labels.clone()).mean();
            let fused = loss(&DeviceBatch::upload(batch, n_bits, device.device()), model.parameters());
            let name = format!("{} at {n_tasks} {n_bits} {width} {batch_size}:", device.describe());
            assert_near(values(fused.clone().inner()), values(reference.clone().inner()), &format!("{name} loss"));
            let (found, expected) = (fused.backward(), reference.backward());
            for (i, layer) in model.layers.iter().enumerate() {
                let (weight, bias) = (layer.weight.val(), layer.bias.val());
                let of = |grads| (weight.grad(grads).map(values), bias.grad(grads).map(values));
                let ((Some(fw), Some(fb)), (Some(ew), Some(eb))) = (of(&found), of(&expected)) else {
                    panic!("{name} no gradient")
                };
                assert_near(fw, ew, &format!("{name} weight {i}"));
                assert_near(fb, eb, &format!("{name} bias {i}"));
            }
        }
    }
}

#[test]
fn the_upstream_gradient_scales_all() {
    let config = RunConfig::of("n_tasks=3&n_bits=8&width=5&batch_size=20");
    let device = OpenDevice::cpu();
    let (task, model) = (config.build_task().expect("a task").bits(), model(&config, device.device()));
    let batch = DeviceBatch::upload(task.training_batch(0), 8, device.device());
    let gradient = |scale: f32| {
        let grads = loss(&batch, model.parameters()).mul_scalar(scale).backward();
        values(model.layers[0].weight.val().grad(&grads).expect("tracked"))
    };
    assert_near(gradient(3.0), gradient(1.0).iter().map(|g| 3.0 * g).collect(), "three times");
}

#[test]
fn fused_adam_matches_burns_adam() {
    for device in devices("fused_adam_matches_burns_adam") {
        let device = device.device();
        for (optimizer, decay) in
            [(config::Optimizer::AdamW, 0.0), (config::Optimizer::AdamW, 0.1), (config::Optimizer::Adam, 0.1)]
        {
            let config = RunConfig::of(&format!("optimizer={}&weight_decay={}", optimizer.word(), decay));
            let fused = FusedAdam::new(&config.training);
            let plain_w = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(decay as f32).build();
            let plain = AdamConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay(Some(burn::optim::decay::WeightDecayConfig::new(decay as f32)))
                .build();
            let begin = Tensor::<1>::from_floats([0.5, -2.0, 0.0, 1e-3], device);
            let (mut a, mut b) = (begin.clone(), begin);
            let (mut state, mut state_w, mut state_plain) = (None, None, None);
            for step in 0..20 {
                let gradient = Tensor::<1>::from_floats([0.1, -0.3, 1e-6, 5.0], device).mul_scalar((step as f32 - 7.5) / 10.0);
                (a, state) = fused.step(0.01, a, gradient.clone(), state);
                if optimizer == config::Optimizer::AdamW {
                    (b, state_w) = plain_w.step(0.01, b, gradient, state_w);
                } else {
                    (b, state_plain) = plain.step(0.01, b, gradient, state_plain);
                }
            }
            assert_near(values(a), values(b), &format!("{optimizer:?} {decay}"));
        }
    }
}
