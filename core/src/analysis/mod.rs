//! Quanta discovery from gradients (QDG): from sample vectors to clusters, and from
//! clusters to scores (the paper's section 5 and its appendix on clustering).
//!
//! Whoever computes gradients hands in [`similarity::Rows`]: one row a sample, a layer at a time, to a
//! [`similarity::Gram`]; [`gradients`] does so for models that need no device. From there data flows one way:
//! rows → Gram matrix → [`similarity::Cosines`] → affinity ([`Symmetric`], the paper's angular form) →
//! [`spectral`], [`neighbours`] or [`linkage`] → labels → [`scores`] and [`envelope`].
//!
//! Labels are `Vec<u32>`: one number a sample that was kept, cluster 0 the largest. A truth is the same
//! kind of list. [`qdg`] does all of it. The rest of the module needs the feature `analysis`; [`labels`],
//! [`scores`], [`envelope`], [`Symmetric`] and the reading half of [`qdg`] need none, so that the page can
//! score what it opens.

pub mod envelope;
mod error;
pub mod labels;
mod matrix;
pub mod scores;

#[cfg(feature = "analysis")]
pub mod gaussian;
#[cfg(feature = "analysis")]
pub mod gradients;
#[cfg(feature = "analysis")]
mod kmeans;
#[cfg(feature = "analysis")]
pub mod layout;
#[cfg(feature = "analysis")]
pub mod linkage;
#[cfg(feature = "analysis")]
pub mod neighbours;
pub mod qdg;
pub mod reading;
#[cfg(feature = "analysis")]
pub mod similarity;
#[cfg(feature = "analysis")]
pub mod spectral;
#[cfg(feature = "analysis")]
mod threads;
mod toy;

pub use error::AnalysisError;
pub use matrix::Symmetric;
pub use toy::Toy;
