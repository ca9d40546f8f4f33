//! The settings of a model's folder; its other files are those of a small model of the family that they name.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static FOLDERS: LazyLock<[PathBuf; 3]> = LazyLock::new(|| ["llama", "gpt2", "neox"].map(quanta_fuzz::model));

fuzz_target!(|bytes: &[u8]| {
    let names = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    let folder = &FOLDERS[if names(b"gpt_neox") { 2 } else { usize::from(names(b"gpt2")) }];
    quanta_fuzz::open(folder, &folder.join("config.json"), bytes);
});
