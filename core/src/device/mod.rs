//! Choosing, opening and describing the device that a run computes on.

mod choice;
#[cfg(feature = "engine")]
mod fault;
#[cfg(feature = "engine")]
mod open;

pub use choice::DeviceChoice;
#[cfg(feature = "engine")]
pub use fault::fault;
#[cfg(feature = "engine")]
pub use open::{Adapter, DeviceError, Kind, OpenDevice, adapter, open};
