//! A struct of settings with the table of its fields, from one list.

use super::{Field, Value};

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

    /// The values of the fields, in the same order.
    fn values(&self) -> Vec<&dyn Value>;

    /// The values of the fields, to be changed.
    fn values_mut(&mut self) -> Vec<&mut dyn Value>;

    /// The value of that field; `None` where there is no such field.
    fn value(&self, name: &str) -> Option<&dyn Value> {
        let mut fields = self.fields().iter().zip(self.values());
        fields.find(|(field, _)| field.name == name).map(|(_, value)| value)
    }

    /// The field as text; `None` where there is no such field.
    fn get(&self, name: &str) -> Option<String> {
        self.value(name).map(Value::to_text)
    }

    /// The field as a number, where it has one.
    fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_number()
    }

    /// The field as JSON; `None` where there is no such field.
    fn json(&self, name: &str) -> Option<serde_json::Value> {
        self.value(name).map(Value::to_json)
    }

    /// Sets the field from text. `Err` says what was expected instead; `None`, that there is no
    /// such field. Ranges are checked by [`problems`](Self::problems).
    fn try_set(&mut self, name: &str, text: &str) -> Option<Result<(), String>> {
        let fields = self.fields();
        let mut values = fields.iter().zip(self.values_mut());
        values.find(|(field, _)| field.name == name).map(|(_, value)| value.set_text(text))
    }

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
                unit: $unit,
                group: $crate::settings::Group::$group,
                kind: $kind,
            },)*];

            /// What a field means, in a sentence; `None` where there is no such field.
            pub fn help(name: &str) -> Option<&'static str> {
                // Apart from the table, so that the page need not have it before the settings are opened.
                match name {
                    $(stringify!($name) => Some($help),)*
                    _ => None,
                }
            }
        }

        impl $crate::settings::Section for $section {
            fn fields(&self) -> &'static [$crate::settings::Field] {
                Self::FIELDS
            }
            fn values(&self) -> Vec<&dyn $crate::settings::Value> {
                vec![$(&self.$name,)*]
            }
            fn values_mut(&mut self) -> Vec<&mut dyn $crate::settings::Value> {
                vec![$(&mut self.$name,)*]
            }
        }
    };
}
pub(crate) use section;
