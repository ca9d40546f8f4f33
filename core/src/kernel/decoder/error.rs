//! What the kernel is asked that it cannot do.

/// Parameters or documents that do not fit a decoder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecoderError {
    /// A parameter is missing.
    #[error("the parameters lack “{0}”")]
    Missing(String),
    /// A parameter has another number of numbers.
    #[error("“{name}” has {found} numbers instead of {expected}")]
    Count {
        /// Its name.
        name: String,
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// A document has a length that the network does not read.
    #[error("a document has {found} tokens; it must have from 2 to {most}, one more than the context")]
    Length {
        /// How many tokens it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// A token is none of the vocabulary's.
    #[error("a document has the token {found}; there are only {tokens} tokens, counted from 0")]
    Token {
        /// The token.
        found: u32,
        /// How many tokens there are.
        tokens: usize,
    },
    /// A place stands after the last predicted one.
    #[error("there is no place {found}: the document predicts at {places} places, counted from 0")]
    Place {
        /// The place.
        found: usize,
        /// How many there are.
        places: usize,
    },
}
