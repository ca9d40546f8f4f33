//! Where the run in training is, in words.

use leptos::prelude::*;

use super::form::Form;
use crate::facts;
use crate::trainer::{Engine, Loading, Phase, Queue, Run, RunJob, Runs, Work};
use crate::words;

/// The handles that the sentence is made from.
#[derive(Clone, Copy)]
pub struct Status {
    job: RunJob,
    runs: Runs,
    engine: Engine,
    queue: Queue,
    form: Form,
}

impl Status {
    /// Takes the handles from the context.
    pub fn expect() -> Self {
        Self {
            job: expect_context(),
            runs: expect_context(),
            engine: expect_context(),
            queue: expect_context(),
            form: expect_context(),
        }
    }

    /// The run's last step known of; tracked.
    pub fn step(&self) -> u64 {
        let logged = self.job.target.get().and_then(|id| self.runs.with(id, Run::step)).unwrap_or(0);
        self.job.progress.get().map_or(logged, |progress| progress.step.max(logged))
    }

    /// All the steps that the run may take; tracked.
    pub fn steps(&self) -> u64 {
        self.job.target.get().and_then(|id| self.runs.with(id, |run| facts::steps(run.config()))).unwrap_or(0)
    }

    /// A sentence; tracked.
    pub fn in_words(&self) -> String {
        let step = || words::thousands(self.step());
        match self.job.phase.get() {
            Phase::Idle if self.engine.loading.with(|loading| *loading == Loading::Ready) && self.form.is_wrong() => {
                "Some settings need a look before a run can start.".to_owned()
            }
            Phase::Idle => self.engine.loading.with(Loading::in_words),
            Phase::Queued(place) => self.queued(place),
            Phase::Waiting => "Loading the engine; the run starts as soon as it is there.".to_owned(),
            Phase::Compiling => "Starting the device and compiling its kernels …".to_owned(),
            Phase::SelfTest => "Self-test: comparing gradients and a step with the CPU’s …".to_owned(),
            Phase::Running => "Running.".to_owned(),
            Phase::Pausing => "Pausing …".to_owned(),
            Phase::Paused => format!("Paused at step {}.", step()),
            Phase::Stopping => "Stopping …".to_owned(),
            Phase::Stopped => format!("Stopped at step {}.", step()),
            Phase::Finished => format!("Finished at step {}.", step()),
            Phase::Failed(why) => format!("Failed: {why}"),
        }
    }

    fn queued(&self, place: usize) -> String {
        let before = self.queue.now.with(|now| match now.as_ref().map(|request| &request.work) {
            Some(Work::Sweep { .. }) => "the sweep",
            _ => "what is in training",
        });
        format!("Queued, number {place}: starts when {before} ends. Stop takes it back.")
    }

    /// The page's title: how far the run is, for who looks at another tab; tracked.
    pub fn title(&self) -> String {
        const NAME: &str = "Quanta lab";
        let percent = self.job.progress.get().map(|progress| 100 * progress.step / progress.steps.max(1));
        match (self.job.phase.get(), percent) {
            (Phase::Running, Some(percent)) => format!("{percent} % · {NAME}"),
            (Phase::Paused, _) => format!("Paused · {NAME}"),
            (Phase::Finished, _) => format!("Finished · {NAME}"),
            (Phase::Failed(_), _) => format!("Failed · {NAME}"),
            _ => format!("{NAME}: watch a scaling law come apart into quanta"),
        }
    }
}
