//! A published model's tokenizer, which then reads a short text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::pretrained::Tokenizer;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tokenizer) = Tokenizer::from_json(bytes) else { return };
    if let Ok(tokens) = tokenizer.encode("The cat's 2 hats,\r\n\tand  \u{e9}\u{4e16}\u{1f600}!\u{0}") {
        tokens.iter().for_each(|token| drop(tokenizer.text(*token)));
    }
    let _ = tokenizer.text(tokenizer.len() as u32);
});
