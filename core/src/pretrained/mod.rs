//! Language models of others, read for their losses: folders as Hugging Face publishes them and GGUF files, of
//! GPT-2's family, GPT-NeoX's (Pythia) and Llama's.
//!
//! A model's parameters are brought into the names and the order of the lab's own decoder
//! ([`kernel::decoder`](crate::kernel::decoder)), weights as `[inputs, outputs]`; from there on it is one of them.

mod error;
mod family;
mod folder;
mod gguf;
mod losses;
mod tensors;
#[cfg(test)]
mod tests;
mod tokenizer;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use error::PretrainedError;
pub use losses::Token;
pub use tokenizer::Tokenizer;
pub(crate) use tokenizer::letters;

use crate::kernel::decoder::{Decoder, Shape};
use family::Family;
use tensors::Matrix;

/// What positions must be, in messages.
const NOT_STRETCHED: &str = "only positions that are not stretched are computed";

/// A model with its tokenizer.
pub struct Pretrained {
    /// What its family is called: “Llama”.
    pub family: &'static str,
    /// Its sizes and choices; the context is the longest that it was trained on.
    pub shape: Shape,
    /// Reads its texts.
    pub tokenizer: Tokenizer,
    /// Its parameters by the names of [`Decoder::parameters`].
    arrays: BTreeMap<String, Vec<f32>>,
}

impl Pretrained {
    /// Opens a folder with `config.json`, `tokenizer.json` and safetensors files, or a GGUF file.
    ///
    /// # Errors
    /// If it is none of these, is broken, or holds a model that the decoder does not compute.
    pub fn open(path: &Path) -> Result<Self, PretrainedError> {
        let opened = if path.is_dir() { folder::open(path) } else { gguf::open(path) };
        opened.map_err(|error| error.of(path))
    }

    /// Puts the parameters together from a file's arrays, one after another: `names` are those of the arrays,
    /// and `find` reads one of them, which must be of the given shape. Every array must have its part in the
    /// model: with one left over it would be another model.
    fn new<'a>(
        family: Family,
        shape: Shape,
        tokenizer: Tokenizer,
        names: impl Iterator<Item = &'a str>,
        find: impl Fn(&str, [usize; 2]) -> Result<Matrix, PretrainedError>,
    ) -> Result<Self, PretrainedError> {
        let decoder = Decoder::of(&shape);
        let (mut arrays, taken) = (BTreeMap::new(), RefCell::new(BTreeSet::new()));
        let find = |name: &str, expected: [usize; 2]| {
            taken.borrow_mut().insert(name.to_owned());
            find(name, expected)
        };
        for parameter in decoder.parameters() {
            let values = family.parameter(&shape, &parameter.name, find)?;
            if let Some(at) = values.iter().position(|value| !value.is_finite()) {
                return Err(PretrainedError::NotANumber { name: parameter.name.clone(), at });
            }
            arrays.insert(parameter.name.clone(), values);
        }
        let taken = taken.into_inner();
        let is_known = |name: &str| family.stems(name).any(|name| taken.contains(name)) || family.is_moot(&shape, name);
        if let Some(name) = names.into_iter().find(|name| !is_known(name)) {
            return Err(PretrainedError::LeftOver(name.to_owned()));
        }
        let found = tokenizer.len();
        if found > shape.tokens {
            return Err(PretrainedError::Vocabulary { found, tokens: shape.tokens });
        }
        Ok(Self { family: family.title(), shape, tokenizer, arrays })
    }

    /// A parameter by its name among those of [`Decoder::parameters`], where the model has it.
    pub fn array(&self, name: &str) -> Option<&[f32]> {
        self.arrays.get(name).map(Vec::as_slice)
    }

    /// A decoder of the model's sizes that reads windows of up to `context` tokens. Learned positions stay as many as
    /// the model has; turned ones are made for the windows alone.
    pub fn decoder(&self, context: usize) -> Decoder {
        let context = if self.arrays.contains_key("positions") { self.shape.context } else { context };
        Decoder::of(&Shape { context, ..self.shape.clone() })
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.arrays.values().map(Vec::len).sum()
    }
}

/// Checks that a decoder of this shape can be built.
fn check(shape: &Shape) -> Result<(), PretrainedError> {
    let wrong = |name: &str, found: usize, wanted: &str| Err(PretrainedError::setting(name, found, wanted));
    if !shape.width.is_multiple_of(shape.heads) {
        return wrong("the number of heads", shape.heads, "it must divide the width");
    }
    if !shape.heads.is_multiple_of(shape.kv_heads) {
        return wrong("the number of heads of keys", shape.kv_heads, "it must divide the number of heads");
    }
    if !shape.turned.is_multiple_of(2) || shape.turned > shape.head_width() {
        return wrong("the number of turned numbers of a head", shape.turned, "it must be even, and no more than a head has");
    }
    if shape.depth > 1_000 {
        return wrong("the number of blocks", shape.depth, "no more than 1,000 are computed");
    }
    // More would be no model that fits a computer's memory, and its sizes would overflow.
    let most = [shape.tokens, shape.context, shape.width, shape.depth, shape.hidden].into_iter().max().unwrap_or_default();
    if most > 1 << 24 {
        return wrong("one of the model's sizes", most, "none may be over 16,777,216");
    }
    Ok(())
}
