//! Text as a model reads it: cut into pieces, pieces into byte pairs, and a corpus of what is trained on and
//! what is held out.

mod corpus;
mod error;
mod file;
#[cfg(feature = "pretrained")]
mod learn;
mod pairs;
mod pieces;
mod shelf;
#[cfg(test)]
mod tests;
mod windows;

pub use corpus::{Corpus, Source, Text};
pub use error::TextError;
pub(crate) use file::FORMAT;
pub use pairs::BytePairs;
pub use pieces::pieces;
pub use shelf::{keep, kept, of_kept};
pub use windows::windows;
