//! A NumPy array of losses of tokens, with what is shown of it.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use quanta_core::losses::Losses;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_in_place(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(losses) = Losses::from_npy("an array", bytes) {
        quanta_fuzz::look_at(&losses);
    }
});
