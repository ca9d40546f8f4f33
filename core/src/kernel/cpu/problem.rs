//! The kernel's inputs and outputs, as plain slices.

/// A batch and the parameters. Shapes are those of [`crate::kernel`].
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Bits per sample.
    pub n_bits: usize,
    /// Number of subtasks.
    pub n_tasks: usize,
    /// Number of hidden units.
    pub width: usize,
    /// Packed bits, `[samples, ⌈n_bits / 32⌉]`.
    pub bits: &'a [u32],
    /// Subtask of each sample, `[samples]`, in ascending order.
    pub codes: &'a [u32],
    /// Label of each sample, `[samples]`, 0 or 1.
    pub labels: &'a [u32],
    /// First layer, `[n_tasks + n_bits, width]`: a row for each subtask, then one for each bit.
    pub input: &'a [f32],
    /// Biases of the hidden units, `[width]`.
    pub bias: &'a [f32],
    /// Second layer, `[width, 2]`.
    pub output: &'a [f32],
    /// Biases of the logits, `[2]`.
    pub output_bias: &'a [f32],
}

impl Problem<'_> {
    /// Words of 32 bits per sample.
    pub fn words(&self) -> usize {
        self.n_bits.div_ceil(32)
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.codes.len()
    }
}

/// The loss and its gradients, each in its parameter's shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// Mean cross-entropy, in nats.
    pub loss: f32,
    /// Gradient of the first layer, `[n_tasks + n_bits, width]`.
    pub input: Vec<f32>,
    /// Gradient of the hidden units' biases, `[width]`.
    pub bias: Vec<f32>,
    /// Gradient of the second layer, `[width, 2]`.
    pub output: Vec<f32>,
    /// Gradient of the logits' biases, `[2]`.
    pub output_bias: Vec<f32>,
}
