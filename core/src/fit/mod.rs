//! Power laws fitted to what a run showed, with their uncertainty, and when subtasks emerged.

mod emergence;
mod power_law;
mod range;
#[cfg(test)]
mod tests;

pub use emergence::{EMERGENCE_BITS, emergence_law, emergence_step, emergence_steps};
pub use power_law::{FitError, PowerLaw, power_law, slope};
pub use range::{curve_range, loss_law};
