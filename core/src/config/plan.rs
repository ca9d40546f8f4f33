//! What follows from a config by arithmetic: sizes, steps of evaluation, memory.

use super::RunConfig;

impl RunConfig {
    /// Parameters of the model: (n_tasks + n_bits + 3)·w + 2 for a perceptron of depth 1.
    pub fn parameters(&self) -> u64 {
        self.model.settings().parameters(&self.task)
    }

    /// Samples in a batch: `batch_size`, or all D where there are fewer.
    pub fn batch(&self) -> usize {
        self.training.batch()
    }

    /// The steps at which losses are measured, in order: 0, the schedule's, and the last.
    pub fn log_steps(&self) -> Vec<u64> {
        self.measurement.log_steps(self.training.steps)
    }

    /// An estimate of the bytes a run holds at once: parameters with gradients and moments, the
    /// snapshots, the data set, a batch and the test samples with what the forward pass keeps of
    /// them, the curves.
    pub fn memory_bytes(&self) -> u64 {
        let (sample, tests, quanta) = match self.subtasks() {
            Some(subtasks) => (
                4 * (subtasks.words() as u64 + 2),
                subtasks.n_tasks as u64 * subtasks.eval_per_task as u64,
                subtasks.n_tasks as u64,
            ),
            None => (0, 0, 0),
        };
        let kept = self.model.settings().bytes_per_sample();
        let logs = self.measurement.log_count(self.training.steps);
        let snapshots = self.measurement.snapshots.min(logs);
        let parts = [
            (4 + snapshots).saturating_mul(4 * self.parameters()),
            self.training.samples.saturating_mul(sample),
            (self.batch() as u64).saturating_mul(sample + kept),
            tests.saturating_mul(sample),
            logs.saturating_mul(8 * quanta),
        ];
        parts.into_iter().fold(0, u64::saturating_add)
    }
}
