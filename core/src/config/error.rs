//! Why a text is no config.

use super::spelling::misspelt;
use super::version::VERSION;
use super::{Problem, RunConfig};

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
    /// A preset that there is none of.
    #[error("there is no preset “{0}”; there are {names}", names = super::presets().map(|preset| preset.name).collect::<Vec<_>>().join(", "))]
    UnknownPreset(String),
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
    match misspelt(key, fields.iter().map(|field| field.name)) {
        Some(name) => format!("“{name}” was probably meant"),
        None => format!("known ones are {}", fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")),
    }
}

/// Checks that this program knows a version; `text` is what stood there.
pub(super) fn check_version(version: Option<u64>, text: &str) -> Result<(), ConfigError> {
    match version {
        Some(version) if version > VERSION => Err(ConfigError::NewerVersion(version)),
        Some(_) => Ok(()),
        None => Err(ConfigError::WrongType { field: "version".into(), value: text.into(), expected: "a whole number".into() }),
    }
}
