//! A config as a file, as a URL, and field by field.

use super::{FIELDS, Kind, Problem, RunConfig};

/// The version written into files and URLs. A reader refuses a newer one.
pub const VERSION: u64 = 1;

/// Why a text is no config.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A key that no field has.
    #[error("unknown field «{0}»; known ones are {known}", known = known())]
    UnknownField(String),
    /// A value of another type.
    #[error("{field} is «{value}», but must be {expected}")]
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
    #[error("the link has a broken escape in «{0}»")]
    BadEscape(String),
    /// Well-formed, but no run can be made of it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Problem>),
}

fn known() -> String {
    FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

impl RunConfig {
    /// Sets one field from text, as typed in a form or after a flag.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        match self.try_set(name, text) {
            None => Err(ConfigError::UnknownField(name.to_owned())),
            Some(Ok(())) => Ok(()),
            Some(Err(expected)) => Err(ConfigError::WrongType { field: name.to_owned(), value: text.to_owned(), expected }),
        }
    }

    /// This config if it [validates](Self::validate), else every problem.
    pub fn validated(self) -> Result<Self, ConfigError> {
        let problems = self.validate();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError::Invalid(problems)) }
    }

    /// The fields in which this differs from `other`, as names.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        FIELDS.iter().map(|field| field.name).filter(|name| self.get(name) != other.get(name)).collect()
    }

    /// The query of a link, without the `?`: the version, and every field that is not the default.
    pub fn to_query(&self) -> String {
        let mut query = format!("v={VERSION}");
        for name in self.differences(&Self::default()) {
            let value = self.get(name).unwrap_or_default();
            // Values are numbers and words of letters; a `+` in an exponent is the one to escape.
            query.push_str(&format!("&{name}={}", value.replace('+', "%2B")));
        }
        query
    }

    /// Reads a query made by [`to_query`](Self::to_query). `other` says which further keys are
    /// allowed, being somebody else's business (`autostart`, say); the rest must be fields.
    pub fn from_query(query: &str, other: &[&str]) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        match config.merge_query(query, other).into_iter().next() {
            Some(error) => Err(error),
            None => config.validated(),
        }
    }

    /// Sets the fields that a query names, and leaves the others as they are. Returns everything
    /// wrong with it; whether the whole is a possible run is [`validate`](Self::validate)'s business.
    pub fn merge_query(&mut self, query: &str, other: &[&str]) -> Vec<ConfigError> {
        let mut seen: Vec<String> = Vec::new();
        let mut merge = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (unescape(key)?, unescape(value)?);
            if other.contains(&key.as_str()) {
                return Ok(());
            }
            if seen.contains(&key) {
                return Err(ConfigError::Repeated(key));
            }
            seen.push(key.clone());
            if key == "v" { check_version(value.parse().ok(), &value) } else { self.set(&key, &value) }
        };
        let pairs = query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
        pairs.filter_map(|pair| merge(pair).err()).collect()
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
        for field in FIELDS {
            if let Some(value) = self.json(field.name) {
                object.insert(field.name.into(), value);
            }
        }
        // Writing a map of numbers and words cannot fail.
        serde_json::to_string_pretty(&object).unwrap_or_default()
    }

    /// Reads the file form. Fields that are left out keep their defaults.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        match config.merge_json(text).into_iter().next() {
            Some(error) => Err(error),
            None => config.validated(),
        }
    }

    /// Sets the fields that the file form names, and leaves the others as they are. Returns
    /// everything wrong with it, as [`merge_query`](Self::merge_query) does.
    pub fn merge_json(&mut self, text: &str) -> Vec<ConfigError> {
        match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(object)) => {
                object.iter().filter_map(|(key, value)| self.merge_json_field(key, value).err()).collect()
            }
            Ok(_) => vec![ConfigError::NotJson("it is another kind of value".into())],
            Err(error) => vec![ConfigError::NotJson(error.to_string())],
        }
    }

    fn merge_json_field(&mut self, key: &str, value: &serde_json::Value) -> Result<(), ConfigError> {
        if key == "version" {
            return check_version(value.as_u64(), &value.to_string());
        }
        let field = FIELDS.iter().find(|field| field.name == key);
        match (value, field.map(|field| field.kind)) {
            (_, None) => Err(ConfigError::UnknownField(key.to_owned())),
            (serde_json::Value::Number(number), Some(Kind::Whole { .. } | Kind::Real { .. })) => {
                self.set(key, &number.to_string())
            }
            (serde_json::Value::String(word), Some(Kind::Choice(_))) => self.set(key, word),
            (_, Some(kind)) => {
                let expected =
                    if matches!(kind, Kind::Choice(_)) { format!("one of {}", kind.range()) } else { "a number".into() };
                Err(ConfigError::WrongType { field: key.to_owned(), value: value.to_string(), expected })
            }
        }
    }
}

/// What stands between a link's `?` and its `#`.
fn query_of(link: &str) -> &str {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    query.split('#').next().unwrap_or("")
}

fn check_version(version: Option<u64>, text: &str) -> Result<(), ConfigError> {
    match version {
        Some(version) if version > VERSION => Err(ConfigError::NewerVersion(version)),
        Some(_) => Ok(()),
        None => Err(ConfigError::WrongType { field: "version".into(), value: text.into(), expected: "a whole number".into() }),
    }
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
