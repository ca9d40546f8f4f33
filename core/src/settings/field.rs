//! What is known of one field, whoever shows it.

use super::Value;

/// The values that a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number between the two, both included.
    Whole {
        /// Smallest value.
        min: u64,
        /// Largest value.
        max: u64,
    },
    /// A real number between the two, both included.
    Real {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// The range in words: `1 to 64`, or the list of choices.
    pub fn range(&self) -> String {
        match self {
            Kind::Whole { min, max } => format!("{min} to {max}"),
            Kind::Real { min, max } => format!("{min} to {max}"),
            Kind::Choice(words) => words.join(", "),
        }
    }

    /// Whether a number lies in the range. A choice has no range.
    pub fn holds(&self, number: f64) -> bool {
        match self {
            Kind::Whole { min, max } => number >= *min as f64 && number <= *max as f64,
            Kind::Real { min, max } => (min..=max).contains(&&number),
            Kind::Choice(_) => true,
        }
    }
}

/// The part of a run that a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What is learned.
    Task,
    /// What learns it.
    Model,
    /// How it is trained.
    Training,
    /// What is measured, and when.
    Measurement,
}

impl Group {
    /// Every group, in the order they are shown.
    pub const ALL: [Group; 4] = [Group::Task, Group::Model, Group::Training, Group::Measurement];

    /// The group's heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Task => "Task",
            Group::Model => "Model",
            Group::Training => "Training",
            Group::Measurement => "Measurement",
        }
    }
}

/// One setting, described once for every form it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name: the key in a file and a link; with `-` for `_`, the terminal's flag.
    pub name: &'static str,
    /// A short label for a form.
    pub label: &'static str,
    /// Its unit, or nothing.
    pub unit: &'static str,
    /// Where it belongs.
    pub group: Group,
    /// Its range.
    pub kind: Kind,
}

impl Field {
    /// The terminal's flag, without the dashes.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// The value that a text spells, as the field writes it: `0.10` becomes `0.1`. The error says
    /// what was expected instead. Ranges are checked by validation, not here.
    pub fn canonical(&self, text: &str) -> Result<String, String> {
        fn read(mut value: impl Value, text: &str) -> Result<String, String> {
            value.set_text(text).map(|()| value.to_text())
        }
        match self.kind {
            Kind::Whole { .. } => read(0u64, text),
            Kind::Real { .. } => read(0f64, text),
            Kind::Choice(words) => match words.iter().find(|word| **word == text.trim()) {
                Some(word) => Ok((*word).to_owned()),
                None => Err(format!("one of {}", words.join(", "))),
            },
        }
    }
}
