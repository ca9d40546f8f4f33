//! Pieces of text, within which bytes are joined into tokens: words, signs, single digits, white space.

/// No piece is longer, bytes: joining takes time that grows with its square.
const MOST: usize = 48;

/// What a letter counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Sign,
    /// Each of its own kind: spaces, line ends, tabs.
    White(char),
}

fn class(letter: char) -> Class {
    match letter {
        _ if letter.is_whitespace() => Class::White(letter),
        _ if letter.is_numeric() => Class::Digit,
        _ if letter.is_alphabetic() => Class::Letter,
        _ => Class::Sign,
    }
}

/// Cuts a text into pieces; one after another they are the text. A word or a run of signs takes the one space
/// before it along, as GPT-2's pieces do; a digit stands alone, so that numbers are written digit by digit.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at(first(rest));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// How many bytes the first piece has.
fn first(text: &str) -> usize {
    let mut letters = text.chars();
    let Some(start) = letters.next() else { return 0 };
    let joins = |class: Class| matches!(class, Class::Letter | Class::Sign);
    let (mut len, kind) = match (class(start), letters.next().map(class)) {
        (Class::Digit, _) => return start.len_utf8(),
        (Class::White(' '), Some(next)) if joins(next) => (1, next),
        (kind, _) => (start.len_utf8(), kind),
    };
    for letter in text[len..].chars() {
        if class(letter) != kind || len + letter.len_utf8() > MOST {
            break;
        }
        len += letter.len_utf8();
    }
    // The last space of several goes with the word behind it.
    let next = text[len..].chars().next().map(class);
    let gives_one = kind == Class::White(' ') && len > 1 && next.is_some_and(joins);
    if gives_one { len - 1 } else { len }
}
