//! A model with its optimiser: takes steps, is tested, and is kept in checkpoints.

use std::collections::BTreeMap;

use burn::optim::{Adam, AdamConfig, AdamState, AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use super::error::TrainError;
use super::walk::{self, Parameter};
use crate::config::{self, RunConfig, Training};
use crate::kernel::FusedAdam;
use crate::model::parts::row;
use crate::record::{Array, Arrays, Checkpoint};
use crate::workload::{self, Divided, Gradients, Losses, Path, WithWorkload, Workload};

/// A workload's model in training, whatever the model and the optimiser are: what a run drives.
pub trait Learn {
    /// Takes one step on the training batch of `step`, whose shares may be known already. Returns the batch's
    /// mean loss before the step, nats, `[1]`, still on the device.
    fn step(&mut self, step: u64, shares: Option<Vec<Gradients>>) -> Tensor<1>;

    /// How a step falls into shares; see [`Workload::divided`].
    fn divided(&self) -> Option<&dyn Divided>;

    /// All parameters in one row, in the order of a walk, still on the device.
    fn row(&self) -> Tensor<1>;

    /// The mean loss of the training batch of `step`, nats, `[1]`, and its gradient with respect to each
    /// parameter, by name; zeros where the loss does not depend on it. Still on the device.
    fn gradients(&self, step: u64) -> (Tensor<1>, Vec<Parameter>);

    /// The sizes of the workload's kernels; see [`Workload::shape`].
    fn shape(&self) -> Vec<usize>;

    /// In how many pieces a test is taken.
    fn test_pieces(&self) -> usize;

    /// One piece of the test that `draw` names: numbers that add up over the pieces.
    fn test(&self, draw: u64, piece: usize) -> Tensor<1>;

    /// What the summed pieces of a test say.
    fn losses(&self, sums: &[f32]) -> Losses;

    /// The parameters, by name, still on the device.
    fn parameters(&self) -> Vec<Parameter>;

    /// The optimiser's moments, by name (`layers.0.weight.moment1`), still on the device.
    fn moments(&self) -> Vec<Parameter>;
}

/// What trains a validated config on a device: from its beginning, or from a checkpoint.
///
/// # Errors
/// If the run's text is not open, or the checkpoint lacks something, which is named.
pub fn learner(
    config: &RunConfig,
    path: Path,
    device: &Device,
    checkpoint: Option<&Checkpoint>,
) -> Result<Box<dyn Learn>, TrainError> {
    workload::with(config, path, Build { config, path, device, checkpoint })?.map_err(TrainError::NotResumable)
}

/// Builds the learner of a workload.
pub(super) struct Build<'a> {
    pub config: &'a RunConfig,
    pub path: Path,
    pub device: &'a Device,
    pub checkpoint: Option<&'a Checkpoint>,
}

impl WithWorkload for Build<'_> {
    type Output = Result<Box<dyn Learn>, String>;

    fn with<W: Workload + 'static>(self, workload: W) -> Self::Output {
        let training = &self.config.training;
        match (self.path, training.optimizer) {
            (Path::Fused, _) => self.build(workload, FusedAdam::new(training)),
            (Path::Reference, config::Optimizer::AdamW) => self.build::<W, AdamW>(workload, adam_w(training)),
            (Path::Reference, config::Optimizer::Adam) => self.build::<W, Adam>(workload, adam(training)),
        }
    }
}

fn adam_w(training: &Training) -> AdamW {
    let config = AdamWConfig::new().with_beta_1(training.beta1 as f32).with_beta_2(training.beta2 as f32);
    config.with_epsilon(training.eps as f32).with_weight_decay(training.weight_decay as f32).build()
}

fn adam(training: &Training) -> Adam {
    let decay = training.weight_decay as f32;
    let decay = (decay > 0.0).then(|| burn::optim::decay::WeightDecayConfig::new(decay));
    let config = AdamConfig::new().with_beta_1(training.beta1 as f32).with_beta_2(training.beta2 as f32);
    config.with_epsilon(training.eps as f32).with_weight_decay(decay).build()
}

impl Build<'_> {
    fn build<W, O>(self, workload: W, rule: O) -> Result<Box<dyn Learn>, String>
    where
        W: Workload + 'static,
        O: Optimizer + 'static,
        O::State<1>: Moments,
    {
        let mut model = workload.model(self.device);
        let mut states = Vec::new();
        if let Some(Checkpoint { step, arrays }) = self.checkpoint {
            model = walk::load(model, arrays)?;
            for Parameter { name, shape, .. } in walk::parameters(&model) {
                let moment = |which: &str| {
                    let array = walk::find(arrays, &format!("{name}.{which}"), &shape)?;
                    let len = array.values.len();
                    Ok::<_, String>(Tensor::<1>::from_data(TensorData::new(array.values.clone(), [len]), self.device))
                };
                states.push(Some(O::State::<1>::join(*step as usize, moment("moment1")?, moment("moment2")?)));
            }
        }
        let (device, training) = (self.device.clone(), self.config.training.clone());
        Ok(Box::new(Learner { workload, model: Some(model), rule, training, states, device }))
    }
}

/// An optimiser's state of one parameter: Adam's two moments and the steps that made them.
trait Moments {
    /// From its parts.
    fn join(time: usize, moment1: Tensor<1>, moment2: Tensor<1>) -> Self;
    /// Its two moments.
    fn moments(&self) -> [Tensor<1>; 2];
}

macro_rules! burns_own {
    ($state:ident) => {
        impl Moments for $state<1> {
            fn join(time: usize, moment1: Tensor<1>, moment2: Tensor<1>) -> Self {
                Self::new(AdaptiveMomentumState::new(time, moment1, moment2))
            }
            fn moments(&self) -> [Tensor<1>; 2] {
                [self.momentum.moment_1.clone(), self.momentum.moment_2.clone()]
            }
        }
    };
}
burns_own!(AdamState);
burns_own!(AdamWState);

struct Learner<W: Workload, O: Optimizer> {
    workload: W,
    /// Always there, except within [`step`](Learn::step), which moves it.
    model: Option<W::Model>,
    rule: O,
    training: Training,
    /// One entry a parameter, in the order of a walk.
    states: Vec<Option<O::State<1>>>,
    device: Device,
}

impl<W: Workload, O: Optimizer> Learner<W, O> {
    fn model(&self) -> &W::Model {
        let Some(model) = &self.model else { unreachable!("a step puts the model back") };
        model
    }
}

impl<W, O> Learn for Learner<W, O>
where
    W: Workload,
    O: Optimizer,
    O::State<1>: Moments,
{
    fn step(&mut self, step: u64, shares: Option<Vec<Gradients>>) -> Tensor<1> {
        let (loss, gradients) = match shares {
            None => {
                let loss = self.workload.loss(self.model(), step, &self.device);
                let gradients = loss.backward();
                (loss.inner(), gradients)
            }
            Some(shares) => {
                let Gradients { loss, row: gradient } = Gradients::sum(shares);
                let gradient = Tensor::<1>::from_floats(gradient.as_slice(), &self.device);
                // What is linear in the parameters with this gradient.
                let gradients = (row(self.model()) * gradient.autodiff()).sum().backward();
                (Tensor::from_floats([loss as f32], &self.device), gradients)
            }
        };
        let (lr, clip) = (self.training.rate(step), self.training.clip as f32);
        let scale = (clip > 0.0).then(|| walk::clipping(self.model(), &gradients, clip));
        // Moved and not copied, so that the optimiser changes the parameters in place.
        let model = self.model.take();
        self.model = model.map(|model| walk::step(model, &self.rule, lr, scale, &mut self.states, gradients));
        loss
    }

    fn divided(&self) -> Option<&dyn Divided> {
        self.workload.divided(&self.device)
    }

    fn row(&self) -> Tensor<1> {
        row(self.model()).inner()
    }

    fn gradients(&self, step: u64) -> (Tensor<1>, Vec<Parameter>) {
        let loss = self.workload.loss(self.model(), step, &self.device);
        let gradients = walk::gradients(self.model(), &loss.backward());
        (loss.inner(), gradients)
    }

    fn shape(&self) -> Vec<usize> {
        self.workload.shape()
    }

    fn test_pieces(&self) -> usize {
        self.workload.test_pieces()
    }

    fn test(&self, draw: u64, piece: usize) -> Tensor<1> {
        self.workload.test(self.model(), draw, piece, &self.device)
    }

    fn losses(&self, sums: &[f32]) -> Losses {
        self.workload.losses(sums)
    }

    fn parameters(&self) -> Vec<Parameter> {
        walk::parameters(self.model())
    }

    fn moments(&self) -> Vec<Parameter> {
        let mut moments = Vec::new();
        for (i, Parameter { name, shape, values }) in self.parameters().into_iter().enumerate() {
            let known = self.states.get(i).and_then(Option::as_ref).map(Moments::moments);
            let [moment1, moment2] = known.unwrap_or_else(|| [values.zeros_like(), values.zeros_like()]);
            for (which, values) in [("moment1", moment1), ("moment2", moment2)] {
                moments.push(Parameter { name: format!("{name}.{which}"), shape: shape.clone(), values });
            }
        }
        moments
    }
}

/// Reads parameters from the device.
pub async fn read(parameters: Vec<Parameter>) -> Result<Arrays, ExecutionError> {
    let mut arrays = BTreeMap::new();
    for Parameter { name, shape, values } in parameters {
        arrays.insert(name, Array { shape, values: numbers(values).await? });
    }
    Ok(arrays)
}

/// A tensor's numbers on the host.
pub async fn numbers(tensor: Tensor<1>) -> Result<Vec<f32>, ExecutionError> {
    let data = tensor.into_data_async().await?;
    Ok(data.iter::<f32>().collect())
}
