//! Settings as tables: each field is described once, with its label, help, unit, default and range,
//! and every form it takes (flag, link, file, form) derives from that description.
//!
//! `section!` declares a struct of settings with its table. A task and a model declare theirs in
//! their own file; [`crate::config`] puts the sections of a run together.

mod field;
mod section;
mod value;

pub use field::{Field, Group, Kind};
pub use section::{Problem, Section};
pub use value::Value;

pub(crate) use section::section;
pub(crate) use value::choice;
