//! A run as a state machine: advance, evaluate, checkpoint, resume. It says what happens in
//! [`Event`](crate::event::Event)s and knows nobody who listens.

mod pace;
mod path;
mod run;
mod self_test;
#[cfg(test)]
mod tests;
mod timing;
mod update;

pub use path::Path;
pub use run::{Breath, Run, TrainError};
pub use timing::{Timing, time_steps};

/// Runs a future to its end on this thread. Natively alone: in a browser nothing may block.
#[cfg(not(target_family = "wasm"))]
pub fn block_on<F: Future>(future: F) -> F::Output {
    cubecl::future::block_on(future)
}
