//! Fits of records: the one place in which `fit` reads them.

use super::emergence::{Emergence, emergence_law_of, emergence_least_squares_of, emergence_step};
use super::power_law::{FitError, PowerLaw, power_law, power_law_of_seeds};
use super::range::{common_range, curve_range};
use crate::quanta::UseFrequencies;
use crate::record::{Record, Status};

/// The loss with nothing learned, in bits.
const START: f64 = 1.0;

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

/// Every subtask's emergence, most frequent first; `None` where it has not emerged.
pub fn emergences(record: &Record) -> Vec<Option<Emergence>> {
    let steps = record.steps();
    emergence_steps(record).into_iter().map(|step| Some(Emergence::seen(&steps, step?))).collect()
}

/// Every subtask's emergence step, most frequent first; `None` where it has not emerged.
pub fn emergence_steps(record: &Record) -> Vec<Option<u64>> {
    let steps = record.steps();
    (0..quanta(record)).map(|task| emergence_step(&steps, &task_losses(record, task))).collect()
}

/// How many subtasks have emerged by the last evaluation: what “N of M” about a run means.
pub fn emerged_count(record: &Record) -> usize {
    emergence_steps(record).iter().flatten().count()
}

/// The law of emergence steps against use frequencies, with those that have not emerged in it:
/// [`emergence_law_of`].
pub fn emergence_law(record: &Record) -> Result<PowerLaw, FitError> {
    emergence_law_of(&frequencies(record), &emergences(record))
}

/// The paper's plain least squares over the emerged alone: [`emergence_least_squares_of`].
pub fn emergence_least_squares(record: &Record) -> Result<PowerLaw, FitError> {
    emergence_least_squares_of(&frequencies(record), &emergences(record))
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
    curve_range(&steps, &losses, first.map(|step| step as f64), START)
}

fn quanta(record: &Record) -> usize {
    record.config.n_tasks
}

fn frequencies(record: &Record) -> Vec<f64> {
    UseFrequencies::new(record.config.n_tasks.max(1), record.config.alpha).p().to_vec()
}

/// One subtask's losses; not a number where an evaluation lacks it.
fn task_losses(record: &Record, task: usize) -> Vec<f32> {
    let loss = |losses: &Vec<f32>| losses.get(task).copied().unwrap_or(f32::NAN);
    record.evaluations.iter().map(|evaluation| loss(&evaluation.task_loss_bits)).collect()
}
