//! Small random models, read as `transformers` reads them (`tests/models/make.py`), and files that are broken.

mod broken;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::kernel::decoder::{Decoder, Extent, Network};

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

/// Along each layer's gradient a token's loss changes as the gradient's length says: for what these models compute
/// otherwise than the lab's own (biases, the tanh GELU, heads turned in part, blocks whose halves stand side by side).
#[test]
fn gradients_are_those_of_finite_differences() {
    for name in ["gpt2", "neox", "neox-sequential", "llama"] {
        let model = Pretrained::open(&model(name)).expect("a model");
        let tokens = model.tokenizer.encode("the cat sat on the mat and the dog").expect("tokens");
        let (document, place) = (&tokens[..9], 6);
        let decoder = model.decoder(8);
        let network = Network::new(&decoder, true, |name| model.array(name)).expect("all parameters");
        let sample = network.sample(document, place, Extent::Document).expect("a document that fits");
        let wrong = -f64::from(-sample.loss).exp_m1();
        let loss = |arrays: &BTreeMap<String, Vec<f32>>| {
            let network = Network::new(&decoder, false, |name| arrays.get(name).map(Vec::as_slice)).expect("all parameters");
            f64::from(network.predictions(&[document]).expect("a document that fits").losses[place])
        };
        let is_matrix = |name: &str| name.starts_with("blocks.") && name.ends_with(".weight");
        let matrices: Vec<&str> =
            decoder.parameters().iter().map(|parameter| parameter.name.as_str()).filter(|name| is_matrix(name)).collect();
        assert_eq!(matrices.len(), sample.layers.len(), "{name}");
        for (matrix, layer) in matrices.iter().zip(&sample.layers) {
            let mut gradient = vec![0.0; layer.inputs * layer.outputs];
            for (delta, x) in layer.deltas.chunks_exact(layer.outputs).zip(layer.values.chunks_exact(layer.inputs)) {
                for (sums, x) in gradient.chunks_exact_mut(layer.outputs).zip(x) {
                    sums.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += wrong * f64::from(x * delta));
                }
            }
            let length = gradient.iter().map(|x| x * x).sum::<f64>().sqrt();
            let step = 0.01 / length;
            let moved = |by: f64| {
                let mut arrays = model.arrays.clone();
                let values = arrays.get_mut(*matrix).expect("a matrix");
                values.iter_mut().zip(&gradient).for_each(|(value, x)| *value += (by * x / length) as f32);
                loss(&arrays)
            };
            let found = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((found / length - 1.0).abs() < 0.02, "{name}, {matrix}: {found}, not {length}");
        }
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
