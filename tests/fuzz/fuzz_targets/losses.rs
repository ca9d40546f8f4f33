//! A file of losses of tokens, with what is shown of it. What is read can be written, and reads again.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use quanta_core::losses::Losses;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_safetensors(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(losses) = Losses::from_bytes(bytes) else { return };
    quanta_fuzz::look_at(&losses);
    let Ok(written) = losses.to_bytes() else { return };
    let again = Losses::from_bytes(&written).expect("what was written can be read");
    assert_eq!((again.models, again.steps, again.passage), (losses.models, losses.steps, losses.passage));
});
