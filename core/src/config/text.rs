//! A config as a file, as a URL, and field by field.

use super::error::check_version;
use super::version::VERSION_1;
use super::{ConfigError, Kind, RunConfig, VERSION, link};
use crate::number::without_mark;

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

    /// A text that equal settings share and others do not, whatever version wrote them: version 1's
    /// query where that version could say it, else the present one's. Names of runs derive from it.
    pub fn identity(&self) -> String {
        let known = |name: &str| name == "task" || name == "model" || VERSION_1.iter().any(|(known, _)| *known == name);
        let is_of_version_1 =
            self.changed().iter().all(|name| known(name)) && self.task.word() == "parity" && self.model.word() == "mlp";
        if !is_of_version_1 {
            return self.to_query();
        }
        let mut query = "v=1".to_owned();
        for (name, default) in VERSION_1 {
            let value = self.get(name).unwrap_or_default();
            if value != default {
                query.push_str(&pair(name, &value));
            }
        }
        query
    }

    /// Sets fields, the task and the model first: these say what the others belong to.
    pub(super) fn set_all(&mut self, fields: Vec<(&str, &str)>) -> Vec<ConfigError> {
        let place = |name: &str| ["task", "model"].into_iter().position(|choice| choice == name).unwrap_or(2);
        // The task before the model: it brings one along.
        let in_order = (0..3).flat_map(|round| fields.iter().filter(move |(name, _)| place(name) == round));
        in_order.filter_map(|(name, text)| self.set(name, text).err()).collect()
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
                errors.extend(check_version(value.as_u64(), &value.to_string()).err());
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
