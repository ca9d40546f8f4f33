//! Power laws fitted to what runs showed, with their uncertainty, and when subtasks emerged.
//!
//! Uncertainty comes from seeds where there are two or more ([`power_law_of_seeds`], [`Estimate::of_seeds`]),
//! from the scatter within one run otherwise, which is blind to the seed, and from nothing under
//! [`INTERVAL_POINTS`] points. [`Estimate`] says which, in the words that all of the lab uses.

mod censored;
mod emergence;
mod line;
mod noise;
mod normal;
mod power_law;
mod range;
mod source;
mod student;
#[cfg(test)]
mod tests;
mod uncertainty;

pub use censored::censored_law;
pub use emergence::{EMERGENCE_BITS, Emergence, emerged, emergence_law_of, emergence_least_squares_of, emergence_step, learned};
pub use power_law::{FitError, PowerLaw, least_squares, power_law, power_law_of_seeds, slope};
pub use range::{common_range, curve_range};
pub use source::{
    emerged_count, emergence_law, emergence_least_squares, emergence_steps, emergences, loss_law, loss_law_of_seeds, remark,
};
pub use uncertainty::{Estimate, INTERVAL_POINTS, NoInterval, Uncertainty};
