//! The fused step on the CPU.
//!
//! A batch is split into parts of `part::PART` samples, whatever the number of threads, and the
//! parts' sums are added in order, so the result does not depend on the number of cores. Within a
//! part, `part::CHUNK` samples at a time go forward and backward through every tile of sixteen
//! hidden units, so that masks and logits stay in the fastest caches.

pub(super) mod parallel;
mod part;
mod pass;
mod problem;
pub(super) mod simd;
mod simd_choice;
mod tables;
#[cfg(test)]
mod tests;

pub mod adam;

pub use problem::{Gradients, Problem};
pub use simd_choice::Isa;

use part::{PART, Part, Scratch};
use simd::{LANES, Lanes};
use tables::Tables;

/// Computes the mean cross-entropy of a batch, and its gradients, on the best instruction set.
pub fn gradients(problem: &Problem) -> Gradients {
    gradients_on(Isa::best(), problem)
}

fn gradients_on(isa: Isa, problem: &Problem) -> Gradients {
    let tables = Tables::new(problem);
    let parts = run_parts(isa, problem, &tables, true);
    let samples = problem.samples() as f64;
    let loss = parts.iter().map(|part| part.loss).sum::<f64>() / samples;
    let delta = parts.iter().map(|part| part.delta).sum::<f64>() as f32;

    // T, then S, of the module's docs, with parts added in order, `[rows, tiles]`.
    let tiles = tables.tiles;
    let mut sums = vec![Lanes::default(); (problem.n_tasks + problem.n_bits) * tiles];
    for part in &parts {
        add(&mut sums[part.first_task as usize * tiles..], &part.task_sums);
        add(&mut sums[problem.n_tasks * tiles..], &part.bit_sums);
    }
    finish(problem, &sums, loss as f32, delta)
}

/// Computes Σ loss (nats) and the number of correct answers of each subtask, `[2, n_tasks]`.
pub fn evaluate(problem: &Problem) -> Vec<f32> {
    evaluate_on(Isa::best(), problem)
}

fn evaluate_on(isa: Isa, problem: &Problem) -> Vec<f32> {
    let tables = Tables::new(problem);
    let parts = run_parts(isa, problem, &tables, false);
    let mut sums = vec![0.0; 2 * problem.n_tasks];
    let outcomes = parts.iter().flat_map(|part| part.losses.iter().zip(&part.right));
    for (&code, (loss, right)) in problem.codes.iter().zip(outcomes) {
        sums[code as usize] += loss;
        sums[problem.n_tasks + code as usize] += f32::from(u8::from(*right));
    }
    sums
}

fn run_parts(isa: Isa, problem: &Problem, tables: &Tables, backward: bool) -> Vec<Part> {
    parallel::map(problem.samples().div_ceil(PART), |index, scratch: &mut Scratch| {
        isa.run_part(problem, tables, index, backward, scratch)
    })
}

fn add(to: &mut [Lanes], from: &[Lanes]) {
    for (to, from) in to.iter_mut().zip(from) {
        for lane in 0..LANES {
            to.0[lane] += from.0[lane];
        }
    }
}

/// Computes the gradients from S and T: scales their rows by u for the first layer, and derives the
/// output layer's gradient from them (see [`crate::kernel`]).
fn finish(problem: &Problem, sums: &[Lanes], loss: f32, delta: f32) -> Gradients {
    let width = problem.width;
    let tiles = width.div_ceil(LANES);
    let u: Vec<f32> = problem.output.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect();
    let mut input = vec![0.0; problem.input.len()];
    let (mut bias, mut hidden) = (vec![0.0; width], vec![0.0; width]);
    let rows = sums.chunks_exact(tiles).zip(input.chunks_exact_mut(width)).zip(problem.input.chunks_exact(width));
    for (row, ((sum, gradient), parameter)) in rows.enumerate() {
        let sum = &sum.as_flattened_lanes()[..width];
        for unit in 0..width {
            gradient[unit] = u[unit] * sum[unit];
            hidden[unit] += parameter[unit] * sum[unit];
        }
        if row < problem.n_tasks {
            bias.iter_mut().zip(sum).for_each(|(bias, sum)| *bias += sum);
        }
    }
    let mut output = Vec::with_capacity(2 * width);
    for unit in 0..width {
        let gradient = hidden[unit] + problem.bias[unit] * bias[unit];
        output.extend([-gradient, gradient]);
        bias[unit] *= u[unit];
    }
    Gradients { loss, input, bias, output, output_bias: vec![-delta, delta] }
}

/// Views tiles as one slice of numbers.
trait Flat {
    fn as_flattened_lanes(&self) -> &[f32];
}

impl Flat for [Lanes] {
    fn as_flattened_lanes(&self) -> &[f32] {
        // SAFETY: `Lanes` is `repr(C)` around an array of exactly its size, so there is no padding.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), self.len() * LANES) }
    }
}
