//! A sweep's manifest, which others may write by hand. What is read can be written, and reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::sweep::Manifest;

fuzz_target!(|text: &str| {
    let Ok(manifest) = Manifest::from_json(text, "a file") else { return };
    let again = Manifest::from_json(&manifest.to_json(), "a file").expect("what was written can be read");
    assert_eq!(again, manifest);
});
