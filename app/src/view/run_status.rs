//! Where the run in training is: in words, and as a bar.

use leptos::prelude::*;

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
    /// Whether the settings are wrong, so that no run of them can start.
    is_wrong: Signal<bool>,
}

impl Status {
    /// Takes the handles from the context.
    pub fn new(is_wrong: Signal<bool>) -> Self {
        Self { job: expect_context(), runs: expect_context(), engine: expect_context(), queue: expect_context(), is_wrong }
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
            Phase::Idle if self.engine.loading.with(|loading| *loading == Loading::Ready) && self.is_wrong.get() => {
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

/// The state in words, the bar, and the rates.
#[component]
pub fn Progress() -> impl IntoView {
    let (job, runs, status) = (expect_context::<RunJob>(), expect_context::<Runs>(), expect_context::<Status>());
    let engine = expect_context::<Engine>();
    let loading = move || match engine.loading.get() {
        Loading::Fetching { bytes, total: Some(total) } if total > 0 => Some(Some(bytes as f64 / total as f64)),
        Loading::NotAsked | Loading::Fetching { .. } | Loading::Starting => Some(None),
        Loading::Ready | Loading::Dead(_) => None,
    };
    // How far these phases are is not known: the bar only moves.
    let fraction = Memo::new(move |_| match job.phase.get() {
        Phase::Idle | Phase::Waiting => loading().unwrap_or(Some(0.0)),
        Phase::Compiling | Phase::SelfTest => None,
        _ => Some(status.step() as f64 / status.steps().max(1) as f64),
    });
    let speed = move || {
        let progress = job.progress.get().filter(|_| matches!(job.phase.get(), Phase::Running | Phase::Pausing))?;
        Some(format!(
            "{} steps/s · {} samples/s · {} left",
            words::rate(progress.steps_per_second),
            words::rate(progress.samples_per_second),
            words::duration(progress.seconds_left)
        ))
    };
    let counted = move || {
        let id = job.target.get().filter(|_| !job.phase.with(Phase::is_queued))?;
        runs.with(id, |_| ())?;
        Some(format!("step {} of {}", words::thousands(status.step()), words::thousands(status.steps())))
    };
    let percent = move || fraction.get().map(|fraction| (100.0 * fraction).clamp(0.0, 100.0));
    let width = move || percent().map_or("100%".to_owned(), |percent| format!("{percent:.2}%"));
    view! {
        <div class="progress">
            <p class="state" id="state" data-state=move || job.phase.with(Phase::word)>{move || status.in_words()}</p>
            <p class="rates">
                <span id="step">{counted}</span>
                <span id="speed">{speed}</span>
            </p>
            <div
                class="track"
                class:unknown=move || fraction.get().is_none()
                role="progressbar"
                aria-label="Progress"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent().map(|percent| format!("{percent:.0}"))
            >
                <div class="done" style:width=width></div>
            </div>
        </div>
    }
}
