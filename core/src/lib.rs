//! The science behind the quanta lab: *The Quantization Model of Neural Scaling*
//! (Michaud, Liu, Girit & Tegmark, NeurIPS 2023, arXiv 2303.13506) as a library.
//!
//! Data flows one way:
//! [`settings`] and [`text`] → [`task`] and [`model`] → [`config`] → `workload` → `train` → [`event`] → [`record`] →
//! [`fit`] → [`figure`]; [`analysis`] takes gradients of a trained model apart into quanta, [`losses`] follows single tokens, and `pretrained` reads models of others. The
//! crate knows no DOM. Without the feature `engine` it has no tensors either, which is what the page links; with it, `workload`, `kernel`, `train` and `device` run on Burn.

pub mod analysis;
pub mod comparison;
pub mod config;
pub mod device;
pub mod event;
pub mod figure;
pub mod fit;
mod hash;
pub mod kernel;
pub mod losses;
pub mod model;
pub mod number;
pub mod order;
pub mod paper;
pub mod quanta;
pub mod record;
pub mod reproduce;
pub mod rng;
pub mod settings;
pub mod sweep;
pub mod task;
pub mod text;
pub mod theory;

#[cfg(feature = "pretrained")]
pub mod pretrained;
#[cfg(feature = "engine")]
pub mod train;
#[cfg(feature = "engine")]
pub mod workload;

/// How a test says that it was skipped; shared with the tests that span crates.
#[cfg(all(test, feature = "engine"))]
#[path = "../../tests/src/skip.rs"]
mod skip;
