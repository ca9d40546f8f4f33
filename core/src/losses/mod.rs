//! Losses of single tokens, across models and over training: what the paper's Figs 3, 4, 11 and 12 are made of.
//!
//! A [`Losses`] is one table, models × checkpoints × tokens, with the text that the tokens stand in. It comes from
//! the lab's own runs of a text ([`Losses::of_runs`]), from a file ([`Losses::from_bytes`]; the layout is in
//! `file.rs`), or from a NumPy array ([`Losses::from_npy`]).

mod error;
mod file;
mod npy;
mod numbers;
mod read;
mod runs;
mod shape;
mod spread;
#[cfg(test)]
mod tests;

pub use error::LossesError;
pub use numbers::{KNOWN_BITS, Mean, Numbers};
pub use runs::checkpoints;
pub use shape::{Ask, Counts, Shape};
pub use spread::{BINS, MOST_BITS, Spread};

/// A model whose tokens' losses are known.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// What it is called.
    pub name: String,
    /// How many parameters count as its size, N: those beside the embedding where that is known. 0 where nothing is.
    #[serde(default)]
    pub parameters: u64,
    /// Which repetition of its size it is.
    #[serde(default)]
    pub seed: u64,
}

/// A stretch of text of its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Document {
    /// What it is called; often nothing.
    #[serde(default)]
    pub name: String,
    /// Its first token, counted over the whole text.
    pub begins: usize,
}

/// The text that tokens stand in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// The text of all tokens, one after another, in UTF-8 where each document is taken as a whole.
    pub bytes: Vec<u8>,
    /// Where each token ends in it, rising.
    pub ends: Vec<u32>,
    /// The documents, in order.
    pub documents: Vec<Document>,
    /// Which token of the text each loss is of, rising.
    pub places: Vec<u32>,
}

impl Passage {
    /// The bytes of some tokens of the text as letters; what is no whole letter is shown as �.
    pub fn text(&self, tokens: std::ops::Range<usize>) -> String {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_default() as usize;
        let first = tokens.start.checked_sub(1).map_or(0, end);
        let last = tokens.end.checked_sub(1).map_or(first, end).max(first);
        String::from_utf8_lossy(self.bytes.get(first..last).unwrap_or_default()).into_owned()
    }

    /// The text of a token with a loss, after that of up to so many tokens before it in its document; nothing where
    /// the text is not known.
    pub fn around(&self, token: usize, before: usize) -> Option<(String, String)> {
        let place = *self.places.get(token)? as usize;
        let (_, document) = self.document(place);
        Some((self.text(place.saturating_sub(before).max(document.start)..place), self.text(place..place + 1)))
    }

    /// The tokens of the document that a token of the text stands in.
    pub fn document(&self, token: usize) -> (usize, std::ops::Range<usize>) {
        let after = self.documents.partition_point(|document| document.begins <= token);
        let begins = |at: usize| self.documents.get(at).map_or(self.ends.len(), |document| document.begins);
        (after.saturating_sub(1), if after == 0 { 0 } else { begins(after - 1) }..begins(after))
    }
}

/// The losses of tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    /// What they are of.
    pub title: String,
    /// The models, the smallest first, seeds of one size beside each other.
    pub models: Vec<Model>,
    /// The steps of the checkpoints, rising, the same for all models.
    pub steps: Vec<u64>,
    /// The text; without tokens where nothing is known of it.
    pub passage: Passage,
    /// How many tokens have a loss.
    tokens: usize,
    /// Bits, `[models, checkpoints, tokens]`.
    bits: Vec<f32>,
}

impl Losses {
    /// From a table in bits, `[models, checkpoints, tokens]`. Models are put in the order of their size.
    ///
    /// # Errors
    /// If the parts don't fit each other, or a loss is not a number, infinite, or below zero.
    pub fn new(
        title: String,
        models: Vec<Model>,
        steps: Vec<u64>,
        passage: Passage,
        bits: Vec<f32>,
    ) -> Result<Self, LossesError> {
        let rows = models.len() * steps.len();
        if rows == 0 || bits.is_empty() {
            return Err(LossesError::Empty);
        }
        let tokens = bits.len() / rows;
        if tokens * rows != bits.len() {
            return Err(LossesError::Shape(format!(
                "{} losses do not fall into {} models × {} checkpoints",
                bits.len(),
                models.len(),
                steps.len()
            )));
        }
        if !steps.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(LossesError::Shape("the steps of the checkpoints do not rise".into()));
        }
        let wrong = |value: &f32| !(value.is_finite() && *value > -1e-3);
        if let Some(at) = bits.iter().position(wrong) {
            let (model, rest) = (at / (steps.len() * tokens), at % (steps.len() * tokens));
            let model = models[model].name.clone();
            return Err(LossesError::Value { value: bits[at], model, step: steps[rest / tokens], token: rest % tokens });
        }
        check(&passage, tokens)?;
        let mut order: Vec<usize> = (0..models.len()).collect();
        order.sort_by_key(|at| (models[*at].parameters, models[*at].seed));
        let of_model = steps.len() * tokens;
        let bits = order.iter().flat_map(|at| &bits[at * of_model..(at + 1) * of_model]).copied().collect();
        let models = order.iter().map(|at| models[*at].clone()).collect();
        Ok(Self { title, models, steps, passage, tokens, bits })
    }

    /// How many tokens have a loss.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The losses of all tokens in one model at one checkpoint, bits.
    pub fn row(&self, model: usize, checkpoint: usize) -> &[f32] {
        &self.bits[(model * self.steps.len() + checkpoint) * self.tokens..][..self.tokens]
    }

    /// The losses of all tokens in one model at the last checkpoint, bits.
    pub fn last(&self, model: usize) -> &[f32] {
        self.row(model, self.steps.len() - 1)
    }

    /// The mean loss of a model at a checkpoint, bits.
    pub fn mean(&self, model: usize, checkpoint: usize) -> f64 {
        self.row(model, checkpoint).iter().copied().map(f64::from).sum::<f64>() / self.tokens as f64
    }

    /// The share of tokens that cost less than so many bits.
    pub fn share_under(&self, model: usize, checkpoint: usize, bits: f32) -> f64 {
        self.row(model, checkpoint).iter().filter(|loss| **loss < bits).count() as f64 / self.tokens as f64
    }

    /// The models of the first repetition, one of each size, the smallest first.
    pub fn sizes(&self) -> Vec<usize> {
        let first = self.models.iter().map(|model| model.seed).min();
        let mut sizes: Vec<usize> = (0..self.models.len()).filter(|at| Some(self.models[*at].seed) == first).collect();
        sizes.dedup_by_key(|at| self.models[*at].parameters);
        sizes
    }

    /// Pairs of models of one size that differ in their seed.
    pub fn repetitions(&self) -> Vec<(usize, usize)> {
        let all = 0..self.models.len();
        let pairs = all.clone().flat_map(|a| all.clone().map(move |b| (a, b)));
        let is_one = |(a, b): &(usize, usize)| a < b && self.models[*a].parameters == self.models[*b].parameters;
        pairs.filter(is_one).filter(|(a, b)| self.models[*a].seed != self.models[*b].seed).collect()
    }

    /// Every loss, bits, `[models, checkpoints, tokens]`.
    fn bits(&self) -> &[f32] {
        &self.bits
    }
}

/// Checks that a passage is of so many tokens, or of none.
fn check(passage: &Passage, tokens: usize) -> Result<(), LossesError> {
    let wrong = |what: &str| Err(LossesError::Shape(what.to_owned()));
    if passage.ends.is_empty() && passage.places.is_empty() {
        return Ok(());
    }
    if passage.places.len() != tokens {
        return wrong(&format!("{} tokens have a place in the text, and {tokens} have a loss", passage.places.len()));
    }
    let rises = |list: &[u32]| list.windows(2).all(|pair| pair[0] <= pair[1]);
    if !rises(&passage.ends) || passage.ends.last().is_some_and(|end| *end as usize > passage.bytes.len()) {
        return wrong("the ends of the tokens do not rise within the text");
    }
    if !passage.places.windows(2).all(|pair| pair[0] < pair[1])
        || passage.places.last().is_some_and(|at| *at as usize >= passage.ends.len())
    {
        return wrong("the places of the tokens do not rise within the text");
    }
    let begins = |pair: &[Document]| pair[0].begins < pair[1].begins;
    if !passage.documents.windows(2).all(begins) || passage.documents.last().is_some_and(|last| last.begins >= passage.ends.len())
    {
        return wrong("the documents do not begin one after another within the text");
    }
    Ok(())
}
