//! The tokens of a planted language.

use std::ops::Range;

use super::settings::{LanguageSettings, Notation, Targets};

/// Which numbers stand for which tokens. Signs come first, then one range a kind; where all quanta
/// share their targets, the ranges of values, words, numbers, letters, closing brackets, verbs and the
/// line end lie on the same symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// How many tokens there are.
    pub len: usize,
    /// What facts are about.
    pub subjects: Range<u32>,
    /// How.
    pub relations: Range<u32>,
    /// What they say.
    pub values: Range<u32>,
    /// The words of phrases.
    pub words: Range<u32>,
    /// Numbers, or the ten digits.
    pub numbers: Range<u32>,
    /// The letters of lists.
    pub letters: Range<u32>,
    /// Opening brackets.
    pub open: Range<u32>,
    /// Closing brackets, in the same order.
    pub close: Range<u32>,
    /// Nouns, one a class.
    pub nouns: Range<u32>,
    /// Verbs, in the same order.
    pub verbs: Range<u32>,
    /// Words that nothing follows from.
    pub fillers: Range<u32>,
    /// The line end.
    pub line_end: u32,
    /// Points at the first, second … letter of a list.
    pub points: Range<u32>,
    /// Begins a look-up among two, three … pairs.
    pub lookups: Range<u32>,
    is_shared: bool,
}

/// Signs: tokens that stand for themselves.
pub(super) mod sign {
    /// The beginning of a document.
    pub const BEGIN: u32 = 0;
    /// The end of a sentence.
    pub const END: u32 = 1;
    pub const PHRASE: u32 = 2;
    pub const COUNT: u32 = 3;
    pub const LIST: u32 = 4;
    pub const COPY: u32 = 5;
    pub const REVERSE: u32 = 6;
    pub const IS: u32 = 7;
    pub const ASK: u32 = 8;
    pub const CUE: u32 = 9;
    pub const ADD: u32 = 10;
    pub const LINE: u32 = 11;
    /// How each is shown.
    pub const NAMES: [&str; 12] = ["⟨begin⟩", ".", "phrase", "count", "list", "copy", "reverse", "is", "ask", "?", "add", "line"];
}

/// How many kinds of brackets and classes of nouns there are, and words that nothing follows from.
pub(super) const CLASSES: u32 = 3;
const FILLERS: u32 = 8;

impl Vocabulary {
    /// The tokens of a language.
    pub fn new(settings: &LanguageSettings) -> Self {
        let is_shared = settings.targets == Targets::Shared;
        let mut next = sign::NAMES.len() as u32;
        let mut take = |count: u32| {
            next += count;
            next - count..next
        };
        let numbers = if settings.notation == Notation::Digits { 10 } else { settings.numbers as u32 };
        let subjects = take(settings.subjects as u32);
        let relations = take(settings.relations as u32);
        let letters = take(settings.letters as u32);
        let mut kind = |count: u32| if is_shared { letters.start..letters.start + count } else { take(count) };
        let symbols = settings.letters as u32;
        let own = |count: usize| if is_shared { symbols } else { count as u32 };
        let (values, words) = (kind(own(settings.values)), kind(own(settings.vocabulary_words)));
        let numbers = kind(own(numbers as usize));
        let (close, verbs, line_end) = (kind(CLASSES), kind(CLASSES), kind(1).start);
        let (open, nouns, fillers) = (take(CLASSES), take(CLASSES), take(FILLERS));
        let (points, lookups) = (take(settings.pointers as u32), take(settings.lookups as u32));
        Self {
            len: next as usize,
            subjects,
            relations,
            values,
            words,
            numbers,
            letters,
            open,
            close,
            nouns,
            verbs,
            fillers,
            line_end,
            points,
            lookups,
            is_shared,
        }
    }

    /// The token that a document begins with.
    pub const BEGIN: u32 = sign::BEGIN;
    /// The token that ends a sentence.
    pub const END: u32 = sign::END;

    /// The token of that name; nothing where there is none.
    pub fn token(&self, name: &str) -> Option<u32> {
        (0..self.len as u32).find(|token| self.name(*token) == name)
    }

    /// Whether a token ends what the next may depend on: the end of a sentence, or the beginning of a
    /// document.
    pub fn is_end(token: u32) -> bool {
        matches!(token, sign::BEGIN | sign::END)
    }

    /// A token as it is shown.
    pub fn name(&self, token: u32) -> String {
        if let Some(name) = sign::NAMES.get(token as usize) {
            return (*name).to_owned();
        }
        if self.is_shared && self.letters.contains(&token) {
            return letter(token - self.letters.start);
        }
        let kinds: [(&Range<u32>, Naming); 13] = [
            (&self.subjects, |i| format!("thing{i}")),
            (&self.relations, |i| format!("has{i}")),
            (&self.values, |i| format!("value{i}")),
            (&self.words, |i| format!("word{i}")),
            (&self.numbers, |i| i.to_string()),
            (&self.letters, letter),
            (&self.open, |i| ["(", "[", "{"][i as usize % 3].to_owned()),
            (&self.close, |i| [")", "]", "}"][i as usize % 3].to_owned()),
            (&self.nouns, |i| ["sun", "rain", "wind"][i as usize % 3].to_owned()),
            (&self.verbs, |i| ["shines", "falls", "blows"][i as usize % 3].to_owned()),
            (&self.fillers, |i| ["so", "then", "now", "oh", "well", "yes", "and", "but"][i as usize % 8].to_owned()),
            (&self.points, |i| format!("take{}", i + 1)),
            (&self.lookups, |i| format!("pairs{}", i + 2)),
        ];
        let known = kinds.into_iter().find(|(range, _)| range.contains(&token));
        known.map_or_else(|| "⏎".to_owned(), |(range, name)| name(token - range.start))
    }
}

/// How the tokens of a kind are shown, from their place in it.
type Naming = fn(u32) -> String;

/// a, b, … z, a1, b1, …
fn letter(index: u32) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}
