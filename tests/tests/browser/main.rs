//! Tests the built page as people use it, in headless Chromium through WebDriver.
//!
//! `./lab test browser` builds the page, installs what is missing and runs these tests. Plain
//! `cargo test` ignores them, because they need the page and a browser.

#![allow(clippy::panic, clippy::unwrap_used)]

mod access;
mod again;
mod device;
mod driver;
mod embed;
mod files;
mod links;
mod on_demand;
mod person;
mod policy;
mod readers;
mod reproduce;
mod scaling;
mod screens;
mod theory;
mod training;
mod visits;

/// The query of a run that takes seconds: four subtasks of two bits.
const TINY: &str = "?v=1&n_tasks=4&n_bits=12&k=2&width=32&batch_size=200&steps=400&eval_per_task=50&logs_per_decade=10&lr=0.01";
