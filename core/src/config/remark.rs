//! Settings that can be run, but make a run say little: for a note beside them.

use super::{RunConfig, Training};
use crate::figure::whole;

impl RunConfig {
    /// What makes a run of these settings moot, a sentence each; usually nothing. Not for settings that
    /// [`validate`](Self::validate) refuses.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let Training { seed, seed_task, seed_model, seed_data, .. } = self.training;
        if seed != 0 && ![seed_task, seed_model, seed_data].contains(&0) {
            remarks.push(format!(
                "The task, the start and the data have seeds of their own: the seed {seed} names nothing, and runs that \
                 differ in it alone are the same run."
            ));
        }
        let Some(subtasks) = self.subtasks() else { return remarks };
        // Beyond 2^40 there is no data set that large.
        let inputs = (subtasks.n_bits <= 40).then(|| (subtasks.n_tasks as u64) << subtasks.n_bits);
        if let Some(inputs) = inputs.filter(|inputs| self.training.samples > *inputs) {
            remarks.push(format!(
                "Only {} different inputs exist (2 to the {} for each subtask), fewer than the {} training samples: the \
                 network sees them all, and its test loss says nothing of generalisation.",
                whole(inputs as f64),
                subtasks.n_bits,
                whole(self.training.samples as f64)
            ));
        }
        let width = self.number("width").filter(|width| *width < subtasks.k as f64);
        if let Some(width) = width.filter(|_| self.task.word() == "parity") {
            remarks.push(format!(
                "A parity of {k} bits takes about {k} hidden units: a network of width {} cannot hold one subtask, and its \
                 loss stays near 1 bit.",
                whole(width),
                k = subtasks.k
            ));
        }
        remarks
    }
}
