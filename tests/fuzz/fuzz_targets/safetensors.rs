//! The arrays of a model's folder; its other files are those of the small Llama.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| quanta_fuzz::model("llama"));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_safetensors(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| quanta_fuzz::open(&FOLDER, &FOLDER.join("model.safetensors"), bytes));
