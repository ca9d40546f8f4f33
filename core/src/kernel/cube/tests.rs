//! Compares the passes with the formulas in f64, on the adapter that wgpu finds.

use burn::backend::TensorMetadata as _;
use burn::tensor::{DType, Shape};
use burn_cubecl::CubeDevice;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;
use cubecl::wgpu::WgpuDeviceKind;

use super::launch::{Problem, adam_step};
use crate::device::{DeviceChoice, open};
use crate::kernel::AdamStep;
use crate::train::block_on;

/// Returns wgpu's default device. Without one, reports that `test` was skipped.
pub fn device(test: &str) -> Option<CubeDevice> {
    // Set up as every test and run sets it up: another setup would be refused afterwards.
    match block_on(open(DeviceChoice::Gpu)) {
        Ok(_) => CubeDevice::wgpu(WgpuDeviceKind::DefaultDevice).ok(),
        Err(error) => {
            crate::skip::skipped(test, error);
            None
        }
    }
}

/// Splitmix64: random enough for a test, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Returns a number uniform in [-scale, scale).
    fn float(&mut self, scale: f32) -> f32 {
        ((self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * scale
    }

    fn floats(&mut self, len: usize, scale: f32) -> Vec<f32> {
        (0..len).map(|_| self.float(scale)).collect()
    }
}

/// A random batch and a random model.
struct Case {
    name: String,
    n_tasks: usize,
    n_bits: usize,
    words: usize,
    width: usize,
    bits: Vec<u32>,
    codes: Vec<u32>,
    labels: Vec<u32>,
    input: Vec<f32>,
    bias: Vec<f32>,
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

/// How a case distributes its samples over its subtasks.
#[derive(Clone, Copy, Debug)]
enum Spread {
    /// Uniformly.
    Even,
    /// Half of the remaining samples go to each next subtask: the first has many, most have none.
    Steep,
    /// All go to the last subtask.
    Last,
}

impl Case {
    fn new(n_tasks: usize, n_bits: usize, width: usize, samples: usize, spread: Spread) -> Self {
        let name = format!("n_tasks {n_tasks}, n {n_bits}, width {width}, batch {samples}, {spread:?}");
        let seed = [n_tasks, n_bits, width, samples].iter().fold(7, |s, &x| s * 1009 + x as u64);
        let mut random = Random(seed);
        let words = n_bits.div_ceil(32);
        let bits = (0..samples * words)
            .map(|i| {
                let left = n_bits - 32 * (i % words);
                let word = random.next() as u32;
                if left < 32 { word & ((1 << left) - 1) } else { word }
            })
            .collect();
        let mut codes: Vec<u32> = (0..samples)
            .map(|_| match spread {
                Spread::Even => random.below(n_tasks) as u32,
                Spread::Steep => random.next().trailing_zeros().min(n_tasks as u32 - 1),
                Spread::Last => n_tasks as u32 - 1,
            })
            .collect();
        codes.sort_unstable();
        let labels = (0..samples).map(|_| random.below(2) as u32).collect();
        let scale = 1.0 / ((n_tasks + n_bits) as f32).sqrt();
        Self {
            name,
            n_tasks,
            n_bits,
            words,
            width,
            bits,
            codes,
            labels,
            // Larger than at the start of a run, so that losses and slopes of every size occur.
            input: random.floats((n_tasks + n_bits) * width, 3.0 * scale),
            bias: random.floats(width, scale),
            output: random.floats(2 * width, 2.0 / (width as f32).sqrt()),
            output_bias: random.floats(2, 0.5),
        }
    }

    fn samples(&self) -> usize {
        self.codes.len()
    }

    fn problem(&self, device: &CubeDevice) -> Problem {
        Problem::new(
            words(device, &self.bits, &[self.samples(), self.words]),
            words(device, &self.codes, &[self.samples()]),
            words(device, &self.labels, &[self.samples()]),
            floats(device, &self.input, &[self.n_tasks + self.n_bits, self.width]),
            floats(device, &self.bias, &[self.width]),
            floats(device, &self.output, &[self.width, 2]),
            floats(device, &self.output_bias, &[2]),
            self.n_bits,
        )
    }

    fn bit(&self, sample: usize, bit: usize) -> bool {
        self.bits[sample * self.words + bit / 32] >> (bit % 32) & 1 == 1
    }

    /// Computes the hidden activations and the logit difference of a sample, in f64.
    fn forward(&self, sample: usize) -> (Vec<f64>, f64) {
        let task = self.codes[sample] as usize;
        let mut h: Vec<f64> = (0..self.width).map(|w| self.bias[w] as f64 + self.input[task * self.width + w] as f64).collect();
        for bit in (0..self.n_bits).filter(|&bit| self.bit(sample, bit)) {
            let row = &self.input[(self.n_tasks + bit) * self.width..][..self.width];
            h.iter_mut().zip(row).for_each(|(h, &w)| *h += w as f64);
        }
        h.iter_mut().for_each(|h| *h = h.max(0.0));
        let u = self.output.chunks(2).map(|row| row[1] as f64 - row[0] as f64);
        let z = h.iter().zip(u).map(|(h, u)| h * u).sum::<f64>();
        (h, z + self.output_bias[1] as f64 - self.output_bias[0] as f64)
    }

    /// Computes loss and gradients by the chain rule, in the order in which
    /// [`Problem::gradients`] returns them, and Σ loss and the number of correct answers of each
    /// subtask.
    fn expected(&self) -> ([Vec<f64>; 5], Vec<f64>) {
        let (n_tasks, width) = (self.n_tasks, self.width);
        let mut loss = 0.0;
        let mut d_input = vec![0.0; (n_tasks + self.n_bits) * width];
        let mut d_bias = vec![0.0; width];
        let mut d_output = vec![0.0; 2 * width];
        let mut d_output_bias = vec![0.0; 2];
        let mut tally = vec![0.0; 2 * n_tasks];
        for sample in 0..self.samples() {
            let (h, z) = self.forward(sample);
            let (task, y) = (self.codes[sample] as usize, self.labels[sample] as f64);
            let nats = z.max(0.0) - y * z + (-z.abs()).exp().ln_1p();
            let delta = (1.0 / (1.0 + (-z).exp()) - y) / self.samples() as f64;
            loss += nats / self.samples() as f64;
            tally[task] += nats;
            tally[n_tasks + task] += f64::from((z > 0.0) == (y == 1.0));
            d_output_bias[0] -= delta;
            d_output_bias[1] += delta;
            for w in 0..width {
                d_output[2 * w] -= delta * h[w];
                d_output[2 * w + 1] += delta * h[w];
                let back = if h[w] > 0.0 { delta * (self.output[2 * w + 1] as f64 - self.output[2 * w] as f64) } else { 0.0 };
                d_bias[w] += back;
                d_input[task * width + w] += back;
                for bit in (0..self.n_bits).filter(|&bit| self.bit(sample, bit)) {
                    d_input[(n_tasks + bit) * width + w] += back;
                }
            }
        }
        ([vec![loss], d_input, d_bias, d_output, d_output_bias], tally)
    }
}

fn upload(device: &CubeDevice, bytes: &[u8], shape: &[usize], dtype: DType) -> CubeTensor {
    let client = device.client();
    let handle = client.create_from_slice(bytes);
    CubeTensor::new_contiguous(client, device.clone(), Shape::from(shape.to_vec()), handle, dtype)
}

pub fn floats(device: &CubeDevice, values: &[f32], shape: &[usize]) -> CubeTensor {
    upload(device, f32::as_bytes(values), shape, DType::F32)
}

fn words(device: &CubeDevice, values: &[u32], shape: &[usize]) -> CubeTensor {
    upload(device, u32::as_bytes(values), shape, DType::U32)
}

pub fn read(tensor: CubeTensor) -> Vec<f32> {
    assert!(tensor.is_contiguous());
    let len = tensor.shape().num_elements();
    let bytes = tensor.client.read_one(tensor.handle).expect("the device answers");
    f32::from_bytes(&bytes)[..len].to_vec()
}

/// Asserts agreement within `tolerance` of the largest expected number, because the two sides add in
/// different orders.
fn assert_close(name: &str, actual: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let scale = expected.iter().fold(1e-9f64, |scale, x| scale.max(x.abs()));
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let error = (a as f64 - e).abs() / scale;
        assert!(error <= tolerance, "{name}[{i}]: {a} for {e}, off by {error:.1e} of {scale:.1e}");
    }
}

/// Returns edge cases: sizes of one, odd widths, partly filled words and more than four words, batches
/// that end inside a block or a chunk, subtasks without a sample.
fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(1, 1, 1, 1, Spread::Even),
        Case::new(1, 3, 2, 7, Spread::Even),
        Case::new(3, 2, 5, 9, Spread::Last),
        Case::new(2, 31, 33, 64, Spread::Even),
        Case::new(7, 32, 31, 127, Spread::Steep),
        Case::new(5, 33, 127, 128, Spread::Even),
        Case::new(40, 64, 129, 129, Spread::Steep),
        Case::new(500, 100, 9, 300, Spread::Steep),
        Case::new(20, 127, 60, 257, Spread::Steep),
        Case::new(20, 128, 100, 400, Spread::Last),
        Case::new(33, 130, 257, 515, Spread::Even),
        Case::new(11, 300, 65, 200, Spread::Steep),
        Case::new(100, 50, 100, 2000, Spread::Steep),
    ];
    let mut random = Random(2026);
    for spread in [Spread::Even, Spread::Steep, Spread::Last, Spread::Even, Spread::Steep] {
        let [n_tasks, n_bits, width, samples] = [60, 130, 150, 700].map(|bound| 1 + random.below(bound));
        cases.push(Case::new(n_tasks, n_bits, width, samples, spread));
    }
    cases
}

#[test]
fn loss_and_gradients_match_the_chain_rule() {
    let Some(device) = device("loss_and_gradients_match_the_chain_rule") else { return };
    for case in cases() {
        let (expected, _) = case.expected();
        let actual = case.problem(&device).gradients();
        let names = ["loss", "input", "bias", "output", "output bias"];
        for ((name, actual), expected) in names.iter().zip(actual).zip(&expected) {
            assert_close(&format!("{}: {name}", case.name), &read(actual), expected, 1e-5);
        }
    }
}

#[test]
fn longer_chunks_give_the_same_gradients() {
    let Some(device) = device("longer_chunks_give_the_same_gradients") else { return };
    let case = Case::new(6, 40, 50, 1500, Spread::Steep);
    let (expected, _) = case.expected();
    // Limits the partial sums to this many chunks; the last chunk is not full.
    for chunks in [1, 2, 5] {
        let mut problem = case.problem(&device);
        problem.partial_bytes = 4 * 41 * 50 * chunks;
        for (i, (actual, expected)) in problem.gradients().into_iter().zip(&expected).enumerate() {
            assert_close(&format!("{} in {chunks} chunks: {i}", case.name), &read(actual), expected, 1e-5);
        }
    }
}

#[test]
fn evaluation_adds_up_each_subtask() {
    let Some(device) = device("evaluation_adds_up_each_subtask") else { return };
    for case in cases() {
        let (_, expected) = case.expected();
        let actual = read(case.problem(&device).evaluate());
        let (losses, right) = actual.split_at(case.n_tasks);
        assert_close(&format!("{}: losses", case.name), losses, &expected[..case.n_tasks], 1e-5);
        let right: Vec<f64> = right.iter().map(|&x| x as f64).collect();
        assert_eq!(right, expected[case.n_tasks..], "{}: right answers", case.name);
    }
}

#[test]
fn the_same_step_twice_gives_the_same_bits() {
    let Some(device) = device("the_same_step_twice_gives_the_same_bits") else { return };
    for case in [Case::new(40, 100, 129, 1000, Spread::Steep), Case::new(3, 5, 7, 300, Spread::Even)] {
        let run = || case.problem(&device).gradients().map(|t| read(t).into_iter().map(f32::to_bits).collect::<Vec<_>>());
        let first = run();
        for _ in 0..3 {
            assert_eq!(first, run(), "{}", case.name);
        }
    }
}

#[test]
fn losses_are_exact_for_confident_right_and_wrong_answers() {
    let Some(device) = device("losses_are_exact_for_confident_right_and_wrong_answers") else { return };
    // z is the output bias alone: from confidently right to confidently wrong.
    for z in [-90.0f32, -20.0, -12.0, -5.0, -4.0, -0.5, 0.0, 1.0, 4.7, 15.0, 80.0, 1000.0] {
        let mut case = Case::new(1, 4, 3, 2, Spread::Even);
        case.output.fill(0.0);
        case.output_bias = vec![0.0, z];
        case.labels.fill(0);
        let expected = (z as f64).max(0.0) + (-(z as f64).abs()).exp().ln_1p();
        let [loss, ..] = case.problem(&device).gradients().map(read);
        let error = (loss[0] as f64 - expected).abs() / expected.max(1e-30);
        assert!(error < 2e-6, "z = {z}: {} for {expected}", loss[0]);
    }
}

#[test]
fn a_nan_parameter_makes_the_loss_nan() {
    let Some(device) = device("a_nan_parameter_makes_the_loss_nan") else { return };
    let mut case = Case::new(4, 10, 20, 50, Spread::Even);
    case.input[4 * 20 + 3] = f32::NAN;
    let [loss, ..] = case.problem(&device).gradients().map(read);
    assert!(loss[0].is_nan(), "{}", loss[0]);
}

#[test]
fn adam_matches_its_formula_in_place_and_out_of_place() {
    let Some(device) = device("adam_matches_its_formula_in_place_and_out_of_place") else { return };
    let mut random = Random(5);
    for (len, decoupled, shared) in [(1, false, false), (1000, true, false), (257, false, true), (70_000, true, true)] {
        let [p, g, m] = [1.0, 0.1, 0.1].map(|scale| random.floats(len, scale));
        let v: Vec<f32> = random.floats(len, 0.1).into_iter().map(f32::abs).collect();
        let step = AdamStep {
            lr: 1e-2,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.03,
            decoupled,
            correction1: 0.271,
            correction2: 0.003,
        };
        let old = [&p, &m, &v].map(|values| floats(&device, values, &[len]));
        let kept = shared.then(|| old.clone());
        let [old_p, old_m, old_v] = old;
        let new = adam_step(old_p, floats(&device, &g, &[len]), old_m, old_v, step).map(read);

        let mut expected = [vec![], vec![], vec![]];
        for i in 0..len {
            let (mut p, mut g, m, v) = (p[i] as f64, g[i] as f64, m[i] as f64, v[i] as f64);
            let [lr, beta1, beta2, eps, decay, c1, c2] =
                [step.lr, step.beta1, step.beta2, step.eps, step.weight_decay, step.correction1, step.correction2].map(f64::from);
            if decoupled {
                p *= 1.0 - lr * decay;
            } else {
                g += decay * p;
            }
            let m = beta1 * m + (1.0 - beta1) * g;
            let v = beta2 * v + (1.0 - beta2) * g * g;
            p -= lr * (m / c1) / ((v / c2).sqrt() + eps);
            expected.iter_mut().zip([p, m, v]).for_each(|(all, x)| all.push(x));
        }
        for ((name, actual), expected) in ["parameter", "moment 1", "moment 2"].iter().zip(&new).zip(&expected) {
            assert_close(&format!("{name}, {len} numbers"), actual, expected, 2e-6);
        }
        if let Some(kept) = kept {
            assert_eq!(kept.map(read), [p, m, v], "shared buffers must stay unchanged");
        }
    }
}
