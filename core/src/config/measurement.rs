//! What is measured of a run, and when.

use super::steps::{log_spaced, spread_over_log};
use crate::settings::{Kind, choice, section};

choice! {
    /// At which steps the losses are measured.
    LogSchedule {
        /// Evenly on a logarithmic axis, on numbers of two digits.
        Log = "log",
        /// Every so many steps.
        Linear = "linear",
    }
}

section! {
    /// What is measured of a run, and when.
    Measurement {
        log_schedule: LogSchedule = LogSchedule::Log, Measurement, Kind::Choice(LogSchedule::WORDS), "", "Evaluations",
            "At which steps the losses are measured: evenly on a logarithmic axis, or every so many steps.";
        logs_per_decade: u64 = 30, Measurement, Kind::Whole { min: 1, max: 90 }, "evaluations", "Evaluations a decade",
            "With evaluations on a logarithmic axis, how many fall between one power of ten and the next.";
        log_every: u64 = 100, Measurement, Kind::Whole { min: 1, max: 10_000_000 }, "steps", "Steps between evaluations",
            "With evenly spaced evaluations, how many steps lie between two.";
        patience: u64 = 0, Measurement, Kind::Whole { min: 0, max: 10_000 }, "evaluations", "Patience",
            "Stop after this many evaluations without a new minimum of the test loss; 0 never stops early.";
        snapshots: u64 = 0, Measurement, Kind::Whole { min: 0, max: 1_000 }, "snapshots", "Snapshots",
            "At how many evaluations, evenly on a logarithmic axis, the parameters are kept for analyses over training.";
    }
}

impl Measurement {
    /// The steps at which the losses of a run of `steps` steps are measured, in order: 0, the
    /// schedule's, and the last.
    pub fn log_steps(&self, steps: u64) -> Vec<u64> {
        let mut all = vec![0];
        match self.log_schedule {
            LogSchedule::Linear => all.extend((1..).map(|i| i * self.log_every).take_while(|step| *step < steps)),
            LogSchedule::Log => {
                for step in log_spaced(self.logs_per_decade).take_while(|step| *step < steps) {
                    if all.last() != Some(&step) {
                        all.push(step);
                    }
                }
            }
        }
        all.push(steps);
        all
    }

    /// The steps at which the parameters of a run of `steps` steps are kept: as many of the measured
    /// steps as asked for, evenly in the logarithm of the step, the last among them.
    pub fn snapshot_steps(&self, steps: u64) -> Vec<u64> {
        let wanted = usize::try_from(self.snapshots).unwrap_or(usize::MAX);
        spread_over_log(&self.log_steps(steps), 1.0, wanted)
    }

    /// How many evaluations a run of `steps` steps has, at most, without listing them.
    pub fn log_count(&self, steps: u64) -> u64 {
        match self.log_schedule {
            LogSchedule::Linear => steps / self.log_every.max(1) + 2,
            LogSchedule::Log => self.logs_per_decade * (u64::from(steps.max(1).ilog10()) + 1) + 2,
        }
    }
}
