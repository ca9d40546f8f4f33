//! Which part of a loss curve is the power law.

use super::FitError;

/// The range fitted by default: from the first emergence to the last point at which a tenth of
/// the loss is still left.
///
/// Before the first emergence nothing has been learned and the curve is flat at its beginning.
/// Past nine tenths of the fall the sum over finitely many subtasks runs out and bends down
/// however long the run: what is left there says how many subtasks there are, not how they scale.
/// Between the two a run that is still going is fitted up to its last evaluation. `start` is the
/// loss with nothing learned (1 bit in sparse parity).
pub fn curve_range(x: &[f64], loss: &[f64], first_emergence: Option<f64>, start: f64) -> Result<(f64, f64), FitError> {
    let from = first_emergence.ok_or(FitError::NothingEmerged)?;
    let in_the_fall = |(x, loss): &(&f64, &f64)| **x >= from && **loss >= 0.1 * start;
    let to = x.iter().zip(loss).filter(in_the_fall).map(|(x, _)| *x).fold(from, f64::max);
    if to > from { Ok((from, to)) } else { Err(FitError::TooFew { points: 1, from, to }) }
}

/// The range that all of several seeds' ranges share, so that each is fitted over the same part.
pub fn common_range(ranges: &[(f64, f64)]) -> Result<(f64, f64), FitError> {
    let from = ranges.iter().map(|range| range.0).fold(0.0, f64::max);
    let to = ranges.iter().map(|range| range.1).fold(f64::INFINITY, f64::min);
    if to > from { Ok((from, to)) } else { Err(FitError::Range { from, to }) }
}
