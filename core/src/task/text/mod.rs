//! A text of one's own: what is predicted is each next token, and each token of a fixed sample of what is held
//! out has a curve of its own.
//!
//! Documents are windows of the text, drawn anywhere. Of a window of a test only the second half is counted, so
//! that every tested token is predicted from at least half a document. Which quanta a token needs is not known:
//! the tokens themselves stand in the places of quanta, all equally often.

mod settings;
#[cfg(test)]
mod tests;

pub use settings::TextSettings;

use std::ops::Range;
use std::sync::Arc;

use super::{Sampling, Task, TaskSettings, documents_of};
use crate::quanta::Quanta;
use crate::rng::{Rng, Stream};
use crate::settings::Problem;
use crate::text::{Corpus, TextError};

/// Test windows that are taken in one go.
pub const PIECE: usize = 64;

/// Tokens of a window of a test that are counted: the second half.
fn new_tokens(context: usize) -> usize {
    context / 2
}

/// The task that validated settings describe.
pub fn task(settings: &TextSettings, sampling: &Sampling) -> Result<TextTask, TextError> {
    TextTask::new(settings, sampling)
}

/// What compares fields, once each is in its own range.
pub fn conflicts(settings: &TextSettings) -> Vec<Problem> {
    settings.conflicts()
}

/// The task in words, without a full stop.
pub fn in_words(settings: &TextSettings) -> String {
    settings.in_words()
}

/// What is predicted, at one place.
pub const EXAMPLE: &str = "After “once upon a” the next token is predicted, and the loss is what “ time” costs.";

/// Windows of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextBatch {
    /// Predicted tokens of a window.
    pub context: usize,
    /// The tokens, `[windows, context + 1]`.
    pub tokens: Vec<u32>,
}

impl TextBatch {
    fn new(context: usize) -> Self {
        Self { context, tokens: Vec::new() }
    }

    /// How many windows there are.
    pub fn len(&self) -> usize {
        self.tokens.len() / (self.context + 1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    fn push(&mut self, text: &[u16], at: usize) {
        self.tokens.extend(text[at..=at + self.context].iter().copied().map(u32::from));
    }
}

/// A text with what is drawn from it.
#[derive(Clone, Debug)]
pub struct TextTask {
    corpus: Arc<Corpus>,
    context: usize,
    seed: u64,
    batch_size: usize,
    /// How many training windows there are; 0 for fresh ones at every step.
    samples: u64,
    tested: usize,
    quanta: Quanta,
}

impl TextTask {
    /// The task that validated settings describe.
    ///
    /// # Errors
    /// If the text is not open, or too short.
    pub fn new(settings: &TextSettings, sampling: &Sampling) -> Result<Self, TextError> {
        Ok(Self {
            corpus: settings.corpus()?,
            context: settings.context,
            seed: sampling.seed_data,
            batch_size: sampling.batch_size,
            samples: sampling.samples,
            tested: settings.eval_tokens,
            quanta: settings.quanta(),
        })
    }

    /// The text.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Tokens of the vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.corpus.pairs.len()
    }

    /// Predicted tokens of a window.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Windows of a test.
    pub fn test_windows(&self) -> usize {
        self.tested.div_ceil(new_tokens(self.context))
    }

    /// The tokens that a window of a test tests, counted from 0 over all.
    pub fn tested(&self, window: usize) -> Range<usize> {
        let new = new_tokens(self.context);
        window * new..((window + 1) * new).min(self.tested)
    }

    /// Where a window of a test begins in the part that is held out: spread evenly over it, the last at its end.
    fn test_start(&self, window: usize) -> usize {
        let last = self.corpus.held_out.len() - 1 - self.context;
        match self.test_windows() - 1 {
            0 => 0,
            // Windows whose second halves would overlap were refused.
            gaps => (window as u64 * last as u64 / gaps as u64) as usize,
        }
    }

    /// Where each tested token stands in the part that is held out, rising.
    pub fn places(&self) -> Vec<usize> {
        let first = self.context + 1 - new_tokens(self.context);
        let of_window = |window: usize| {
            let start = self.test_start(window) + first;
            start..start + self.tested(window).len()
        };
        (0..self.test_windows()).flat_map(of_window).collect()
    }

    /// Some windows of the test: the same ones at every evaluation, whatever the seed.
    pub fn test_piece(&self, windows: Range<usize>) -> TextBatch {
        let mut batch = TextBatch::new(self.context);
        for window in windows.start..windows.end.min(self.test_windows()) {
            batch.push(&self.corpus.held_out, self.test_start(window));
        }
        batch
    }

    /// A training window, as its name draws it.
    fn push(&self, batch: &mut TextBatch, stream: Stream, name: u64) {
        let starts = self.corpus.training.len() - self.context;
        let at = Rng::new(self.seed, stream, name).below(u32::try_from(starts).unwrap_or(u32::MAX));
        batch.push(&self.corpus.training, at as usize);
    }
}

impl Task for TextTask {
    type Batch = TextBatch;

    fn quanta(&self) -> &Quanta {
        &self.quanta
    }

    /// Windows drawn anywhere, or the next ones of a fixed set of them in the order of its epoch.
    fn training_batch(&self, step: u64) -> TextBatch {
        let mut batch = TextBatch::new(self.context);
        for (stream, name) in documents_of(step, self.batch_size, self.samples, self.seed) {
            self.push(&mut batch, stream, name);
        }
        batch
    }

    /// The windows in which tokens of that range are tested; `draw` names nothing, since the test is fixed.
    fn test_batch(&self, _draw: u64, quanta: Range<usize>) -> TextBatch {
        let new = new_tokens(self.context);
        self.test_piece(quanta.start / new..quanta.end.div_ceil(new))
    }
}
