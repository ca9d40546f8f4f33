//! A perceptron of linear layers with two logits.

#[cfg(feature = "engine")]
mod network;

#[cfg(feature = "engine")]
pub use network::{Layer, Mlp};

use super::ModelSettings;
use crate::settings::{Kind, Problem, choice, section};
use crate::task::TaskConfig;

choice! {
    /// The non-linearity after each hidden layer.
    Activation {
        /// max(0, x).
        Relu = "relu",
        /// x·Φ(x).
        Gelu = "gelu",
        /// tanh x.
        Tanh = "tanh",
    }
}

section! {
    /// The perceptron's settings.
    MlpSettings {
        width: usize = 100, Model, Kind::Whole { min: 1, max: 16_384 }, "units", "Width",
            "Hidden units in each hidden layer.";
        depth: usize = 1, Model, Kind::Whole { min: 1, max: 8 }, "layers", "Hidden layers",
            "How many hidden layers the network has.";
        activation: Activation = Activation::Relu, Model, Kind::Choice(Activation::WORDS), "", "Activation",
            "The non-linearity after each hidden layer.";
    }
}

impl MlpSettings {
    /// Whether the fused kernels compute this network: one hidden layer with ReLU.
    pub fn is_fused(&self) -> bool {
        self.depth == 1 && self.activation == Activation::Relu
    }
}

impl ModelSettings for MlpSettings {
    /// (inputs + 3)·width + 2 at depth 1, inputs being the subtasks and the bits.
    fn parameters(&self, task: &TaskConfig) -> u64 {
        let inputs = task.subtasks().map_or(0, |subtasks| subtasks.inputs()) as u64;
        let (width, depth) = (self.width as u64, self.depth as u64);
        (inputs + 1) * width + (depth - 1) * (width + 1) * width + 2 * (width + 1)
    }

    /// A row is gathered for the subtask, and the bits are multiplied.
    fn multiply_adds(&self, task: &TaskConfig) -> u64 {
        let bits = task.subtasks().map_or(0, |subtasks| subtasks.n_bits) as u64;
        let (width, depth) = (self.width as u64, self.depth as u64);
        width * (bits + 2 + (depth - 1) * width)
    }

    /// The fused step keeps the sums of every 2,048 samples, a row for each bit and subtask in them; the
    /// plain one what each layer puts in and out.
    fn pass_bytes(&self, task: &TaskConfig, samples: u64, is_test: bool) -> u64 {
        let width = self.width as u64;
        match task.subtasks() {
            Some(_) if self.is_fused() && is_test => 0,
            Some(subtasks) if self.is_fused() => {
                let parts = samples.div_ceil(2_048);
                let rows = parts.saturating_mul(subtasks.n_bits as u64 + 1).saturating_add(subtasks.n_tasks as u64);
                rows.saturating_mul(4 * width.next_multiple_of(16))
            }
            _ => samples.saturating_mul(8 * width * self.depth as u64),
        }
    }

    /// It reads bits, and nothing else.
    fn conflicts(&self, task: &TaskConfig) -> Vec<Problem> {
        let allowed = "must be transformer: this task is made of tokens, which a perceptron does not read";
        let is_unread = task.subtasks().is_none();
        is_unread.then(|| Problem { field: "model", value: "mlp".into(), allowed: allowed.into() }).into_iter().collect()
    }
}
