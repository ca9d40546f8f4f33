//! One run, whole: a task, a model, a training and a measurement, each with its own settings.
//!
//! Each setting is described once, in the table of its section (see [`crate::settings`]); the
//! terminal's flags, the keys of a link, the keys of a file and the page's form are all read off it.
//! Keys are plain (`alpha`, `width`): within one run a key means one thing, and the keys `task` and
//! `model` say whose it is.

mod error;
mod link;
mod measurement;
mod plan;
mod preset;
mod remark;
mod spelling;
mod steps;
#[cfg(test)]
mod tests;
mod text;
mod training;
mod validate;
mod version;
mod words;

pub use crate::settings::{Field, Group, Kind, Problem};
pub use error::ConfigError;
pub use link::{PAGE_KEYS, PRESET_KEY, escaped, foreign_keys, link_version, pairs, query_of};
pub use measurement::{LogSchedule, Measurement};
pub use preset::{PRESETS, Preset, TEXT, preset, presets};
pub use spelling::misspelt;
pub(crate) use steps::spread_over_log;
pub use training::{Decay, Optimizer, Seeds, Training};
pub use validate::{MEMORY_LIMIT_BYTES, TAB_LIMIT_BYTES};
pub use version::VERSION;

use crate::model::ModelConfig;
use crate::quanta::Quanta;
use crate::settings::Section;
use crate::task::{AnyTask, LanguageSettings, Sampling, Subtasks, TaskConfig};
use crate::text::TextError;

/// One run, whole. Two equal configs draw the same data and start from the same parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunConfig {
    /// What is learned.
    pub task: TaskConfig,
    /// What learns it.
    pub model: ModelConfig,
    /// How it is trained.
    pub training: Training,
    /// What is measured, and when.
    pub measurement: Measurement,
}

/// The key that says which task it is.
const TASK: Field = Field { name: "task", label: "Task", unit: "", group: Group::Task, kind: Kind::Choice(TaskConfig::WORDS) };

/// The key that says which model it is.
const MODEL: Field =
    Field { name: "model", label: "Model", unit: "", group: Group::Model, kind: Kind::Choice(ModelConfig::WORDS) };

impl RunConfig {
    /// The fields of a run of this task and this model, in the order they are shown.
    pub fn fields(&self) -> Vec<&'static Field> {
        let choices = [&TASK, &MODEL];
        let task = self.task.settings().fields();
        let model = self.model.settings().fields();
        let sections = task.iter().chain(model).chain(Training::FIELDS).chain(Measurement::FIELDS);
        choices.into_iter().chain(sections).collect()
    }

    /// A default config for every task and for every model.
    fn every_kind() -> impl Iterator<Item = Self> {
        let tasks = TaskConfig::all().into_iter().map(|task| Self { task, ..Self::default() });
        tasks.chain(ModelConfig::all().into_iter().map(|model| Self { model, ..Self::default() }))
    }

    /// The fields of every task and model, each name once: what a terminal has flags for.
    pub fn all_fields() -> Vec<&'static Field> {
        let mut all: Vec<&'static Field> = Vec::new();
        for field in Self::every_kind().flat_map(|config| config.fields()) {
            if all.iter().all(|known| known.name != field.name) {
                all.push(field);
            }
        }
        all
    }

    /// The field of that name, of whichever task or model has it.
    pub fn field(name: &str) -> Option<&'static Field> {
        Self::all_fields().into_iter().find(|field| field.name == name)
    }

    /// The default of the field of that name, as text, in the first task or model that has it.
    pub fn default_of(name: &str) -> Option<String> {
        Self::every_kind().find_map(|config| config.get(name))
    }

    /// What a field of this run means, in a sentence; nothing where it has no such field.
    pub fn help(&self, name: &str) -> Option<&'static str> {
        match name {
            "task" => Some("What the network learns."),
            "model" => Some("What learns the task."),
            _ => {
                let of_kind = self.task.help(name).or_else(|| self.model.help(name));
                of_kind.or_else(|| Training::help(name)).or_else(|| Measurement::help(name))
            }
        }
    }

    /// What the field of that name means, in the first task or model that has it.
    pub fn help_of(name: &str) -> Option<&'static str> {
        Self::every_kind().find_map(|config| config.help(name))
    }

    fn sections(&self) -> [&dyn Section; 4] {
        [self.task.settings(), self.model.settings(), &self.training, &self.measurement]
    }

    /// The field as text, or nothing where this run has no such field.
    pub fn get(&self, name: &str) -> Option<String> {
        match name {
            "task" => Some(self.task.word().to_owned()),
            "model" => Some(self.model.word().to_owned()),
            _ => self.sections().into_iter().find_map(|section| section.get(name)),
        }
    }

    /// The field as a number, where it has one.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.sections().into_iter().find_map(|section| section.number(name))
    }

    fn json(&self, name: &str) -> Option<serde_json::Value> {
        match name {
            "task" | "model" => self.get(name).map(serde_json::Value::from),
            _ => self.sections().into_iter().find_map(|section| section.json(name)),
        }
    }

    /// Sets one field from text, as typed in a form or after a flag. Another task or model comes
    /// with its default settings, and a task with a model that learns it.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |expected: String| ConfigError::WrongType { field: name.to_owned(), value: text.to_owned(), expected };
        match name {
            "task" => {
                let task = TaskConfig::from_word(text.trim());
                let task = task.ok_or_else(|| wrong(format!("one of {}", TaskConfig::WORDS.join(", "))))?;
                if task.word() != self.task.word() {
                    self.task = task;
                    if self.model.settings().conflicts(&self.task).iter().any(|problem| problem.field == "model") {
                        self.model = ModelConfig::for_task(&self.task);
                    }
                }
                Ok(())
            }
            "model" => {
                let model = ModelConfig::from_word(text.trim());
                let model = model.ok_or_else(|| wrong(format!("one of {}", ModelConfig::WORDS.join(", "))))?;
                if model.word() != self.model.word() {
                    self.model = model;
                }
                Ok(())
            }
            _ => {
                let set = self.task.settings_mut().try_set(name, text);
                let set = set.or_else(|| self.model.settings_mut().try_set(name, text));
                let set = set.or_else(|| self.training.try_set(name, text));
                let set = set.or_else(|| self.measurement.try_set(name, text));
                set.ok_or_else(|| ConfigError::UnknownField(name.to_owned()))?.map_err(wrong)
            }
        }
    }

    /// The same task and model with their default settings.
    fn defaults(&self) -> Self {
        let task = TaskConfig::from_word(self.task.word()).unwrap_or_default();
        let model = ModelConfig::from_word(self.model.word()).unwrap_or_default();
        Self { task, model, ..Self::default() }
    }

    /// The fields in which this differs from `other`, as names. A field that only this run has
    /// counts where it is not its default.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let defaults = self.defaults();
        let theirs = |name: &str| other.get(name).or_else(|| defaults.get(name));
        self.fields().into_iter().map(|field| field.name).filter(|name| self.get(name) != theirs(name)).collect()
    }

    /// Whether the other run trains the same model: how the two are measured makes no difference.
    pub fn trains_as(&self, other: &Self) -> bool {
        (&self.task, &self.model, &self.training) == (&other.task, &other.model, &other.training)
    }

    /// The fields that have to be named to set this run, as names: the task and the model where they
    /// are not the usual ones, and every field that is not its default.
    pub fn changed(&self) -> Vec<&'static str> {
        let usual = Self::default();
        let (defaults, fields) = (self.defaults(), self.fields());
        let is_changed = |name: &str| match name {
            "task" | "model" => self.get(name) != usual.get(name),
            _ => self.get(name) != defaults.get(name),
        };
        fields.into_iter().map(|field| field.name).filter(|name| is_changed(name)).collect()
    }

    /// The settings of a task over random bits; `None` where the task is of another kind.
    pub fn subtasks(&self) -> Option<&Subtasks> {
        self.task.subtasks()
    }

    /// The settings of a planted language; `None` where the task is of another kind.
    pub fn language(&self) -> Option<&LanguageSettings> {
        self.task.language()
    }

    /// The quanta that the task plants.
    pub fn quanta(&self) -> Quanta {
        self.task.quanta()
    }

    /// Which bits each subtask's label depends on, `[n_tasks, k]`, rising; `None` where the task has
    /// none, or the settings leave too few subsets.
    pub fn subsets(&self) -> Option<Vec<Vec<u32>>> {
        let subtasks = self.subtasks().filter(|_| self.task.conflicts().is_empty())?;
        Some(subtasks.subsets(self.training.seeds().task))
    }

    /// The task that this validated config describes.
    ///
    /// # Errors
    /// If it is of a text that is not open, or does not fit the settings.
    pub fn build_task(&self) -> Result<AnyTask, TextError> {
        let Seeds { task, data, .. } = self.training.seeds();
        let (samples, batch_size) = (self.training.samples, self.training.batch());
        self.task.task(&Sampling { seed_task: task, seed_data: data, samples, batch_size })
    }
}

#[cfg(test)]
impl RunConfig {
    /// The default config with the fields that a query names, valid or not.
    pub(crate) fn of(query: &str) -> Self {
        Self::default().with(query)
    }

    /// This config with the fields that a query names, valid or not.
    pub(crate) fn with(mut self, query: &str) -> Self {
        let errors = self.merge_query(query, &[]);
        assert!(errors.is_empty(), "{errors:?}");
        self
    }
}
