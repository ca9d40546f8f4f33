//! What follows from a config by arithmetic: sizes, logs, memory.

use super::{LogSchedule, RunConfig};

impl RunConfig {
    /// Inputs of the first layer: the one-hot of the subtask, then the bits.
    pub fn inputs(&self) -> usize {
        self.n_tasks + self.n_bits
    }

    /// Words of 32 bits that hold one sample's bits.
    pub fn words(&self) -> usize {
        self.n_bits.div_ceil(32)
    }

    /// Parameters of the model: (n_tasks + n_bits + 3)·w + 2 at depth 1.
    pub fn parameters(&self) -> u64 {
        let (inputs, width, depth) = (self.inputs() as u64, self.width as u64, self.depth as u64);
        (inputs + 1) * width + (depth - 1) * (width + 1) * width + 2 * (width + 1)
    }

    /// Samples in a batch: `batch_size`, or all D where there are fewer.
    pub fn batch(&self) -> usize {
        match self.samples {
            0 => self.batch_size,
            samples => self.batch_size.min(usize::try_from(samples).unwrap_or(usize::MAX)),
        }
    }

    /// Whether the structured kernels fit: one hidden layer with ReLU.
    pub fn is_structured(&self) -> bool {
        self.depth == 1 && self.activation == super::Activation::Relu
    }

    /// The steps at which losses are measured, in order: 0, the schedule's, and the last.
    pub fn log_steps(&self) -> Vec<u64> {
        let mut steps = vec![0];
        match self.log_schedule {
            LogSchedule::Linear => {
                steps.extend((1..).map(|i| i * self.log_every).take_while(|step| *step < self.steps));
            }
            LogSchedule::Log => {
                let spaced = (0..).map(|i| round_two_digits(i, self.logs_per_decade));
                for step in spaced.take_while(|step| *step < self.steps) {
                    if steps.last() != Some(&step) {
                        steps.push(step);
                    }
                }
            }
        }
        steps.push(self.steps);
        steps
    }

    /// An estimate of the bytes a run holds at once: parameters with gradients and moments, the
    /// data set, a batch and the test samples with what the forward pass keeps of them, the curves.
    pub fn memory_bytes(&self) -> u64 {
        let sample = 4 * (self.words() as u64 + 2);
        let kept = if self.is_structured() { self.width as u64 / 8 + 64 } else { 8 * (self.width * self.depth) as u64 };
        let tests = (self.n_tasks * self.eval_per_task) as u64;
        let logs = self.log_count() * self.n_tasks as u64 * 8;
        16 * self.parameters() + self.samples * sample + self.batch() as u64 * (sample + kept) + tests * sample + logs
    }

    /// How many logs there are, without listing them.
    fn log_count(&self) -> u64 {
        match self.log_schedule {
            LogSchedule::Linear => self.steps / self.log_every.max(1) + 2,
            LogSchedule::Log => self.logs_per_decade * (self.steps.max(1).ilog10() as u64 + 1) + 2,
        }
    }
}

/// 10^(i/m) to two digits: round numbers that are evenly spaced on a logarithmic axis.
fn round_two_digits(i: u64, per_decade: u64) -> u64 {
    let exact = libm::pow(10.0, i as f64 / per_decade as f64);
    let unit = 10u64.pow((i / per_decade).saturating_sub(1) as u32);
    libm::round(exact / unit as f64) as u64 * unit
}
