//! Times each kernel on its own, on the CPU and, if there is one, on a GPU:
//! `cargo bench -p quanta-core --bench kernels`. `./lab bench` compares with other systems.

use std::hint::black_box;

use burn::optim::Optimizer as _;
use burn::tensor::Tensor;
use criterion::{Criterion, criterion_group, criterion_main};
use quanta_core::config::{RunConfig, preset};
use quanta_core::device::{DeviceChoice, OpenDevice, open};
use quanta_core::kernel::reference::{DenseBatch, cross_entropy};
use quanta_core::kernel::{DeviceBatch, FusedAdam, evaluate, loss};
use quanta_core::model::MlpSettings;
use quanta_core::model::mlp::{Activation, Mlp};
use quanta_core::task::{AnyTask, Task as _};
use quanta_core::train::block_on;
use quanta_core::workload::{Path, WithWorkload, Workload, with};

/// Waits for the device by reading one number.
#[allow(clippy::single_range_in_vec_init, reason = "one range a dimension")]
fn wait<const D: usize>(tensor: Tensor<D>) -> f32 {
    tensor.inner().flatten::<1>(0, D - 1).slice([0..1]).into_data().iter::<f32>().sum()
}

fn kernels(criterion: &mut Criterion) {
    let choices = [DeviceChoice::Cpu, DeviceChoice::Gpu];
    let devices: Vec<OpenDevice> = choices.into_iter().filter_map(|choice| block_on(open(choice)).ok()).collect();
    for (n_tasks, n_bits, width, batch_size) in [(100, 50, 100, 2_000), (500, 100, 500, 20_000)] {
        let config = RunConfig::from_query(
            &format!("n_tasks={n_tasks}&n_bits={n_bits}&width={width}&batch_size={batch_size}&eval_per_task=40"),
            &[],
        )
        .expect("valid");
        let Ok(AnyTask::Bits(task)) = config.build_task() else { unreachable!("the task is parity") };
        let sizes = format!("{n_tasks} {n_bits} {width} {batch_size}");
        criterion.bench_function(&format!("{sizes}, batch"), |bencher| bencher.iter(|| task.training_batch(black_box(7))));
        for open_device in &devices {
            let (device, name) = (open_device.device(), format!("{sizes}, {}", open_device.describe()));
            let model = Mlp::new(&MlpSettings { width, ..MlpSettings::default() }, n_tasks + n_bits, 0, device);
            let batch = DeviceBatch::upload(task.training_batch(0), n_bits, device);
            criterion.bench_function(&format!("{name}, loss and gradients"), |bencher| {
                bencher.iter(|| {
                    let loss = loss(&batch, model.parameters());
                    let gradients = loss.backward();
                    black_box(gradients);
                    wait(loss)
                });
            });
            criterion.bench_function(&format!("{name}, loss and gradients, reference"), |bencher| {
                let dense = DenseBatch::upload(&task.training_batch(0), n_bits, device);
                bencher.iter(|| {
                    let loss = cross_entropy(model.forward(&dense, Activation::Relu), dense.labels.clone()).mean();
                    let gradients = loss.backward();
                    black_box(gradients);
                    wait(loss)
                });
            });
            let tests = DeviceBatch::upload(task.test_batch(0, 0..n_tasks), n_bits, device);
            criterion.bench_function(&format!("{name}, evaluation of 40 samples per subtask"), |bencher| {
                bencher.iter(|| wait(evaluate(&tests, model.parameters().inner())));
            });
            let (optimizer, gradient) = (FusedAdam::new(&config.training), model.layers[0].weight.val().inner());
            let mut state = Some((gradient.clone().mul_scalar(2.0), None));
            criterion.bench_function(&format!("{name}, Adam on the first layer"), |bencher| {
                bencher.iter(|| {
                    if let Some((value, moments)) = state.take() {
                        let (value, moments) = optimizer.step(1e-3, value, gradient.clone(), moments);
                        wait(value.clone());
                        state = Some((value, moments));
                    }
                });
            });
        }
    }
}

/// Times a workload's step and test on one path.
struct Time<'a> {
    criterion: &'a mut Criterion,
    device: &'a OpenDevice,
    name: String,
}

impl WithWorkload for Time<'_> {
    type Output = ();

    fn with<W: Workload + 'static>(self, workload: W) {
        let (device, name) = (self.device.device(), self.name);
        let model = workload.model(device);
        self.criterion.bench_function(&format!("{name}, loss and gradients"), |bencher| {
            bencher.iter(|| {
                let loss = workload.loss(&model, black_box(7), device);
                black_box(loss.backward());
                wait(loss)
            });
        });
        self.criterion.bench_function(&format!("{name}, piece of a test"), |bencher| {
            bencher.iter(|| wait(workload.test(&model, 0, 0, device)));
        });
    }
}

/// Transformers on the CPU, at the sizes of two presets.
fn decoders(criterion: &mut Criterion) {
    let Ok(device) = block_on(open(DeviceChoice::Cpu)) else { return };
    for (name, batch_size) in [("language-copy", 40), ("language-large", 32)] {
        let Some(preset) = preset(name) else { continue };
        let mut config = preset.config();
        config.training.batch_size = batch_size;
        for path in [Path::Fused, Path::Reference] {
            let name = format!("{name}, batch of {batch_size}, {}, {}", device.describe(), path.name());
            with(&config, path, Time { criterion, device: &device, name }).expect("a task that needs no text");
        }
    }
}

criterion_group! { name = all; config = Criterion::default().sample_size(10); targets = kernels, decoders }
criterion_main!(all);
