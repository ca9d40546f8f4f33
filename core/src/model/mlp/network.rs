//! The network: a Burn module of linear layers, started as PyTorch would start it.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::{Activation, MlpSettings};
use crate::kernel::Parameters;
use crate::kernel::reference::{DenseBatch, first_layer};
use crate::model::parts::{gelu, parameter};
use crate::rng::{Rng, Stream};

/// One linear layer: inputs·weight + bias.
#[derive(Module, Debug)]
pub struct Layer {
    /// `[inputs, outputs]`.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Param<Tensor<1>>,
}

impl Layer {
    /// A layer of these numbers, the weight's in row-major order.
    pub fn new(weight: Vec<f32>, bias: Vec<f32>, device: &Device) -> Self {
        let outputs = bias.len();
        let shape = [weight.len() / outputs, outputs];
        Self {
            weight: parameter(ParamId::new(), Tensor::from_data(TensorData::new(weight, shape), device)),
            bias: parameter(ParamId::new(), Tensor::from_data(TensorData::new(bias, [outputs]), device)),
        }
    }
}

/// A perceptron with `depth` hidden layers of `width` units and two logits. The first layer's rows
/// are the subtasks, then the bits: [n_tasks + n_bits, width].
#[derive(Module, Debug)]
pub struct Mlp {
    /// The hidden layers, then the output layer.
    pub layers: Vec<Layer>,
}

impl Mlp {
    /// Weights and biases uniform in ±1/√fan_in, PyTorch's default, from the project's own
    /// generator: the same numbers on every device.
    pub fn new(settings: &MlpSettings, inputs: usize, seed: u64, device: &Device) -> Self {
        let width = settings.width;
        let hidden = (0..settings.depth).map(|layer| (if layer == 0 { inputs } else { width }, width));
        let shapes = hidden.chain([(width, 2)]);
        let layers = shapes
            .enumerate()
            .map(|(layer, (inputs, outputs))| {
                let mut rng = Rng::new(seed, Stream::Parameters, layer as u64);
                let limit = 1.0 / (inputs as f32).sqrt();
                let mut draw = |count: usize| (0..count).map(|_| rng.symmetric(limit)).collect::<Vec<f32>>();
                let (weight, bias) = (draw(inputs * outputs), draw(outputs));
                Layer::new(weight, bias, device)
            })
            .collect();
        Self { layers }
    }

    /// The two logits of each sample, `[samples, 2]`, with plain tensor operations.
    pub fn forward(&self, batch: &DenseBatch, activation: Activation) -> Tensor<2> {
        let (first, rest) = (&self.layers[0], &self.layers[1..]);
        let mut hidden = first_layer(batch, first.weight.val(), first.bias.val());
        for layer in rest {
            hidden = match activation {
                Activation::Relu => activation::relu(hidden),
                Activation::Gelu => gelu(hidden),
                Activation::Tanh => activation::tanh(hidden),
            };
            hidden = hidden.matmul(layer.weight.val()) + layer.bias.val().unsqueeze();
        }
        hidden
    }

    /// What the fused kernels read; for a model of one hidden layer.
    pub fn parameters(&self) -> Parameters {
        let (input, output) = (&self.layers[0], &self.layers[1]);
        Parameters {
            input: input.weight.val(),
            bias: input.bias.val(),
            output: output.weight.val(),
            output_bias: output.bias.val(),
        }
    }
}
