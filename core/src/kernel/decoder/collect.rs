//! What the way back gathers: the sums of all gradients, or the factors of each layer's.

use std::ops::Range;

use super::elementwise::Add;
use super::layout::Part;
use super::product::{Size, multiply};
use super::rows::{Rows, Target};
use crate::kernel::cpu::Isa;
use crate::kernel::cpu::simd::LANES;

/// What the gradient with respect to one linear layer's weights is made of: Σ x_t δ_tᵀ over places t.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerFactors {
    /// Which layer of its block: `attention.query`.
    pub name: &'static str,
    /// How many outputs the layer has.
    pub outputs: usize,
    /// The gradient at the layer's outputs, `[places, outputs]`.
    pub deltas: Vec<f32>,
    /// How many inputs it has.
    pub inputs: usize,
    /// What went in, `[places, inputs]`.
    pub values: Vec<f32>,
}

/// What becomes of the gradients.
pub enum Collect<'a> {
    /// They are added up.
    Sums(&'a mut [f32]),
    /// The factors of those of linear layers are kept, the last layer first.
    Factors(&'a mut Vec<LayerFactors>),
}

impl Collect<'_> {
    /// A part of the sums, if sums are wanted.
    pub fn sums(&mut self, part: Part) -> Option<&mut [f32]> {
        match self {
            Self::Sums(sums) => Some(&mut sums[part.offset..][..part.rows * part.stride]),
            Self::Factors(_) => None,
        }
    }

    /// Adds inputsᵀ·deltas over these places.
    pub fn product(&mut self, isa: Isa, part: Part, inputs: &Rows, deltas: &Rows, range: Range<usize>) {
        let Some(numbers) = self.sums(part) else { return };
        let size = Size { rows: part.rows, panels: part.stride / LANES, depth: range.len() };
        let to = Target { numbers, row: part.stride };
        multiply(isa, inputs.left_transposed(range.start, 0), deltas.right(range.start), to, size, true);
    }

    /// The same of linear layers that read the same inputs: their names, first columns and columns.
    pub fn layer(
        &mut self,
        isa: Isa,
        part: Part,
        inputs: &Rows,
        deltas: &Rows,
        range: Range<usize>,
        layers: &[(&'static str, usize, usize)],
    ) {
        self.product(isa, part, inputs, deltas, range.clone());
        let Self::Factors(factors) = self else { return };
        let take = |from: &Rows, column: usize, columns: usize| {
            range.clone().flat_map(|place| from.row(place)[column..][..columns].iter().copied()).collect()
        };
        for (name, column, columns) in layers.iter().rev() {
            let (outputs, inputs_each) = (*columns, part.rows);
            let (deltas, values) = (take(deltas, *column, outputs), take(inputs, 0, inputs_each));
            factors.push(LayerFactors { name, outputs, deltas, inputs: inputs_each, values });
        }
    }

    /// Adds the rows of these places to a part of one row, where there is one.
    pub fn rows(&mut self, isa: Isa, part: Part, from: &Rows, range: Range<usize>) {
        range.for_each(|place| self.row(isa, part, 0, from.row(place)));
    }

    /// Adds a row to one of a part.
    pub fn row(&mut self, isa: Isa, part: Part, at: usize, row: &[f32]) {
        if let Some(sums) = self.sums(part) {
            isa.run(Add { to: &mut sums[at * part.stride..][..part.stride], row });
        }
    }
}
