//! The README's loader of runs, run as it stands, computes the losses that the program recorded.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::Path;
use std::process::Command;

use quanta_tests::skip::skipped;
use terminal::*;

const README: &str = include_str!("../../README.md");

/// The README's Python that defines a function of this name.
fn snippet(function: &str) -> &'static str {
    let mut blocks = README.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.contains(&format!("def {function}("))).expect("it is in the README")
}

/// Stands for the package safetensors where only NumPy is installed, as Debian has it: reads the file as
/// its format is documented.
const STAND_IN: &str = r#"
import json
import numpy


class safe_open:
    def __init__(self, path, framework):
        raw = open(path, "rb").read()
        start = 8 + int.from_bytes(raw[:8], "little")
        self.header, self.data = json.loads(raw[8:start]), raw[start:]

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        pass

    def metadata(self):
        return self.header["__metadata__"]

    def keys(self):
        return [name for name in self.header if name != "__metadata__"]

    def get_tensor(self, name):
        about = self.header[name]
        kind = f"<{about['dtype'][0].lower()}{int(about['dtype'][1:]) // 8}"
        return numpy.frombuffer(self.data[slice(*about["data_offsets"])], kind).reshape(about["shape"])
"#;

/// A Python that has NumPy: the one that is named, the first on the path, or the system's, to which
/// packages are installed.
fn python() -> Option<String> {
    let named = std::env::var("QUANTA_PYTHON").ok();
    let names = named.map_or_else(|| vec!["python3".to_owned(), "/usr/bin/python3".to_owned()], |name| vec![name]);
    names.into_iter().find(|name| imports(name, "numpy"))
}

fn imports(python: &str, module: &str) -> bool {
    let tried = Command::new(python).args(["-c", &format!("import {module}")]).output();
    tried.is_ok_and(|output| output.status.success())
}

#[test]
fn the_readmes_loader_is_short() {
    let lines = snippet("losses").lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 40, "{lines} lines");
}

#[test]
fn the_readmes_loader_reproduces_the_losses_of_a_run() {
    let Some(python) = python() else {
        return skipped(
            "the_readmes_loader_reproduces_the_losses_of_a_run",
            "no python3 with NumPy (QUANTA_PYTHON names another)",
        );
    };
    let settings = [
        "--n-tasks=4 --n-bits=40 --width=24 --steps=300 --seed=2",
        "--n-tasks=3 --n-bits=9 --k=2 --width=7 --depth=3 --activation=tanh --steps=30 --seed=5 --seed-task=1 --seed-data=9",
        "--task=majority --n-tasks=3 --n-bits=32 --width=16 --steps=400 --seed-model=4",
    ];
    for flags in settings {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("quick.safetensors");
        let flags: Vec<&str> = flags.split(' ').collect();
        let common = ["--lr=0.01", "--batch-size=100", "--eval-per-task=50", "--device=cpu", "--out", text(&path)];
        good(&[&["train"], flags.as_slice(), &common].concat());
        let computed = losses(&python, folder.path());
        let run = record(&path);
        let recorded = &run.last().expect("measured").quantum_loss_bits;
        assert_eq!(computed.len(), recorded.len());
        for (computed, recorded) in computed.iter().zip(recorded) {
            assert!((computed - f64::from(*recorded)).abs() < 5e-6, "{flags:?}: {computed} is recorded as {recorded}");
        }
        assert!(recorded.iter().any(|loss| (loss - 1.0).abs() > 1e-3), "nothing was trained: {recorded:?}");
    }
}

/// What the loader prints of the run in a folder.
fn losses(python: &str, folder: &Path) -> Vec<f64> {
    if !imports(python, "safetensors") {
        std::fs::write(folder.join("safetensors.py"), STAND_IN).expect("written");
    }
    let output = Command::new(python).args(["-c", snippet("losses")]).current_dir(folder).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("text");
    printed.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}
