//! A corpus: texts in tokens, most of them to be trained on, some held out.

use super::{BytePairs, TextError};
use crate::hash::Fnv;

/// About how many bytes are held out in one go: some paragraphs.
const BLOCK: usize = 4_096;

/// Of so many blocks one is held out.
const EVERY: usize = 20;

/// A text before it is cut into tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its file's name.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Text {
    /// A file's bytes, without a byte-order mark.
    ///
    /// # Errors
    /// If they are no text in UTF-8, or none at all.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, TextError> {
        let name = name.to_owned();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.is_empty() {
            return Err(TextError::Empty(name));
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(TextError::Binary { name, at });
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text: text.to_owned() }),
            Err(error) => Err(TextError::NotUtf8 { name, at: error.valid_up_to() }),
        }
    }
}

/// What a corpus was made of.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// The text's name.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
}

/// Texts in tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// What it is called.
    pub title: String,
    /// The texts that it was made of.
    pub sources: Vec<Source>,
    /// Its vocabulary.
    pub pairs: BytePairs,
    /// What is trained on.
    pub training: Vec<u16>,
    /// What is tested on.
    pub held_out: Vec<u16>,
}

impl Corpus {
    /// Cuts texts into tokens. Every text falls into blocks of some paragraphs; of twenty the tenth is held out,
    /// so that both parts are of all texts.
    pub fn new(title: &str, texts: &[Text], pairs: BytePairs) -> Self {
        let (mut training, mut held_out) = (Vec::new(), Vec::new());
        for text in texts {
            for (at, block) in blocks(&text.text).enumerate() {
                let part = if at % EVERY == EVERY / 2 { &mut held_out } else { &mut training };
                part.extend(pairs.encode(block));
            }
        }
        let source = |text: &Text| Source { name: text.name.clone(), bytes: text.text.len() as u64 };
        Self { title: title.to_owned(), sources: texts.iter().map(source).collect(), pairs, training, held_out }
    }

    /// A number that names its content, vocabulary and tokens, for settings and links: another corpus has
    /// another. From 1 to 2^53 − 1.
    pub fn number(&self) -> u64 {
        let mut hash = Fnv::new();
        self.pairs.pairs().iter().flatten().for_each(|token| hash.add(*token));
        for part in [&self.training, &self.held_out] {
            hash.add(u16::MAX);
            part.iter().for_each(|token| hash.add(*token));
        }
        (hash.value() >> 11).max(1)
    }
}

/// Cuts a text after the first line end behind every so many bytes; where a line is very long, within it.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let least = (BLOCK..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let most = (2 * BLOCK..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let end = rest[least..most].find('\n').map_or(most, |at| least + at + 1);
        let (block, after) = rest.split_at(end);
        rest = after;
        (!block.is_empty()).then_some(block)
    })
}
