//! Tests the built page as people use it, through WebDriver: every test in headless Chromium; what a
//! visitor relies on (a run from start to end, links, files, the keyboard, each page) also in Firefox and
//! in WebKitGTK. A test that is written by `in_every_browser!` becomes three, whose names end in
//! `chromium`, `firefox` and `webkit`.
//!
//! `./lab test browser` builds the page, installs what is missing and runs these tests. Plain
//! `cargo test` ignores them, because they need the page and a browser.

#![allow(clippy::panic, clippy::unwrap_used)]

// First, for its macro.
#[macro_use]
mod driver;

mod access;
mod again;
mod console;
mod device;
mod embed;
mod files;
mod helpers;
mod language;
mod links;
mod live;
mod on_demand;
mod person;
mod planted;
mod policy;
mod readers;
mod real_text;
mod reproduce;
mod roles;
mod scaling;
mod screens;
mod theory;
mod training;
mod visits;

/// The query of a run that takes seconds: four subtasks of two bits.
const TINY: &str = "?v=1&n_tasks=4&n_bits=12&k=2&width=32&batch_size=200&steps=400&eval_per_task=50&logs_per_decade=10&lr=0.01";
