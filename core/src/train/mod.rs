//! A run as a state machine: advance, evaluate, checkpoint, resume. It returns what happens as
//! [`Event`](crate::event::Event)s, for whoever drives it to show.
//!
//! The same config gives the same data and the same start everywhere, and the same curve on the same
//! kind of device: to the bit on a CPU of the same instruction set, whatever the number of threads.
//! Elsewhere sums are added in another order, so that curves agree at first and drift apart slowly.

mod error;
#[cfg(test)]
mod language_tests;
mod learner;
mod pace;
mod run;
mod self_test;
mod share;
#[cfg(test)]
mod tests;
mod timing;
mod walk;

pub use crate::workload::{Gradients, Path};
pub use error::TrainError;
pub use run::{Run, Yield};
pub use share::{Answer, Helpers, Sharer, from_bytes, numbers_from_bytes, numbers_to_bytes, to_bytes};
pub use timing::{Timing, time_steps};

/// Runs a future to its end on this thread. Natively alone: in a browser nothing may block.
#[cfg(not(target_family = "wasm"))]
pub fn block_on<F: Future>(future: F) -> F::Output {
    cubecl::future::block_on(future)
}
