//! What the fuzz targets share: folders of models in memory, mutators that keep a file's form, and looks at what
//! was read.

mod mutate;

use std::path::{Path, PathBuf};
use std::{fs, process};

pub use mutate::{mutate_in_place, mutate_safetensors};
use quanta_core::config::RunConfig;
use quanta_core::losses::{Ask, Losses, Spread};
use quanta_core::pretrained::Pretrained;

/// A folder in memory of this process's own; `run` removes it.
pub fn scratch() -> PathBuf {
    let folder = PathBuf::from(format!("/dev/shm/quanta-fuzz/{}", process::id()));
    fs::create_dir_all(&folder).expect("a folder in memory can be made");
    folder
}

/// A copy in memory of one of the small models in `tests/models`.
pub fn model(name: &str) -> PathBuf {
    let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(name), scratch().join(name));
    fs::create_dir_all(&to).expect("a folder in memory can be made");
    for file in fs::read_dir(from).expect("the model is there").flatten() {
        fs::copy(file.path(), to.join(file.file_name())).expect("a file in memory can be written");
    }
    to
}

/// Opens a model of which one file has these bytes, and reads a short text's tokens.
pub fn open(path: &Path, file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).expect("a file in memory can be written");
    if let Ok(model) = Pretrained::open(path) {
        let _ = model.tokenizer.encode("the cat sat on the mat");
        assert!(model.parameters() > 0);
    }
}

/// What is shown of losses of tokens.
pub fn look_at(losses: &Losses) {
    let _ = losses.counts(&Ask::default());
    let _ = losses.apart_between_seeds(&Ask::default());
    for model in losses.sizes() {
        let _ = Spread::new(losses.last(model));
        let _ = losses.mean(model, 0);
    }
    for place in &losses.passage.places {
        let (_, tokens) = losses.passage.document(*place as usize);
        let _ = losses.passage.text(tokens);
    }
}

/// Writes settings in every form, and reads them again.
pub fn look_at_settings(config: &RunConfig) {
    assert_eq!(RunConfig::from_query(&config.to_query(), &[]).as_ref(), Ok(config));
    assert_eq!(RunConfig::from_json(&config.to_json()).as_ref(), Ok(config));
    let _ = (config.settings_in_words(), config.identity(), config.log_steps());
}
