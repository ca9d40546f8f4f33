//! What can be asked of the engine, and where it is.

use leptos::prelude::*;
use quanta_core::device::DeviceChoice;
use quanta_core::event::{Progress, Started};

use crate::link::Link;
use crate::protocol::RunId;

/// What a sweep is kept under; see [`crate::sweeps::key`].
pub type SweepKey = String;

/// Something for the engine to do. The engine does one at a time.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// One run.
    Run {
        /// Which.
        id: RunId,
        /// Whether to pause after its first step.
        paused: bool,
    },
    /// The runs of a sweep that are not over yet, one after another.
    Sweep {
        /// What the sweep is kept under.
        key: SweepKey,
    },
}

impl Work {
    /// The lock that the tab which does it holds meanwhile.
    pub fn lock_name(&self) -> String {
        match self {
            Work::Run { id, .. } => run_lock(*id),
            Work::Sweep { key } => format!("quanta-lab-sweep-{key}"),
        }
    }

    /// Whether both are the same run, or the same sweep.
    pub fn is_same(&self, other: &Work) -> bool {
        match (self, other) {
            (Work::Run { id, .. }, Work::Run { id: other, .. }) => id == other,
            (Work::Sweep { key }, Work::Sweep { key: other }) => key == other,
            _ => false,
        }
    }
}

/// The lock of a run.
pub fn run_lock(id: RunId) -> String {
    format!("quanta-lab-run-{id}")
}

/// Work with what it is done on and where its reader finds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What to do.
    pub work: Work,
    /// What to train on.
    pub device: DeviceChoice,
    /// The link of the page that shows it.
    pub home: Link,
}

/// Where work is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    Idle,
    /// It waits in the queue, at that place; 1 is next.
    Queued(usize),
    /// It waits for the engine.
    Waiting,
    /// The device is being started.
    Compiling,
    /// The device is being tested.
    SelfTest,
    /// Steps are being taken.
    Running,
    /// It was asked to pause.
    Pausing,
    /// It goes on when it is asked to.
    Paused,
    /// It was asked to stop.
    Stopping,
    /// It was stopped.
    Stopped,
    /// It is over.
    Finished,
    /// It cannot go on; why.
    Failed(String),
}

impl Phase {
    /// Whether it is neither in training nor about to be.
    pub fn is_at_rest(&self) -> bool {
        matches!(self, Phase::Idle | Phase::Stopped | Phase::Finished | Phase::Failed(_))
    }

    /// Whether a command to the worker would find it there.
    pub fn is_busy(&self) -> bool {
        matches!(self, Phase::Compiling | Phase::SelfTest | Phase::Running)
    }

    /// Whether it waits in the queue.
    pub fn is_queued(&self) -> bool {
        matches!(self, Phase::Queued(_))
    }

    /// A word for style sheets and tests.
    pub fn word(&self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Queued(_) => "queued",
            Phase::Waiting => "waiting",
            Phase::Compiling => "compiling",
            Phase::SelfTest => "self-test",
            Phase::Running => "running",
            Phase::Pausing => "pausing",
            Phase::Paused => "paused",
            Phase::Stopping => "stopping",
            Phase::Stopped => "stopped",
            Phase::Finished => "finished",
            Phase::Failed(_) => "failed",
        }
    }
}

/// The work of one kind that was asked for last, and where it is.
pub struct Job<K: 'static> {
    /// Which run or sweep; nothing before the first.
    pub target: RwSignal<Option<K>>,
    /// Where it is.
    pub phase: RwSignal<Phase>,
    /// How fast it goes.
    pub progress: RwSignal<Option<Progress>>,
    /// What it trains on, once it has started.
    pub started: RwSignal<Option<Started>>,
}

/// The run that was asked for last.
pub type RunJob = Job<RunId>;
/// The sweep that was asked for last.
pub type SweepJob = Job<SweepKey>;

impl<K> Clone for Job<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Job<K> {}

impl<K: Clone + PartialEq + Send + Sync + 'static> Job<K> {
    pub(super) fn new() -> Self {
        Self {
            target: RwSignal::new(None),
            phase: RwSignal::new(Phase::Idle),
            progress: RwSignal::new(None),
            started: RwSignal::new(None),
        }
    }

    /// Whether it is neither in training nor about to be; tracked.
    pub fn is_at_rest(&self) -> bool {
        self.phase.with(Phase::is_at_rest)
    }

    /// Whether that run or sweep is in training or about to be; tracked.
    pub fn is_of(&self, target: &K) -> bool {
        self.target.with(|own| own.as_ref() == Some(target)) && !self.is_at_rest()
    }

    /// Whether that run or sweep is in training or about to be.
    pub fn is_of_untracked(&self, target: &K) -> bool {
        self.target.with_untracked(|own| own.as_ref() == Some(target)) && !self.phase.with_untracked(Phase::is_at_rest)
    }
}
