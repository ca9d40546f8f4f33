//! The tokenizer of a GGUF file, put into the form in which tokenizers are published.

use serde_json::{Map, Value, json};

use super::header::Header;
use crate::pretrained::{PretrainedError, Tokenizer};

/// The kinds of tokens that are found in a text as they stand: control tokens, and those of a user.
const ADDED: [u64; 2] = [3, 4];

/// What Llama 3 splits texts by, before pairs of bytes are joined.
const LLAMA_3: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// The file's tokenizer, which must join pairs of bytes.
pub fn tokenizer(header: &Header) -> Result<Tokenizer, PretrainedError> {
    let model = header.text("tokenizer.ggml.model")?;
    if model != "gpt2" {
        return Err(PretrainedError::setting(
            "tokenizer.ggml.model",
            format!("“{model}”"),
            "only tokenizers that join pairs of bytes, “gpt2”, are read",
        ));
    }
    let bytes =
        |by_words: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": by_words});
    let before = |first: Value, by_words: bool| json!({"type": "Sequence", "pretokenizers": [first, bytes(by_words)]});
    let name = if header.has("tokenizer.ggml.pre") { header.text("tokenizer.ggml.pre")? } else { "gpt-2" };
    let split = match name {
        "gpt-2" | "gpt2" | "default" => bytes(true),
        "smollm" => before(json!({"type": "Digits", "individual_digits": true}), true),
        "llama-bpe" | "llama3" => {
            before(json!({"type": "Split", "pattern": {"Regex": LLAMA_3}, "behavior": "Isolated", "invert": false}), false)
        }
        other => {
            return Err(PretrainedError::setting(
                "tokenizer.ggml.pre",
                format!("“{other}”"),
                "gpt-2, smollm and llama-bpe are read",
            ));
        }
    };
    let tokens = header.texts("tokenizer.ggml.tokens")?;
    let kinds = header.wholes("tokenizer.ggml.token_type");
    let (mut vocabulary, mut added) = (Map::new(), Vec::new());
    for (id, token) in tokens.iter().enumerate() {
        vocabulary.insert(token.clone(), json!(id));
        if kinds.get(id).is_some_and(|kind| ADDED.contains(kind)) {
            added.push(json!({
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
            }));
        }
    }
    let first = header.is_on("tokenizer.ggml.add_bos_token").then(|| header.number("tokenizer.ggml.bos_token_id")).flatten();
    let first = first.and_then(|id| tokens.get(usize::try_from(id).ok()?).map(|token| (id, token)));
    let add = first.map(|(id, token)| {
        json!({
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {token: {"id": token, "ids": [id], "tokens": [token]}},
        })
    });
    let json = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": split, "post_processor": add, "decoder": bytes(true),
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
            "fuse_unk": false, "byte_fallback": false, "ignore_merges": matches!(name, "llama-bpe" | "llama3"),
            "vocab": vocabulary, "merges": header.texts("tokenizer.ggml.merges")?,
        },
    });
    Tokenizer::from_json(json.to_string().as_bytes())
}
