//! A config as a file, as a URL, and field by field.

use super::{Kind, Problem, RunConfig, VERSION, link, version};
use crate::number::without_mark;

/// Why a text is no config.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A key that no field has.
    #[error("unknown field “{0}”; {meant}", meant = meant(.0))]
    UnknownField(String),
    /// A value of another type.
    #[error("{field} is “{value}”, but must be {expected}")]
    WrongType {
        /// The field.
        field: String,
        /// What stood there.
        value: String,
        /// What should stand there.
        expected: String,
    },
    /// A field given twice.
    #[error("{0} is given more than once")]
    Repeated(String),
    /// Written by a later version of this program.
    #[error("the settings are of version {0}, and this program knows versions up to {VERSION}: use a newer one")]
    NewerVersion(u64),
    /// Not JSON, or not an object.
    #[error("the settings are not a JSON object: {0}")]
    NotJson(String),
    /// A link of a page that trains no single run.
    #[error("this is a link of the page “{0}”, which holds no run: copy one of the Lab’s")]
    OtherPage(String),
    /// A broken escape in a URL.
    #[error("the link has a broken escape in “{0}”")]
    BadEscape(String),
    /// Well-formed, but no run can be made of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
}

/// What an unknown field may have been meant for.
fn meant(key: &str) -> String {
    let fields = RunConfig::all_fields();
    match link::misspelt(key, fields.iter().map(|field| field.name)) {
        Some(name) => format!("“{name}” was probably meant"),
        None => format!("known ones are {}", fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")),
    }
}

/// `&name=value`, as it stands in a query.
pub(super) fn pair(name: &str, value: &str) -> String {
    format!("&{name}={}", link::escaped(value))
}

impl RunConfig {
    /// This config if it [validates](Self::validate), else every problem.
    pub fn validated(self) -> Result<Self, ConfigError> {
        let problems = self.validate();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError::Invalid(problems)) }
    }

    /// [`validated`](Self::validated) for a run in a tab of a browser.
    pub fn for_a_tab(self) -> Result<Self, ConfigError> {
        let problems = self.validate_for_a_tab();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError::Invalid(problems)) }
    }

    /// The query of a link, without the `?`: the version, and every field that is not the default.
    pub fn to_query(&self) -> String {
        let pairs = self.changed().into_iter().map(|name| pair(name, &self.get(name).unwrap_or_default()));
        format!("v={VERSION}{}", pairs.collect::<String>())
    }

    /// Sets fields, the task and the model first: these say what the others belong to.
    pub(super) fn set_all(&mut self, mut fields: Vec<(&str, &str)>) -> Vec<ConfigError> {
        let is_choice = |(name, _): &(&str, &str)| matches!(*name, "task" | "model");
        let choices: Vec<_> = fields.iter().copied().filter(is_choice).collect();
        fields.retain(|field| !is_choice(field));
        choices.into_iter().chain(fields).filter_map(|(name, text)| self.set(name, text).err()).collect()
    }

    /// The file form: a JSON object with every field and the version.
    pub fn to_json(&self) -> String {
        let mut object = serde_json::Map::new();
        object.insert("version".into(), VERSION.into());
        for field in self.fields() {
            if let Some(value) = self.json(field.name) {
                object.insert(field.name.into(), value);
            }
        }
        // Writing a map of numbers and words cannot fail.
        serde_json::to_string_pretty(&object).unwrap_or_default()
    }

    /// Reads the file form, of this version or an earlier one. Fields that are left out keep the
    /// defaults of that version.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let version = serde_json::from_str::<serde_json::Value>(without_mark(text)).ok();
        let version = version.and_then(|object| object.get("version")?.as_u64()).unwrap_or(VERSION);
        let mut config = Self::defaults_of(version);
        match config.merge_json(text).into_iter().next() {
            Some(error) => Err(error),
            None => config.validated(),
        }
    }

    /// Sets the fields that the file form names, and leaves the others as they are. Returns
    /// everything wrong with it, as [`merge_query`](Self::merge_query) does.
    pub fn merge_json(&mut self, text: &str) -> Vec<ConfigError> {
        let object = match serde_json::from_str(without_mark(text)) {
            Ok(serde_json::Value::Object(object)) => object,
            Ok(_) => return vec![ConfigError::NotJson("it is another kind of value".into())],
            Err(error) => return vec![ConfigError::NotJson(error.to_string())],
        };
        let mut errors = Vec::new();
        let mut named: Vec<(String, String)> = Vec::new();
        for (key, value) in object {
            if key == "version" {
                errors.extend(version::check(value.as_u64(), &value.to_string()).err());
                continue;
            }
            match json_text(&key, &value) {
                Ok(text) => named.push((key, text)),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(self.set_all(named.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect()));
        errors
    }
}

/// The text of a field's value in the file form: numbers are numbers there, words are strings.
fn json_text(key: &str, value: &serde_json::Value) -> Result<String, ConfigError> {
    let Some(field) = RunConfig::field(key) else { return Err(ConfigError::UnknownField(key.to_owned())) };
    let is_word = matches!(field.kind, Kind::Choice(_));
    match value {
        serde_json::Value::Number(number) if !is_word => Ok(number.to_string()),
        serde_json::Value::String(word) if is_word => Ok(word.clone()),
        _ => {
            let expected = if is_word { format!("one of {}", field.kind.range()) } else { "a number".into() };
            Err(ConfigError::WrongType { field: key.to_owned(), value: value.to_string(), expected })
        }
    }
}
