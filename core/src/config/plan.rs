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

    /// An estimate of the bytes that the program holds at most while it trains the run on a CPU: itself,
    /// the parameters in all their copies, the data set, a batch and what the pass of it keeps, the test
    /// samples, the curves. Within a factor of 2 of what was measured; see the tests.
    pub fn memory_bytes(&self) -> u64 {
        let model = self.model.settings();
        let sizes = self.task.settings().sizes();
        let (tests, quanta) = (sizes.tests_at_once, sizes.quanta);
        let batch = self.batch() as u64;
        let logs = self.measurement.log_count(self.training.steps);
        let snapshots = self.measurement.snapshots.min(logs);
        let parts = [
            (COPIES + 2 * snapshots).saturating_mul(self.parameters().saturating_mul(4)),
            self.training.samples.saturating_mul(sizes.stored),
            batch.max(tests).saturating_mul(sizes.drawn),
            model.pass_bytes(&self.task, batch, false).max(model.pass_bytes(&self.task, tests, true)),
            logs.saturating_mul((24 * quanta).saturating_add(128)),
        ];
        parts.into_iter().fold(PROGRAM_BYTES, u64::saturating_add)
    }
}

/// The program before it holds anything of a run.
const PROGRAM_BYTES: u64 = 16 << 20;

/// How many copies of the parameters there are at once: parameters and two moments in training, in the
/// checkpoint, and in the file that is being written; gradients and their sums, and the tables of the
/// fused step.
const COPIES: u64 = 12;
