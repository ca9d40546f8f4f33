//! What the passes of any kernel take and give: buffers, and grids of workgroups.

use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::{cast, into_contiguous};
use burn_cubecl::ops::numeric::zeros_client;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;
use cubecl::server::Handle;

use super::layout::THREADS;

/// WebGPU's limit on the workgroups along one dimension of a dispatch.
const MAX_WORKGROUPS: usize = 65_535;

/// A buffer of 32-bit words that is private to a kernel's passes.
pub struct Scratch {
    handle: Handle,
    len: usize,
}

impl Scratch {
    /// Room for so many words, whatever stands there.
    pub fn new(client: &Client, len: usize) -> Self {
        Self { handle: client.empty(4 * len), len }
    }

    /// These words.
    pub fn of(client: &Client, words: &[u32]) -> Self {
        Self { handle: client.create_from_slice(u32::as_bytes(words)), len: words.len() }
    }

    /// These numbers.
    pub fn of_numbers(client: &Client, numbers: &[f32]) -> Self {
        Self { handle: client.create_from_slice(f32::as_bytes(numbers)), len: numbers.len() }
    }

    /// As a kernel's argument.
    pub fn arg(&self) -> BufferArg {
        // SAFETY: the handle was allocated with `len` words.
        unsafe { BufferArg::from_raw_parts(self.handle.clone(), self.len) }
    }
}

/// A tensor as a kernel's argument.
pub fn arg(tensor: &CubeTensor) -> BufferArg {
    tensor.clone().into_buffer_arg()
}

/// A tensor of numbers on the device of another, whatever stands there.
pub fn tensor<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    let shape = Shape::from(shape.to_vec());
    let handle = like.client.empty(4 * shape.num_elements());
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// The same of zeros.
pub fn zeros<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    zeros_client(like.client.clone(), like.device.clone(), Shape::from(shape.to_vec()), DType::F32)
}

/// Converts to contiguous `f32`.
pub fn floats(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(cast(tensor, DType::F32))
}

/// Converts bits, codes or labels to contiguous 32-bit words, signed or unsigned.
pub fn words(tensor: CubeTensor) -> CubeTensor {
    match tensor.dtype {
        DType::U32 | DType::I32 => into_contiguous(tensor),
        _ => into_contiguous(cast(tensor, DType::U32)),
    }
}

/// Returns a grid of at least `count` workgroups, in two dimensions where one is too short, and
/// their exact number.
pub fn spread(count: usize) -> (CubeCount, usize) {
    let rows = count.div_ceil(MAX_WORKGROUPS).max(1);
    let columns = count.div_ceil(rows).max(1);
    (CubeCount::Static(columns as u32, rows as u32, 1), columns * rows)
}

/// Returns a grid of full workgroups with at least `threads` threads.
pub fn flat(threads: usize) -> CubeCount {
    spread(threads.div_ceil(THREADS)).0
}
