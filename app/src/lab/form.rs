//! The settings as they are being typed: texts, what they mean, and what is wrong with them.

use leptos::prelude::*;
use quanta_core::config::{ConfigError, FIELDS, PRESETS, RunConfig};
use quanta_core::device::DeviceChoice;

use crate::link::nearest_preset;

/// What is wrong with one field, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// The field's name.
    pub field: &'static str,
    /// A sentence.
    pub message: String,
}

/// The form's state.
#[derive(Clone, Copy)]
pub struct Form {
    /// The text of each field, in the order of `FIELDS`.
    texts: StoredValue<Vec<RwSignal<String>>>,
    /// The preset that the settings are compared with.
    pub preset: RwSignal<usize>,
    /// The settings, or everything wrong with them.
    pub config: Memo<Result<RunConfig, Vec<Wrong>>>,
    /// What to train on.
    pub device: RwSignal<DeviceChoice>,
}

impl Form {
    /// A form that holds the first preset.
    pub fn new() -> Self {
        let first = PRESETS[0].config();
        let texts: Vec<_> = FIELDS.iter().map(|field| RwSignal::new(first.get(field.name).unwrap_or_default())).collect();
        let typed = texts.clone();
        let config = Memo::new(move |_| read(typed.iter().map(|text| text.get())));
        Self { texts: StoredValue::new(texts), preset: RwSignal::new(0), config, device: RwSignal::new(DeviceChoice::Auto) }
    }

    /// Whether anything is wrong with the settings; tracked.
    pub fn is_wrong(&self) -> bool {
        self.config.with(Result::is_err)
    }

    /// The text of the field at that index of `FIELDS`.
    pub fn text(&self, field: usize) -> RwSignal<String> {
        self.texts.with_value(|texts| texts[field])
    }

    /// Shows these settings in place of what was typed, and the preset nearest to them.
    pub fn show(&self, config: &RunConfig) {
        self.preset.set(nearest_preset(config));
        self.texts.with_value(|texts| {
            for (field, text) in FIELDS.iter().zip(texts) {
                let value = config.get(field.name).unwrap_or_default();
                if text.with_untracked(|old| *old != value) {
                    text.set(value);
                }
            }
        });
    }

    /// Shows a preset.
    pub fn choose(&self, preset: usize) {
        self.show(&PRESETS[preset].config());
        self.preset.set(preset);
    }

    /// What is wrong with a field, now.
    pub fn wrong(&self, field: &str) -> Option<String> {
        self.config.with(|config| {
            let wrongs = config.as_ref().err()?;
            wrongs.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.message.clone())
        })
    }

    /// The preset's value of a field, if the form's differs.
    pub fn changed_from(&self, field: usize) -> Option<String> {
        let preset = PRESETS[self.preset.get()].config().get(FIELDS[field].name).unwrap_or_default();
        self.text(field).with(|text| text.trim() != preset).then_some(preset)
    }

    /// How many fields differ from the preset's.
    pub fn changes(&self) -> usize {
        (0..FIELDS.len()).filter(|field| self.changed_from(*field).is_some()).count()
    }
}

/// Parses the settings; the error lists everything that is wrong.
fn read(texts: impl Iterator<Item = String>) -> Result<RunConfig, Vec<Wrong>> {
    let mut config = RunConfig::default();
    let mut wrongs = Vec::new();
    for (field, text) in FIELDS.iter().zip(texts) {
        if let Err(error) = config.set(field.name, &text) {
            let message = match error {
                ConfigError::WrongType { expected, .. } => format!("Must be {expected}."),
                other => format!("{other}."),
            };
            wrongs.push(Wrong { field: field.name, message });
        }
    }
    // A field that could not be read holds its default here; its problem is already listed.
    for problem in config.validate() {
        if !wrongs.iter().any(|wrong| wrong.field == problem.field) {
            wrongs.push(Wrong { field: problem.field, message: format!("{}.", crate::words::capital(&problem.allowed)) });
        }
    }
    if wrongs.is_empty() { Ok(config) } else { Err(wrongs) }
}
