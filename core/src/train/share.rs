//! A step that several workers compute together, where threads have no memory in common: in a browser.
//!
//! A batch falls into shares. Every worker draws the batch for itself, since the config and the step name it;
//! it is sent the parameters, and sends back the loss and the gradient of its shares. They are added in order,
//! so that a run learns the same, to the bit, whatever the number of workers.

use std::ops::Range;
use std::pin::Pin;

use burn::tensor::ExecutionError;

use super::learner::{Learn, learner, numbers};
use crate::config::RunConfig;
use crate::device::OpenDevice;
use crate::workload::{Gradients, Path};

/// The shares of a step that a helper was asked for, once they have come; nothing where it fails to send them.
pub type Answer = Pin<Box<dyn Future<Output = Option<Vec<Gradients>>>>>;

/// Workers that compute shares of a step.
pub trait Helpers {
    /// How many can be asked. They are asked by number, from 0 on.
    fn ready(&self) -> usize;

    /// Asks one for some shares of a step, and returns before it has computed them. The parameters are in
    /// one row, in the order of a walk over the model.
    fn ask(&self, helper: usize, step: u64, parameters: &[f32], shares: Range<usize>) -> Answer;
}

/// What a helper computes shares with.
pub struct Sharer(Box<dyn Learn>);

impl Sharer {
    /// Of a validated config; nothing where its steps do not fall into shares.
    pub fn new(config: &RunConfig) -> Option<Self> {
        let learner = learner(config, Path::of(config), OpenDevice::cpu().device(), None).ok()?;
        learner.divided().is_some().then_some(Self(learner))
    }

    /// Some shares of a step with these parameters; nothing where they are not those of the config.
    pub fn shares(&self, step: u64, parameters: &[f32], shares: Range<usize>) -> Option<Vec<Gradients>> {
        self.0.divided()?.shares(step, parameters, shares)
    }
}

/// Shares as bytes, for a message: of each its loss, then its gradient, the smallest byte first.
pub fn to_bytes(shares: &[Gradients]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Gradients { loss, row } in shares {
        bytes.extend(loss.to_le_bytes());
        bytes.extend(numbers_to_bytes(row));
    }
    bytes
}

/// So many shares from their bytes; nothing where these are not theirs.
pub fn from_bytes(bytes: &[u8], count: usize) -> Option<Vec<Gradients>> {
    let len = bytes.len().checked_div(count).filter(|len| len * count == bytes.len())?;
    let share = |bytes: &[u8]| {
        let (loss, row) = bytes.split_first_chunk()?;
        Some(Gradients { loss: f64::from_le_bytes(*loss), row: numbers_from_bytes(row)? })
    };
    bytes.chunks_exact(len.max(1)).map(share).collect()
}

/// Numbers as bytes, the smallest byte of each first.
pub fn numbers_to_bytes(numbers: &[f32]) -> Vec<u8> {
    let mut bytes = vec![0; 4 * numbers.len()];
    bytes.as_chunks_mut().0.iter_mut().zip(numbers).for_each(|(to, number)| *to = number.to_le_bytes());
    bytes
}

/// Numbers from their bytes; nothing where these are no whole number of them.
pub fn numbers_from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (numbers, []) = bytes.as_chunks() else { return None };
    Some(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

/// The shares of a step, computed by this worker and its helpers. Shares that do not come are computed here.
/// Nothing where nobody helps.
pub(super) async fn shares(
    learner: &dyn Learn,
    helpers: &dyn Helpers,
    step: u64,
) -> Result<Option<Vec<Gradients>>, ExecutionError> {
    let Some(divided) = learner.divided() else { return Ok(None) };
    let count = divided.count();
    let workers = count.min(helpers.ready() + 1);
    if workers < 2 {
        return Ok(None);
    }
    let parameters = numbers(learner.row()).await?;
    // Where they differ this worker, which also takes the step, has the fewest.
    let of_worker = |worker: usize| worker * count / workers..(worker + 1) * count / workers;
    let asked = |worker: usize| (of_worker(worker), helpers.ask(worker - 1, step, &parameters, of_worker(worker)));
    let asked: Vec<(Range<usize>, Answer)> = (1..workers).map(asked).collect();
    let Some(mut all) = divided.shares(step, &parameters, of_worker(0)) else { return Ok(None) };
    for (range, answer) in asked {
        let fits = |shares: &Vec<Gradients>| {
            shares.len() == range.len() && shares.iter().all(|share| share.row.len() == parameters.len())
        };
        match answer.await.filter(fits) {
            Some(shares) => all.extend(shares),
            None => all.extend(divided.shares(step, &parameters, range).unwrap_or_default()),
        }
    }
    Ok(Some(all))
}
