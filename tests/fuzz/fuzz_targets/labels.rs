//! Labels of samples and what is known of the samples, as others write them for scores.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::analysis::labels::{Clusterings, Truth};

fuzz_target!(|text: &str| {
    let _ = Clusterings::from_json(text);
    let _ = Truth::from_json(text);
});
