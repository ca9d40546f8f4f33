//! What the kernel reads and what it returns, as plain slices.

/// One batch and the parameters it meets. Shapes are those of [`crate::kernel`].
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Bits to a sample.
    pub n_bits: usize,
    /// Subtasks.
    pub n_tasks: usize,
    /// Hidden units.
    pub width: usize,
    /// Packed bits, `[samples, ⌈n_bits / 32⌉]`.
    pub bits: &'a [u32],
    /// Subtasks of the samples, `[samples]`, never falling.
    pub codes: &'a [u32],
    /// Right answers, `[samples]`, 0 or 1.
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
    /// Words to a sample.
    pub fn words(&self) -> usize {
        self.n_bits.div_ceil(32)
    }

    /// Samples.
    pub fn samples(&self) -> usize {
        self.codes.len()
    }
}

/// The loss and its gradients, each in its parameter's shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    /// Mean cross-entropy, in nats.
    pub loss: f32,
    /// `[n_tasks + n_bits, width]`.
    pub input: Vec<f32>,
    /// `[width]`.
    pub bias: Vec<f32>,
    /// `[width, 2]`.
    pub output: Vec<f32>,
    /// `[2]`.
    pub output_bias: Vec<f32>,
}
