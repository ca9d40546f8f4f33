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

use std::collections::BTreeMap;
use std::path::Path;

pub use error::PretrainedError;
pub use losses::{Token, Windows};
pub use tokenizer::Tokenizer;

use crate::kernel::decoder::{Decoder, Shape};

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

    /// Puts the parameters together, one after another.
    fn new(
        family: &'static str,
        shape: Shape,
        tokenizer: Tokenizer,
        mut take: impl FnMut(&str) -> Result<Vec<f32>, PretrainedError>,
    ) -> Result<Self, PretrainedError> {
        let decoder = Decoder::of(&shape);
        let mut arrays = BTreeMap::new();
        for parameter in decoder.parameters() {
            let values = take(&parameter.name)?;
            if let Some(at) = values.iter().position(|value| !value.is_finite()) {
                return Err(PretrainedError::NotANumber { name: parameter.name.clone(), at });
            }
            arrays.insert(parameter.name.clone(), values);
        }
        let found = tokenizer.len();
        if found > shape.tokens {
            return Err(PretrainedError::Vocabulary { found, tokens: shape.tokens });
        }
        Ok(Self { family, shape, tokenizer, arrays })
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.arrays.values().map(Vec::len).sum()
    }
}
