//! Fits.
/// A subtask has emerged at the first log at which its loss is under this many bits.
pub const EMERGENCE_BITS: f32 = 0.1;
