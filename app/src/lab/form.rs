//! The settings as they are being typed: texts, what they mean, and what is wrong with them.

use leptos::prelude::*;
use quanta_core::config::{ConfigError, Field, Group, PRESETS, RunConfig};
use quanta_core::device::DeviceChoice;
use quanta_core::model::ModelConfig;

use crate::link::nearest_preset;

/// What is wrong with one field, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// The field's name.
    pub field: &'static str,
    /// A sentence.
    pub message: String,
}

/// A field with what is typed for it.
#[derive(Clone, Copy)]
struct Typed {
    field: &'static Field,
    text: RwSignal<String>,
}

/// The form's state.
#[derive(Clone, Copy)]
pub struct Form {
    /// The text of every field of every task and model.
    texts: StoredValue<Vec<Typed>>,
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
        let value = |name: &str| first.get(name).or_else(|| RunConfig::default_of(name)).unwrap_or_default();
        let all = RunConfig::all_fields().into_iter();
        let texts: Vec<Typed> = all.map(|field| Typed { field, text: RwSignal::new(value(field.name)) }).collect();
        let typed = texts.clone();
        let config = Memo::new(move |_| read(&typed));
        let of = |name: &str| texts.iter().find(|typed| typed.field.name == name).map(|typed| typed.text);
        if let Some((task, model)) = of("task").zip(of("model")) {
            Effect::new(move |_| bring_model(&task.get(), model));
        }
        Self { texts: StoredValue::new(texts), preset: RwSignal::new(0), config, device: RwSignal::new(DeviceChoice::Auto) }
    }

    /// Whether anything is wrong with the settings; tracked.
    pub fn is_wrong(&self) -> bool {
        self.config.with(Result::is_err)
    }

    /// The text of a field.
    pub fn text(&self, field: &Field) -> RwSignal<String> {
        let of_field = |typed: &&Typed| typed.field.name == field.name;
        // Every field of every task and model has one; a field of neither would stand for nothing.
        self.texts.with_value(|texts| texts.iter().find(of_field).map(|typed| typed.text)).unwrap_or_default()
    }

    /// The fields of the chosen task and model in a group, in the order they are shown; tracked.
    pub fn fields(&self, group: Group) -> Vec<&'static Field> {
        let kind = self.texts.with_value(|texts| kind(texts));
        kind.fields().into_iter().filter(|field| field.group == group).collect()
    }

    /// What a field means for the chosen task and model; tracked.
    pub fn help(&self, field: &Field) -> &'static str {
        self.texts.with_value(|texts| kind(texts)).help(field.name).unwrap_or_default()
    }

    /// Shows these settings in place of what was typed, and the preset nearest to them.
    pub fn show(&self, config: &RunConfig) {
        self.preset.set(nearest_preset(config));
        self.texts.with_value(|texts| {
            for Typed { field, text } in texts {
                let Some(value) = config.get(field.name) else { continue };
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

    /// A label of the chosen task, worked; tracked.
    pub fn example(&self) -> &'static str {
        self.texts.with_value(|texts| kind(texts)).task.example()
    }

    /// What is wrong with a field, now.
    pub fn wrong(&self, field: &str) -> Option<String> {
        self.config.with(|config| {
            let wrongs = config.as_ref().err()?;
            wrongs.iter().find(|wrong| wrong.field == field).map(|wrong| wrong.message.clone())
        })
    }

    /// The preset's value of a field, if the form's differs.
    pub fn changed_from(&self, field: &Field) -> Option<String> {
        let preset = PRESETS[self.preset.get()].config().get(field.name);
        let preset = preset.or_else(|| RunConfig::default_of(field.name)).unwrap_or_default();
        self.text(field).with(|text| text.trim() != preset).then_some(preset)
    }

    /// How many fields differ from the preset's.
    pub fn changes(&self) -> usize {
        Group::ALL.into_iter().flat_map(|group| self.fields(group)).filter(|field| self.changed_from(field).is_some()).count()
    }
}

/// Chooses a model that learns the task, where the chosen one does not.
fn bring_model(task: &str, model: RwSignal<String>) {
    let mut config = RunConfig::default();
    // Both are chosen from lists.
    let _ = config.set("task", task).and_then(|()| config.set("model", &model.get_untracked()));
    if config.model.settings().conflicts(&config.task).iter().any(|problem| problem.field == "model") {
        model.set(ModelConfig::for_task(&config.task).word().to_owned());
    }
}

/// The default config of the task and the model that are typed; tracked.
fn kind(texts: &[Typed]) -> RunConfig {
    let mut config = RunConfig::default();
    for Typed { field, text } in texts.iter().filter(|typed| matches!(typed.field.name, "task" | "model")) {
        // They are chosen from a list.
        let _ = config.set(field.name, &text.get());
    }
    config
}

/// Parses the settings; the error lists everything that is wrong. Tracked.
fn read(texts: &[Typed]) -> Result<RunConfig, Vec<Wrong>> {
    let mut config = kind(texts);
    let mut wrongs = Vec::new();
    for field in config.fields() {
        let Some(typed) = texts.iter().find(|typed| typed.field.name == field.name) else { continue };
        if let Err(error) = config.set(field.name, &typed.text.get()) {
            let message = match error {
                ConfigError::WrongType { expected, .. } => format!("Must be {expected}."),
                other => format!("{other}."),
            };
            wrongs.push(Wrong { field: field.name, message });
        }
    }
    // A field that could not be read holds its default here; its problem is already listed.
    for problem in config.validate_for_a_tab() {
        if !wrongs.iter().any(|wrong| wrong.field == problem.field) {
            wrongs.push(Wrong { field: problem.field, message: format!("{}.", crate::words::capital(&problem.allowed)) });
        }
    }
    if wrongs.is_empty() { Ok(config) } else { Err(wrongs) }
}
