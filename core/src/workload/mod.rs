//! Where a task meets a model: the loss of a batch, the loss of each quantum, on a device.
//!
//! Training, self-tests and analyses reach tasks and models through [`Workload`] alone. The fused
//! kernels stand behind it, and the plain tensor operations that they are held against.

pub(crate) mod bits;
mod documents;
mod language;
mod text;

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::config::RunConfig;
pub use crate::kernel::decoder::Gradients;
use crate::model::ModelConfig;
use crate::quanta::Quanta;
use crate::task::AnyTask;
use crate::text::TextError;
use documents::OnTransformer;

/// How a step is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By the project's own kernels ([`crate::kernel`]), where they fit the model.
    Fused,
    /// By plain tensor operations and Burn's own optimisers.
    Reference,
}

impl Path {
    /// The path that a config takes unless told otherwise.
    pub fn of(config: &RunConfig) -> Self {
        let is_fused = match &config.model {
            ModelConfig::Mlp(mlp) => mlp.is_fused(),
            ModelConfig::Transformer(_) => true,
        };
        if is_fused { Self::Fused } else { Self::Reference }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::Reference => "reference",
        }
    }

    /// The path of that name; `structured` and `plain` are older words for the two.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "fused" | "structured" => Some(Self::Fused),
            "reference" | "plain" => Some(Self::Reference),
            _ => None,
        }
    }
}

/// What a test measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    /// Mean loss, in nats, the quanta in their exact proportions.
    pub mean: f64,
    /// Mean loss of each quantum, in nats.
    pub quanta: Vec<f32>,
    /// Share of right answers of each quantum, 0 to 1.
    pub accuracy: Vec<f32>,
}

/// A task with a model that learns it.
pub trait Workload {
    /// The model.
    type Model: Module + Clone + 'static;

    /// What losses are told apart by.
    fn quanta(&self) -> &Quanta;

    /// The sizes that the kernels of a step are compiled for, beside those of the model's parameters
    /// and the number of samples: the layout of a batch. Seeds and frequencies are none of them.
    fn shape(&self) -> Vec<usize>;

    /// The model as a run starts it, with parameters that gradients are taken for.
    fn model(&self, device: &Device) -> Self::Model;

    /// The mean loss of the training batch of a step, nats, `[1]`, ready to be differentiated.
    fn loss(&self, model: &Self::Model, step: u64, device: &Device) -> Tensor<1>;

    /// How that loss falls into shares which several workers can compute, each by itself; nothing where it
    /// does not, or not on this device.
    fn divided(&self, _device: &Device) -> Option<&dyn Divided> {
        None
    }

    /// In how many pieces a test is taken, so that a run can be interrupted between two.
    fn test_pieces(&self) -> usize;

    /// One piece of the test that `draw` names, as numbers that add up over the pieces,
    /// `[as many as losses takes]`. Without autodiff.
    fn test(&self, model: &Self::Model, draw: u64, piece: usize, device: &Device) -> Tensor<1>;

    /// What the summed pieces say.
    fn losses(&self, sums: &[f32]) -> Losses;
}

/// A step's loss in shares that can be computed apart from each other.
pub trait Divided {
    /// How many there are.
    fn count(&self) -> usize;

    /// Some shares of the training batch of a step, at parameters in one row, in the order of a walk over the
    /// model. Nothing where the row is not as long as the model's.
    fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>>;
}

/// Something that is done with a workload, whatever its model.
pub trait WithWorkload {
    /// What comes of it.
    type Output;

    /// Does it.
    fn with<W: Workload + 'static>(self, workload: W) -> Self::Output;
}

/// Does something with the workload of a validated config. The reference path is taken where the
/// fused kernels do not fit the model.
///
/// # Errors
/// If the task is of a text that is not open, or does not fit the settings.
pub fn with<V: WithWorkload>(config: &RunConfig, path: Path, what: V) -> Result<V::Output, TextError> {
    Ok(match (config.build_task()?, &config.model) {
        (AnyTask::Bits(task), ModelConfig::Mlp(mlp)) => what.with(bits::BitsOnMlp::new(task, config, mlp, path)),
        (AnyTask::Language(task), ModelConfig::Transformer(model)) => what.with(OnTransformer::new(task, config, model, path)),
        (AnyTask::Text(task), ModelConfig::Transformer(model)) => what.with(OnTransformer::new(task, config, model, path)),
        (AnyTask::Bits(_), ModelConfig::Transformer(_)) | (AnyTask::Language(_) | AnyTask::Text(_), ModelConfig::Mlp(_)) => {
            unreachable!("a validated config has a model that learns its task")
        }
    })
}
