//! A batch on a device.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::task::BitBatch;

/// Packed bits, subtask codes and labels on a device: a few words a sample.
#[derive(Clone, Debug)]
pub struct DeviceBatch {
    /// `[samples, words]`, `u32`.
    pub bits: Tensor<2, Int>,
    /// `[samples]`, `u32`, never falling.
    pub codes: Tensor<1, Int>,
    /// `[samples]`, `u32`, 0 or 1.
    pub labels: Tensor<1, Int>,
    /// Bits to a sample.
    pub n_bits: usize,
}

impl DeviceBatch {
    /// Sends a batch to a device.
    pub fn upload(batch: BitBatch, n_bits: usize, device: &Device) -> Self {
        let samples = batch.len();
        let words = |data: Vec<u32>, shape: Vec<usize>| TensorData::new(data, shape);
        Self {
            bits: Tensor::from_data(words(batch.bits, vec![samples, batch.words]), (device, DType::U32)),
            codes: Tensor::from_data(words(batch.codes, vec![samples]), (device, DType::U32)),
            labels: Tensor::from_data(words(batch.labels, vec![samples]), (device, DType::U32)),
            n_bits,
        }
    }
}
