//! The page of the quanta lab and the worker behind it.

pub mod dial;
pub mod link;
pub mod protocol;
pub mod published;
pub mod sweeps;
pub mod words;

#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "ui")]
pub mod ui;
