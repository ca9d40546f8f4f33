//! A run's settings as a link. What is read can be written, and reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::config::{PAGE_KEYS, RunConfig, foreign_keys};

fuzz_target!(|text: &str| {
    let _ = foreign_keys(text, PAGE_KEYS);
    let _ = RunConfig::from_link(text, PAGE_KEYS);
    if let Ok(config) = RunConfig::from_query(text, PAGE_KEYS) {
        quanta_fuzz::look_at_settings(&config);
    }
});
