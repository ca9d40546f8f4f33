//! What a sample is. Each task has a file of its own; multitask sparse parity is the first.

mod batch;
mod sparse_parity;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use sparse_parity::SparseParity;
