//! The predictions of the quantization model: learned quanta and loss as functions of a resource.
//!
//! Formulas are those of Michaud et al. (arXiv 2303.13506, section 2 and appendix A), with the
//! paper's letters: α, a, b, C, T, τ. Losses are in bits; formulas count quanta from 1.

mod law;
mod nam;
mod zeta;

pub use law::{Resource, Theory, calibrate};
pub use nam::Nam;
pub use zeta::{hurwitz, zeta};
