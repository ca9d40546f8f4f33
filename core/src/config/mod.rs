//! One run, whole: every number that decides it, with its unit, default and range.
//!
//! The table in [`fields`] is the one place where a field is described. The terminal's flags, the
//! keys of a URL, the keys of a file and the page's form are all read off it.

mod field;
mod fields;
mod plan;
mod preset;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use field::{Field, Group, Kind};
pub use fields::{Activation, FIELDS, LogSchedule, Optimizer, RunConfig};
pub use preset::{PRESETS, Preset, preset};
pub use text::{ConfigError, VERSION};
pub use validate::{MEMORY_LIMIT_BYTES, Problem};
