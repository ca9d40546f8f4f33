//! The page of the quanta lab and the worker behind it.
//!
//! Of the page, what stands lower knows nothing of what stands above it: `address` and `trainer`
//! below `view`, that below a folder for each page, and all of them below `pages` and `site`.

pub mod dial;
pub mod link;
pub mod protocol;
pub mod published;
pub mod question;
pub mod sweeps;
pub mod words;

#[cfg(feature = "ui")]
mod address;
#[cfg(feature = "analysis")]
pub mod analyst;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "ui")]
mod facts;
#[cfg(feature = "ui")]
mod js;
#[cfg(feature = "ui")]
mod lab;
#[cfg(feature = "ui")]
mod language;
#[cfg(any(feature = "engine", feature = "analysis"))]
mod mailbox;
#[cfg(feature = "ui")]
mod pages;
#[cfg(feature = "ui")]
mod reproduce;
#[cfg(feature = "ui")]
mod scaling;
#[cfg(feature = "ui")]
pub mod site;
#[cfg(feature = "ui")]
mod theory;
#[cfg(feature = "ui")]
mod trainer;
#[cfg(feature = "ui")]
mod view;
#[cfg(any(feature = "ui", feature = "engine"))]
mod wait;
#[cfg(feature = "ui")]
mod worker;
