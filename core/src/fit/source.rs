//! Fits of records: the one place in which `fit` reads them.

use super::emergence::{Emergence, emergence_law_of, emergence_least_squares_of};
use super::power_law::{FitError, PowerLaw, power_law, power_law_of_seeds};
use super::range::{common_range, curve_range};
use crate::record::{Record, Status};

/// The power law of a run's mean loss against its step, over `range` or the default one.
pub fn loss_law(record: &Record, range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    let (steps, losses) = curve(record);
    let range = range.map_or_else(|| default_range(record), Ok)?;
    power_law(&steps, &losses, range)
}

/// The power law of runs that differ in their seed alone: each fitted for itself over `range`, or
/// over what their default ranges share, then the mean of the exponents.
pub fn loss_law_of_seeds(records: &[&Record], range: Option<(f64, f64)>) -> Result<PowerLaw, FitError> {
    let range = match range {
        Some(range) => range,
        None => {
            let ranges: Vec<(f64, f64)> = records.iter().map(|record| default_range(record)).collect::<Result<_, _>>()?;
            common_range(&ranges)?
        }
    };
    let curves: Vec<(Vec<f64>, Vec<f64>)> = records.iter().map(|record| curve(record)).collect();
    let curves: Vec<(&[f64], &[f64])> = curves.iter().map(|(x, y)| (x.as_slice(), y.as_slice())).collect();
    power_law_of_seeds(&curves, range)
}

/// Every quantum's emergence, most frequent first; `None` where it has not emerged.
pub fn emergences(record: &Record) -> Vec<Option<Emergence>> {
    let steps = record.steps();
    emergence_steps(record).into_iter().map(|step| Some(Emergence::seen(&steps, step?))).collect()
}

/// The step of the first evaluation at which each quantum is under its threshold, most frequent first; `None` where it has not emerged.
pub fn emergence_steps(record: &Record) -> Vec<Option<u64>> {
    (0..record.quanta.len())
        .map(|quantum| {
            let threshold = record.quanta.threshold(quantum);
            let is_under = |losses: &[f32]| losses.get(quantum).is_some_and(|loss| *loss < threshold);
            let first = record.evaluations.iter().find(|evaluation| is_under(&evaluation.quantum_loss_bits));
            first.map(|evaluation| evaluation.step)
        })
        .collect()
}

/// How many quanta have emerged by the last evaluation: what “N of M” about a run means.
pub fn emerged_count(record: &Record) -> usize {
    emergence_steps(record).iter().flatten().count()
}

/// The law of emergence steps against use frequencies, with those that have not emerged in it:
/// [`emergence_law_of`].
pub fn emergence_law(record: &Record) -> Result<PowerLaw, FitError> {
    emergence_law_of(record.quanta.p(), &emergences(record))
}

/// The paper's plain least squares over the emerged alone: [`emergence_least_squares_of`].
pub fn emergence_least_squares(record: &Record) -> Result<PowerLaw, FitError> {
    emergence_least_squares_of(record.quanta.p(), &emergences(record))
}

/// What a fit of this run has to say beside itself, where it has not run to its end:
/// `the run is not finished`.
pub fn remark(record: &Record) -> Option<&'static str> {
    match record.status {
        Status::Finished => None,
        Status::Unfinished => Some("the run is not finished"),
        Status::StoppedEarly(_) => Some("the run was stopped early"),
        Status::Failed(_) => Some("the run failed"),
    }
}

/// The evaluations after step 0: steps and mean losses.
fn curve(record: &Record) -> (Vec<f64>, Vec<f64>) {
    let evaluations = record.evaluations.iter().filter(|evaluation| evaluation.step > 0);
    evaluations.map(|evaluation| (evaluation.step as f64, f64::from(evaluation.loss_bits))).unzip()
}

fn default_range(record: &Record) -> Result<(f64, f64), FitError> {
    let (steps, losses) = curve(record);
    let first = emergence_steps(record).into_iter().flatten().filter(|step| *step > 0).min();
    curve_range(&steps, &losses, first.map(|step| step as f64), start(record))
}

/// The mean loss with nothing learned, in bits; 1 where use frequencies are not known.
fn start(record: &Record) -> f64 {
    let quanta = &record.quanta;
    let before = quanta.p().iter().zip(quanta.losses()).map(|(p, (before, _))| p * f64::from(*before));
    if quanta.p().is_empty() { 1.0 } else { before.sum() }
}
