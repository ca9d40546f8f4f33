//! Settings with a name, each with what to look for.

use super::{Decay, Measurement, RunConfig, Training};
use crate::model::transformer::{Embedding, Norm, Positions};
use crate::model::{MlpSettings, ModelConfig, TransformerSettings};
use crate::task::{LanguageSettings, Subtasks, TaskConfig, TextSettings};

/// A named config.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name, as typed.
    pub name: &'static str,
    /// Its name, as shown.
    pub title: &'static str,
    /// What to look for.
    pub look_for: &'static str,
    config: fn() -> RunConfig,
}

impl Preset {
    /// The config it stands for.
    pub fn config(&self) -> RunConfig {
        (self.config)()
    }
}

/// Every preset, that of a text too.
pub fn presets() -> impl Iterator<Item = &'static Preset> {
    PRESETS.iter().chain([&TEXT])
}

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    presets().find(|preset| preset.name == name)
}

/// Sparse parity of so many subtasks and bits, learned by one hidden layer.
fn parity(subtasks: Subtasks, width: usize, training: Training) -> RunConfig {
    RunConfig {
        task: TaskConfig::Parity(subtasks),
        model: ModelConfig::Mlp(MlpSettings { width, ..MlpSettings::default() }),
        training,
        measurement: Measurement::default(),
    }
}

/// How transformers are trained here.
fn language_training(steps: u64) -> Training {
    Training {
        lr: 3e-3,
        beta2: 0.99,
        weight_decay: 0.01,
        warmup: 50,
        decay: Decay::Linear,
        decay_from: 0.5,
        final_lr: 0.1,
        batch_size: 32,
        steps,
        ..Training::default()
    }
}

/// A planted language, learned by a transformer of that width and depth.
fn language(language: LanguageSettings, width: usize, depth: usize, steps: u64) -> RunConfig {
    let training = language_training(steps);
    RunConfig {
        task: TaskConfig::Language(language),
        model: ModelConfig::Transformer(TransformerSettings { width, depth, ..TransformerSettings::default() }),
        training,
        measurement: Measurement::default(),
    }
}

/// A text of one's own, learned by a transformer of Llama's kind.
fn text(width: usize, depth: usize, steps: u64) -> RunConfig {
    let model = TransformerSettings {
        width,
        depth,
        positions: Positions::Rotary,
        norm: Norm::Rms,
        embedding: Embedding::Tied,
        ..TransformerSettings::default()
    };
    let training = language_training(steps);
    RunConfig {
        task: TaskConfig::Text(TextSettings::default()),
        model: ModelConfig::Transformer(model),
        training: Training { weight_decay: 0.1, decay_from: 0.1, clip: 1.0, ..training },
        measurement: Measurement::default(),
    }
}

/// The presets of tasks that need nothing else, in the order they are shown.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "quick",
        title: "Quick look",
        look_for: "Within seconds the most frequent subtask drops from 1 bit to 0; the others follow one by one, \
                   in order of use, while their mean falls smoothly.",
        config: || {
            let training = Training { lr: 4e-3, batch_size: 2_000, steps: 20_000, ..Training::default() };
            parity(Subtasks { n_tasks: 20, n_bits: 24, ..Subtasks::default() }, 128, training)
        },
    },
    Preset {
        name: "lesson",
        title: "Lesson",
        look_for: "Over two to three minutes forty of a hundred sharp steps add up to a straight line on log-log axes: \
                   compare its slope with the truncated sum and with the pure law's −α/(α+1).",
        config: || {
            let training = Training { lr: 3e-3, batch_size: 8_000, steps: 30_000, ..Training::default() };
            parity(Subtasks { n_tasks: 100, n_bits: 32, ..Subtasks::default() }, 256, training)
        },
    },
    Preset {
        name: "paper-fig2",
        title: "The paper's Fig 2, width 500",
        look_for: "The paper's own run: 500 subtasks learned over five decades of use; between steps 400 and 8,900 \
                   the mean loss falls with a slope near −0.45. Hours on a CPU; made for a GPU.",
        config: || crate::paper::run(200_000),
    },
    Preset {
        name: "language",
        title: "Language",
        look_for: "A transformer reads sentences that follow fifty rules. Facts, phrases and counting are learned one by \
                   one, in order of use and of difficulty: a sum of sudden steps again, in the loss of a language.",
        config: || language(LanguageSettings::default(), 32, 2, 1_200),
    },
    Preset {
        name: "language-copy",
        title: "Language, copying",
        look_for: "The same language with a network twice as wide and more steps. Copying a list comes suddenly, long \
                   after facts that are used as often: it takes frequency and complexity together.",
        config: || language(LanguageSettings::default(), 64, 2, 4_000),
    },
    Preset {
        name: "language-large",
        title: "Language, large",
        look_for: "Three hundred quanta, most of them facts: enough ranks for the slope of emergence against use. \
                   About twenty minutes on two cores.",
        config: || {
            let settings = LanguageSettings {
                facts: 256,
                phrases: 32,
                subjects: 64,
                relations: 8,
                values: 12,
                vocabulary_words: 24,
                ..LanguageSettings::default()
            };
            language(settings, 96, 3, 10_000)
        },
    },
];

/// A text of one's own: apart from the others because it needs a text.
pub const TEXT: Preset = Preset {
    name: "text",
    title: "Text",
    look_for: "A text of one’s own: open one with --corpus or --text. The mean loss falls smoothly; single tokens \
               are learned at times of their own, some suddenly.",
    config: || text(64, 3, 2_500),
};
