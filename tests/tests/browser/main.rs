//! The built page as a person meets it, in headless Chromium through WebDriver.
//!
//! `./lab test browser` builds the page, installs what is missing and runs these; plain `cargo test`
//! shows them as ignored, because they need both.

#![allow(clippy::panic, clippy::unwrap_used)]

mod access;
mod device;
mod driver;
mod embed;
mod files;
mod links;
mod on_demand;
mod person;
mod policy;
mod reproduce;
mod scaling;
mod theory;
mod training;

/// A run that is over in seconds: four subtasks of two bits.
const TINY: &str = "?v=1&n_tasks=4&n_bits=12&k=2&width=32&batch_size=200&steps=400&eval_per_task=50&logs_per_decade=10&lr=0.01";
