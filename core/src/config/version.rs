//! Versions of the settings' text forms. A version freezes its table of defaults: what it left out
//! of a link or a file keeps the value that it had then.

use super::RunConfig;

/// The version written into files and links. A reader refuses a newer one.
///
/// | version | since | what changed |
/// |---|---|---|
/// | 1 | 0.1 | sparse parity alone |
/// | 2 | 0.2 | `task` and `model` say what the other keys belong to; `snapshots`; rates that rise and fall |
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
}
