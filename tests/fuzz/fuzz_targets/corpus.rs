//! A corpus: what is read can be written and reads the same again, and its tokens are a text.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use quanta_core::text::Corpus;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    quanta_fuzz::mutate_safetensors(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(corpus) = Corpus::from_bytes(bytes) else { return };
    let written = corpus.to_bytes().expect("what was read can be written");
    assert_eq!(Corpus::from_bytes(&written).as_ref(), Ok(&corpus));
    assert!((1..1 << 53).contains(&corpus.number()));
    let _ = corpus.pairs.text(&corpus.training);
    let _ = corpus.pairs.text(&corpus.held_out);
});
