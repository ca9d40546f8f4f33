//! Walks over any module: its parameters by name, a step of the optimiser over all of them, values
//! put in from a checkpoint.
//!
//! A parameter's name is the path to it in the module, joined by points: `layers.0.weight`. Every
//! walk meets the parameters in the same order. The optimiser sees each as one row of numbers: Adam
//! treats every number alike, whatever the parameter's shape.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::Optimizer;
use burn::tensor::{Gradients, Tensor, TensorData};

use crate::record::{Array, Arrays};

/// A parameter on its device: its name, its shape, its numbers in one row.
pub struct Parameter {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Tensor<1>,
}

/// The parameters of a module, without autodiff.
pub fn parameters<M: Module>(module: &M) -> Vec<Parameter> {
    collect(module, None)
}

/// The gradient of each parameter of a module, under the parameter's name and in its shape; zeros where
/// the loss does not depend on it.
pub fn gradients<M: Module>(module: &M, gradients: &Gradients) -> Vec<Parameter> {
    collect(module, Some(gradients))
}

fn collect<M: Module>(module: &M, gradients: Option<&Gradients>) -> Vec<Parameter> {
    let mut collect = Collect { gradients, path: Vec::new(), found: Vec::new() };
    module.visit(&mut collect);
    collect.found
}

/// Collects the parameters, or their gradients.
struct Collect<'a> {
    gradients: Option<&'a Gradients>,
    path: Vec<String>,
    found: Vec<Parameter>,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = match self.gradients {
            None => param.val().inner(),
            Some(gradients) => param.val().grad(gradients).unwrap_or_else(|| param.val().inner().zeros_like()),
        };
        let shape = tensor.dims().to_vec();
        self.found.push(Parameter { name: self.path.join("."), values: row(tensor), shape });
    }
}

/// What every gradient is multiplied by so that the norm of all of them together is at most `most`,
/// `[1]`; 1 where it is less.
pub fn clipping<M: Module>(module: &M, gradients: &Gradients, most: f32) -> Tensor<1> {
    let squares = self::gradients(module, gradients).into_iter().map(|Parameter { values, .. }| (values.clone() * values).sum());
    let sum = squares.reduce(|sum, square| sum + square);
    // The smallest number only keeps a gradient of zeros from being divided by its norm.
    sum.map(|sum| sum.sqrt().add_scalar(1e-12).recip().mul_scalar(most).clamp_max(1.0)).unwrap_or_else(|| Tensor::from([1.0]))
}

/// Takes one step of every parameter along its gradient, multiplied by `scale` where there is one;
/// `states` has one entry a parameter.
pub fn step<M: Module, O: Optimizer>(
    module: M,
    rule: &O,
    lr: f64,
    scale: Option<Tensor<1>>,
    states: &mut Vec<Option<O::State<1>>>,
    gradients: Gradients,
) -> M {
    module.map(&mut Step { rule, lr, scale, states, next: 0, gradients })
}

struct Step<'a, O: Optimizer> {
    rule: &'a O,
    lr: f64,
    scale: Option<Tensor<1>>,
    states: &'a mut Vec<Option<O::State<1>>>,
    next: usize,
    gradients: Gradients,
}

impl<O: Optimizer> ModuleMapper for Step<'_, O> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, _) = param.consume();
        if self.states.len() == self.next {
            self.states.push(None);
        }
        let state = &mut self.states[self.next];
        self.next += 1;
        // A parameter that the loss does not depend on has no gradient, and stays.
        let Some(gradient) = tensor.grad_remove(&mut self.gradients) else { return parameter(id, tensor.inner()) };
        let shape = tensor.dims();
        let gradient = match &self.scale {
            Some(scale) => row(gradient) * scale.clone(),
            None => row(gradient),
        };
        let (values, next) = self.rule.step(self.lr, row(tensor.inner()), gradient, state.take());
        *state = next;
        parameter(id, values.reshape(shape))
    }
}

/// Puts a checkpoint's numbers into a module. The error names what is lacking or has another shape.
pub fn load<M: Module>(module: M, arrays: &Arrays) -> Result<M, String> {
    let mut load = Load { arrays, path: Vec::new(), problem: None };
    let module = module.map(&mut load);
    load.problem.map_or(Ok(module), Err)
}

struct Load<'a> {
    arrays: &'a Arrays,
    path: Vec<String>,
    problem: Option<String>,
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, _) = param.consume();
        let tensor = tensor.inner();
        let value = match find(self.arrays, &self.path.join("."), &tensor.dims()) {
            Ok(array) => Tensor::from_data(TensorData::new(array.values.clone(), array.shape.clone()), &tensor.device()),
            Err(problem) => {
                self.problem.get_or_insert(problem);
                tensor
            }
        };
        parameter(id, value)
    }
}

/// The array of that name and shape; else what is wrong, in words.
pub fn find<'a>(arrays: &'a Arrays, name: &str, shape: &[usize]) -> Result<&'a Array, String> {
    let array = arrays.get(name).ok_or_else(|| format!("the checkpoint lacks `{name}`"))?;
    if array.shape == shape { Ok(array) } else { Err(format!("`{name}` has shape {:?}, not {shape:?}", array.shape)) }
}

/// A parameter that gradients are taken for.
fn parameter<const D: usize>(id: ParamId, value: Tensor<D>) -> Param<Tensor<D>> {
    Param::initialized(id, value.autodiff().require_grad())
}

/// A tensor's numbers in one row.
fn row<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let len = tensor.dims().iter().product::<usize>();
    tensor.reshape([len])
}
