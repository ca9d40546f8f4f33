//! The fields of a run, each with its meaning, unit, default and range.

use super::field::{Field, Group, Kind, Value, choice};

choice! {
    /// The non-linearity after each hidden layer.
    Activation {
        /// max(0, x).
        Relu = "relu",
        /// x·Φ(x).
        Gelu = "gelu",
        /// tanh x.
        Tanh = "tanh",
    }
}

choice! {
    /// The rule that turns gradients into steps.
    Optimizer {
        /// Adam; weight decay is added to the gradient.
        Adam = "adam",
        /// Adam with weight decay taken off the parameters themselves.
        AdamW = "adamw",
    }
}

choice! {
    /// At which steps the losses are measured.
    LogSchedule {
        /// Evenly on a logarithmic axis, on numbers of two digits.
        Log = "log",
        /// Every so many steps.
        Linear = "linear",
    }
}

/// Declares the struct, its defaults, the table of its fields and access by name, from one list.
macro_rules! config {
    ($($name:ident: $type:ty = $default:expr, $group:ident, $kind:expr, $unit:literal, $label:literal, $help:literal;)*) => {
        /// One run, whole. Two equal configs give the same run.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RunConfig {
            $(#[doc = $help] pub $name: $type,)*
        }

        impl Default for RunConfig {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// Every field, in the order they are shown.
        pub const FIELDS: &[Field] = &[$(Field {
            name: stringify!($name),
            label: $label,
            help: $help,
            unit: $unit,
            group: Group::$group,
            kind: $kind,
        },)*];

        impl RunConfig {
            /// The field as text, or nothing where there is no such field.
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($name) => Some(self.$name.to_text()),)*
                    _ => None,
                }
            }

            /// The field as a number, where it has one.
            pub fn number(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => self.$name.as_number(),)*
                    _ => None,
                }
            }

            /// The field as JSON.
            pub(super) fn json(&self, name: &str) -> Option<serde_json::Value> {
                match name {
                    $(stringify!($name) => Some(self.$name.to_json()),)*
                    _ => None,
                }
            }

            /// Sets the field from text. `Err` says what was expected instead; `None`, that there
            /// is no such field. Ranges are [`validate`](Self::validate)'s business.
            pub(super) fn try_set(&mut self, name: &str, text: &str) -> Option<Result<(), String>> {
                match name {
                    $(stringify!($name) => Some(Value::from_text(text).map(|value| self.$name = value)),)*
                    _ => None,
                }
            }
        }
    };
}

config! {
    n_tasks: usize = 100, Task, Kind::Whole { min: 1, max: 65_536 }, "subtasks", "Subtasks",
        "How many subtasks (quanta) the task is made of.";
    n_bits: usize = 50, Task, Kind::Whole { min: 1, max: 1_024 }, "bits", "Bits",
        "How many random bits a sample holds.";
    k: usize = 3, Task, Kind::Whole { min: 1, max: 32 }, "bits", "Bits of a subtask (k)",
        "How many of the bits decide one subtask's label by their parity.";
    alpha: f64 = 0.4, Task, Kind::Real { min: 0.0, max: 4.0 }, "", "Exponent α",
        "Subtask k is used in proportion to k^-(α+1).";
    samples: u64 = 0, Task, Kind::Whole { min: 0, max: 100_000_000 }, "samples", "Training samples (D)",
        "How many fixed training samples there are, reshuffled every epoch; 0 draws fresh ones at every step.";
    width: usize = 100, Model, Kind::Whole { min: 1, max: 16_384 }, "units", "Width",
        "Hidden units in each hidden layer.";
    depth: usize = 1, Model, Kind::Whole { min: 1, max: 8 }, "layers", "Hidden layers",
        "How many hidden layers the network has.";
    activation: Activation = Activation::Relu, Model, Kind::Choice(Activation::WORDS), "", "Activation",
        "The non-linearity after each hidden layer.";
    optimizer: Optimizer = Optimizer::AdamW, Training, Kind::Choice(Optimizer::WORDS), "", "Optimiser",
        "The rule that turns gradients into steps.";
    lr: f64 = 1e-3, Training, Kind::Real { min: 1e-8, max: 10.0 }, "", "Learning rate",
        "The optimiser's step size.";
    beta1: f64 = 0.9, Training, Kind::Real { min: 0.0, max: 0.999_999 }, "", "β₁",
        "Decay of the running mean of gradients.";
    beta2: f64 = 0.999, Training, Kind::Real { min: 0.0, max: 0.999_999 }, "", "β₂",
        "Decay of the running mean of squared gradients.";
    eps: f64 = 1e-8, Training, Kind::Real { min: 1e-16, max: 1.0 }, "", "ε",
        "Added to the root of the mean square, so that nothing is divided by zero.";
    weight_decay: f64 = 0.0, Training, Kind::Real { min: 0.0, max: 10.0 }, "", "Weight decay",
        "How strongly parameters are drawn to zero.";
    batch_size: usize = 2_000, Training, Kind::Whole { min: 1, max: 1_000_000 }, "samples", "Batch size",
        "Samples in one optimiser step.";
    steps: u64 = 10_000, Training, Kind::Whole { min: 1, max: 10_000_000 }, "steps", "Steps",
        "How many optimiser steps the run takes.";
    log_schedule: LogSchedule = LogSchedule::Log, Measurement, Kind::Choice(LogSchedule::WORDS), "", "Logs",
        "At which steps the losses are measured: evenly on a logarithmic axis, or every so many steps.";
    logs_per_decade: u64 = 30, Measurement, Kind::Whole { min: 1, max: 90 }, "logs", "Logs a decade",
        "With log-spaced logs, how many fall between one power of ten and the next.";
    log_every: u64 = 100, Measurement, Kind::Whole { min: 1, max: 10_000_000 }, "steps", "Steps between logs",
        "With evenly spaced logs, how many steps lie between two.";
    eval_per_task: usize = 200, Measurement, Kind::Whole { min: 1, max: 100_000 }, "samples", "Test samples a subtask",
        "How many fresh samples of each subtask are tested at each log.";
    patience: u64 = 0, Measurement, Kind::Whole { min: 0, max: 10_000 }, "logs", "Patience",
        "Stop after this many logs without a new minimum of the test loss; 0 never stops early.";
    seed: u64 = 0, Task, Kind::Whole { min: 0, max: 9_007_199_254_740_991 }, "", "Seed",
        "Names every random choice of the run.";
}
