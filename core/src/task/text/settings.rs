//! The settings of a text.

use std::sync::Arc;

use super::{PIECE, new_tokens};
use crate::figure::whole;
use crate::quanta::Quanta;
use crate::settings::{Kind, Problem, Section, section};
use crate::task::{Noun, Sizes, TaskSettings};
use crate::text::{self, Corpus, TextError};

section! {
    /// A text to be learned.
    TextSettings {
        corpus_id: u64 = 0, Task, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Text",
            "The number that names the text’s content; opening a text sets it.";
        tokens: usize = 1_024, Task, Kind::Whole { min: 257, max: 65_534 }, "tokens", "Vocabulary",
            "How many tokens the text is written in; opening a text sets it.";
        context: usize = 128, Task, Kind::Whole { min: 4, max: 4_096 }, "tokens", "Length of a document",
            "How many tokens of a document are predicted.";
        eval_tokens: usize = 2_000, Measurement, Kind::Whole { min: 1, max: 100_000 }, "tokens", "Test tokens",
            "How many tokens of the part that is held out are tested, the same ones at each evaluation.";
    }
}

impl TextSettings {
    /// The text, where it is open and fits these settings.
    ///
    /// # Errors
    /// If it is not open, or too short.
    pub fn corpus(&self) -> Result<Arc<Corpus>, TextError> {
        let none = || if self.corpus_id == 0 { TextError::NoText } else { TextError::NotOpen(self.corpus_id) };
        let corpus = text::kept(self.corpus_id).ok_or_else(none)?;
        let (found, context) = (corpus.pairs.len(), self.context);
        if found != self.tokens {
            return Err(TextError::Tokens { settings: self.tokens, corpus: found });
        }
        for (part, what) in [(&corpus.training, "to train on"), (&corpus.held_out, "held out")] {
            if part.len() <= context {
                return Err(TextError::TooShort { found: part.len(), what, needed: context + 1 });
            }
        }
        // Windows begin at least a second half apart.
        let new = new_tokens(context);
        let most = ((corpus.held_out.len() - 1 - context) / new + 1) * new;
        if self.eval_tokens > most {
            return Err(TextError::FewHeldOut { found: most, asked: self.eval_tokens });
        }
        Ok(corpus)
    }

    /// Windows of a test.
    pub(super) fn windows(&self) -> usize {
        self.eval_tokens.div_ceil(new_tokens(self.context))
    }

    /// The task in words: “the text “lab-text-1” in 1,024 tokens”.
    pub(super) fn in_words(&self) -> String {
        let title = text::of_kept(self.corpus_id, |corpus| corpus.title.clone());
        let name = title.map_or_else(|| format!("a text (number {})", self.corpus_id), |title| format!("the text “{title}”"));
        format!("{name} in {} tokens", whole(self.tokens as f64))
    }

    /// Whether such a text can be learned; not whether it is open, which is another matter for every reader.
    pub(super) fn conflicts(&self) -> Vec<Problem> {
        let written = text::of_kept(self.corpus_id, |corpus| corpus.pairs.len()).filter(|tokens| *tokens != self.tokens);
        let problem = written.map(|tokens| self.problem("tokens", format!("must be {tokens}: so many the text is written in")));
        problem.into_iter().collect()
    }
}

impl TaskSettings for TextSettings {
    fn quanta(&self) -> Quanta {
        Quanta::tokens(self.eval_tokens, libm::log2(self.tokens as f64) as f32)
    }

    fn documents(&self) -> Option<(usize, usize)> {
        Some((self.tokens, self.context))
    }

    fn noun(&self) -> Noun {
        Noun::TOKEN
    }

    fn sizes(&self) -> Sizes {
        let tests = self.windows() as u64;
        Sizes {
            quanta: self.eval_tokens as u64,
            stored: 0,
            drawn: 8 * self.context as u64,
            tests,
            tests_at_once: tests.min(PIECE as u64),
        }
    }

    fn digest(&self) -> String {
        format!("{} tokens, documents of {}", whole(self.tokens as f64), self.context)
    }
}
