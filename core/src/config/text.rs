//! A config as a file, as a URL, and field by field.

use super::{Kind, Problem, RunConfig, VERSION, link_version, version};

/// Why a text is no config.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A key that no field has.
    #[error("unknown field “{0}”; known ones are {known}", known = known())]
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
    /// A broken escape in a URL.
    #[error("the link has a broken escape in “{0}”")]
    BadEscape(String),
    /// Well-formed, but no run can be made of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
}

fn known() -> String {
    RunConfig::all_fields().iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

/// `&name=value`, as it stands in a query. Values are numbers and words of letters; a `+` in an
/// exponent is the one to escape.
pub(super) fn pair(name: &str, value: &str) -> String {
    format!("&{name}={}", value.replace('+', "%2B"))
}

impl RunConfig {
    /// This config if it [validates](Self::validate), else every problem.
    pub fn validated(self) -> Result<Self, ConfigError> {
        let problems = self.validate();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError::Invalid(problems)) }
    }

    /// The query of a link, without the `?`: the version, and every field that is not the default.
    pub fn to_query(&self) -> String {
        let pairs = self.changed().into_iter().map(|name| pair(name, &self.get(name).unwrap_or_default()));
        format!("v={VERSION}{}", pairs.collect::<String>())
    }

    /// Reads a query made by [`to_query`](Self::to_query), by this version or an earlier one.
    /// `other` names further keys that are allowed (`autostart`, say); the rest must be fields.
    pub fn from_query(query: &str, other: &[&str]) -> Result<Self, ConfigError> {
        let mut config = Self::defaults_of(link_version(query));
        match config.merge_query(query, other).into_iter().next() {
            Some(error) => Err(error),
            None => config.validated(),
        }
    }

    /// Sets the fields that a query names, and leaves the others as they are. Returns everything
    /// wrong with it; whether the whole is a possible run is for [`validate`](Self::validate) to say.
    pub fn merge_query(&mut self, query: &str, other: &[&str]) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let mut named: Vec<(String, String)> = Vec::new();
        for text in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            match unescape(key).and_then(|key| Ok((key, unescape(value)?))) {
                Ok((key, _)) if other.contains(&key.as_str()) => {}
                Ok((key, _)) if named.iter().any(|(known, _)| *known == key) => errors.push(ConfigError::Repeated(key)),
                Ok((key, value)) if key == "v" => errors.extend(version::check(value.parse().ok(), &value).err()),
                Ok(pair) => named.push(pair),
                Err(error) => errors.push(error),
            }
        }
        let fields = named.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        errors.extend(self.set_all(fields));
        errors
    }

    /// Sets fields, the task and the model first: these say what the others belong to.
    fn set_all(&mut self, mut fields: Vec<(&str, &str)>) -> Vec<ConfigError> {
        let is_choice = |(name, _): &(&str, &str)| matches!(*name, "task" | "model");
        let choices: Vec<_> = fields.iter().copied().filter(is_choice).collect();
        fields.retain(|field| !is_choice(field));
        choices.into_iter().chain(fields).filter_map(|(name, text)| self.set(name, text).err()).collect()
    }

    /// Reads the config out of a whole link: what stands after its `?`.
    pub fn from_link(link: &str, other: &[&str]) -> Result<Self, ConfigError> {
        Self::from_query(query_of(link), other)
    }

    /// [`merge_query`](Self::merge_query) for a whole link.
    pub fn merge_link(&mut self, link: &str, other: &[&str]) -> Vec<ConfigError> {
        self.merge_query(query_of(link), other)
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
        let version = serde_json::from_str::<serde_json::Value>(text).ok();
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
        let object = match serde_json::from_str(text) {
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

/// What stands between a link's `?` and its `#`.
fn query_of(link: &str) -> &str {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    query.split('#').next().unwrap_or("")
}

/// Undoes %XX and `+`.
fn unescape(text: &str) -> Result<String, ConfigError> {
    let broken = || ConfigError::BadEscape(text.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| (b as char).to_digit(16)).ok_or_else(broken);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}
