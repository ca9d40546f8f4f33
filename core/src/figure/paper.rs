//! What the paper reports, for the settings it reports it at.

use crate::config::RunConfig;
use crate::theory::Resource;

/// Whether a run has the settings of the paper's Figs 2, 7 and 8.
pub(crate) fn is_its_setting(config: &RunConfig) -> bool {
    config.alpha == 0.4
        && config.n_tasks == 500
        && config.n_bits == 100
        && config.k == 3
        && config.width == 500
        && config.batch() == 20_000
}

/// The exponents the paper's Fig 2 shows at α = 0.4 and 500 subtasks, with the range where it
/// says one. Read off the figure to ±2 %.
pub(crate) fn exponent(resource: Resource, alpha: f64, n_tasks: usize) -> Option<(f64, &'static str)> {
    if alpha != 0.4 || n_tasks != 500 {
        return None;
    }
    Some(match resource {
        Resource::Parameters => (0.45, "over N > 10⁴"),
        Resource::Steps => (0.45, "over steps 400 to 8,900"),
        Resource::Data => (0.30, "over its data sizes"),
    })
}

/// The slope of emergence step against use frequency in the paper's Fig 8.
pub(crate) const EMERGENCE_SLOPE: f64 = -0.81;

/// What the paper's Fig 10 shows at its two ends, α = 0.1 and 0.8: α and the exponent. Read off the
/// figure to ±2 %.
pub(crate) fn exponent_ends(resource: Resource) -> [(f64, f64); 2] {
    match resource {
        Resource::Parameters => [(0.1, 0.23), (0.8, 0.61)],
        Resource::Steps => [(0.1, 0.23), (0.8, 0.48)],
        Resource::Data => [(0.1, 0.28), (0.8, 0.40)],
    }
}
