//! What is learned: the tasks, each in a file of its own, and the one list of them.
//!
//! A task is data: its quanta, the batch of a step, the test samples of a draw. It knows no tensors
//! and no model; `workload` is where it meets one.
//!
//! # Adding a task
//!
//! Write one file beside `parity.rs` and add one line to the list at the end of this file. A task over
//! random bits is a rule for the label, as in `majority.rs`; one of another kind brings its settings
//! (a [`section!`](crate::settings)) and its own batch. Flags, links, files and the page's form follow
//! from the settings by themselves.

mod bits;
mod subtasks;
#[cfg(test)]
mod tests;

pub use bits::{BitBatch, BitTask, Label};
pub use language::{LanguageBatch, LanguageSettings, LanguageTask};
pub use subtasks::{Subtasks, TEST_PIECE};
pub use text::{TextBatch, TextSettings, TextTask};

use std::ops::Range;

use crate::quanta::Quanta;
use crate::rng::{Permutation, Stream};
use crate::settings::{Problem, Section};
use crate::text::TextError;

/// Samples of a task made of quanta.
pub trait Task {
    /// Samples as they travel to a device.
    type Batch;

    /// What the task is made of.
    fn quanta(&self) -> &Quanta;

    /// The training batch of step `step`, counted from 0. The same step names the same batch, in
    /// any order of asking.
    fn training_batch(&self, step: u64) -> Self::Batch;

    /// Fresh test samples of a range of quanta, in order; `draw` names them. Any range sees the
    /// same samples of a quantum.
    fn test_batch(&self, draw: u64, quanta: Range<usize>) -> Self::Batch;
}

/// What is drawn for training, and from which seeds: what a task needs besides its own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Names what the task is made of.
    pub seed_task: u64,
    /// Names the samples, of training and of tests.
    pub seed_data: u64,
    /// Samples in a batch.
    pub batch_size: usize,
    /// How many fixed training samples there are; 0 draws fresh ones at every step.
    pub samples: u64,
}

/// The documents of the training batch of a step, by the stream and the name that each is drawn from: fresh ones, or
/// where there are `samples` of them the next ones in the order of their epoch. Epochs follow one another without a
/// gap, so that every batch is full.
fn documents_of(step: u64, batch_size: usize, samples: u64, seed: u64) -> impl Iterator<Item = (Stream, u64)> {
    let mut order: Option<(u64, Permutation)> = None;
    (0..batch_size as u64).map(move |place| {
        let index = step * batch_size as u64 + place;
        if samples == 0 {
            return (Stream::TrainDocuments, index);
        }
        let epoch = index / samples;
        let current = order.take().filter(|(known, _)| *known == epoch);
        let (_, permutation) = order.insert(current.unwrap_or_else(|| (epoch, Permutation::new(seed, epoch, samples))));
        (Stream::DataDocuments, permutation.at(index % samples))
    })
}

/// What every task's settings answer.
pub trait TaskSettings: Section {
    /// The quanta that these settings plant.
    fn quanta(&self) -> Quanta;

    /// The settings of a task over random bits; `None` where it is of another kind.
    fn subtasks(&self) -> Option<&Subtasks> {
        None
    }

    /// The settings of a planted language; `None` where it is of another kind.
    fn language(&self) -> Option<&LanguageSettings> {
        None
    }

    /// Tokens of the vocabulary, and predicted tokens of a document; `None` where the task has no tokens.
    fn documents(&self) -> Option<(usize, usize)> {
        None
    }

    /// What its quanta are called.
    fn noun(&self) -> Noun;

    /// How large it is, and what its samples take.
    fn sizes(&self) -> Sizes;

    /// The values that matter most, in a line.
    fn digest(&self) -> String;
}

/// What a task's quanta are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// One of them.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
}

impl Noun {
    /// The quanta of tasks over random bits.
    pub const SUBTASK: Self = Self { one: "subtask", many: "subtasks" };

    /// Quanta by their own name.
    pub const QUANTUM: Self = Self { one: "quantum", many: "quanta" };

    /// Texts, which stand in the places of quanta where those are not known.
    pub const TEXT: Self = Self { one: "text", many: "texts" };

    /// What a text is told apart by.
    pub const TOKEN: Self = Self { one: "token", many: "tokens" };

    /// “1 subtask”, “20 subtasks”, from the number and how it is written.
    pub fn count(self, count: usize, written: &str) -> String {
        format!("{written} {}", if count == 1 { self.one } else { self.many })
    }

    /// One of them at the beginning of a sentence.
    pub fn capital(self) -> String {
        let (first, rest) = self.one.split_at(1);
        first.to_ascii_uppercase() + rest
    }
}

impl Default for Noun {
    fn default() -> Self {
        Self::QUANTUM
    }
}

/// How large a task is, and what its samples take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Quanta that a test tells apart.
    pub quanta: u64,
    /// Bytes of a training sample that is kept for all epochs.
    pub stored: u64,
    /// Bytes of a sample in a batch.
    pub drawn: u64,
    /// Samples of a whole test.
    pub tests: u64,
    /// Samples of a test that are taken in one go.
    pub tests_at_once: u64,
}

/// A task, whichever it is.
#[derive(Clone, Debug)]
pub enum AnyTask {
    /// Subtasks over random bits.
    Bits(BitTask),
    /// A planted language.
    Language(LanguageTask),
    /// A text.
    Text(TextTask),
}

impl From<BitTask> for AnyTask {
    fn from(task: BitTask) -> Self {
        Self::Bits(task)
    }
}

impl From<TextTask> for AnyTask {
    fn from(task: TextTask) -> Self {
        Self::Text(task)
    }
}

impl From<LanguageTask> for AnyTask {
    fn from(task: LanguageTask) -> Self {
        Self::Language(task)
    }
}

/// Declares [`TaskConfig`] from the list of tasks: a module, its variant and settings, its word, its
/// title.
macro_rules! tasks {
    ($($(#[$doc:meta])* $module:ident: $variant:ident($settings:ty) = $word:literal, $title:literal;)*) => {
        $(pub mod $module;)*

        /// Which task, with its settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum TaskConfig {
            $($(#[$doc])* $variant($settings),)*
        }

        impl TaskConfig {
            /// Every task's word, as written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Every task with its default settings, in the order they are shown.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$variant(<$settings>::default())),*]
            }

            /// The task's word, as written.
            pub fn word(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word,)* }
            }

            /// The task's name, as shown.
            pub fn title(&self) -> &'static str {
                match self { $(Self::$variant(_) => $title,)* }
            }

            /// The task in words, without a full stop: “100 subtasks at α = 0.4, each the parity of 3 of 50
            /// bits”.
            pub fn in_words(&self) -> String {
                match self { $(Self::$variant(settings) => $module::in_words(settings),)* }
            }

            /// A sample's label, worked for one small subtask.
            pub fn example(&self) -> &'static str {
                match self { $(Self::$variant(_) => $module::EXAMPLE,)* }
            }

            /// What one of its fields means, in a sentence; nothing where it has no such field.
            pub fn help(&self, name: &str) -> Option<&'static str> {
                match self { $(Self::$variant(_) => <$settings>::help(name),)* }
            }

            /// Its settings.
            pub fn settings(&self) -> &dyn TaskSettings {
                match self { $(Self::$variant(settings) => settings,)* }
            }

            /// Its settings, to be changed.
            pub fn settings_mut(&mut self) -> &mut dyn TaskSettings {
                match self { $(Self::$variant(settings) => settings,)* }
            }

            /// What compares fields of the task, once each is in its own range.
            pub fn conflicts(&self) -> Vec<Problem> {
                match self { $(Self::$variant(settings) => $module::conflicts(settings),)* }
            }

            /// The task that validated settings describe.
            ///
            /// # Errors
            /// If it is of a text that is not open, or does not fit the settings.
            pub fn task(&self, sampling: &Sampling) -> Result<AnyTask, TextError> {
                match self { $(Self::$variant(settings) => $module::task(settings, sampling).map(AnyTask::from),)* }
            }
        }
    };
}

tasks! {
    /// Multitask sparse parity, the paper's own task.
    parity: Parity(Subtasks) = "parity", "Sparse parity";
    /// Multitask sparse majority, a control that is learned gradually.
    majority: Majority(Subtasks) = "majority", "Sparse majority";
    /// A planted language, made of sentences that follow known rules.
    language: Language(LanguageSettings) = "language", "Planted language";
    /// A text of one's own.
    text: Text(TextSettings) = "text", "Text";
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self::Parity(Subtasks::default())
    }
}

impl TaskConfig {
    /// The task of that word, with its default settings.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|task| task.word() == word)
    }

    /// The quanta that its settings plant.
    pub fn quanta(&self) -> Quanta {
        self.settings().quanta()
    }

    /// The settings of a task over random bits; `None` where it is of another kind.
    pub fn subtasks(&self) -> Option<&Subtasks> {
        self.settings().subtasks()
    }

    /// The settings of a text; `None` where the task is of another kind.
    pub fn text(&self) -> Option<&TextSettings> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Tokens of the vocabulary, and predicted tokens of a document; `None` where the task has no tokens.
    pub fn documents(&self) -> Option<(usize, usize)> {
        self.settings().documents()
    }

    /// The settings of a planted language; `None` where it is of another kind.
    pub fn language(&self) -> Option<&LanguageSettings> {
        self.settings().language()
    }

    /// What its quanta are called.
    pub fn noun(&self) -> Noun {
        self.settings().noun()
    }
}

#[cfg(test)]
impl AnyTask {
    /// The task over random bits that it is.
    pub(crate) fn bits(self) -> BitTask {
        let Self::Bits(task) = self else { panic!("a task over bits") };
        task
    }

    /// The planted language that it is.
    pub(crate) fn language(self) -> LanguageTask {
        let Self::Language(task) = self else { panic!("a planted language") };
        task
    }
}
