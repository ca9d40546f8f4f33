//! Parameters and the optimiser's moments, from gradients to the next step and to a checkpoint.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::optim::{Adam, AdamConfig, AdamState, AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, ExecutionError, Gradients, Tensor, TensorData};

use crate::config::{self, RunConfig};
use crate::kernel::FusedAdam;
use crate::model::{Layer, Mlp, parameter};
use crate::record::{Array, Checkpoint};

/// An optimiser's state of one parameter: Adam's two moments and the steps that made them.
pub trait Moments<const D: usize>: Clone {
    /// From its parts.
    fn join(time: usize, moment1: Tensor<D>, moment2: Tensor<D>) -> Self;
    /// Its two moments.
    fn moments(&self) -> [Tensor<D>; 2];
}

macro_rules! burns_own {
    ($state:ident) => {
        impl<const D: usize> Moments<D> for $state<D> {
            fn join(time: usize, moment1: Tensor<D>, moment2: Tensor<D>) -> Self {
                Self::new(AdaptiveMomentumState::new(time, moment1, moment2))
            }
            fn moments(&self) -> [Tensor<D>; 2] {
                [self.momentum.moment_1.clone(), self.momentum.moment_2.clone()]
            }
        }
    };
}
burns_own!(AdamState);
burns_own!(AdamWState);

/// A model with its optimiser.
pub struct Learner<O: Optimizer> {
    rule: O,
    lr: f64,
    model: Mlp,
    states: Vec<(Option<O::State<2>>, Option<O::State<1>>)>,
}

/// [`Learner`] whatever its optimiser.
pub trait Learn {
    /// The model.
    fn model(&self) -> &Mlp;
    /// Takes one step along the gradients.
    fn step(&mut self, gradients: Gradients);
    /// The arrays of a checkpoint, still on the device.
    fn arrays(&self) -> Vec<(String, Vec<usize>, Tensor<1>)>;
}

/// The structured path's learner: one operation a parameter.
pub fn fused(config: &RunConfig, start: Start) -> Box<dyn Learn> {
    start.learner(FusedAdam::new(config), config.lr)
}

/// The plain path's learner: Burn's own optimisers.
pub fn plain(config: &RunConfig, start: Start) -> Box<dyn Learn> {
    let (beta_1, beta_2, eps, decay) = (config.beta1 as f32, config.beta2 as f32, config.eps as f32, config.weight_decay as f32);
    match config.optimizer {
        config::Optimizer::AdamW => {
            let rule = AdamWConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(eps).with_weight_decay(decay);
            start.learner::<AdamW>(rule.build(), config.lr)
        }
        config::Optimizer::Adam => {
            let rule = AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(eps);
            let decay = (decay > 0.0).then(|| burn::optim::decay::WeightDecayConfig::new(decay));
            start.learner::<Adam>(rule.with_weight_decay(decay).build(), config.lr)
        }
    }
}

/// Where a learner starts: the model, and with a checkpoint the moments.
pub struct Start {
    model: Mlp,
    moments: Option<(usize, Vec<[Tensor<2>; 2]>, Vec<[Tensor<1>; 2]>)>,
}

impl Start {
    /// From the beginning.
    pub fn fresh(config: &RunConfig, device: &Device) -> Self {
        Self { model: Mlp::new(config, device), moments: None }
    }

    /// From a checkpoint; `Err` names what it lacks.
    pub fn resume(config: &RunConfig, checkpoint: &Checkpoint, device: &Device) -> Result<Self, String> {
        let mut model = Mlp { layers: Vec::new() };
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for layer in 0..=config.depth {
            let inputs = if layer == 0 { config.inputs() } else { config.width };
            let outputs = if layer == config.depth { 2 } else { config.width };
            let take = |name: &str, shape: &[usize]| {
                let name = format!("layers.{layer}.{name}");
                let array = checkpoint.arrays.get(&name).ok_or_else(|| format!("the checkpoint lacks `{name}`"))?;
                if array.shape != shape {
                    return Err(format!("`{name}` has shape {:?}, not {shape:?}", array.shape));
                }
                Ok(array.values.clone())
            };
            let (weight, bias) = (take("weight", &[inputs, outputs])?, take("bias", &[outputs])?);
            model.layers.push(Layer::new(weight, bias, device));
            let matrix = |name: &str| {
                take(name, &[inputs, outputs]).map(|v| Tensor::<2>::from_data(TensorData::new(v, [inputs, outputs]), device))
            };
            let vector =
                |name: &str| take(name, &[outputs]).map(|v| Tensor::<1>::from_data(TensorData::new(v, [outputs]), device));
            weights.push([matrix("weight.moment1")?, matrix("weight.moment2")?]);
            biases.push([vector("bias.moment1")?, vector("bias.moment2")?]);
        }
        Ok(Self { model, moments: Some((checkpoint.step as usize, weights, biases)) })
    }

    fn learner<O>(self, rule: O, lr: f64) -> Box<dyn Learn>
    where
        O: Optimizer,
        O::State<2>: Moments<2>,
        O::State<1>: Moments<1>,
    {
        let states = match self.moments {
            None => self.model.layers.iter().map(|_| (None, None)).collect(),
            Some((time, weights, biases)) => weights
                .into_iter()
                .zip(biases)
                .map(|([w1, w2], [b1, b2])| (Some(O::State::<2>::join(time, w1, w2)), Some(O::State::<1>::join(time, b1, b2))))
                .collect(),
        };
        Box::new(Learner { rule, lr, model: self.model, states })
    }
}

impl<O> Learn for Learner<O>
where
    O: Optimizer,
    O::State<2>: Moments<2>,
    O::State<1>: Moments<1>,
{
    fn model(&self) -> &Mlp {
        &self.model
    }

    fn step(&mut self, mut gradients: Gradients) {
        let layers = std::mem::take(&mut self.model.layers);
        let stepped = layers.into_iter().zip(&mut self.states).map(|(layer, (weight, bias))| Layer {
            weight: step(&self.rule, self.lr, layer.weight, weight, &mut gradients),
            bias: step(&self.rule, self.lr, layer.bias, bias, &mut gradients),
        });
        self.model.layers = stepped.collect();
    }

    fn arrays(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        let mut arrays = Vec::new();
        for (i, (layer, (weight, bias))) in self.model.layers.iter().zip(&self.states).enumerate() {
            let value = layer.weight.val().inner();
            let moments = weight.as_ref().map_or_else(|| [value.zeros_like(), value.zeros_like()], Moments::moments);
            push(&mut arrays, format!("layers.{i}.weight"), value, moments);
            let value = layer.bias.val().inner();
            let moments = bias.as_ref().map_or_else(|| [value.zeros_like(), value.zeros_like()], Moments::moments);
            push(&mut arrays, format!("layers.{i}.bias"), value, moments);
        }
        arrays
    }
}

fn push<const D: usize>(
    arrays: &mut Vec<(String, Vec<usize>, Tensor<1>)>,
    name: String,
    value: Tensor<D>,
    [moment1, moment2]: [Tensor<D>; 2],
) {
    for (name, tensor) in [(format!("{name}.moment1"), moment1), (format!("{name}.moment2"), moment2), (name, value)] {
        let shape = tensor.dims().to_vec();
        let len = shape.iter().product::<usize>();
        arrays.push((name, shape, tensor.reshape([len])));
    }
}

fn step<O: Optimizer, const D: usize>(
    rule: &O,
    lr: f64,
    value: Param<Tensor<D>>,
    state: &mut Option<O::State<D>>,
    gradients: &mut Gradients,
) -> Param<Tensor<D>> {
    let (id, tensor, _) = value.consume();
    // Every parameter is read by every step, so that each has a gradient.
    let Some(gradient) = tensor.grad_remove(gradients) else { return parameter(id, tensor.inner()) };
    let (tensor, next) = rule.step(lr, tensor.inner(), gradient, state.take());
    *state = next;
    parameter(id, tensor)
}

/// Reads the arrays of a checkpoint from the device.
pub async fn read(arrays: Vec<(String, Vec<usize>, Tensor<1>)>) -> Result<BTreeMap<String, Array>, ExecutionError> {
    let mut read = BTreeMap::new();
    for (name, shape, tensor) in arrays {
        let values = values(tensor).await?;
        read.insert(name, Array { shape, values });
    }
    Ok(read)
}

/// A tensor's numbers on the host.
pub async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    let data = tensor.into_data_async().await?;
    Ok(data.iter::<f32>().collect())
}
