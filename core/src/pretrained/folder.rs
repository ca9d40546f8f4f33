//! A folder as Hugging Face publishes models: `config.json`, `tokenizer.json`, and the arrays in one safetensors
//! file or in several with an index.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use super::family::Family;
use super::tensors::Matrix;
use super::{NOT_STRETCHED, Pretrained, PretrainedError, Tokenizer, check};
use crate::kernel::decoder::{Activation, Shape};
use crate::model::transformer::{AttentionBias, Embedding, Norm, Positions, Residual};

/// The kinds of numbers that are read.
const KINDS: &str = "F32, F16, BF16 and F64";

/// Opens a folder.
pub fn open(folder: &Path) -> Result<Pretrained, PretrainedError> {
    let path = folder.join("config.json");
    if !path.is_file() {
        return Err(PretrainedError::NotAModel);
    }
    let config = read_json(&path)?;
    let config = Config(&config);
    let (family, shape) = config.read().map_err(|error| error.of(&path))?;
    let path = folder.join("tokenizer.json");
    let tokenizer = read(&path).and_then(|bytes| Tokenizer::from_json(&bytes)).map_err(|error| error.of(&path))?;
    let arrays = Arrays::read(folder)?;
    let names = arrays.places.keys().map(String::as_str);
    Pretrained::new(family, shape, tokenizer, names, |name, expected| arrays.find(family, name, expected))
}

fn read(path: &Path) -> Result<Vec<u8>, PretrainedError> {
    fs::read(path).map_err(|error| PretrainedError::File(error).of(path))
}

fn read_json(path: &Path) -> Result<Value, PretrainedError> {
    serde_json::from_slice(&read(path)?).map_err(|error| PretrainedError::broken("JSON", error).of(path))
}

/// A model's settings.
struct Config<'a>(&'a Value);

impl Config<'_> {
    fn read(&self) -> Result<(Family, Shape), PretrainedError> {
        let family = match self.0["model_type"].as_str().unwrap_or_default() {
            "gpt2" => Family::Gpt2,
            "gpt_neox" => Family::GptNeoX,
            "llama" => Family::Llama,
            other => return Err(PretrainedError::Family(other.to_owned())),
        };
        let shape = match family {
            Family::Gpt2 => self.gpt2()?,
            Family::GptNeoX => self.gpt_neox()?,
            Family::Llama | Family::LlamaGguf => self.llama()?,
        };
        check(&shape)?;
        Ok((family, shape))
    }

    fn gpt2(&self) -> Result<Shape, PretrainedError> {
        for (name, wanted) in [("scale_attn_by_inverse_layer_idx", false), ("scale_attn_weights", true)] {
            self.must_be(name, wanted)?;
        }
        let width = self.whole("n_embd")?;
        let heads = self.whole("n_head")?;
        Ok(Shape {
            tokens: self.whole("vocab_size")?,
            context: self.whole("n_positions")?,
            width,
            depth: self.whole("n_layer")?,
            heads,
            kv_heads: heads,
            hidden: self.whole_or("n_inner", 4 * width)?,
            positions: Positions::Learned,
            turned: 0,
            rotary_base: 1.0,
            activation: self.gelu("activation_function")?,
            norm: Norm::Layer,
            epsilon: self.real("layer_norm_epsilon", 1e-5)?,
            embedding: self.embedding(true),
            attention_bias: AttentionBias::All,
            residual: Residual::Sequential,
        })
    }

    fn gpt_neox(&self) -> Result<Shape, PretrainedError> {
        self.must_be("attention_bias", true)?;
        let (width, heads) = (self.whole("hidden_size")?, self.whole("num_attention_heads")?);
        let share = self.rotary("partial_rotary_factor", "rotary_pct", 0.25)?;
        Ok(Shape {
            tokens: self.whole("vocab_size")?,
            context: self.whole("max_position_embeddings")?,
            width,
            depth: self.whole("num_hidden_layers")?,
            heads,
            kv_heads: heads,
            hidden: self.whole("intermediate_size")?,
            positions: Positions::Rotary,
            turned: ((width / heads.max(1)) as f32 * share) as usize,
            rotary_base: self.rotary("rope_theta", "rotary_emb_base", 10_000.0)?,
            activation: self.gelu("hidden_act")?,
            norm: Norm::Layer,
            epsilon: self.real("layer_norm_eps", 1e-5)?,
            embedding: self.embedding(false),
            attention_bias: AttentionBias::All,
            residual: if self.switch("use_parallel_residual", true) { Residual::Parallel } else { Residual::Sequential },
        })
    }

    fn llama(&self) -> Result<Shape, PretrainedError> {
        self.must_be("mlp_bias", false)?;
        let (width, heads) = (self.whole("hidden_size")?, self.whole("num_attention_heads")?);
        let head = width / heads.max(1);
        if self.whole_or("head_dim", head)? != head {
            return Err(self.unlike("head_dim", "only heads of hidden_size / num_attention_heads numbers are computed"));
        }
        let activation = self.0["hidden_act"].as_str().unwrap_or("silu");
        if activation != "silu" {
            return Err(self.unlike("hidden_act", "of Llama's family only silu is computed"));
        }
        Ok(Shape {
            tokens: self.whole("vocab_size")?,
            context: self.whole("max_position_embeddings")?,
            width,
            depth: self.whole("num_hidden_layers")?,
            heads,
            kv_heads: self.whole_or("num_key_value_heads", heads)?,
            hidden: self.whole("intermediate_size")?,
            positions: Positions::Rotary,
            turned: head,
            rotary_base: self.rotary("rope_theta", "rope_theta", 10_000.0)?,
            activation: Activation::SwiGlu,
            norm: Norm::Rms,
            epsilon: self.real("rms_norm_eps", 1e-6)?,
            embedding: self.embedding(false),
            attention_bias: if self.switch("attention_bias", false) { AttentionBias::All } else { AttentionBias::None },
            residual: Residual::Sequential,
        })
    }

    fn gelu(&self, name: &str) -> Result<Activation, PretrainedError> {
        match self.0[name].as_str().unwrap_or_default() {
            "gelu" => Ok(Activation::Gelu),
            "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
            _ => Err(self.unlike(name, "gelu and gelu_new are computed")),
        }
    }

    fn embedding(&self, is_tied: bool) -> Embedding {
        if self.switch("tie_word_embeddings", is_tied) { Embedding::Tied } else { Embedding::Untied }
    }

    /// A number about rotary positions: under its newer name in `rope_parameters`, or under its older one.
    fn rotary(&self, name: &str, older: &str, otherwise: f32) -> Result<f32, PretrainedError> {
        for (table, kind) in [("rope_parameters", "rope_type"), ("rope_scaling", "rope_type"), ("rope_scaling", "type")] {
            let kind = &self.0[table][kind];
            if kind.as_str().is_some_and(|kind| kind != "default") {
                return Err(PretrainedError::setting(table, format!("of the type {kind}"), NOT_STRETCHED));
            }
        }
        let parameters = Config(&self.0["rope_parameters"]);
        if parameters.0[name].is_null() { self.real(older, otherwise) } else { parameters.real(name, otherwise) }
    }

    fn switch(&self, name: &str, otherwise: bool) -> bool {
        self.0[name].as_bool().unwrap_or(otherwise)
    }

    fn must_be(&self, name: &str, wanted: bool) -> Result<(), PretrainedError> {
        if self.switch(name, wanted) == wanted {
            return Ok(());
        }
        Err(self.unlike(name, &format!("only {wanted} is computed")))
    }

    fn whole(&self, name: &str) -> Result<usize, PretrainedError> {
        match self.0[name].as_u64() {
            Some(number @ 1..=0xffff_ffff) => Ok(number as usize),
            _ => Err(self.unlike(name, "it must be a whole number over 0")),
        }
    }

    fn whole_or(&self, name: &str, otherwise: usize) -> Result<usize, PretrainedError> {
        if self.0[name].is_null() { Ok(otherwise) } else { self.whole(name) }
    }

    fn real(&self, name: &str, otherwise: f32) -> Result<f32, PretrainedError> {
        match &self.0[name] {
            Value::Null => Ok(otherwise),
            value => match value.as_f64() {
                Some(number) if number > 0.0 => Ok(number as f32),
                _ => Err(self.unlike(name, "it must be a number over 0")),
            },
        }
    }

    fn unlike(&self, name: &str, wanted: &str) -> PretrainedError {
        let found = &self.0[name];
        let found = if found.is_null() { "missing".to_owned() } else { found.to_string() };
        PretrainedError::setting(name, found, wanted)
    }
}

/// The arrays of all files of a folder.
struct Arrays {
    files: Vec<Vec<u8>>,
    /// In which file each is, and its place there.
    places: BTreeMap<String, (usize, Place)>,
}

/// An array within a file's bytes.
struct Place {
    kind: Dtype,
    shape: Vec<usize>,
    begin: usize,
    end: usize,
}

impl Arrays {
    fn read(folder: &Path) -> Result<Self, PretrainedError> {
        let index = folder.join("model.safetensors.index.json");
        let names: Vec<String> = if index.is_file() {
            let index = read_json(&index)?;
            let files = index["weight_map"].as_object().into_iter().flat_map(|map| map.values());
            let mut names: Vec<String> = files.filter_map(|file| file.as_str().map(str::to_owned)).collect();
            names.sort();
            names.dedup();
            names
        } else {
            vec!["model.safetensors".to_owned()]
        };
        let mut arrays = Self { files: Vec::new(), places: BTreeMap::new() };
        for name in names {
            // A name that leads out of the folder is none of its files.
            let path = folder.join(Path::new(&name).file_name().unwrap_or_default());
            let bytes = read(&path)?;
            let found = SafeTensors::deserialize(&bytes);
            let found = found.map_err(|error| PretrainedError::broken("safetensors file", error).of(&path))?;
            for (name, view) in found.iter() {
                let begin = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
                let place = Place { kind: view.dtype(), shape: view.shape().to_vec(), begin, end: begin + view.data().len() };
                arrays.places.insert(name.to_owned(), (arrays.files.len(), place));
            }
            arrays.files.push(bytes);
        }
        Ok(arrays)
    }

    /// An array under its own name, or behind the name of the model that it is part of.
    fn find(&self, family: Family, name: &str, expected: [usize; 2]) -> Result<Matrix, PretrainedError> {
        let found = self.places.iter().find(|(of, _)| family.stems(of).any(|stem| stem == name));
        let Some((name, (file, place))) = found else { return Err(PretrainedError::Missing(name.to_owned())) };
        let bytes = &self.files[*file][place.begin..place.end];
        let values = match place.kind {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Dtype::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
            Dtype::BF16 => bytes.as_chunks().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect(),
            other => {
                let (name, kind) = (name.clone(), format!("{other:?}"));
                return Err(PretrainedError::Kind { name, kind, read: KINDS });
            }
        };
        Matrix::new(name, &place.shape, expected, values)
    }
}
