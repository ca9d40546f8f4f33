//! A text of one's own, and its tokens by any vocabulary: one byte n, n pairs, then the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quanta_core::text::{BytePairs, Corpus, Text, pieces};

fuzz_target!(|bytes: &[u8]| {
    let Some((count, rest)) = bytes.split_first() else { return };
    let Some((pairs, text)) = rest.split_at_checked(4 * usize::from(*count)) else { return };
    let Ok(text) = Text::from_bytes("a text", text) else { return };
    assert_eq!(pieces(&text.text).collect::<String>(), text.text);
    let token = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
    let given = BytePairs::new(pairs.chunks(4).map(|pair| [token(&pair[..2]), token(&pair[2..])]).collect());
    let learned = BytePairs::learn(std::slice::from_ref(&text), 257 + usize::from(*count));
    for pairs in [given, learned].into_iter().flatten() {
        assert_eq!(pairs.text(&pairs.encode(&text.text)), text.text);
        let corpus = Corpus::new("a corpus", std::slice::from_ref(&text), pairs);
        let written = corpus.to_bytes().expect("a corpus can be written");
        assert_eq!(Corpus::from_bytes(&written), Ok(corpus));
    }
});
