//! Choosing, starting, naming and testing what a run computes on.

mod choice;

pub use choice::DeviceChoice;
