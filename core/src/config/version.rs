//! Versions of the settings' text forms. A version freezes its table of defaults: what it left out
//! of a link or a file keeps the value that it had then.

use super::{ConfigError, RunConfig};

/// The version written into files and links. A reader refuses a newer one.
///
/// | version | since | what changed |
/// |---|---|---|
/// | 1 | 0.1 | sparse parity alone |
/// | 2 | 0.2 | `task` and `model` say what the other keys belong to; `snapshots` |
pub const VERSION: u64 = 2;

/// Every field of version 1 with its default, in the order in which that version wrote them. The
/// names of runs in sweeps follow from this order too, so that it never changes.
pub(super) const VERSION_1: [(&str, &str); 22] = [
    ("n_tasks", "100"),
    ("n_bits", "50"),
    ("k", "3"),
    ("alpha", "0.4"),
    ("samples", "0"),
    ("width", "100"),
    ("depth", "1"),
    ("activation", "relu"),
    ("optimizer", "adamw"),
    ("lr", "0.001"),
    ("beta1", "0.9"),
    ("beta2", "0.999"),
    ("eps", "0.00000001"),
    ("weight_decay", "0"),
    ("batch_size", "2000"),
    ("steps", "10000"),
    ("log_schedule", "log"),
    ("logs_per_decade", "30"),
    ("log_every", "100"),
    ("eval_per_task", "200"),
    ("patience", "0"),
    ("seed", "0"),
];

impl RunConfig {
    /// What a text of that version leaves unsaid: the version's own defaults.
    pub fn defaults_of(version: u64) -> Self {
        let mut config = Self::default();
        if version == 1 {
            for (name, value) in VERSION_1 {
                // A test sets every one of them.
                let _ = config.set(name, value);
            }
        }
        config
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
                query.push_str(&super::text::pair(name, &value));
            }
        }
        query
    }
}

/// The version that a query names; the present one where it names none. What is no version at all is
/// reported by the reader of the whole.
pub fn link_version(query: &str) -> u64 {
    let version = super::link::pairs(query).find(|(key, _)| key == "v");
    version.and_then(|(_, value)| value.ok()?.trim().parse().ok()).unwrap_or(VERSION)
}

pub(super) fn check(version: Option<u64>, text: &str) -> Result<(), ConfigError> {
    match version {
        Some(version) if version > VERSION => Err(ConfigError::NewerVersion(version)),
        Some(_) => Ok(()),
        None => Err(ConfigError::WrongType { field: "version".into(), value: text.into(), expected: "a whole number".into() }),
    }
}
