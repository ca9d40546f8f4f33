//! Compares the kernel with the formulas in `f64`, on every instruction set of this processor.

use super::*;
use crate::config::RunConfig;
use crate::rng::{Rng, Stream};
use crate::task::{BitBatch, Task as _};

/// Random parameters and a batch of one shape.
struct Case {
    n_bits: usize,
    n_tasks: usize,
    width: usize,
    batch: BitBatch,
    input: Vec<f32>,
    bias: Vec<f32>,
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

impl Case {
    fn new(n_tasks: usize, n_bits: usize, width: usize, samples: usize) -> Self {
        let config = RunConfig::of(&format!("n_tasks={}&n_bits={}&k=1&batch_size={}&seed=5", n_tasks, n_bits, samples));
        let mut rng = Rng::new(5, Stream::Parameters, 0);
        let mut draw = |count: usize| (0..count).map(|_| rng.symmetric(0.4)).collect::<Vec<f32>>();
        let (input, bias) = (draw((n_tasks + n_bits) * width), draw(width));
        let (output, output_bias) = (draw(2 * width), draw(2));
        Self {
            n_bits,
            n_tasks,
            width,
            batch: config.build_task().expect("a task").bits().training_batch(0),
            input,
            bias,
            output,
            output_bias,
        }
    }

    fn problem(&self) -> Problem<'_> {
        Problem {
            n_bits: self.n_bits,
            n_tasks: self.n_tasks,
            width: self.width,
            bits: &self.batch.bits,
            codes: &self.batch.codes,
            labels: &self.batch.labels,
            input: &self.input,
            bias: &self.bias,
            output: &self.output,
            output_bias: &self.output_bias,
        }
    }

    /// Computes loss and gradients by the chain rule, sample by sample, and Σ loss and the number of
    /// correct answers of each subtask, `[2, n_tasks]`.
    fn expected(&self) -> ([Vec<f64>; 5], Vec<f64>) {
        let (w, samples) = (self.width, self.batch.len());
        let [mut loss, mut input, mut bias] = [vec![0.0; 1], vec![0.0; self.input.len()], vec![0.0; w]];
        let (mut output, mut output_bias) = (vec![0.0; 2 * w], vec![0.0; 2]);
        let mut sums = vec![0.0; 2 * self.n_tasks];
        for i in 0..samples {
            let task = self.batch.codes[i] as usize;
            let bit = |j: usize| f64::from((self.batch.sample(i)[j / 32] >> (j % 32)) & 1);
            let weight = |row: usize, unit: usize| f64::from(self.input[row * w + unit]);
            let a: Vec<f64> = (0..w)
                .map(|u| {
                    let bits: f64 = (0..self.n_bits).map(|j| bit(j) * weight(self.n_tasks + j, u)).sum();
                    f64::from(self.bias[u]) + weight(task, u) + bits
                })
                .collect();
            let logits = [0, 1].map(|c| {
                f64::from(self.output_bias[c]) + (0..w).map(|u| a[u].max(0.0) * f64::from(self.output[2 * u + c])).sum::<f64>()
            });
            let total = logits[0].exp() + logits[1].exp();
            let label = self.batch.labels[i] as usize;
            let nats = total.ln() - logits[label];
            loss[0] += nats / samples as f64;
            sums[task] += nats;
            sums[self.n_tasks + task] += f64::from(u8::from((logits[1] > logits[0]) == (label == 1)));
            let d_logits = [0, 1].map(|c| (logits[c].exp() / total - f64::from(u8::from(c == label))) / samples as f64);
            for u in 0..w {
                for c in 0..2 {
                    output[2 * u + c] += d_logits[c] * a[u].max(0.0);
                }
                if a[u] > 0.0 {
                    let d: f64 = (0..2).map(|c| d_logits[c] * f64::from(self.output[2 * u + c])).sum();
                    bias[u] += d;
                    input[task * w + u] += d;
                    (0..self.n_bits).for_each(|j| input[(self.n_tasks + j) * w + u] += d * bit(j));
                }
            }
            (0..2).for_each(|c| output_bias[c] += d_logits[c]);
        }
        ([loss, input, bias, output, output_bias], sums)
    }
}

/// Asserts agreement within 2e-5 of the largest value. Sums of a few thousand `f32` near 1 differ
/// from those of `f64` by about 1e-6.
fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1e-3f64, |scale, x| scale.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(*found) - expected).abs() <= 2e-5 * scale, "{what}[{i}] is {found}, not {expected}");
    }
}

#[test]
fn every_instruction_set_agrees_with_the_formulas() {
    // Odd widths; numbers of bits that are not multiples of a group or a word; empty subtasks; one
    // sample; one subtask; more than one part and chunk.
    let shapes = [(5, 7, 1, 30), (3, 33, 17, 100), (40, 64, 16, 7), (1, 10, 50, 200), (9, 130, 33, 1), (20, 31, 100, 4_500)];
    for (n_tasks, n_bits, width, samples) in shapes {
        let case = Case::new(n_tasks, n_bits, width, samples);
        let ([loss, input, bias, output, output_bias], sums) = case.expected();
        for isa in Isa::available() {
            let name = format!("{isa:?} at {n_tasks} {n_bits} {width} {samples}:");
            let found = gradients_on(isa, &case.problem());
            assert_near(&[found.loss], &loss, &format!("{name} loss"));
            assert_near(&found.input, &input, &format!("{name} input"));
            assert_near(&found.bias, &bias, &format!("{name} bias"));
            assert_near(&found.output, &output, &format!("{name} output"));
            assert_near(&found.output_bias, &output_bias, &format!("{name} output bias"));
            assert_near(&evaluate_on(isa, &case.problem()), &sums, &format!("{name} sums"));
        }
    }
}

#[test]
fn gradients_are_reproducible_to_the_bit() {
    let case = Case::new(20, 31, 100, 9_000);
    assert_eq!(gradients(&case.problem()), gradients(&case.problem()));
}

#[test]
fn a_nan_parameter_makes_the_loss_nan() {
    let mut case = Case::new(3, 8, 20, 50);
    case.input[5] = f32::NAN;
    for isa in Isa::available() {
        assert!(gradients_on(isa, &case.problem()).loss.is_nan(), "{isa:?}");
    }
}
