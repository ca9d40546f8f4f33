//! The order of the passes, and what each is handed.

use burn::backend::TensorMetadata as _;
use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::{cast, into_contiguous};
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::layout::{ACROSS, BLOCK, DOWN, Deal, Layout, Parts, STAGE, forward_groups};
use super::{adam, evaluate, finish, forward, rows, sums};
use crate::kernel::AdamStep;

/// Workgroups a dispatch may have along one dimension, WebGPU's own limit.
const COUNT: u32 = 65_535;

/// Threads to a workgroup where each has one number.
const FLAT: u32 = 256;

/// A batch and the parameters it meets, on one device and contiguous.
pub(super) struct Problem {
    bits: CubeTensor,
    codes: CubeTensor,
    labels: CubeTensor,
    input: CubeTensor,
    bias: CubeTensor,
    output: CubeTensor,
    output_bias: CubeTensor,
    layout: Layout,
    samples: usize,
}

/// A buffer that only the passes themselves see.
struct Scratch {
    handle: cubecl::server::Handle,
    len: usize,
}

impl Scratch {
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
    #[allow(clippy::too_many_arguments)]
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
        let (inputs, width) = (input.shape()[0], input.shape()[1]);
        let (samples, words_each) = (bits.shape()[0], bits.shape()[1]);
        Self {
            bits: words(bits),
            codes: words(codes),
            labels: words(labels),
            input: floats(input),
            bias: floats(bias),
            output: floats(output),
            output_bias: floats(output_bias),
            layout: Layout::new(inputs - n_bits, n_bits, words_each, width),
            samples,
        }
    }

    fn client(&self) -> &Client {
        &self.input.client
    }

    fn scratch(&self, len: usize) -> Scratch {
        let len = len.max(1);
        Scratch { handle: self.client().empty(4 * len), len }
    }

    fn tensor<const D: usize>(&self, shape: [usize; D]) -> CubeTensor {
        let shape = Shape::from(shape.to_vec());
        let handle = self.client().empty(4 * shape.num_elements());
        CubeTensor::new_contiguous(self.client().clone(), self.input.device.clone(), shape, handle, DType::F32)
    }

    /// Masks of the batch's blocks, and its logit differences.
    fn forward(&self, keep: bool) -> (Scratch, Scratch) {
        let layout = self.layout;
        let groups = forward_groups(&layout, self.samples);
        let count = spread(self.samples.div_ceil(BLOCK).div_ceil(groups));
        let launched = count_of(&count) * groups;
        // The sums go by whole stages, and what they read past the batch counts with δ = 0.
        let blocks = launched.max(self.samples.next_multiple_of(STAGE) / BLOCK + self.stage_padding());
        let masks = self.scratch(if keep { blocks * layout.masks() } else { 1 });
        let logits = self.scratch(self.samples);
        // SAFETY: every index is clamped to its buffer or guarded; there is at least one sample.
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
                logits.arg(),
                self.samples as u32,
                layout,
                groups,
                keep,
            );
        }
        (masks, logits)
    }

    /// Blocks by which the last chunk may pass the last stage.
    fn stage_padding(&self) -> usize {
        let deal = Deal::new(&self.layout, self.samples);
        (deal.chunks(self.samples) * deal.chunk() - self.samples.next_multiple_of(STAGE)) / BLOCK
    }

    /// Loss, then the gradients of input, bias, output and output bias, in four dispatches.
    pub fn gradients(self) -> [CubeTensor; 5] {
        let layout = self.layout;
        if self.samples == 0 {
            return self.nothing();
        }
        let deal = Deal::new(&layout, self.samples);
        let parts = Parts::new(&layout, &deal, self.samples);
        let samples = self.samples as u32;
        let [delta_at, loss_at, products_at, starts_at] =
            [parts.delta, parts.loss, parts.products, parts.starts].map(|at| at as u32);
        let (masks, logits) = self.forward(true);
        let carried = self.scratch(parts.len);
        let loss = self.tensor([1]);
        let d_input = self.tensor([layout.inputs(), layout.width]);
        let d_bias = self.tensor([layout.width]);
        let d_output = self.tensor([layout.width, 2]);
        let d_output_bias = self.tensor([2]);
        let plane = CubeDim::new_2d(ACROSS as u32, DOWN as u32);
        let across = layout.width.div_ceil(ACROSS) as u32;
        // SAFETY: every index is clamped to its buffer or guarded, and `Parts` counts what the
        // passes leave for one another.
        unsafe {
            let k = PASSES.load(std::sync::atomic::Ordering::Relaxed);
            if k >= 2 {
                sums::sums::launch_unchecked(
                    self.client(),
                    CubeCount::Static(layout.tiles as u32, deal.bands as u32, parts.chunks as u32),
                    CubeDim::new_2d(layout.lanes as u32, deal.groups as u32),
                    arg(&self.bits),
                    arg(&self.codes),
                    arg(&self.labels),
                    arg(&self.output_bias),
                    masks.arg(),
                    logits.arg(),
                    carried.arg(),
                    samples,
                    delta_at,
                    loss_at,
                    starts_at,
                    layout,
                    deal,
                );
            }
            if k >= 3 {
                rows::rows::launch_unchecked(
                    self.client(),
                    CubeCount::Static(across, layout.inputs().div_ceil(DOWN) as u32, 1),
                    plane,
                    arg(&self.input),
                    arg(&self.output),
                    masks.arg(),
                    carried.arg(),
                    arg(&d_input),
                    parts.chunks as u32,
                    delta_at,
                    products_at,
                    starts_at,
                    layout,
                    deal,
                );
            }
            if k >= 4 {
                finish::finish::launch_unchecked(
                    self.client(),
                    CubeCount::Static(across + 1, 1, 1),
                    plane,
                    carried.arg(),
                    arg(&self.bias),
                    arg(&self.output),
                    arg(&d_bias),
                    arg(&d_output),
                    arg(&d_output_bias),
                    arg(&loss),
                    samples,
                    parts.chunks as u32,
                    delta_at,
                    loss_at,
                    products_at,
                    layout,
                );
            }
        }
        [loss, d_input, d_bias, d_output, d_output_bias]
    }

    /// Σ loss and right answers of each subtask, in two dispatches.
    pub fn evaluate(self) -> CubeTensor {
        let n_tasks = self.layout.n_tasks;
        if self.samples == 0 {
            return self.zeros([2, n_tasks]);
        }
        let tally = self.tensor([2, n_tasks]);
        let (_, logits) = self.forward(false);
        // SAFETY: a run of samples lies inside the batch, and a subtask past the last writes nothing.
        unsafe {
            evaluate::evaluate::launch_unchecked(
                self.client(),
                spread(n_tasks),
                CubeDim::new_1d(evaluate::TALLY as u32),
                arg(&self.codes),
                arg(&self.labels),
                arg(&self.output_bias),
                logits.arg(),
                arg(&tally),
                self.samples as u32,
                n_tasks,
            );
        }
        tally
    }

    fn zeros<const D: usize>(&self, shape: [usize; D]) -> CubeTensor {
        let device = self.input.device.clone();
        burn_cubecl::ops::numeric::zeros_client(self.client().clone(), device, Shape::from(shape.to_vec()), DType::F32)
    }

    /// An empty batch teaches nothing.
    fn nothing(&self) -> [CubeTensor; 5] {
        let layout = self.layout;
        [
            self.zeros([1]),
            self.zeros([layout.inputs(), layout.width]),
            self.zeros([layout.width]),
            self.zeros([layout.width, 2]),
            self.zeros([2]),
        ]
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
            spread(len.div_ceil(FLAT as usize)),
            CubeDim::new_1d(FLAT),
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

/// So many workgroups, folded into two dimensions where one is too short.
fn spread(count: usize) -> CubeCount {
    let count = count.max(1) as u32;
    let down = count.div_ceil(COUNT);
    CubeCount::Static(count.div_ceil(down), down, 1)
}

fn count_of(count: &CubeCount) -> usize {
    match count {
        CubeCount::Static(x, y, z) => *x as usize * *y as usize * *z as usize,
        CubeCount::Dynamic(_) => 0,
    }
}

pub(super) static PASSES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(4);
