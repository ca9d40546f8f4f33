//! wasm-bindgen ends the name of each import with a hash, 16 digits that no compression shrinks. Within
//! one build a number does as well, and takes 3 KB off what starts the page.

use std::collections::BTreeMap;

/// How many hexadecimal digits a hash has.
const DIGITS: usize = 16;

/// Replaces the hashes in the script, and the same ones in its wasm, by numbers of the same length.
pub fn imports(script: &mut [u8], wasm: &mut [u8]) {
    let mut numbers = BTreeMap::new();
    for at in hashes(script) {
        let next = numbers.len();
        numbers.entry(digits(script, at)).or_insert(next);
    }
    for bytes in [script, wasm] {
        for at in hashes(bytes) {
            if let Some(number) = numbers.get(&digits(bytes, at)) {
                bytes[at..at + DIGITS].copy_from_slice(format!("{number:0DIGITS$}").as_bytes());
            }
        }
    }
}

fn digits(bytes: &[u8], at: usize) -> Vec<u8> {
    bytes[at..at + DIGITS].to_vec()
}

/// Where hashes are: after an underscore, and not part of a longer word.
fn hashes(bytes: &[u8]) -> Vec<usize> {
    let is_hash =
        |window: &[u8]| window[0] == b'_' && window[1..].iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
    let ends = |at: usize| bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let places = bytes.windows(DIGITS + 1).enumerate();
    places.filter(|(at, window)| is_hash(window) && ends(at + DIGITS + 1)).map(|(at, _)| at + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_becomes_the_same_number_in_both_files() {
        let mut script = b"__wbg_new_bb74001155cb8ca8: f, __wbg_get_0123456789abcdef: g, __wbg_new_bb74001155cb8ca8()".to_vec();
        // In wasm the length stands before a name, and the kind of import after it.
        let mut wasm = b"\x1a__wbg_get_0123456789abcdef\0\x02_fedcba9876543210\0".to_vec();
        imports(&mut script, &mut wasm);
        let expected = b"__wbg_new_0000000000000000: f, __wbg_get_0000000000000001: g, __wbg_new_0000000000000000()";
        assert_eq!(script, expected);
        assert_eq!(wasm, b"\x1a__wbg_get_0000000000000001\0\x02_fedcba9876543210\0");
    }

    #[test]
    fn longer_words_are_left_alone() {
        let mut script = b"_0123456789abcdef0 _0123456789abcdeg _0123456789abcdef_x".to_vec();
        let before = script.clone();
        imports(&mut script, &mut []);
        assert_eq!(script, before);
    }
}
