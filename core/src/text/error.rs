//! Why a text can't be learned.

use crate::figure::whole;

/// A text or a corpus that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A file without a letter.
    #[error("{0} is empty")]
    Empty(String),
    /// Bytes that are no text.
    #[error("{name} is no text in UTF-8: byte {} begins no letter", whole(*at as f64))]
    NotUtf8 {
        /// The file's name.
        name: String,
        /// Where the first wrong byte stands, from 0.
        at: usize,
    },
    /// Zero bytes, which no text has.
    #[error("{name} is no text: byte {} is 0", whole(*at as f64))]
    Binary {
        /// The file's name.
        name: String,
        /// Where the first zero stands, from 0.
        at: usize,
    },
    /// Too little to be told apart from what is held out.
    #[error(
        "the text has {found} tokens {what}, and documents of {needed} are cut out of it: give more text, or a shorter context"
    )]
    TooShort {
        /// How many tokens there are.
        found: usize,
        /// “to train on” or “held out”.
        what: &'static str,
        /// How many one document needs.
        needed: usize,
    },
    /// More tokens are to be tested than are held out.
    #[error(
        "only {} tokens are held out for tests, and {} are to be tested: set fewer (eval_tokens), or give more text",
        whole(*found as f64),
        whole(*asked as f64)
    )]
    FewHeldOut {
        /// How many there are.
        found: usize,
        /// How many are asked for.
        asked: usize,
    },
    /// A vocabulary of a size that there is none of.
    #[error("a vocabulary has from 257 to 65,535 tokens, not {0}: one for each byte, and those that are learned")]
    Vocabulary(usize),
    /// So many pairs are not in the text.
    #[error("the text is too short for a vocabulary of {asked} tokens: it gives no more than {found}")]
    FewPairs {
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        found: usize,
    },
    /// A corpus file that is broken, or something else.
    #[error("this is no corpus that can be read: {0}")]
    Broken(String),
    /// The library that learns a vocabulary failed.
    #[error("the vocabulary could not be learned: {0}")]
    Learning(String),
    /// A run's text is not open.
    #[error("the run’s text (number {0}) is not open here: open it again, in the page or with --corpus or --text")]
    NotOpen(u64),
    /// A run of a text for which no text was given.
    #[error("there is no text to learn: open one, in the page or with --corpus or --text")]
    NoText,
    /// The settings name another vocabulary than the corpus has.
    #[error("the settings say {settings} tokens, but the text is written in {corpus}")]
    Tokens {
        /// What the settings say.
        settings: usize,
        /// What the corpus has.
        corpus: usize,
    },
}
