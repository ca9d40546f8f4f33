//! Settings with a name, each with what to look for.

use super::{Decay, Measurement, RunConfig, Training};
use crate::model::{MlpSettings, ModelConfig, TransformerSettings};
use crate::task::{LanguageSettings, Subtasks, TaskConfig};

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

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
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

/// A planted language, learned by a transformer of that width and depth.
fn language(language: LanguageSettings, width: usize, depth: usize, steps: u64) -> RunConfig {
    let training = Training {
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
    };
    RunConfig {
        task: TaskConfig::Language(language),
        model: ModelConfig::Transformer(TransformerSettings { width, depth, ..TransformerSettings::default() }),
        training,
        measurement: Measurement::default(),
    }
}

/// Every preset, in the order they are shown.
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
