//! The index of a model's folder whose arrays are in two files.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| quanta_fuzz::model("llama-sharded"));

fuzz_target!(|bytes: &[u8]| quanta_fuzz::open(&FOLDER, &FOLDER.join("model.safetensors.index.json"), bytes));
