//! The layers that a transformer is put together from, each over rows of numbers.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};

use super::Norm;
use crate::model::parts::parameter;
use crate::rng::{Rng, Stream};

/// Added to the mean square, so that nothing is divided by zero.
const EPSILON: f32 = 1e-5;

/// Draws starting values, each array from a sequence of its own: the same numbers on every device.
pub struct Start<'a> {
    seed: u64,
    next: u64,
    device: &'a Device,
}

impl<'a> Start<'a> {
    /// From the beginning.
    pub fn new(seed: u64, device: &'a Device) -> Self {
        Self { seed, next: 0, device }
    }

    /// `[rows, columns]` of numbers with this standard deviation, uniform about 0.
    pub fn matrix(&mut self, rows: usize, columns: usize, deviation: f32) -> Param<Tensor<2>> {
        let mut rng = Rng::new(self.seed, Stream::Parameters, self.next);
        self.next += 1;
        let limit = 3f32.sqrt() * deviation;
        let values: Vec<f32> = (0..rows * columns).map(|_| rng.symmetric(limit)).collect();
        parameter(ParamId::new(), Tensor::from_data(TensorData::new(values, [rows, columns]), self.device))
    }

    /// `[len]` of one number.
    pub fn constant(&self, len: usize, value: f32) -> Param<Tensor<1>> {
        parameter(ParamId::new(), Tensor::from_data(TensorData::new(vec![value; len], [len]), self.device))
    }
}

/// inputs·weight, and a bias where the layer has one.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// A layer without a bias, its weights of this standard deviation.
    pub fn new(start: &mut Start<'_>, inputs: usize, outputs: usize, deviation: f32) -> Self {
        Self { weight: start.matrix(inputs, outputs, deviation), bias: None }
    }

    /// The same with a bias of zeros.
    pub fn with_bias(mut self, start: &Start<'_>) -> Self {
        let [_, outputs] = self.weight.val().dims();
        self.bias = Some(start.constant(outputs, 0.0));
        self
    }

    /// `[rows, inputs]` to `[rows, outputs]`.
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let product = rows.matmul(self.weight.val());
        match &self.bias {
            Some(bias) => product + bias.val().unsqueeze(),
            None => product,
        }
    }
}

/// A layer norm, or a root-mean-square norm.
#[derive(Module, Debug)]
pub struct Normaliser {
    /// `[width]`.
    pub gain: Param<Tensor<1>>,
    /// `[width]`, of a layer norm.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Normaliser {
    /// A norm that neither scales nor shifts yet.
    pub fn new(start: &Start<'_>, norm: Norm, width: usize) -> Self {
        let bias = (norm == Norm::Layer).then(|| start.constant(width, 0.0));
        Self { gain: start.constant(width, 1.0), bias }
    }

    /// `[rows, width]` to the same, row by row.
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let rows = match self.bias {
            Some(_) => rows.clone() - rows.mean_dim(1),
            None => rows,
        };
        let size = (rows.clone() * rows.clone()).mean_dim(1).add_scalar(EPSILON).sqrt();
        let normalised = rows / size * self.gain.val().unsqueeze();
        match &self.bias {
            Some(bias) => normalised + bias.val().unsqueeze(),
            None => normalised,
        }
    }
}
