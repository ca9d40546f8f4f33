//! The gradients of a perceptron on subtasks over random bits, from a run's checkpoint (the paper's
//! Fig 15): exact, in double precision, without a device.
//!
//! The cross-entropy's gradient with respect to the two logits is ±p(1, −1), p being the probability of
//! the wrong answer. Near zero loss p would leave single precision, and a cosine does not depend on it:
//! each sample's gradient is divided by its p, so that none is lost as zero.

mod moved;

use super::{Activations, AtPlace, Factors, Model, Weights};
use crate::analysis::AnalysisError;
use crate::analysis::qdg::{Ask, Candidates, Draw, Inputs, Samples};
use crate::config::RunConfig;
use crate::model::ModelConfig;
use crate::model::mlp::Activation;
use crate::record::{Array, Arrays, Checkpoint};
use crate::task::{AnyTask, BitBatch, BitTask, Task as _};

/// Samples are drawn from this step on, which no training reaches.
const FIRST_STEP: u64 = 1 << 40;

/// Batches, or tests, that are drawn before giving up.
const ROUNDS: u64 = 200;

/// One linear layer: weights [inputs, outputs], row after row, and biases.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    inputs: usize,
    outputs: usize,
    weight: Vec<f64>,
    bias: Vec<f64>,
}

/// A perceptron's parameters, with the task that it learned.
#[derive(Clone, Debug)]
pub struct Perceptron {
    task: BitTask,
    layers: Vec<Layer>,
    activation: Activation,
    n_tasks: usize,
    n_bits: usize,
}

/// One sample through the network.
struct Pass {
    /// What went into each layer.
    inputs: Vec<Vec<f64>>,
    /// What each layer gave before the activation.
    sums: Vec<Vec<f64>>,
}

impl Perceptron {
    /// Reads the parameters of a run's checkpoint.
    ///
    /// # Errors
    /// If the run's task has no subtasks over bits, or an array is missing, has another shape or a number
    /// that is not finite.
    pub fn new(config: &RunConfig, checkpoint: &Checkpoint) -> Result<Self, AnalysisError> {
        let Some(subtasks) = config.subtasks() else {
            return Err(AnalysisError::Labels("this run's task is not made of subtasks over bits".to_owned()));
        };
        let ModelConfig::Mlp(settings) = &config.model else {
            return Err(AnalysisError::Labels("this run's model is no perceptron".to_owned()));
        };
        let hidden = (0..settings.depth).map(|layer| if layer == 0 { subtasks.inputs() } else { settings.width });
        let shapes = hidden.map(|inputs| (inputs, settings.width)).chain([(settings.width, 2)]);
        let layers = shapes.enumerate().map(|(at, (inputs, outputs))| {
            let numbers = |name: &str, shape: &[usize]| numbers(&checkpoint.arrays, &format!("layers.{at}.{name}"), shape);
            Ok(Layer { inputs, outputs, weight: numbers("weight", &[inputs, outputs])?, bias: numbers("bias", &[outputs])? })
        });
        let Ok(AnyTask::Bits(task)) = config.build_task() else {
            return Err(AnalysisError::Labels("this run's task is not made of subtasks over bits".to_owned()));
        };
        Ok(Self {
            task,
            layers: layers.collect::<Result<_, AnalysisError>>()?,
            activation: settings.activation,
            n_tasks: subtasks.n_tasks,
            n_bits: subtasks.n_bits,
        })
    }

    /// The loss of each sample in nats.
    pub fn losses(&self, batch: &BitBatch) -> Vec<f64> {
        (0..batch.len()).map(|i| softplus(-self.margin(batch, i))).collect()
    }

    /// How far the right answer's logit is above the wrong one's.
    fn margin(&self, batch: &BitBatch, sample: usize) -> f64 {
        let pass = self.pass(batch, sample);
        let logits = pass.sums.last().map_or([0.0, 0.0], |sums| [sums[0], sums[1]]);
        let right = batch.labels[sample] as usize;
        logits[right] - logits[1 - right]
    }

    fn pass(&self, batch: &BitBatch, sample: usize) -> Pass {
        let mut input = vec![0.0; self.n_tasks + self.n_bits];
        input[batch.codes[sample] as usize] = 1.0;
        for bit in 0..self.n_bits {
            input[self.n_tasks + bit] = f64::from(batch.sample(sample)[bit / 32] >> (bit % 32) & 1);
        }
        let mut pass = Pass { inputs: Vec::new(), sums: Vec::new() };
        for layer in &self.layers {
            let mut sums = layer.bias.clone();
            for (x, row) in input.iter().zip(layer.weight.chunks_exact(layer.outputs)) {
                // Most of the inputs are 0: other subtasks, unset bits, units at rest.
                if *x != 0.0 {
                    sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += x * weight);
                }
            }
            let next = sums.iter().map(|sum| activate(self.activation, *sum).0).collect();
            pass.inputs.push(std::mem::replace(&mut input, next));
            pass.sums.push(sums);
        }
        pass
    }

    /// [`Model::at_place`] of a batch.
    fn at_place_of(&self, batch: &BitBatch, with_factors: bool) -> AtPlace {
        let empty = |layer: &Layer| Factors {
            outputs: layer.outputs,
            deltas: Vec::with_capacity(batch.len() * layer.outputs),
            inputs: layer.inputs + 1,
            values: Vec::with_capacity(batch.len() * (layer.inputs + 1)),
        };
        let mut factors: Vec<Factors> = if with_factors { self.layers.iter().map(empty).collect() } else { Vec::new() };
        let width = self.layers.last().map_or(0, |layer| layer.inputs);
        let mut residual = Activations { width, values: Vec::with_capacity(batch.len() * width) };
        for sample in 0..batch.len() {
            let pass = self.pass(batch, sample);
            residual.values.extend(pass.inputs.last().into_iter().flatten().map(|x| *x as f32));
            if !with_factors {
                continue;
            }
            let right = batch.labels[sample] as usize;
            let mut delta = vec![1.0, 1.0];
            delta[right] = -1.0;
            for at in (0..self.layers.len()).rev() {
                let (layer, factors) = (&self.layers[at], &mut factors[at]);
                factors.deltas.extend(delta.iter().map(|x| *x as f32));
                factors.values.extend(pass.inputs[at].iter().map(|x| *x as f32).chain([1.0]));
                if at > 0 {
                    let below = &pass.sums[at - 1];
                    let rows = layer.weight.chunks_exact(layer.outputs).zip(below);
                    delta = rows
                        .map(|(row, sum)| {
                            let through: f64 = row.iter().zip(&delta).map(|(weight, delta)| weight * delta).sum();
                            through * activate(self.activation, *sum).1
                        })
                        .collect();
                }
            }
        }
        AtPlace { factors, residual }
    }

    /// The samples, as the batch that they are.
    fn batch<'a>(&self, samples: &'a Samples) -> Result<&'a BitBatch, AnalysisError> {
        match &samples.inputs {
            Inputs::Bits(batch) if batch.codes.iter().all(|code| (*code as usize) < self.n_tasks) => Ok(batch),
            _ => Err(AnalysisError::Parameters("these samples are none of this model's task".to_owned())),
        }
    }
}

impl Model for Perceptron {
    /// Fresh samples whose loss is under the limit: drawn as training samples are, or the same number of each
    /// subtask.
    fn samples(&self, ask: &Ask) -> Result<Samples, AnalysisError> {
        let (mut found, mut candidates, mut losses) = (BitBatch::default(), Candidates::default(), Vec::new());
        let mut drawn = 0;
        for round in 0..ROUNDS {
            let draw = FIRST_STEP + ask.seed * ROUNDS + round;
            let batch = match ask.draw {
                Draw::Natural => self.task.training_batch(draw),
                Draw::Balanced => self.task.test_batch(draw, 0..self.n_tasks),
            };
            found.words = batch.words;
            drawn += batch.len();
            for (i, loss) in self.losses(&batch).into_iter().enumerate().filter(|(_, loss)| *loss < ask.below) {
                candidates.push(batch.codes[i]);
                losses.push(loss as f32);
                push(&mut found, &batch, i);
            }
            if candidates.suffice(ask) {
                break;
            }
        }
        let chosen = candidates.choose(ask, drawn)?;
        let mut batch = BitBatch { words: found.words, ..BitBatch::default() };
        chosen.iter().for_each(|i| push(&mut batch, &found, *i));
        Ok(Samples {
            quantum: batch.codes.clone(),
            target: batch.labels.clone(),
            loss: chosen.iter().map(|i| losses[*i]).collect(),
            names: Default::default(),
            families: Vec::new(),
            inputs: Inputs::Bits(batch),
        })
    }

    /// Each sample's gradient divided by the probability of the wrong answer. With biases, as the last input.
    fn layers(&self) -> Vec<String> {
        (0..self.layers.len()).map(|layer| format!("layers.{layer}")).collect()
    }

    fn at_place(&self, samples: &Samples, with_factors: bool) -> Result<AtPlace, AnalysisError> {
        Ok(self.at_place_of(self.batch(samples)?, with_factors))
    }

    fn weights(&self) -> Vec<Option<Weights<'_>>> {
        let layers = self.layers.iter().enumerate();
        // The first reads the input itself.
        layers.map(|(at, layer)| (at > 0).then_some(Weights { outputs: layer.outputs, values: &layer.weight })).collect()
    }

    fn parameters(&self) -> Vec<f64> {
        self.row()
    }

    fn unit_gradients(&self, samples: &Samples, members: &[usize]) -> Result<Vec<f64>, AnalysisError> {
        self.sum_of_units(samples, members)
    }

    fn losses_at(&self, samples: &Samples, members: &[usize], parameters: &[f64]) -> Result<Vec<f64>, AnalysisError> {
        self.losses_with(samples, members, parameters)
    }
}

fn push(batch: &mut BitBatch, from: &BitBatch, sample: usize) {
    batch.bits.extend_from_slice(from.sample(sample));
    batch.codes.push(from.codes[sample]);
    batch.labels.push(from.labels[sample]);
}

fn numbers(arrays: &Arrays, name: &str, shape: &[usize]) -> Result<Vec<f64>, AnalysisError> {
    let Some(Array { shape: found, values }) = arrays.get(name) else {
        return Err(AnalysisError::Parameters(format!("the checkpoint has no “{name}”")));
    };
    if found != shape || values.len() != shape.iter().product::<usize>() {
        return Err(AnalysisError::Parameters(format!(
            "“{name}” of the checkpoint has the shape {found:?} instead of {shape:?}"
        )));
    }
    if let Some(value) = values.iter().find(|value| !value.is_finite()) {
        return Err(AnalysisError::Parameters(format!("“{name}” of the checkpoint holds {value}: the run has diverged")));
    }
    Ok(values.iter().map(|value| f64::from(*value)).collect())
}

/// The activation and its slope.
fn activate(activation: Activation, x: f64) -> (f64, f64) {
    match activation {
        Activation::Relu if x > 0.0 => (x, 1.0),
        Activation::Relu => (0.0, 0.0),
        Activation::Gelu => {
            let below = 0.5 * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2));
            let density = libm::exp(-0.5 * x * x) / std::f64::consts::TAU.sqrt();
            (x * below, below + x * density)
        }
        Activation::Tanh => {
            let tanh = libm::tanh(x);
            (tanh, 1.0 - tanh * tanh)
        }
    }
}

/// ln(1 + eˣ), exact in its last digits far out too.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::gradients::cosines;
    use crate::analysis::similarity::{Gram, Rows, Sign};
    use crate::rng::{Rng, Stream};

    /// A run's settings with random parameters, and some of its samples.
    fn random(query: &str) -> (RunConfig, Checkpoint, BitBatch) {
        let config = RunConfig::from_query(query, &[]).unwrap();
        let ModelConfig::Mlp(settings) = &config.model else { panic!("a perceptron") };
        let mut arrays = Arrays::new();
        for layer in 0..=settings.depth {
            let inputs = if layer == 0 { config.subtasks().unwrap().inputs() } else { settings.width };
            let outputs = if layer == settings.depth { 2 } else { settings.width };
            let mut rng = Rng::new(3, Stream::Clusters, layer as u64);
            let mut draw = |shape: Vec<usize>| {
                let values = (0..shape.iter().product()).map(|_| rng.symmetric(0.7)).collect();
                Array { shape, values }
            };
            arrays.insert(format!("layers.{layer}.weight"), draw(vec![inputs, outputs]));
            arrays.insert(format!("layers.{layer}.bias"), draw(vec![outputs]));
        }
        let Ok(AnyTask::Bits(task)) = config.build_task() else { panic!("subtasks over bits") };
        let batch = task.training_batch(0);
        (config, Checkpoint { step: 1, arrays }, batch)
    }

    const SMALL: &str = "n_tasks=4&n_bits=9&k=2&width=6&batch_size=12&steps=100";

    #[test]
    fn factors_are_the_gradient_by_finite_differences() {
        for more in ["", "&activation=tanh", "&activation=gelu&depth=2", "&activation=tanh&depth=3"] {
            let (config, checkpoint, batch) = random(&format!("{SMALL}{more}"));
            let model = Perceptron::new(&config, &checkpoint).unwrap();
            let factors = model.at_place_of(&batch, true).factors;
            for sample in [0, 5, 11] {
                let margin = model.margin(&batch, sample);
                let wrong = 1.0 / (1.0 + margin.exp());
                for (at, factors) in factors.iter().enumerate() {
                    let delta = &factors.deltas[sample * factors.outputs..][..factors.outputs];
                    let values = &factors.values[sample * factors.inputs..][..factors.inputs];
                    for (row, column) in
                        [(0, 0), (factors.inputs - 2, 1), (factors.inputs / 2, factors.outputs - 1), (factors.inputs - 1, 0)]
                    {
                        let loss = |step: f64| {
                            let mut moved = model.clone();
                            let layer = &mut moved.layers[at];
                            match row == layer.inputs {
                                true => layer.bias[column] += step,
                                false => layer.weight[row * layer.outputs + column] += step,
                            }
                            moved.losses(&batch)[sample]
                        };
                        let measured = (loss(1e-5) - loss(-1e-5)) / 2e-5;
                        let expected = wrong * f64::from(delta[column]) * f64::from(values[row]);
                        assert!(
                            (measured - expected).abs() < 1e-6,
                            "{more} layer {at} [{row}, {column}]: {measured}, {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn cosines_are_those_of_the_whole_gradients() {
        let (config, checkpoint, batch) = random(SMALL);
        let factors = Perceptron::new(&config, &checkpoint).unwrap().at_place_of(&batch, true).factors;
        for sign in [Sign::Signed, Sign::Absolute] {
            let mut whole = Gram::new(12, sign);
            for factors in &factors {
                let outer = |i: usize| {
                    let deltas = &factors.deltas[i * factors.outputs..][..factors.outputs];
                    let values = &factors.values[i * factors.inputs..][..factors.inputs];
                    values.iter().flat_map(|x| deltas.iter().map(move |delta| x * delta)).collect::<Vec<f32>>()
                };
                let rows: Vec<f32> = (0..12).flat_map(outer).collect();
                whole.add(Rows::new(12, factors.outputs * factors.inputs, &rows).unwrap()).unwrap();
            }
            let (found, expected) = (cosines(12, &factors, sign).unwrap().matrix, whole.cosines().unwrap().matrix);
            let far = found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-5, "{far}");
        }
    }

    #[test]
    fn samples_are_drawn_from_what_the_model_knows() {
        let (config, checkpoint, _) = random(SMALL);
        let model = Perceptron::new(&config, &checkpoint).unwrap();
        for draw in [Draw::Natural, Draw::Balanced] {
            let ask = Ask { samples: 30, below: 0.6, draw, seed: 1, ..Ask::default() };
            let samples = model.samples(&ask).unwrap();
            let Inputs::Bits(batch) = &samples.inputs else { panic!("bits") };
            assert_eq!((batch.len(), batch.labels.len(), batch.bits.len(), samples.loss.len()), (30, 30, 30, 30));
            assert!(model.losses(batch).iter().all(|loss| *loss < 0.6) && batch.codes.is_sorted());
            assert_eq!(model.samples(&ask).unwrap(), samples);
            assert_ne!(model.samples(&Ask { seed: 2, ..ask }).unwrap(), samples);
        }
        let none = model.samples(&Ask { samples: 10, below: 1e-9, draw: Draw::Natural, ..Ask::default() }).unwrap_err();
        assert_eq!(none, AnalysisError::LowLoss { found: 0, asked: 10, below: 1e-9, drawn: 2_400 });
    }

    #[test]
    fn checkpoints_that_do_not_fit_are_sentences() {
        let (config, checkpoint, _) = random(SMALL);
        let said = |change: &dyn Fn(&mut Arrays)| {
            let mut checkpoint = checkpoint.clone();
            change(&mut checkpoint.arrays);
            Perceptron::new(&config, &checkpoint).unwrap_err().to_string()
        };
        assert!(said(&|arrays| drop(arrays.remove("layers.1.bias"))).contains("no “layers.1.bias”"));
        let nan = said(&|arrays| arrays.get_mut("layers.0.weight").unwrap().values[3] = f32::NAN);
        assert!(nan.contains("NaN") && nan.contains("diverged"), "{nan}");
        let shape = said(&|arrays| arrays.get_mut("layers.1.weight").unwrap().shape = vec![2, 6]);
        assert!(shape.contains("[2, 6] instead of [6, 2]"), "{shape}");
    }
}
