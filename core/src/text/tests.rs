use proptest::prelude::*;

use super::*;

fn text(text: &str) -> Text {
    Text { name: "a.txt".into(), text: text.into() }
}

#[test]
fn pieces_are_words_signs_digits_and_white_space() {
    let cut = |text| pieces(text).collect::<Vec<_>>();
    assert_eq!(cut("The cat sat."), ["The", " cat", " sat", "."]);
    assert_eq!(cut("in 1851, (he)"), ["in", " ", "1", "8", "5", "1", ",", " (", "he", ")"]);
    assert_eq!(cut("a   b\n\n  c\td"), ["a", "  ", " b", "\n\n", " ", " c", "\t", "d"]);
    assert_eq!(cut("it’s naïve"), ["it", "’", "s", " naïve"]);
}

#[test]
fn texts_that_are_none_are_refused_in_words() {
    let refused = |bytes: &[u8]| Text::from_bytes("a.txt", bytes).unwrap_err().to_string();
    assert_eq!(refused(b""), "a.txt is empty");
    assert_eq!(refused(b"\xef\xbb\xbf"), "a.txt is empty");
    assert_eq!(refused(b"ab\0c"), "a.txt is no text: byte 2 is 0");
    assert_eq!(refused(b"caf\xe9"), "a.txt is no text in UTF-8: byte 3 begins no letter");
    assert_eq!(Text::from_bytes("a.txt", b"\xef\xbb\xbfhi").map(|text| text.text), Ok("hi".into()));
}

#[test]
fn pairs_are_joined_in_the_order_in_which_they_were_learned() {
    // 256 = “ab”, 257 = “ca”, 258 = “abc”.
    let pairs = BytePairs::new(vec![[97, 98], [99, 97], [256, 99]]).unwrap();
    assert_eq!(pairs.encode("abcab"), [258, 256]);
    // “ab” comes before “ca”.
    assert_eq!(pairs.encode("cab"), [99, 256]);
    assert_eq!(pairs.encode("caca"), [257, 257]);
    assert_eq!(pairs.text(&[258, 256, 9_999]), "abcab");
}

#[test]
fn vocabularies_that_are_none_are_refused() {
    assert_eq!(BytePairs::new(vec![]), Err(TextError::Vocabulary(256)));
    assert!(BytePairs::new(vec![[97, 256]]).is_err(), "joins itself");
    assert!(BytePairs::new(vec![[97, 98], [97, 98]]).is_err(), "twice the same");
}

#[test]
fn a_corpus_comes_back_from_its_file_and_holds_out_a_twentieth() {
    let long: String = (0..40_000).map(|line| format!("{line}: a line of words\n")).collect();
    let corpus = Corpus::new("lines", &[text(&long)], BytePairs::new(vec![[97, 98]]).unwrap());
    let read = Corpus::from_bytes(&corpus.to_bytes().unwrap()).unwrap();
    assert_eq!((&read, read.number()), (&corpus, corpus.number()));
    let share = corpus.held_out.len() as f64 / (corpus.training.len() + corpus.held_out.len()) as f64;
    assert!((0.045..0.055).contains(&share), "{share}");
    // Blocks end where lines do.
    assert!(corpus.pairs.text(&corpus.held_out).ends_with("a line of words\n"));
    let mut other = corpus.clone();
    other.held_out[0] ^= 1;
    assert_ne!(other.number(), corpus.number());
}

#[test]
fn a_line_of_ten_million_letters_is_cut_into_blocks_and_tokens() {
    let line = "é".repeat(5_000_000);
    let corpus = Corpus::new("one line", &[text(&line)], BytePairs::new(vec![[0xc3, 0xa9], [256, 256]]).unwrap());
    assert_eq!(corpus.training.len() + corpus.held_out.len(), 2_500_000);
    assert!(corpus.held_out.len() > 100_000);
}

#[cfg(feature = "pretrained")]
#[test]
fn a_vocabulary_is_learned_with_the_most_frequent_pairs_first() {
    let texts = [text(&"the cat and the hat and the mat ".repeat(50))];
    let pairs = BytePairs::learn(&texts, 262).unwrap();
    assert_eq!(pairs.len(), 262);
    assert_eq!(pairs, BytePairs::learn(&texts, 262).unwrap());
    let tokens: Vec<String> = (256..262).map(|token| pairs.text(&[token])).collect();
    assert!(tokens.contains(&" the".to_owned()) || tokens.contains(&" th".to_owned()), "{tokens:?}");
    let few = BytePairs::learn(&texts, 2_000);
    assert!(matches!(few, Err(TextError::FewPairs { asked: 2_000, .. })), "{few:?}");
    assert_eq!(BytePairs::learn(&texts, 256), Err(TextError::Vocabulary(256)));
}

proptest! {
    #[test]
    fn a_text_comes_back_from_its_tokens(text in "\\PC*", pairs in prop::collection::vec(any::<[u16; 2]>(), 1..200)) {
        // Any pairs of tokens that are there already.
        let made = (256u16..).zip(pairs).map(|(made, pair)| pair.map(|token| token % made));
        let mut seen = std::collections::HashSet::new();
        let mut known: Vec<[u16; 2]> = Vec::new();
        for pair in made {
            let pair = pair.map(|token| token % (256 + known.len() as u16));
            if seen.insert(pair) {
                known.push(pair);
            }
        }
        let pairs = BytePairs::new(known).unwrap();
        prop_assert_eq!(pieces(&text).collect::<String>(), text.clone());
        prop_assert_eq!(pairs.text(&pairs.encode(&text)), text);
    }

    #[test]
    fn bytes_that_are_no_corpus_are_refused_without_panic(at in 0usize..600, byte: u8) {
        let corpus = Corpus::new("small", &[text(&"some words and more words\n".repeat(20))], BytePairs::new(vec![[97, 98]]).unwrap());
        let mut bytes = corpus.to_bytes().unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(read) = Corpus::from_bytes(&bytes) {
            prop_assert_eq!(read.number(), corpus.number());
        }
    }
}
