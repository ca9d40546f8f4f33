//! A run's file. What is read can be written, and reads the same again.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use quanta_core::record::Record;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_safetensors(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(record) = Record::from_bytes(bytes) else { return };
    let Ok(written) = record.to_bytes() else { return };
    let again = Record::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes().ok(), Some(written));
});
