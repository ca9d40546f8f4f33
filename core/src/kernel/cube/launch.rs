//! The order of the passes, and what each is handed.

use burn::backend::TensorMetadata as _;
use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::{cast, into_contiguous};
use burn_cubecl::ops::numeric::zeros_client;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;
use cubecl::server::Handle;

use super::layout::{BLOCK, Deal, EVALUATION_LANES, Layout, PARTIAL_BYTES, Parts, THREADS, TRAINING_LANES};
use super::{adam, finish, forward, rows, slopes, sums, tally};
use crate::kernel::AdamStep;

/// Workgroups along one dimension of a dispatch, WebGPU's own limit.
const COUNT: usize = 65_535;

/// Threads to a workgroup of the forward pass, about.
const FORWARD_THREADS: usize = 128;

/// Threads to a workgroup where each has a long sum to take and they are few: small ones spread
/// over more cores.
const FEW: usize = 32;

/// A batch and the parameters it meets, on one device and contiguous.
pub(super) struct Problem {
    bits: CubeTensor,
    codes: CubeTensor,
    labels: CubeTensor,
    input: CubeTensor,
    bias: CubeTensor,
    output: CubeTensor,
    output_bias: CubeTensor,
    n_bits: usize,
    /// What the partial sums may take.
    pub partial_bytes: usize,
}

/// A buffer of 32-bit words that only the passes themselves see.
struct Scratch {
    handle: Handle,
    len: usize,
}

impl Scratch {
    fn new(client: &Client, len: usize) -> Self {
        Self { handle: client.empty(4 * len), len }
    }

    fn arg(&self) -> BufferArg {
        // SAFETY: the handle was made with this many words.
        unsafe { BufferArg::from_raw_parts(self.handle.clone(), self.len) }
    }
}

fn arg(tensor: &CubeTensor) -> BufferArg {
    tensor.clone().into_buffer_arg()
}

fn floats(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(cast(tensor, DType::F32))
}

/// Bits, codes and labels: 32-bit words, signed or not.
fn words(tensor: CubeTensor) -> CubeTensor {
    match tensor.dtype {
        DType::U32 | DType::I32 => into_contiguous(tensor),
        _ => into_contiguous(cast(tensor, DType::U32)),
    }
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

    fn tensor<const D: usize>(&self, shape: [usize; D]) -> CubeTensor {
        let shape = Shape::from(shape.to_vec());
        let handle = self.client().empty(4 * shape.num_elements());
        CubeTensor::new_contiguous(self.client().clone(), self.input.device.clone(), shape, handle, DType::F32)
    }

    fn zeros<const D: usize>(&self, shape: [usize; D]) -> CubeTensor {
        let device = self.input.device.clone();
        zeros_client(self.client().clone(), device, Shape::from(shape.to_vec()), DType::F32)
    }

    /// The lanes' shares of each logit difference, and the masks where they are kept, of at least
    /// `padded` samples.
    fn forward(&self, layout: Layout, padded: Option<usize>) -> (Scratch, Scratch) {
        let blocks = self.samples().div_ceil(BLOCK);
        // Whatever the batch, so that there is one kernel to compile for all of them.
        let groups = (FORWARD_THREADS / layout.lanes).max(1);
        let (count, cubes) = spread(blocks.div_ceil(groups));
        let kept = padded.map_or(0, |padded| (padded / BLOCK).max(cubes * groups));
        let masks = Scratch::new(self.client(), (kept * layout.tiles * layout.lanes).max(1));
        let shares = Scratch::new(self.client(), self.samples() * layout.lanes);
        // SAFETY: indices are clamped or guarded, there is at least one sample, and the masks have
        // room for every block that is launched.
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

    /// Loss, then the gradients of input, bias, output and output bias, in five dispatches.
    pub fn gradients(self) -> [CubeTensor; 5] {
        let layout = self.layout(TRAINING_LANES);
        let samples = self.samples();
        let shapes = (layout.inputs(), layout.width);
        if samples == 0 {
            // An empty batch teaches nothing.
            return [
                self.zeros([1]),
                self.zeros([shapes.0, shapes.1]),
                self.zeros([shapes.1]),
                self.zeros([shapes.1, 2]),
                self.zeros([2]),
            ];
        }
        let client = self.client();
        let deal = Deal::new(&layout, samples, self.partial_bytes);
        let parts = Parts::new(&layout, &deal, samples);
        let [n, padded, chunks] = [samples, parts.padded, parts.chunks].map(|x| x as u32);
        let [delta_at, loss_at, products_at, totals_at, starts_at] =
            [parts.delta, parts.loss, parts.products, parts.totals, parts.starts].map(|at| at as u32);

        let (masks, shares) = self.forward(layout, Some(parts.padded));
        // It can begin while the rest is prepared; what goes wrong is told where results are read.
        let _ = client.flush();
        let n_columns = parts.padded / BLOCK * layout.rows();
        let columns = Scratch::new(client, n_columns);
        let carried = Scratch::new(client, parts.len);
        let loss = self.tensor([1]);
        let d_input = self.tensor([shapes.0, shapes.1]);
        let d_bias = self.tensor([shapes.1]);
        let d_output = self.tensor([shapes.1, 2]);
        let d_output_bias = self.tensor([2]);
        // SAFETY: indices are clamped or guarded, and `Parts` counts what the passes leave for one
        // another.
        unsafe {
            slopes::slopes::launch_unchecked(
                client,
                flat(n_columns.max(parts.padded)),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.bits),
                arg(&self.codes),
                arg(&self.labels),
                arg(&self.output_bias),
                shares.arg(),
                columns.arg(),
                carried.arg(),
                n,
                padded,
                delta_at,
                loss_at,
                starts_at,
                layout,
            );
            sums::sums::launch_unchecked(
                client,
                CubeCount::Static(layout.tiles as u32, deal.bands as u32, chunks),
                CubeDim::new_2d(layout.lanes as u32, deal.groups as u32),
                masks.arg(),
                columns.arg(),
                carried.arg(),
                delta_at,
                layout,
                deal,
            );
            rows::rows::launch_unchecked(
                client,
                flat(layout.products() * layout.width + parts.chunks),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.input),
                arg(&self.bias),
                arg(&self.output),
                masks.arg(),
                carried.arg(),
                arg(&d_input),
                arg(&d_bias),
                chunks,
                delta_at,
                loss_at,
                starts_at,
                products_at,
                totals_at,
                layout,
                deal,
            );
            finish::finish::launch_unchecked(
                client,
                CubeCount::Static((layout.width + 1).div_ceil(FEW) as u32, 1, 1),
                CubeDim::new_1d(FEW as u32),
                carried.arg(),
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

    /// Σ loss and right answers of each subtask, in three dispatches.
    pub fn evaluate(self) -> CubeTensor {
        let layout = self.layout(EVALUATION_LANES);
        if self.samples() == 0 {
            return self.zeros([2, layout.n_tasks]);
        }
        let (_, shares) = self.forward(layout, None);
        let tallies = Scratch::new(self.client(), 2 * layout.n_tasks * tally::HANDS);
        let sums = self.tensor([2, layout.n_tasks]);
        // SAFETY: a run of samples lies inside the batch, and threads past the last write nothing.
        unsafe {
            tally::tally::launch_unchecked(
                self.client(),
                flat(layout.n_tasks * tally::HANDS),
                CubeDim::new_1d(THREADS as u32),
                arg(&self.codes),
                arg(&self.labels),
                arg(&self.output_bias),
                shares.arg(),
                tallies.arg(),
                self.samples() as u32,
                layout,
            );
            tally::add_up::launch_unchecked(
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

/// One step of one parameter, in place where nobody else holds a buffer.
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
    // Where there is no new buffer the old one, bound after the gradient, is written again.
    let [to_parameter, to_moment1, to_moment2] = [0, 1, 2].map(|i| match &new[i] {
        Some(tensor) => arg(tensor),
        None => BufferArg::alias(i + 1, len),
    });
    // SAFETY: all seven buffers have `len` numbers, and no thread passes that.
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

/// At least so many workgroups, and how many, in two dimensions where one is too short.
fn spread(count: usize) -> (CubeCount, usize) {
    let down = count.div_ceil(COUNT).max(1);
    let across = count.div_ceil(down).max(1);
    (CubeCount::Static(across as u32, down as u32, 1), across * down)
}

/// At least so many threads in full workgroups.
fn flat(threads: usize) -> CubeCount {
    spread(threads.div_ceil(THREADS)).0
}
