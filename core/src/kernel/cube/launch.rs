//! Launches the passes in order and allocates their buffers.

use burn::backend::TensorMetadata as _;
use burn::tensor::DType;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{Scratch, arg, flat, floats, spread, tensor, words, zeros};
use super::layout::{BLOCK, EVALUATION_LANES, Layout, Offsets, PARTIAL_BYTES, Partition, THREADS, TRAINING_LANES};
use super::{adam, finish, forward, rows, slopes, sums, tally};
use crate::kernel::AdamStep;

/// Approximate number of threads per workgroup of the forward pass.
const FORWARD_THREADS: usize = 128;

/// Threads per workgroup of the last pass, which has few threads with a long sum each: small
/// workgroups spread them over more cores.
const FINISH_THREADS: usize = 32;

/// A batch and the parameters, contiguous on one device. Shapes are those of [`crate::kernel`].
pub(super) struct Problem {
    bits: CubeTensor,
    codes: CubeTensor,
    labels: CubeTensor,
    input: CubeTensor,
    bias: CubeTensor,
    output: CubeTensor,
    output_bias: CubeTensor,
    n_bits: usize,
    /// Limit on the size of the partial sums, in bytes.
    pub partial_bytes: usize,
}

impl Problem {
    pub fn new(
        bits: CubeTensor,
        codes: CubeTensor,
        labels: CubeTensor,
        input: CubeTensor,
        bias: CubeTensor,
        output: CubeTensor,
        output_bias: CubeTensor,
        n_bits: usize,
    ) -> Self {
        Self {
            bits: words(bits),
            codes: words(codes),
            labels: words(labels),
            input: floats(input),
            bias: floats(bias),
            output: floats(output),
            output_bias: floats(output_bias),
            n_bits,
            partial_bytes: PARTIAL_BYTES,
        }
    }

    fn samples(&self) -> usize {
        self.codes.shape()[0]
    }

    fn layout(&self, most_lanes: usize) -> Layout {
        let [inputs, width] = self.input.shape().dims();
        Layout::new(inputs - self.n_bits, self.n_bits, self.bits.shape()[1], width, most_lanes)
    }

    fn client(&self) -> &Client {
        &self.input.client
    }

    /// Runs the forward pass. Returns the masks, with room for at least `padded` samples (one word
    /// if `padded` is `None`, which keeps no masks), and the lanes' shares of each z.
    fn forward(&self, layout: Layout, padded: Option<usize>) -> (Scratch, Scratch) {
        let blocks = self.samples().div_ceil(BLOCK);
        // Does not depend on the batch size, so that one compiled kernel serves all batches.
        let groups = (FORWARD_THREADS / layout.lanes).max(1);
        let (count, cubes) = spread(blocks.div_ceil(groups));
        let kept = padded.map_or(0, |padded| (padded / BLOCK).max(cubes * groups));
        let masks = Scratch::new(self.client(), (kept * layout.tiles * layout.lanes).max(1));
        let shares = Scratch::new(self.client(), self.samples() * layout.lanes);
        // SAFETY: the kernel clamps or guards its indices, there is at least one sample, and the
        // masks have room for every launched block.
        unsafe {
            forward::forward::launch_unchecked(
                self.client(),
                count,
                CubeDim::new_2d(layout.lanes as u32, groups as u32),
                arg(&self.bits),
                arg(&self.codes),
                arg(&self.input),
                arg(&self.bias),
                arg(&self.output),
                masks.arg(),
                shares.arg(),
                self.samples() as u32,
                layout,
                groups,
                padded.is_some(),
            );
        }
        (masks, shares)
    }

    /// Computes the loss `[1]` and the gradients of input, bias, output and output bias, in five
    /// dispatches.
    pub fn gradients(self) -> [CubeTensor; 5] {
        let layout = self.layout(TRAINING_LANES);
        let samples = self.samples();
        let shapes = (layout.inputs(), layout.width);
        if samples == 0 {
            // The loss and gradients of an empty batch are defined as 0.
            return [
                zeros(&self.input, [1]),
                zeros(&self.input, [shapes.0, shapes.1]),
                zeros(&self.input, [shapes.1]),
                zeros(&self.input, [shapes.1, 2]),
                zeros(&self.input, [2]),
            ];
        }
        let client = self.client();
        let partition = Partition::new(&layout, samples, self.partial_bytes);
        let offsets = Offsets::new(&layout, &partition, samples);
        let [n, padded, chunks] = [samples, offsets.padded, offsets.chunks].map(|x| x as u32);
        let [delta_at, loss_at, products_at, totals_at, starts_at] =
            [offsets.delta, offsets.loss, offsets.products, offsets.totals, offsets.starts].map(|at| at as u32);

        let (masks, shares) = self.forward(layout, Some(offsets.padded));
        // Starts the forward pass while the rest is prepared. An error here surfaces again when the
        // results are read.
        let _ = client.flush();
        let n_columns = offsets.padded / BLOCK * layout.rows();
        let columns = Scratch::new(client, n_columns);
        let intermediates = Scratch::new(client, offsets.len);
        let loss = tensor(&self.input, [1]);
        let d_input = tensor(&self.input, [shapes.0, shapes.1]);
        let d_bias = tensor(&self.input, [shapes.1]);
        let d_output = tensor(&self.input, [shapes.1, 2]);
        let d_output_bias = tensor(&self.input, [2]);
        // SAFETY: the kernels clamp or guard their indices, and `Offsets` reserves room for all that
        // one pass writes for another.
        unsafe {
            slopes::slopes::launch_unchecked(
                client,
                flat(n_columns.max(offsets.padded)),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.bits),
                arg(&self.codes),
                arg(&self.labels),
                arg(&self.output_bias),
                shares.arg(),
                columns.arg(),
                intermediates.arg(),
                n,
                padded,
                delta_at,
                loss_at,
                starts_at,
                layout,
            );
            sums::sums::launch_unchecked(
                client,
                CubeCount::Static(layout.tiles as u32, partition.bands as u32, chunks),
                CubeDim::new_2d(layout.lanes as u32, partition.groups as u32),
                masks.arg(),
                columns.arg(),
                intermediates.arg(),
                delta_at,
                layout,
                partition,
            );
            rows::rows::launch_unchecked(
                client,
                flat(layout.products() * layout.width + offsets.chunks),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.input),
                arg(&self.bias),
                arg(&self.output),
                masks.arg(),
                intermediates.arg(),
                arg(&d_input),
                arg(&d_bias),
                chunks,
                delta_at,
                loss_at,
                starts_at,
                products_at,
                totals_at,
                layout,
                partition,
            );
            finish::finish::launch_unchecked(
                client,
                CubeCount::Static((layout.width + 1).div_ceil(FINISH_THREADS) as u32, 1, 1),
                CubeDim::new_1d(FINISH_THREADS as u32),
                intermediates.arg(),
                arg(&d_output),
                arg(&d_output_bias),
                arg(&loss),
                n,
                chunks,
                products_at,
                totals_at,
                layout,
            );
        }
        [loss, d_input, d_bias, d_output, d_output_bias]
    }

    /// Computes Σ loss (nats) and the number of correct answers of each subtask, `[2, n_tasks]`, in
    /// three dispatches.
    pub fn evaluate(self) -> CubeTensor {
        let layout = self.layout(EVALUATION_LANES);
        if self.samples() == 0 {
            return zeros(&self.input, [2, layout.n_tasks]);
        }
        let (_, shares) = self.forward(layout, None);
        let tallies = Scratch::new(self.client(), 2 * layout.n_tasks * tally::THREADS_PER_TASK);
        let sums = tensor(&self.input, [2, layout.n_tasks]);
        // SAFETY: every subtask's samples lie inside the batch, and surplus threads write nothing.
        unsafe {
            tally::tally::launch_unchecked(
                self.client(),
                flat(layout.n_tasks * tally::THREADS_PER_TASK),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.codes),
                arg(&self.labels),
                arg(&self.output_bias),
                shares.arg(),
                tallies.arg(),
                self.samples() as u32,
                layout,
            );
            tally::reduce::launch_unchecked(
                self.client(),
                flat(2 * layout.n_tasks),
                CubeDim::new_1d(THREADS as u32),
                tallies.arg(),
                arg(&sums),
                2 * layout.n_tasks as u32,
            );
        }
        sums
    }
}

/// Takes one Adam step for one parameter. Updates a buffer in place if no other tensor shares it,
/// else writes a new one. Returns the parameter and its two moments.
pub(super) fn adam_step(
    parameter: CubeTensor,
    gradient: CubeTensor,
    moment1: CubeTensor,
    moment2: CubeTensor,
    step: AdamStep,
) -> [CubeTensor; 3] {
    let gradient = floats(gradient);
    let old = [parameter, moment1, moment2].map(floats);
    let client = gradient.client.clone();
    let len = gradient.shape().num_elements();
    let new = old.each_ref().map(|tensor| {
        if tensor.can_mut() && tensor.is_nonoverlapping() {
            return None;
        }
        let (shape, device) = (tensor.shape(), tensor.device.clone());
        Some(CubeTensor::new_contiguous(client.clone(), device, shape, client.empty(4 * len), DType::F32))
    });
    // Without a new buffer the kernel writes to the old one, which is bound after the gradient.
    let [to_parameter, to_moment1, to_moment2] = [0, 1, 2].map(|i| match &new[i] {
        Some(tensor) => arg(tensor),
        None => BufferArg::alias(i + 1, len),
    });
    // SAFETY: all seven buffers have `len` numbers, and the kernel accesses none beyond.
    unsafe {
        adam::adam::launch_unchecked(
            &client,
            flat(len),
            CubeDim::new_1d(THREADS as u32),
            arg(&gradient),
            arg(&old[0]),
            arg(&old[1]),
            arg(&old[2]),
            to_parameter,
            to_moment1,
            to_moment2,
            step.lr,
            step.beta1,
            step.beta2,
            step.eps,
            step.weight_decay,
            step.correction1,
            step.correction2,
            len as u32,
            step.decoupled,
        );
    }
    let [new_parameter, new_moment1, new_moment2] = new;
    let [old_parameter, old_moment1, old_moment2] = old;
    [new_parameter.unwrap_or(old_parameter), new_moment1.unwrap_or(old_moment1), new_moment2.unwrap_or(old_moment2)]
}
