//! GGUF files, as llama.cpp reads them: settings, tokenizer and arrays in one file. Of Llama's family.

mod blocks;
mod header;
mod vocabulary;

use std::fs;
use std::path::Path;

use super::family::Family;
use super::tensors::Matrix;
use super::{NOT_STRETCHED, Pretrained, PretrainedError, check};
use crate::kernel::decoder::{Activation, Shape};
use crate::model::transformer::{AttentionBias, Embedding, Norm, Positions, Residual};
use header::{Header, MAGIC};

/// What it is, in messages.
const KIND: &str = "GGUF file";

/// Opens a file.
pub fn open(path: &Path) -> Result<Pretrained, PretrainedError> {
    from_bytes(&fs::read(path)?)
}

/// Reads a file's bytes.
pub fn from_bytes(bytes: &[u8]) -> Result<Pretrained, PretrainedError> {
    if !bytes.starts_with(MAGIC) {
        return Err(PretrainedError::NotAModel);
    }
    let header = Header::read(bytes)?;
    let shape = shape(&header)?;
    let tokenizer = vocabulary::tokenizer(&header)?;
    Pretrained::new(Family::LlamaGguf, shape, tokenizer, header.names(), |name, expected| find(bytes, &header, name, expected))
}

fn shape(header: &Header) -> Result<Shape, PretrainedError> {
    let family = header.text("general.architecture")?;
    if family != "llama" {
        return Err(PretrainedError::Family(family.to_owned()));
    }
    let whole = |name: &str| header.whole(&format!("llama.{name}"));
    let or = |name: &str, otherwise: usize| if header.has(&format!("llama.{name}")) { whole(name) } else { Ok(otherwise) };
    let (width, heads) = (whole("embedding_length")?, whole("attention.head_count")?);
    let head = width / heads;
    for name in ["attention.key_length", "attention.value_length"] {
        let found = or(name, head)?;
        if found != head {
            let wanted = "only heads of embedding_length / head_count numbers are computed";
            return Err(PretrainedError::setting(&format!("llama.{name}"), found, wanted));
        }
    }
    let scaling = "llama.rope.scaling.type";
    if header.has(scaling) && header.text(scaling)? != "none" {
        return Err(PretrainedError::setting(scaling, header.text(scaling)?, NOT_STRETCHED));
    }
    let tokens = header.tensor("token_embd.weight")?.shape.first().copied().unwrap_or_default();
    let real = |name: &str, otherwise: f32| header.real(&format!("llama.{name}"), otherwise);
    let shape = Shape {
        tokens,
        context: whole("context_length")?,
        width,
        depth: whole("block_count")?,
        heads,
        kv_heads: or("attention.head_count_kv", heads)?,
        hidden: whole("feed_forward_length")?,
        positions: Positions::Rotary,
        turned: or("rope.dimension_count", head)?,
        rotary_base: real("rope.freq_base", 10_000.0)?,
        activation: Activation::SwiGlu,
        norm: Norm::Rms,
        epsilon: real("attention.layer_norm_rms_epsilon", 1e-5)?,
        embedding: if header.tensor("output.weight").is_ok() { Embedding::Untied } else { Embedding::Tied },
        attention_bias: AttentionBias::None,
        residual: Residual::Sequential,
    };
    check(&shape)?;
    if shape.turned != head {
        let wanted = format!("only the whole of a head, {head}, is computed");
        return Err(PretrainedError::setting("llama.rope.dimension_count", shape.turned, &wanted));
    }
    Ok(shape)
}

fn find(bytes: &[u8], header: &Header, name: &str, expected: [usize; 2]) -> Result<Matrix, PretrainedError> {
    let tensor = header.tensor(name)?;
    let count = tensor.shape.iter().try_fold(1usize, |count, size| count.checked_mul(*size));
    let count = count.ok_or_else(|| PretrainedError::broken(KIND, format!("the array {name} has more numbers than memory")))?;
    let values = blocks::read(name, tensor.kind, &bytes[tensor.begin..], count)?;
    Matrix::new(name, &tensor.shape, expected, values)
}
