//! What the quantization model predicts: learned quanta and losses against a resource.
//!
//! Formulas are those of Michaud et al. (arXiv 2303.13506, section 2 and appendix A) in the paper's
//! letters: α, a, b, C, T, τ. Losses are in bits; quanta are counted from 1 in formulas.

mod law;
mod nam;
mod zeta;

pub use law::{Resource, Theory, calibrate};
pub use nam::Nam;
pub use zeta::{hurwitz, zeta};
