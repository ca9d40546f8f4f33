//! Why a run cannot start or go on.

use crate::config::ConfigError;
use crate::device::DeviceError;
use crate::record::{DIVERGED, RecordError};
use crate::text::TextError;

/// Why a run cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The settings cannot be run.
    #[error("these settings cannot be run: {0}")]
    Config(#[from] ConfigError),
    /// No device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// There is no checkpoint to go on from.
    #[error("this run cannot be resumed: {0}")]
    NotResumable(String),
    /// The text that it learns is not there, or does not fit the settings.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The record cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The loss is not a number.
    #[error("{DIVERGED} at step {step}; a smaller learning rate may help")]
    Diverged {
        /// The step at which it was seen.
        step: u64,
    },
    /// The device failed.
    #[error("the device failed at step {step}: {reason}; resume from the last checkpoint, or choose the CPU")]
    Execution {
        /// The step at which it was seen.
        step: u64,
        /// What it said.
        reason: String,
    },
}

/// What a library's error of many lines says: each cause once, without the backtrace.
pub(super) fn causes(text: &str) -> String {
    let mut causes: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).take_while(|line| !line.starts_with("Backtrace")) {
        let cause = line.trim_start_matches("Caused by:").trim().trim_end_matches('.');
        if !cause.is_empty() && !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes.join("; ")
}

#[cfg(test)]
mod tests {
    use super::causes;

    #[test]
    fn an_error_of_many_lines_says_each_cause_once() {
        let text = "The device is poisoned\nCaused by: The device is poisoned\nCaused by:\n  Destroyed: Device was destroyed.\n\
                    Backtrace:\n  No backtrace available";
        assert_eq!(causes(text), "The device is poisoned; Destroyed: Device was destroyed");
        assert_eq!(causes("out of memory"), "out of memory");
    }
}
