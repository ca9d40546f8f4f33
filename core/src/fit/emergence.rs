//! When subtasks emerged.

use super::{FitError, PowerLaw, power_law};
use crate::quanta::UseFrequencies;
use crate::record::Record;

/// A subtask has emerged at the first log at which its loss is under this many bits.
pub const EMERGENCE_BITS: f32 = 0.1;

/// The first log under [`EMERGENCE_BITS`]. Between logs nothing is guessed: with log-spaced logs,
/// 30 a decade, a step is up to 8 % late.
pub fn emergence_step(steps: &[u64], losses: &[f32]) -> Option<u64> {
    steps.iter().zip(losses).find(|(_, loss)| **loss < EMERGENCE_BITS).map(|(step, _)| *step)
}

/// Every subtask's emergence step, most frequent first; `None` where it has not emerged.
pub fn emergence_steps(record: &Record) -> Vec<Option<u64>> {
    let mut emerged = vec![None; record.quanta.len()];
    for evaluation in &record.evaluations {
        for (first, loss) in emerged.iter_mut().zip(&evaluation.quantum_loss_bits) {
            if first.is_none() && *loss < EMERGENCE_BITS {
                *first = Some(evaluation.step);
            }
        }
    }
    emerged
}

/// The paper's Fig 8: emergence step against use frequency p_k, over the subtasks that emerged.
/// The paper finds step ∝ p_k^-0.81, an `exponent` of 0.81 here. Subtasks that have not emerged
/// are left out, which in an unfinished run leaves only the lucky ones of the rarest.
pub fn emergence_law(record: &Record) -> Result<PowerLaw, FitError> {
    let frequencies = UseFrequencies::new(record.quanta.len().max(1), record.quanta.alpha().unwrap_or_default());
    let emerged = emergence_steps(record);
    let pairs = frequencies.p().iter().zip(&emerged).filter_map(|(p, step)| Some((*p, (*step)? as f64)));
    let (p, steps): (Vec<f64>, Vec<f64>) = pairs.filter(|(_, step)| *step > 0.0).unzip();
    power_law(&p, &steps, (0.0, f64::INFINITY))
}
