//! What the paper reports.

pub(crate) use crate::paper::{exponent, is_its_run as is_its_setting};

/// The slope of emergence step against use frequency in the paper's Fig 8.
pub(crate) const EMERGENCE_SLOPE: f64 = -crate::paper::EMERGENCE_EXPONENT;
