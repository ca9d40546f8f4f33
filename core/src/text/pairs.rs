//! Byte pairs: a vocabulary of all bytes and of pairs of tokens, joined in the order in which they were learned
//! (Sennrich et al. 2016, arXiv 1508.07909).

use std::collections::HashMap;

use super::TextError;
use super::pieces::pieces;

/// The tokens that are bytes.
pub(super) const BYTES: usize = 256;

/// A vocabulary: token i under 256 is the byte i, and each one after them joins two earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BytePairs {
    pairs: Vec<[u16; 2]>,
    /// The token of each pair.
    joined: HashMap<[u16; 2], u16>,
}

impl BytePairs {
    /// From the pairs in the order in which they were learned: the first makes token 256.
    ///
    /// # Errors
    /// If there are too many or none, or a pair is named twice or joins tokens that are not made before it.
    pub fn new(pairs: Vec<[u16; 2]>) -> Result<Self, TextError> {
        let len = BYTES + pairs.len();
        if pairs.is_empty() || len >= usize::from(u16::MAX) {
            return Err(TextError::Vocabulary(len));
        }
        let mut joined = HashMap::with_capacity(pairs.len());
        for (made, pair) in (BYTES..).zip(&pairs) {
            let is_known = pair.iter().all(|token| usize::from(*token) < made);
            if !is_known || joined.insert(*pair, made as u16).is_some() {
                return Err(TextError::Broken(format!("its token {made} joins {} and {}", pair[0], pair[1])));
            }
        }
        Ok(Self { pairs, joined })
    }

    /// How many tokens it has.
    pub fn len(&self) -> usize {
        BYTES + self.pairs.len()
    }

    /// Never: it has all bytes.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The pairs, in the order in which they were learned.
    pub fn pairs(&self) -> &[[u16; 2]] {
        &self.pairs
    }

    /// The tokens of a text.
    pub fn encode(&self, text: &str) -> Vec<u16> {
        let mut known: HashMap<&str, Vec<u16>> = HashMap::new();
        let mut tokens = Vec::with_capacity(text.len() / 3);
        for piece in pieces(text) {
            tokens.extend_from_slice(known.entry(piece).or_insert_with(|| self.join(piece)));
        }
        tokens
    }

    /// The tokens of one piece: of all neighbours the pair that was learned first is joined, until none is left.
    fn join(&self, piece: &str) -> Vec<u16> {
        let mut tokens: Vec<u16> = piece.bytes().map(u16::from).collect();
        loop {
            let known = |at: usize| self.joined.get(&[tokens[at], tokens[at + 1]]).map(|made| (*made, at));
            let Some((made, _)) = (0..tokens.len().saturating_sub(1)).filter_map(known).min() else { return tokens };
            let pair = self.pairs[usize::from(made) - BYTES];
            let mut at = 0;
            while at + 1 < tokens.len() {
                if [tokens[at], tokens[at + 1]] == pair {
                    tokens[at] = made;
                    tokens.remove(at + 1);
                }
                at += 1;
            }
        }
    }

    /// The bytes of some tokens, those of unknown ones left out.
    pub fn bytes(&self, tokens: &[u16]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut open: Vec<u16> = tokens.iter().rev().copied().collect();
        while let Some(token) = open.pop() {
            match usize::from(token).checked_sub(BYTES) {
                None => bytes.push(token as u8),
                Some(at) => open.extend(self.pairs.get(at).into_iter().flat_map(|[first, second]| [*second, *first])),
            }
        }
        bytes
    }

    /// The text of some tokens; what is no whole letter is shown as �.
    pub fn text(&self, tokens: &[u16]) -> String {
        String::from_utf8_lossy(&self.bytes(tokens)).into_owned()
    }
}
