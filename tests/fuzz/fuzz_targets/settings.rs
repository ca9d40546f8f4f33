//! A run's settings as JSON. What is read can be written, and reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::config::RunConfig;

fuzz_target!(|text: &str| {
    if let Ok(config) = RunConfig::from_json(text) {
        quanta_fuzz::look_at_settings(&config);
    }
});
