//! What is in training, and what waits for its turn.

use leptos::prelude::*;

use super::job::Request;
use super::locks::Held;
use crate::protocol::RunId;

/// The queue as pages see it.
#[derive(Clone, Copy)]
pub struct Queue {
    /// What is in training, or about to be.
    pub now: RwSignal<Option<Request>>,
    /// What waits for its turn, first come first served.
    pub waiting: RwSignal<Vec<Request>>,
    /// What ended last, until its reader has seen it.
    pub ended: RwSignal<Option<Request>>,
    /// Counts what has been begun: names the work in training for timers and awaits.
    pub(super) serial: StoredValue<u64>,
}

/// What only the service knows of the work in training.
pub struct Current {
    /// Names this attempt; an await or a timer of an earlier one finds another number here.
    pub serial: u64,
    /// What it is.
    pub request: Request,
    /// The run that the worker trains for it, once the worker was asked to.
    pub sent: Option<RunId>,
    /// Whether a single step is to be taken as soon as the run is paused.
    pub step_when_paused: bool,
    /// Held until the work ends.
    pub lock: Option<Held>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            now: RwSignal::new(None),
            waiting: RwSignal::new(Vec::new()),
            ended: RwSignal::new(None),
            serial: StoredValue::new(0),
        }
    }
}
