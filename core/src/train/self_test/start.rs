//! The parameters and moments that a self-test starts from: random, and the same everywhere.
//!
//! At the start of a run parameters are small, and a wrong gradient hardly shows in the losses. Here
//! activations and logits are of order 1, so that every unit is on for some samples and off for others
//! and no logit is saturated.
//!
//! Parameters are whole multiples of a power of two, few enough that a layer's sums are exact in `f32`
//! in whatever order they are added: a sum near zero has the same sign on both sides, and a unit that is
//! on for one is on for the other. Biases are off that grid, so that no sum of the first layer is zero.

use std::collections::BTreeMap;

use crate::record::{Array, Arrays, Checkpoint};
use crate::rng::{Rng, Stream};
use crate::train::walk::Parameter;

/// Grid steps between zero and the largest parameter.
const GRID: u32 = 8;
/// How far biases are off the grid.
const OFF_GRID: f32 = 1.0 / 1024.0;

/// Random values for parameters of these names and shapes.
pub fn parameters(parameters: &[Parameter]) -> Arrays {
    let mut arrays = BTreeMap::new();
    for (place, Parameter { name, shape, .. }) in parameters.iter().enumerate() {
        let mut rng = rng(3 * place);
        let count = shape.iter().product();
        let draw = |limit: f32| move |rng: &mut Rng| (rng.below(2 * GRID + 1) as f32 / GRID as f32 - 1.0) * limit;
        let (number, shift) = match shape.as_slice() {
            [] | [_] => (draw(0.5), OFF_GRID),
            [rows @ .., _] => (draw(limit(rows.iter().product())), 0.0),
        };
        let values = (0..count).map(|_| number(&mut rng) + shift).collect();
        arrays.insert(name.clone(), Array { shape: shape.clone(), values });
    }
    arrays
}

/// The largest weight of a layer of so many inputs: the power of two next to 4/√inputs.
fn limit(inputs: usize) -> f32 {
    (4.0 / (inputs.max(1) as f32).sqrt()).log2().round().exp2().min(1.0)
}

/// A checkpoint of these parameters whose moments are zero.
pub fn without_moments(parameters: &Arrays) -> Checkpoint {
    checkpoint(parameters, |_, _| [0.0, 0.0], parameters, 0.0)
}

/// A checkpoint of these parameters whose moments are random and of the size of their gradients, so that
/// what a step adds to them shows. The largest gradient counts as at least `floor`.
pub fn with_moments(parameters: &Arrays, gradients: &Arrays, floor: f32) -> Checkpoint {
    let draw = |rng: &mut Rng, size: f32| [rng.symmetric(size), (0.75 + rng.symmetric(0.25)) * size * size];
    checkpoint(parameters, draw, gradients, floor)
}

fn checkpoint(parameters: &Arrays, draw: impl Fn(&mut Rng, f32) -> [f32; 2], sizes: &Arrays, floor: f32) -> Checkpoint {
    let mut arrays = parameters.clone();
    for (place, (name, Array { shape, values })) in parameters.iter().enumerate() {
        let size = sizes.get(name).map_or(0.0, |array| super::largest(&array.values)).max(floor);
        let mut rng = rng(3 * place + 1);
        let (moment1, moment2) = values.iter().map(|_| draw(&mut rng, size)).map(|[m, v]| (m, v)).unzip();
        arrays.insert(format!("{name}.moment1"), Array { shape: shape.clone(), values: moment1 });
        arrays.insert(format!("{name}.moment2"), Array { shape: shape.clone(), values: moment2 });
    }
    Checkpoint { step: 1, arrays }
}

fn rng(place: usize) -> Rng {
    Rng::new(0, Stream::SelfTest, place as u64)
}
