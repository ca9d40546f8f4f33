//! A GGUF file.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static FILE: LazyLock<PathBuf> = LazyLock::new(|| quanta_fuzz::scratch().join("model.gguf"));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_in_place(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| quanta_fuzz::open(&FILE, &FILE, bytes));
