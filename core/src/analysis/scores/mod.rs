//! How well clusters fit a truth, how well a similarity tells it, and how stable clusters are.
//!
//! Numbers of two labellings are scikit-learn's of the same names; [`Contingency`] holds what they are
//! all made of.

mod agreement;
mod classes;
mod contingency;
mod pairs;
mod stability;
#[cfg(test)]
mod tests;

pub use agreement::{
    Agreement, adjusted_mutual_information, adjusted_rand_index, agreement, normalized_mutual_information, purity,
};
pub use classes::{ClassScore, Fit, best_f1};
pub use contingency::Contingency;
pub use pairs::{KindOfPairs, PairScores, pair_scores};
pub use stability::{Parts, SHARE, Stability, part};
