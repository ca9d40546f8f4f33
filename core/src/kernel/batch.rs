//! Uploading a batch to a device.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::task::BitBatch;

/// A batch on a device, packed: the bits, subtask codes and labels take a few words per sample.
#[derive(Clone, Debug)]
pub struct DeviceBatch {
    /// Packed input bits, `[samples, words]`, `u32`, 32 bits to a word.
    pub bits: Tensor<2, Int>,
    /// Subtask of each sample, `[samples]`, `u32`, in ascending order.
    pub codes: Tensor<1, Int>,
    /// Label of each sample, `[samples]`, `u32`, 0 or 1.
    pub labels: Tensor<1, Int>,
    /// Bits per sample.
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
