//! The reference: the same step with plain tensor operations. Tests compare the fused step with it,
//! and models that the fused step does not support train with it.

use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};

use crate::task::BitBatch;

/// A batch whose bits are unpacked to floats.
#[derive(Clone, Debug)]
pub struct DenseBatch {
    /// Input bits, `[samples, n_bits]`, 0 or 1.
    pub bits: Tensor<2>,
    /// Subtask of each sample, `[samples]`, in ascending order.
    pub codes: Tensor<1, Int>,
    /// Label of each sample, `[samples, 1]`, 0 or 1.
    pub labels: Tensor<2, Int>,
}

impl DenseBatch {
    /// Unpacks a batch and sends it to a device.
    pub fn upload(batch: &BitBatch, n_bits: usize, device: &Device) -> Self {
        let samples = batch.len();
        let unpack = |i: usize| (0..n_bits).map(move |j| ((batch.sample(i)[j / 32] >> (j % 32)) & 1) as f32);
        let bits: Vec<f32> = (0..samples).flat_map(unpack).collect();
        let signed = |words: &[u32]| words.iter().map(|word| *word as i32).collect::<Vec<i32>>();
        Self {
            bits: Tensor::from_data(TensorData::new(bits, [samples, n_bits]), device),
            codes: Tensor::from_data(TensorData::new(signed(&batch.codes), [samples]), (device, DType::I32)),
            labels: Tensor::from_data(TensorData::new(signed(&batch.labels), [samples, 1]), (device, DType::I32)),
        }
    }
}

/// Returns the first layer's pre-activations, `[samples, width]`: `bits·W + V[code] + bias`.
/// `weight` is `[n_tasks + n_bits, width]`: V, then W.
pub fn first_layer(batch: &DenseBatch, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    let [rows, width] = weight.dims();
    let n_tasks = rows - batch.bits.dims()[1];
    let tasks = weight.clone().slice([0..n_tasks, 0..width]);
    let bits = weight.slice([n_tasks..rows, 0..width]);
    batch.bits.clone().matmul(bits) + tasks.select(0, batch.codes.clone()) + bias.unsqueeze()
}

/// Returns the cross-entropy of each sample in nats, `[samples, 1]`. `logits` is `[samples, 2]`.
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<2, Int>) -> Tensor<2> {
    activation::log_softmax(logits, 1).gather(1, labels).neg()
}
