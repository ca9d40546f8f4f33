//! Learns a vocabulary from texts, with the library that published models' tokenizers come from.

use std::collections::HashMap;

use tokenizers::Trainer as _;
use tokenizers::trainers::BpeTrainer;

use super::pairs::BYTES;
use super::{BytePairs, Text, TextError, pieces};
use crate::pretrained::letters;

impl BytePairs {
    /// Learns a vocabulary of so many tokens: again and again the pair that is most frequent within pieces is
    /// joined into a token of its own.
    ///
    /// # Errors
    /// If a vocabulary has no such size, or the texts have fewer pairs that occur twice.
    pub fn learn(texts: &[Text], len: usize) -> Result<Self, TextError> {
        if len <= BYTES || len >= usize::from(u16::MAX) {
            return Err(TextError::Vocabulary(len));
        }
        // The library joins letters: each byte is given one.
        let alphabet: Vec<char> = letters().filter_map(|letter| letter.chars().next()).collect();
        let written = |piece: &str| piece.bytes().map(|byte| alphabet[usize::from(byte)]).collect::<String>();
        let failed = |error: &dyn ToString| TextError::Learning(error.to_string());
        let mut trainer = BpeTrainer::builder()
            .vocab_size(len)
            .min_frequency(2)
            .show_progress(false)
            .initial_alphabet(alphabet.iter().copied().collect())
            .build();
        let fed = trainer.feed(texts.iter().map(|text| &text.text), |text| Ok(pieces(text).map(written).collect()));
        fed.map_err(|error| failed(&error))?;
        let (_, merges, _) = trainer.train_vocab().map_err(|error| failed(&error))?;
        let mut tokens: HashMap<String, u16> = alphabet.iter().map(|letter| letter.to_string()).zip(0..).collect();
        let mut pairs = Vec::with_capacity(merges.len());
        for ((first, second), made) in merges.iter().zip(BYTES as u16..) {
            let pair = tokens.get(first).zip(tokens.get(second));
            let (first_token, second_token) = pair.ok_or_else(|| failed(&"it joins tokens that it has not made"))?;
            pairs.push([*first_token, *second_token]);
            tokens.insert(format!("{first}{second}"), made);
        }
        if BYTES + pairs.len() < len {
            return Err(TextError::FewPairs { asked: len, found: BYTES + pairs.len() });
        }
        Self::new(pairs)
    }
}
