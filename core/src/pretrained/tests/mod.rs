//! Small random models, read as `transformers` reads them (`tests/models/make.py`), and files that are broken.

mod broken;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::kernel::decoder::{Decoder, Network};

/// A file or folder of `tests/models`.
pub fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/models").join(name)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("numbers").iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// What `transformers` computes in double precision: tokens, losses, and logits at some places.
fn agrees(path: &Path, expected: &Path) {
    let model = Pretrained::open(path).expect("a model");
    let expected: Value = serde_json::from_slice(&std::fs::read(expected).expect("a file")).expect("JSON");
    let shown = path.display();
    let text = expected["text"].as_str().expect("a text");
    let tokens = model.tokenizer.encode(text).expect("tokens");
    assert_eq!(tokens.iter().map(|id| f64::from(*id)).collect::<Vec<_>>(), numbers(&expected["ids"]), "{shown}");
    let losses = model.losses(&tokens, model.shape.context, |_| {}).expect("losses");
    assert_eq!(losses[0].loss, None);
    for (found, expected) in losses[1..].iter().zip(numbers(&expected["losses"])) {
        let loss = f64::from(found.loss.expect("a loss"));
        assert!((loss - expected).abs() < 1e-4, "{shown}: “{}” costs {loss}, not {expected}", found.text);
    }
    let decoder = Decoder::of(&model.shape);
    let network = Network::new(&decoder, false, |name| model.arrays.get(name).map(Vec::as_slice)).expect("all parameters");
    let logits = network.all_logits(&tokens).expect("a document that fits");
    let places = numbers(&expected["places"]);
    assert!(places.len() > 5, "{shown}");
    for (place, expected) in places.iter().zip(expected["logits"].as_array().expect("logits")) {
        for (found, expected) in logits[*place as usize].iter().zip(numbers(expected)) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{shown} at {place}: {found}, not {expected}");
        }
    }
}

#[test]
fn folders_have_the_logits_and_losses_of_transformers() {
    for name in ["gpt2", "neox", "neox-sequential", "llama", "llama-sharded"] {
        let folder = model(name);
        agrees(&folder, &folder.join("expected.json"));
    }
}

#[test]
fn gguf_files_have_the_logits_and_losses_of_transformers() {
    for name in ["f32", "f16", "q8_0", "q4_0", "q4_1"] {
        agrees(&model(&format!("gguf/llama-{name}.gguf")), &model(&format!("gguf/llama-{name}.expected.json")));
    }
}

/// A window predicts what the whole text predicts as far as it sees the same, and each token once.
#[test]
fn a_text_longer_than_the_context_is_read_in_windows() {
    let model = Pretrained::open(&model("llama")).expect("a model");
    let tokens = model.tokenizer.encode(&"One, two, three! ".repeat(20)).expect("tokens");
    let whole = model.losses(&tokens[..60], 59, |_| {}).expect("losses");
    let mut told = Vec::new();
    let windows = model.losses(&tokens[..60], 25, |done| told.push(done)).expect("losses");
    assert_eq!((windows.len(), told.last()), (60, Some(&59)));
    for (at, (in_window, in_all)) in windows.iter().zip(&whole).enumerate() {
        let [found, expected] = [in_window, in_all].map(|token| token.loss);
        assert_eq!(in_window.id, in_all.id);
        match at {
            0 => assert_eq!((found, expected), (None, None)),
            1..=25 => assert!((found.expect("a loss") - expected.expect("a loss")).abs() < 1e-5, "token {at}"),
            _ => assert!(found != expected, "token {at} sees less and costs the same"),
        }
    }
    let text: String = windows.iter().map(|token| token.text.as_str()).collect();
    assert!("One, two, three! ".repeat(20).starts_with(&text), "{text}");
    let error = |tokens: &[u32], context| model.losses(tokens, context, |_| {}).expect_err("an error").to_string();
    assert_eq!(error(&tokens[..1], 8), "the text has 1 tokens; a loss needs at least 2");
    assert_eq!(error(&tokens, 65), "a context of 65 tokens is not computed for this model; from 1 to 64 are");
}
