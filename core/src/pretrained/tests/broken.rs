//! Files that are cut short, lie about their sizes, or hold another model.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::gguf;
use super::*;

/// A copy of a folder whose `config.json` has other values; `null` takes one away.
fn with_config(name: &str, changes: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(model(name)).expect("files") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    let path = folder.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    for (name, value) in changes {
        config[*name] = value.clone();
    }
    fs::write(path, config.to_string()).expect("written");
    folder
}

/// What is wrong with what is at a path, without the path.
fn problem(path: &Path) -> String {
    match Pretrained::open(path).err() {
        Some(PretrainedError::At { error, .. }) => error.to_string(),
        Some(error) => panic!("no path in: {error}"),
        None => panic!("{} was read", path.display()),
    }
}

#[test]
fn settings_that_are_not_computed_are_named() {
    let config = |name: &str, changes: &[(&str, Value)]| problem(with_config(name, changes).path());
    assert_eq!(
        config("llama", &[("model_type", json!("mamba"))]),
        "the model is of the family “mamba”; those of GPT-2 (gpt2), GPT-NeoX (gpt_neox) and Llama (llama) are read"
    );
    assert_eq!(config("llama", &[("hidden_size", json!(-3))]), "hidden_size is -3; it must be a whole number over 0");
    assert_eq!(config("llama", &[("hidden_size", Value::Null)]), "hidden_size is missing; it must be a whole number over 0");
    assert_eq!(
        config("llama", &[("rope_parameters", json!({"rope_type": "llama3", "rope_theta": 1e4}))]),
        "rope_parameters is of the type \"llama3\"; only positions that are not stretched are computed"
    );
    assert_eq!(
        config("gpt2", &[("activation_function", json!("relu"))]),
        "activation_function is \"relu\"; gelu and gelu_new are computed"
    );
    assert_eq!(
        config("llama", &[("num_attention_heads", json!(5)), ("head_dim", Value::Null)]),
        "the number of heads is 5; it must divide the width"
    );
    assert_eq!(
        config("llama", &[("intermediate_size", json!(96))]),
        "the array model.layers.0.mlp.up_proj.weight is of the shape [80, 32], and the settings ask for [96, 32]"
    );
    assert_eq!(
        config("llama", &[("vocab_size", json!(1u64 << 31))]),
        "one of the model's sizes is 2147483648; none may be over 16,777,216"
    );
    assert_eq!(config("llama", &[("num_hidden_layers", json!(3))]), "the array layers.2.input_layernorm.weight is missing");
}

#[test]
fn arrays_without_a_part_in_the_model_are_named() {
    let without_last = with_config("llama", &[("num_hidden_layers", json!(1))]);
    assert_eq!(
        problem(without_last.path()),
        "the array model.layers.1.input_layernorm.weight has no part in a model of this family as it is computed here; without it \
         this would be another model"
    );
    let many = with_config("llama", &[("num_hidden_layers", json!(1_000_000))]);
    assert_eq!(problem(many.path()), "the number of blocks is 1000000; no more than 1,000 are computed");
}

#[test]
fn older_names_of_settings_mean_the_same() {
    let older = with_config(
        "neox-sequential",
        &[("rope_parameters", Value::Null), ("rotary_pct", json!(1.0)), ("rotary_emb_base", json!(10_000))],
    );
    agrees(older.path(), &older.path().join("expected.json"));
    let stretched = with_config("llama", &[("rope_scaling", json!({"type": "linear", "factor": 2.0}))]);
    assert!(problem(stretched.path()).contains("rope_scaling is of the type \"linear\""));
}

#[test]
fn what_is_no_model_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let no_model =
        "it is no model that can be read: a folder with config.json, tokenizer.json and safetensors files is, and a GGUF file";
    assert_eq!(problem(folder.path()), no_model);
    let file = folder.path().join("model.gguf");
    fs::write(&file, "version https://git-lfs.github.com/spec/v1").expect("written");
    assert_eq!(problem(&file), no_model);
    assert!(problem(&folder.path().join("nowhere")).contains("No such file"));
    let llama = with_config("llama", &[]);
    let part = |name: &str| llama.path().join(name);
    let weights = fs::read(part("model.safetensors")).expect("a file");
    fs::write(part("model.safetensors"), &weights[..weights.len() - 9]).expect("written");
    assert!(problem(llama.path()).starts_with("the safetensors file is broken: "));
    // A header that claims 2^60 bytes.
    fs::write(part("model.safetensors"), [&(1u64 << 60).to_le_bytes()[..], b"{}"].concat()).expect("written");
    assert!(problem(llama.path()).starts_with("the safetensors file is broken: "));
    fs::write(part("tokenizer.json"), "{}").expect("written");
    assert_eq!(problem(llama.path()), "the tokenizer is broken: it has no vocabulary of tokens with numbers");
    // Room is made for every number up to the largest.
    fs::write(part("tokenizer.json"), r#"{"model": {"type": "BPE", "vocab": {"a": 2888888847}, "merges": []}}"#)
        .expect("written");
    assert_eq!(problem(llama.path()), "the tokenizer is broken: it has a token of the number 2888888847");
    fs::remove_file(part("tokenizer.json")).expect("removed");
    assert!(problem(llama.path()).contains("No such file"));
}

#[test]
fn a_tokenizer_may_lack_bytes() {
    let folder = with_config("llama", &[]);
    let path = folder.path().join("tokenizer.json");
    let whole = fs::read_to_string(&path).expect("a file");
    // U+0104 stands for the byte 4, as SmolLM2's tokenizer has none.
    let mut json: Value = serde_json::from_str(&whole).expect("JSON");
    json["model"]["vocab"].as_object_mut().expect("a vocabulary").remove("\u{104}").expect("it was there");
    fs::write(path, json.to_string()).expect("written");
    let read = Pretrained::open(folder.path()).expect("a model");
    assert_eq!(
        read.tokenizer.encode("One, two").expect("tokens"),
        Pretrained::open(&model("llama")).expect("a model").tokenizer.encode("One, two").expect("tokens")
    );
    let error = read.tokenizer.encode("One\u{4}two").expect_err("no token");
    assert_eq!(error.to_string(), "the model's tokenizer has no token for the byte 0x04, which the text has");
}

#[test]
fn a_nan_weight_is_named() {
    let folder = with_config("llama-sharded", &[]);
    let path = folder.path().join("model-00001-of-00002.safetensors");
    let mut bytes = fs::read(&path).expect("a file");
    let len = bytes.len();
    bytes[len - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(path, bytes).expect("written");
    assert!(problem(folder.path()).ends_with("is not finite"), "{}", problem(folder.path()));
}

fn gguf_bytes() -> Vec<u8> {
    fs::read(model("gguf/llama-q4_0.gguf")).expect("a file")
}

/// Replaces the first occurrence of some bytes by as many others.
fn replaced(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).expect("there");
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn broken_gguf_files_are_sentences() {
    let error = |bytes: &[u8]| gguf::from_bytes(bytes).err().expect("an error").to_string();
    let whole = gguf_bytes();
    assert_eq!(error(&whole[..100]), "the GGUF file is broken: it ends in the middle of its header");
    assert!(error(&whole[..whole.len() - 5000]).contains("after the file"), "{}", error(&whole[..whole.len() - 5000]));
    assert_eq!(
        error(&replaced(whole.clone(), &3u32.to_le_bytes(), &1u32.to_le_bytes())),
        "the GGUF file is broken: it is of version 1; 2 and 3 are read"
    );
    // 2^60 arrays, then as many settings.
    for at in [8, 16] {
        let mut many = whole.clone();
        many[at..at + 8].copy_from_slice(&(1u64 << 60).to_le_bytes());
        assert!(error(&many).starts_with("the GGUF file is broken: "), "{}", error(&many));
    }
    assert!(error(&replaced(whole.clone(), b"llama", b"llamb")).starts_with("the model is of the family “llamb”"));
    // The kind of the first array, after its name, two sizes.
    let name = [&17u64.to_le_bytes()[..], b"token_embd.weight", &2u32.to_le_bytes()].concat();
    let at = whole.windows(name.len()).position(|window| window == name).expect("there") + name.len();
    let mut k_quants = whole.clone();
    k_quants[at + 16..at + 20].copy_from_slice(&12u32.to_le_bytes());
    assert_eq!(error(&k_quants), "the array token_embd.weight is stored as Q4_K; F32, F16, BF16, Q8_0, Q4_0 and Q4_1 are read");
    let mut vast = whole;
    vast[at + 8..at + 16].copy_from_slice(&(1u64 << 60).to_le_bytes());
    assert!(error(&vast).contains("one of the model's sizes is"), "{}", error(&vast));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever a byte becomes, reading ends, and without a panic.
    #[test]
    fn changed_bytes_are_read_or_refused(at in 0usize..12_000, byte: u8, cut in 0usize..30_000) {
        let mut bytes = gguf_bytes();
        let len = bytes.len();
        bytes[at % len] = byte;
        bytes.truncate(len.max(cut) - cut.min(len - 1) / 2);
        let _ = gguf::from_bytes(&bytes);
    }
}
