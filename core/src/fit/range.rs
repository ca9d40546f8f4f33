//! Which part of a loss curve is the power law.

use super::{EMERGENCE_BITS, FitError, PowerLaw, power_law};
use crate::record::Record;

/// The range fitted by default: from the first emergence to the last point at which a tenth of
/// the loss is still left.
///
/// Before the first emergence nothing has been learned and the curve is flat at its beginning.
/// Past nine tenths of the fall the sum over finitely many subtasks runs out and bends down
/// however long the run: what is left there says how many subtasks there are, not how they scale.
/// Between the two a run that is still going is fitted up to its last log. `start` is the loss
/// with nothing learned (1 bit in sparse parity).
pub fn curve_range(x: &[f64], loss: &[f64], first_emergence: Option<f64>, start: f64) -> Result<(f64, f64), FitError> {
    let from = first_emergence.ok_or(FitError::NothingEmerged)?;
    let in_the_fall = |(x, loss): &(&f64, &f64)| **x >= from && **loss >= 0.1 * start;
    let to = x.iter().zip(loss).filter(in_the_fall).map(|(x, _)| *x).fold(from, f64::max);
    if to > from { Ok((from, to)) } else { Err(FitError::TooFew { points: 1, from, to }) }
}

/// The power law of a run's mean loss against its step, over `range` or the default one.
pub fn loss_law(record: &Record, range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    let curve = record.evaluations.iter().filter(|evaluation| evaluation.step > 0);
    let (steps, losses): (Vec<f64>, Vec<f64>) = curve.map(|e| (e.step as f64, f64::from(e.loss_bits))).unzip();
    let range = match range {
        Some(range) => range,
        None => curve_range(&steps, &losses, first_emergence(record), 1.0)?,
    };
    power_law(&steps, &losses, range)
}

fn first_emergence(record: &Record) -> Option<f64> {
    let emerged = |losses: &[f32]| losses.iter().any(|loss| *loss < EMERGENCE_BITS);
    let first = record.evaluations.iter().find(|e| e.step > 0 && emerged(&e.quantum_loss_bits));
    first.map(|evaluation| evaluation.step as f64)
}
