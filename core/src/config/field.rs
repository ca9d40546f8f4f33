//! What is known of one field, whoever shows it.

/// How a field's value looks.
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

/// One field of [`RunConfig`](super::RunConfig), described once for every form it takes.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name: the key in a file and a URL; with `-` for `_`, the terminal's flag.
    pub name: &'static str,
    /// A short label for a form.
    pub label: &'static str,
    /// What it means, in a sentence.
    pub help: &'static str,
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
}

/// A type that a field may have: to and from text, to and from JSON.
pub(super) trait Value: Sized + Clone + PartialEq {
    /// Reads it as a person types it.
    fn from_text(text: &str) -> Result<Self, String>;
    /// Writes it so that `from_text` gives it back.
    fn to_text(&self) -> String;
    /// Its value in a file.
    fn to_json(&self) -> serde_json::Value;
    /// Its value as a number, where it is one.
    fn as_number(&self) -> Option<f64>;
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn from_text(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| "a whole number, 0 or more".to_owned())
            }
            fn to_text(&self) -> String { self.to_string() }
            fn to_json(&self) -> serde_json::Value { (*self).into() }
            fn as_number(&self) -> Option<f64> { Some(*self as f64) }
        }
    )*};
}
whole!(u64, usize);

impl Value for f64 {
    fn from_text(text: &str) -> Result<Self, String> {
        crate::number::parse(text).ok_or_else(|| "a number".to_owned())
    }
    fn to_text(&self) -> String {
        self.to_string()
    }
    fn to_json(&self) -> serde_json::Value {
        (*self).into()
    }
    fn as_number(&self) -> Option<f64> {
        Some(*self)
    }
}

/// Declares an enum whose variants are written as single words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Every choice, as written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl $crate::config::field::Value for $name {
            fn from_text(text: &str) -> Result<Self, String> {
                match text.trim() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("one of {}", Self::WORDS.join(", "))),
                }
            }
            fn to_text(&self) -> String { self.word().to_owned() }
            fn to_json(&self) -> serde_json::Value { self.word().into() }
            fn as_number(&self) -> Option<f64> { None }
        }
    };
}
pub(super) use choice;
