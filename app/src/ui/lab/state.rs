//! What the Lab page knows: its settings, its runs, and where the one in training is.

use leptos::prelude::*;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::device::DeviceChoice;
use quanta_core::event::{Progress, Started};

use super::engine::Engine;
use super::form::Form;
use super::run::{COLORS, Run};
use super::store::Store;
use crate::protocol::WebGpu;
use crate::ui::shared::locks::Held;
use crate::ui::site::Address;
use crate::words;

/// How far the engine has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// Its code is on the way.
    Fetching {
        /// Bytes that have come.
        bytes: u64,
        /// Bytes in all, where the server tells.
        total: Option<u64>,
    },
    /// Its worker is starting.
    Starting,
    /// It is there.
    Ready,
    /// It could not be loaded, or its worker died; why.
    Dead(String),
}

/// Where the run in training is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// There is none.
    Idle,
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
    /// It can go on at a word.
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
    /// Whether nothing is being trained or about to be.
    pub fn is_at_rest(&self) -> bool {
        matches!(self, Phase::Idle | Phase::Stopped | Phase::Finished | Phase::Failed(_))
    }

    /// Whether a word to the worker would find a run there.
    pub fn is_busy(&self) -> bool {
        matches!(self, Phase::Compiling | Phase::SelfTest | Phase::Running)
    }

    /// A word for style sheets and tests.
    pub fn word(&self) -> &'static str {
        match self {
            Phase::Idle => "idle",
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

/// Something to tell, until it is dismissed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Which one.
    pub id: u32,
    /// Whether something went wrong.
    pub bad: bool,
    /// The sentence.
    pub text: String,
    /// What can be done about it.
    pub remedy: Option<Remedy>,
}

/// What a notice offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Go on with a run from its checkpoint.
    Resume(u32),
    /// Bring back the run that was deleted last.
    Undelete,
    /// Load the engine again, and go on with the run that was in training, if any.
    Restart,
}

/// What the figures show beside the curves.
#[derive(Clone, Copy)]
pub struct Look {
    /// The fitted power law.
    pub fit: RwSignal<bool>,
    /// The pure power law.
    pub pure_law: RwSignal<bool>,
    /// The truncated sum.
    pub truncated_sum: RwSignal<bool>,
    /// Nam et al.'s closed form.
    pub nam: RwSignal<bool>,
    /// The first and last step of the fit, as typed; empty for the automatic range.
    pub fit_range: RwSignal<(String, String)>,
    /// The subtask that every figure stresses, from 0.
    pub follow: RwSignal<Option<usize>>,
}

/// The Lab's state: every field a handle, so that it can be passed about by copy.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The settings being typed.
    pub form: Form,
    /// What to train on.
    pub device: RwSignal<DeviceChoice>,
    /// How far the engine has come.
    pub loading: RwSignal<Loading>,
    /// What WebGPU offers, once known.
    pub webgpu: RwSignal<Option<WebGpu>>,
    /// Where the run in training is.
    pub phase: RwSignal<Phase>,
    /// The run in training, or the last one that was.
    pub active: RwSignal<Option<u32>>,
    /// What it trains on.
    pub started: RwSignal<Option<Started>>,
    /// How fast it goes.
    pub progress: RwSignal<Option<Progress>>,
    /// Every run, oldest first.
    pub runs: RwSignal<Vec<Run>>,
    /// The run whose numbers are shown.
    pub shown: RwSignal<Option<u32>>,
    /// What the figures show beside the curves.
    pub look: Look,
    /// What there is to tell.
    pub notices: RwSignal<Vec<Notice>>,
    /// The address bar.
    pub address: Address,
    /// Whether the page is a figure in somebody else's, and keeps nothing.
    pub embed: bool,
    pub(super) engine: StoredValue<Engine, LocalStorage>,
    pub(super) store: StoredValue<Option<Store>, LocalStorage>,
    /// Counts stops and pauses, so that a late alarm knows that it is late.
    pub(super) asked: StoredValue<u32>,
    pub(super) step_when_paused: StoredValue<bool>,
    /// Says to other tabs that the run is in training here.
    pub(super) lock: StoredValue<Option<Held>, LocalStorage>,
    /// The run that was deleted last, with its record.
    pub(super) deleted: StoredValue<Option<(Run, Vec<u8>)>>,
}

impl Lab {
    /// A page with nothing on it yet.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            form: Form::new(),
            device: RwSignal::new(DeviceChoice::Auto),
            loading: RwSignal::new(Loading::Fetching { bytes: 0, total: None }),
            webgpu: RwSignal::new(None),
            phase: RwSignal::new(Phase::Idle),
            active: RwSignal::new(None),
            started: RwSignal::new(None),
            progress: RwSignal::new(None),
            runs: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            look: Look {
                fit: RwSignal::new(true),
                pure_law: RwSignal::new(false),
                truncated_sum: RwSignal::new(true),
                nam: RwSignal::new(false),
                fit_range: RwSignal::new(Default::default()),
                follow: RwSignal::new(None),
            },
            notices: RwSignal::new(Vec::new()),
            embed: address.link.with_untracked(|link| link.embed),
            engine: StoredValue::new_local(Engine::default()),
            store: StoredValue::new_local(None),
            asked: StoredValue::new(0),
            step_when_paused: StoredValue::new(false),
            lock: StoredValue::new_local(None),
            deleted: StoredValue::new(None),
        }
    }

    /// Reads something of a run; tracked.
    pub fn with_run<T>(&self, id: u32, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.runs.with(|runs| runs.iter().find(|run| run.id == id).map(read))
    }

    /// Reads something of a run, where one is named; untracked.
    pub fn with_run_untracked<T>(&self, id: Option<u32>, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.runs.with_untracked(|runs| runs.iter().find(|run| Some(run.id) == id).map(read))
    }

    /// Changes a run.
    pub fn update_run(&self, id: u32, change: impl FnOnce(&mut Run)) {
        self.runs.update(|runs| {
            if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
                change(run);
            }
        });
    }

    /// Reads something of the run whose numbers are shown; tracked.
    pub fn with_shown<T>(&self, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.shown.get().and_then(|id| self.with_run(id, read))
    }

    /// Whether that run is the one in training.
    pub fn is_training(&self, id: u32) -> bool {
        self.active.get() == Some(id) && !self.phase.with(Phase::is_at_rest)
    }

    /// Lets go of the worker when the page is left for another of the site.
    pub fn close(&self) {
        self.engine.update_value(Engine::kill);
    }

    /// Tells something.
    pub fn tell(&self, bad: bool, text: impl Into<String>, remedy: Option<Remedy>) {
        let text = text.into();
        self.notices.update(|notices| {
            notices.retain(|notice| notice.text != text);
            let id = notices.iter().map(|notice| notice.id + 1).max().unwrap_or(0);
            notices.push(Notice { id, bad, text, remedy });
        });
    }

    /// Takes back what was told with that remedy.
    pub fn untell(&self, remedy: Remedy) {
        self.notices.update(|notices| notices.retain(|notice| notice.remedy != Some(remedy)));
    }

    /// A number that no run has, here or in another tab: the second, or the one after the last.
    pub fn next_id(&self) -> u32 {
        let second = (js_sys::Date::now() / 1000.0) as u32;
        self.runs.with_untracked(|runs| runs.iter().map(|run| run.id + 1).max().unwrap_or(0).max(second))
    }

    /// The colour that the fewest runs have.
    pub fn next_color(&self) -> usize {
        let used = |color: &usize| self.runs.with_untracked(|runs| runs.iter().filter(|run| run.color == *color).count());
        (0..COLORS).min_by_key(used).unwrap_or(0)
    }

    /// A name for a new run of these settings: the preset's title and how it differs, or what it
    /// is made of; with a number where another has that name.
    pub fn name_for(&self, config: &RunConfig) -> String {
        let preset = &PRESETS[self.form.preset.get_untracked()];
        let differences = config.differences(&preset.config());
        let name = if differences.len() > 2 {
            format!("{} subtasks, α {}, width {}", config.n_tasks, config.alpha, config.width)
        } else {
            let values = differences.iter().map(|field| format!(", {field} {}", config.get(field).unwrap_or_default()));
            preset.title.to_owned() + &values.collect::<String>()
        };
        let taken = |name: &String| self.runs.with_untracked(|runs| runs.iter().any(|run| run.name == *name));
        let numbered = (2..).map(|count| format!("{name} ({count})"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name.clone())
    }

    /// The page's title: how far the run is, for who looks at another tab.
    pub fn title(&self) -> String {
        const NAME: &str = "Quanta lab";
        let percent = self.progress.get().map(|progress| 100 * progress.step / progress.steps.max(1));
        match (self.phase.get(), percent) {
            (Phase::Running, Some(percent)) => format!("{percent} % · {NAME}"),
            (Phase::Paused, _) => format!("Paused · {NAME}"),
            (Phase::Finished, _) => format!("Finished · {NAME}"),
            (Phase::Failed(_), _) => format!("Failed · {NAME}"),
            _ => format!("{NAME}: watch a scaling law come apart into quanta"),
        }
    }

    /// Where things are, in words.
    pub fn state_in_words(&self) -> String {
        let step = || {
            let logged = self.active.get().and_then(|id| self.with_run(id, Run::step)).unwrap_or(0);
            words::thousands(self.progress.get().map_or(logged, |progress| progress.step.max(logged)))
        };
        match self.phase.get() {
            Phase::Idle => match self.loading.get() {
                Loading::Ready if self.form.config.with(Result::is_err) => {
                    "Some settings need a look before a run can start.".to_owned()
                }
                Loading::Ready => "Ready to start.".to_owned(),
                Loading::Fetching { bytes: 0, .. } => "Loading the engine …".to_owned(),
                Loading::Fetching { bytes, total: Some(total) } => {
                    format!("Loading the engine: {} of {}.", words::size(bytes), words::size(total))
                }
                Loading::Fetching { bytes, total: None } => format!("Loading the engine: {}.", words::size(bytes)),
                Loading::Starting => "Starting the engine …".to_owned(),
                Loading::Dead(why) => format!("The engine is not running: {why}."),
            },
            Phase::Waiting => "Loading the engine; the run starts as soon as it is there.".to_owned(),
            Phase::Compiling => "Starting the device and compiling its kernels …".to_owned(),
            Phase::SelfTest => "Self-test: comparing the first steps with the CPU’s …".to_owned(),
            Phase::Running => "Running.".to_owned(),
            Phase::Pausing => "Pausing …".to_owned(),
            Phase::Paused => format!("Paused at step {}.", step()),
            Phase::Stopping => "Stopping …".to_owned(),
            Phase::Stopped => format!("Stopped at step {}.", step()),
            Phase::Finished => format!("Finished at step {}.", step()),
            Phase::Failed(why) => format!("Failed: {why}"),
        }
    }
}
