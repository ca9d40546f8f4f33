//! Why a run cannot start or go on.

use crate::config::ConfigError;
use crate::device::DeviceError;
use crate::record::{DIVERGED, RecordError};

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
