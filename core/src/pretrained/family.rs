//! Which array of a published model is which parameter of the decoder.

use super::PretrainedError;
use super::tensors::Matrix;
use crate::kernel::decoder::Shape;
use crate::model::transformer::Embedding;

/// How a family's files name and arrange the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `transformer.h.0.attn.c_attn.weight`: layers by input; queries, keys and values side by side.
    Gpt2,
    /// `gpt_neox.layers.0.attention.query_key_value.weight`: head after head its queries, keys and values.
    GptNeoX,
    /// `model.layers.0.self_attn.q_proj.weight`.
    Llama,
    /// `blk.0.attn_q.weight`: Llama in GGUF, the two halves of each head that are turned together interleaved.
    LlamaGguf,
}

impl Family {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Gpt2 => "GPT-2",
            Self::GptNeoX => "GPT-NeoX",
            Self::Llama | Self::LlamaGguf => "Llama",
        }
    }

    /// A parameter of the decoder from the arrays that `find` reads: it is given a name and the shape that
    /// the array must have, `[1, n]` for a vector.
    pub fn parameter(
        self,
        shape: &Shape,
        name: &str,
        find: impl Fn(&str, [usize; 2]) -> Result<Matrix, PretrainedError>,
    ) -> Result<Vec<f32>, PretrainedError> {
        let (width, hidden, head) = (shape.width, shape.hidden, shape.head_width());
        let kv = shape.kv_heads * head;
        let (block, part) = match name.strip_prefix("blocks.").and_then(|rest| rest.split_once('.')) {
            Some((at, part)) => (self.block(at), part),
            None => (String::new(), name),
        };
        let file = |of: &str| format!("{block}{of}");
        let vector = |of: &str, len: usize| Ok(find(&file(of), [1, len])?.values);
        // Stored by input in GPT-2, by output elsewhere.
        let layer = |of: &str, inputs: usize, outputs: usize| match self {
            Self::Gpt2 => Ok(find(&file(of), [inputs, outputs])?.values),
            _ => Ok(find(&file(of), [outputs, inputs])?.transposed()),
        };
        let tokens = [shape.tokens, width];
        let missing = || Err(PretrainedError::Missing(name.to_owned()));
        match (self, part) {
            (Self::Gpt2, "embedding") => Ok(find("wte.weight", tokens)?.values),
            (Self::Gpt2, "positions") => Ok(find("wpe.weight", [shape.context, width])?.values),
            (Self::Gpt2, _) => match part {
                "attention_norm.gain" => vector("ln_1.weight", width),
                "attention_norm.bias" => vector("ln_1.bias", width),
                "feed_norm.gain" => vector("ln_2.weight", width),
                "feed_norm.bias" => vector("ln_2.bias", width),
                "norm.gain" => vector("ln_f.weight", width),
                "norm.bias" => vector("ln_f.bias", width),
                "attention.output.weight" => layer("attn.c_proj.weight", width, width),
                "attention.output.bias" => vector("attn.c_proj.bias", width),
                "feed.up.weight" => layer("mlp.c_fc.weight", width, hidden),
                "feed.up.bias" => vector("mlp.c_fc.bias", hidden),
                "feed.down.weight" => layer("mlp.c_proj.weight", hidden, width),
                "feed.down.bias" => vector("mlp.c_proj.bias", width),
                "logits.weight" => Ok(find("lm_head.weight", tokens)?.transposed()),
                _ => {
                    let Some((of, which)) = third(part) else { return missing() };
                    let (file, rows) = (format!("{block}attn.c_attn.{which}"), if which == "bias" { 1 } else { width });
                    Ok(find(&file, [rows, 3 * width])?.columns(of * width, width))
                }
            },
            (Self::GptNeoX, _) => match part {
                "embedding" => Ok(find("embed_in.weight", tokens)?.values),
                "attention_norm.gain" => vector("input_layernorm.weight", width),
                "attention_norm.bias" => vector("input_layernorm.bias", width),
                "feed_norm.gain" => vector("post_attention_layernorm.weight", width),
                "feed_norm.bias" => vector("post_attention_layernorm.bias", width),
                "norm.gain" => vector("final_layer_norm.weight", width),
                "norm.bias" => vector("final_layer_norm.bias", width),
                "attention.output.weight" => layer("attention.dense.weight", width, width),
                "attention.output.bias" => vector("attention.dense.bias", width),
                "feed.up.weight" => layer("mlp.dense_h_to_4h.weight", width, hidden),
                "feed.up.bias" => vector("mlp.dense_h_to_4h.bias", hidden),
                "feed.down.weight" => layer("mlp.dense_4h_to_h.weight", hidden, width),
                "feed.down.bias" => vector("mlp.dense_4h_to_h.bias", width),
                "logits.weight" => Ok(find("embed_out.weight", tokens)?.transposed()),
                _ => {
                    let Some((of, which)) = third(part) else { return missing() };
                    let file = format!("{block}attention.query_key_value.{which}");
                    let rows = (0..shape.heads).flat_map(|at| (at * 3 + of) * head..(at * 3 + of + 1) * head);
                    if which == "bias" {
                        let bias = find(&file, [1, 3 * width])?.values;
                        return Ok(rows.map(|row| bias[row]).collect());
                    }
                    Ok(find(&file, [3 * width, width])?.rows(rows).transposed())
                }
            },
            (Self::Llama, _) => match part {
                "embedding" => Ok(find("embed_tokens.weight", tokens)?.values),
                "attention_norm.gain" => vector("input_layernorm.weight", width),
                "feed_norm.gain" => vector("post_attention_layernorm.weight", width),
                "norm.gain" => vector("norm.weight", width),
                "attention.query.weight" => layer("self_attn.q_proj.weight", width, width),
                "attention.query.bias" => vector("self_attn.q_proj.bias", width),
                "attention.key.weight" => layer("self_attn.k_proj.weight", width, kv),
                "attention.key.bias" => vector("self_attn.k_proj.bias", kv),
                "attention.value.weight" => layer("self_attn.v_proj.weight", width, kv),
                "attention.value.bias" => vector("self_attn.v_proj.bias", kv),
                "attention.output.weight" => layer("self_attn.o_proj.weight", width, width),
                "attention.output.bias" => vector("self_attn.o_proj.bias", width),
                "feed.up.weight" => layer("mlp.up_proj.weight", width, hidden),
                "feed.gate.weight" => layer("mlp.gate_proj.weight", width, hidden),
                "feed.down.weight" => layer("mlp.down_proj.weight", hidden, width),
                "logits.weight" => Ok(find("lm_head.weight", tokens)?.transposed()),
                _ => missing(),
            },
            (Self::LlamaGguf, _) => {
                let turned = |of: &str, heads: usize| {
                    let rows = (0..heads * head).map(|row| {
                        let (at, within) = (row / head, row % head);
                        at * head + within % (head / 2) * 2 + within / (head / 2)
                    });
                    Ok(find(&file(of), [heads * head, width])?.rows(rows).transposed())
                };
                match part {
                    "embedding" => Ok(find("token_embd.weight", tokens)?.values),
                    "attention_norm.gain" => vector("attn_norm.weight", width),
                    "feed_norm.gain" => vector("ffn_norm.weight", width),
                    "norm.gain" => vector("output_norm.weight", width),
                    "attention.query.weight" => turned("attn_q.weight", shape.heads),
                    "attention.key.weight" => turned("attn_k.weight", shape.kv_heads),
                    "attention.value.weight" => layer("attn_v.weight", width, kv),
                    "attention.output.weight" => layer("attn_output.weight", width, width),
                    "feed.up.weight" => layer("ffn_up.weight", width, hidden),
                    "feed.gate.weight" => layer("ffn_gate.weight", width, hidden),
                    "feed.down.weight" => layer("ffn_down.weight", hidden, width),
                    "logits.weight" => Ok(find("output.weight", tokens)?.transposed()),
                    _ => missing(),
                }
            }
        }
    }

    /// What a name may be but for the name of the model that an array is part of.
    pub fn stems(self, name: &str) -> impl Iterator<Item = &str> {
        let model = match self {
            Self::Gpt2 => "transformer.",
            Self::GptNeoX => "gpt_neox.",
            Self::Llama => "model.",
            Self::LlamaGguf => "",
        };
        [Some(name), name.strip_prefix(model)].into_iter().flatten()
    }

    /// Whether an array that files have says nothing of the model: masks and frequencies that follow from the
    /// settings, and the predicted tokens' vectors where they are those of the tokens that are read.
    pub fn is_moot(self, shape: &Shape, name: &str) -> bool {
        let buffers = [".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"];
        let is_buffer = self != Self::LlamaGguf && buffers.iter().any(|buffer| name.ends_with(buffer));
        let is_tied = shape.embedding == Embedding::Tied;
        is_buffer || is_tied && ["lm_head.weight", "embed_out.weight"].contains(&name)
    }

    /// What the names of a block's arrays begin with.
    fn block(self, at: &str) -> String {
        match self {
            Self::Gpt2 => format!("h.{at}."),
            Self::GptNeoX | Self::Llama => format!("layers.{at}."),
            Self::LlamaGguf => format!("blk.{at}."),
        }
    }
}

/// Of queries, keys and values that stand in one array: which of the three, and whether weights or biases.
fn third(part: &str) -> Option<(usize, &str)> {
    let (of, which) = part.strip_prefix("attention.")?.split_once('.')?;
    Some((["query", "key", "value"].iter().position(|name| *name == of)?, which))
}
