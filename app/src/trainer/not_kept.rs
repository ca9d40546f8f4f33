//! What this browser could not keep, or read of what it keeps.

use std::rc::Rc;

use super::job::SweepKey;
use super::notices::About;
use crate::protocol::RunId;

/// What was to be read from the store or written to it.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The kept runs.
    AllRuns,
    /// One run.
    Run(RunId),
    /// A sweep.
    Sweep(SweepKey),
}

/// Something that failed.
pub struct NotKept {
    /// What it was.
    pub what: What,
    /// The warning that is listed for it; others may share it.
    pub text: String,
    /// Tries it again.
    pub again: Rc<dyn Fn()>,
}

impl What {
    /// Which page it concerns.
    pub fn about(&self) -> About {
        match self {
            What::AllRuns | What::Run(_) => About::Runs,
            What::Sweep(_) => About::Sweeps,
        }
    }
}
