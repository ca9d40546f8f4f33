//! What learns: the models, each in a file of its own, and the one list of them.
//!
//! # Adding a model
//!
//! Write one file beside `mlp.rs` with its settings (a [`section!`](crate::settings)) and, under the
//! feature `engine`, its Burn module, and add one line to the list in this file. A workload
//! (`workload`) is where it meets a task.

#[cfg(feature = "engine")]
pub(crate) mod parts;

use crate::settings::{Problem, Section};
use crate::task::TaskConfig;

/// Declares [`ModelConfig`] from the list of models: a module, its variant and settings, its word,
/// its title.
macro_rules! models {
    ($($(#[$doc:meta])* $module:ident: $variant:ident($settings:ident) = $word:literal, $title:literal;)*) => {
        $(pub mod $module;)*
        $(pub use $module::$settings;)*

        /// Which model, with its settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum ModelConfig {
            $($(#[$doc])* $variant($settings),)*
        }

        impl ModelConfig {
            /// Every model's word, as written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Every model with its default settings, in the order they are shown.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$variant($settings::default())),*]
            }

            /// The model's word, as written.
            pub fn word(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word,)* }
            }

            /// The model's name, as shown.
            pub fn title(&self) -> &'static str {
                match self { $(Self::$variant(_) => $title,)* }
            }

            /// What one of its fields means, in a sentence; nothing where it has no such field.
            pub fn help(&self, name: &str) -> Option<&'static str> {
                match self { $(Self::$variant(_) => $settings::help(name),)* }
            }

            /// Its settings.
            pub fn settings(&self) -> &dyn ModelSettings {
                match self { $(Self::$variant(settings) => settings,)* }
            }

            /// Its settings, to be changed.
            pub fn settings_mut(&mut self) -> &mut dyn ModelSettings {
                match self { $(Self::$variant(settings) => settings,)* }
            }
        }
    };
}

/// What every model's settings answer.
pub trait ModelSettings: Section {
    /// How many parameters the model has on a task.
    fn parameters(&self, task: &TaskConfig) -> u64;

    /// Multiply-adds of one sample's forward pass.
    fn multiply_adds(&self, task: &TaskConfig) -> u64;

    /// Bytes that the pass of so many samples through the model keeps at once beside the samples and
    /// the parameters, about: of a training step, or of a test, which has no backward pass.
    fn pass_bytes(&self, task: &TaskConfig, samples: u64, is_test: bool) -> u64;

    /// What keeps the model from learning a task, where it does not fit.
    fn conflicts(&self, _task: &TaskConfig) -> Vec<Problem> {
        Vec::new()
    }
}

models! {
    /// A perceptron with hidden layers of equal width.
    mlp: Mlp(MlpSettings) = "mlp", "Perceptron";
    /// A decoder of tokens.
    transformer: Transformer(TransformerSettings) = "transformer", "Transformer";
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self::Mlp(MlpSettings::default())
    }
}

impl ModelConfig {
    /// The model of that word, with its default settings.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|model| model.word() == word)
    }

    /// The first model that learns a task, with its default settings.
    pub fn for_task(task: &TaskConfig) -> Self {
        let fits = |model: &Self| model.settings().conflicts(task).iter().all(|problem| problem.field != "model");
        Self::all().into_iter().find(fits).unwrap_or_default()
    }
}
