//! A struct of settings with the table of its fields, from one list.

use super::Field;

/// One thing wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}, but {allowed}")]
pub struct Problem {
    /// The field's name.
    pub field: &'static str,
    /// Its value, as text.
    pub value: String,
    /// What it must be, in words that finish the sentence “… is …, but”.
    pub allowed: String,
}

/// A group of settings that belong to one part of a run. `section!` implements it.
pub trait Section {
    /// The fields, in the order they are shown.
    fn fields(&self) -> &'static [Field];

    /// The field as text; `None` where there is no such field.
    fn get(&self, name: &str) -> Option<String>;

    /// The field as a number, where it has one.
    fn number(&self, name: &str) -> Option<f64>;

    /// The field as JSON; `None` where there is no such field.
    fn json(&self, name: &str) -> Option<serde_json::Value>;

    /// Sets the field from text. `Err` says what was expected instead; `None`, that there is no
    /// such field. Ranges are checked by [`problems`](Self::problems).
    fn try_set(&mut self, name: &str, text: &str) -> Option<Result<(), String>>;

    /// Every field whose number is out of its range.
    fn problems(&self) -> Vec<Problem> {
        let outside = |field: &&Field| self.number(field.name).is_some_and(|number| !field.kind.holds(number));
        self.fields()
            .iter()
            .filter(outside)
            .map(|field| self.problem(field.name, format!("must be {}", field.kind.range())))
            .collect()
    }

    /// A problem with one of the fields.
    fn problem(&self, field: &'static str, allowed: String) -> Problem {
        Problem { field, value: self.get(field).unwrap_or_default(), allowed }
    }
}

/// Declares a struct of settings, its defaults, and its table of fields.
///
/// Each line is `name: type = default, Group, Kind, "unit", "label", "help";`.
macro_rules! section {
    ($(#[$doc:meta])* $section:ident {
        $($name:ident: $type:ty = $default:expr, $group:ident, $kind:expr, $unit:literal, $label:literal, $help:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $section {
            $(#[doc = $help] pub $name: $type,)*
        }

        impl Default for $section {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl $section {
            /// Every field, in the order they are shown.
            pub const FIELDS: &'static [$crate::settings::Field] = &[$($crate::settings::Field {
                name: stringify!($name),
                label: $label,
                help: $help,
                unit: $unit,
                group: $crate::settings::Group::$group,
                kind: $kind,
            },)*];
        }

        impl $crate::settings::Section for $section {
            fn fields(&self) -> &'static [$crate::settings::Field] {
                Self::FIELDS
            }
            fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($name) => Some($crate::settings::Value::to_text(&self.$name)),)*
                    _ => None,
                }
            }
            fn number(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => $crate::settings::Value::as_number(&self.$name),)*
                    _ => None,
                }
            }
            fn json(&self, name: &str) -> Option<serde_json::Value> {
                match name {
                    $(stringify!($name) => Some($crate::settings::Value::to_json(&self.$name)),)*
                    _ => None,
                }
            }
            fn try_set(&mut self, name: &str, text: &str) -> Option<Result<(), String>> {
                match name {
                    $(stringify!($name) => Some($crate::settings::Value::from_text(text).map(|value| self.$name = value)),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use section;
