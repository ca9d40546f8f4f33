//! The page of the quanta lab and the worker behind it.

pub mod protocol;

#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "ui")]
pub mod ui;
