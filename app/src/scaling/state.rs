//! What the Scaling page shows: its settings, the sweeps made here, the published ones.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::figure::sweep::Sweep;
use quanta_core::sweep::Manifest;
use quanta_core::theory::Resource;

use crate::dial::Dial;
use crate::link::Page;
use crate::published::{Material, Published};
use crate::sweeps::{self, Quick};
use crate::trainer::{OpenedSweep, Phase, Queue, SweepJob, SweepKey, Sweeps, Work};
use crate::view::board::Board;
use crate::view::published::{Asked, Library};
use crate::words;

pub use crate::trainer::Kept;

/// The sliders of the browser's own sweep.
pub const DIALS: &[Dial] = &[
    Dial::even("alpha", "Exponent α", "", "Subtask k is used in proportion to k to the −(α+1).", (0.0, 2.0, 0.05, 0.4)),
    Dial::even("tasks", "Subtasks", "", "How many quanta the task is made of.", (5.0, 200.0, 5.0, 30.0)),
    Dial::even("runs", "Runs", "", "How many points: widths, sizes of the data, or seeds.", (2.0, 16.0, 1.0, 7.0)),
    Dial::even(
        "steps",
        "Steps of a run",
        "steps",
        "At most; more let rarer subtasks be learned.",
        (500.0, 20_000.0, 500.0, 3_000.0),
    ),
    Dial::even("seed", "Seed", "", "Names every random choice.", (0.0, 99.0, 1.0, 0.0)),
];

/// The page's other keys: what is varied, and which published sweep is shown.
pub const WORDS: &[&str] = &["resource", "published"];

/// A sweep to compare with: a published one, or one from a file that was opened.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it is and how it was made. The file of an opened one has [`OPENED`] before its name.
    pub about: Published,
    /// Its content, where it is from an opened file.
    pub opened: Option<Arc<Material>>,
}

/// Tells the names of opened files from those of published ones.
const OPENED: &str = "opened: ";

impl Choice {
    fn of_file(sweep: &OpenedSweep) -> Self {
        let about = Published {
            file: format!("{OPENED}{}", sweep.name),
            title: sweep.name.clone(),
            resource: sweep.resource.name().to_owned(),
            seconds: sweep.material.seconds(),
            ..Published::default()
        };
        Self { about, opened: Some(sweep.material.clone()) }
    }

    /// What its curve is called.
    fn curve(&self) -> &str {
        match self.opened {
            Some(_) => self.about.title.strip_suffix(".safetensors").unwrap_or(&self.about.title),
            None => "published",
        }
    }
}

/// The page's state: every field a handle, so that it can be passed about by copy.
#[derive(Clone, Copy)]
pub struct Scaling {
    /// The sliders.
    pub board: Board,
    /// The published results.
    pub library: Library,
    /// What is varied.
    pub resource: Memo<Resource>,
    /// The sweep that the sliders describe, and what it is kept under; or why there is none.
    pub planned: Memo<Result<(SweepKey, Manifest), String>>,
    /// Which lines the figures show: fit, truncated sum, pure law.
    pub look: [RwSignal<bool>; 3],
    /// The sweep in training, or the last that was.
    pub job: SweepJob,
    sweeps: Sweeps,
    queue: Queue,
}

impl Scaling {
    /// The page as its link says.
    pub fn new() -> Self {
        let sweeps = expect_context::<Sweeps>();
        let board = Board::new(Page::Scaling, DIALS, WORDS);
        let resource = Memo::new(move |_| {
            let word = board.word("resource");
            Resource::ALL.into_iter().find(|resource| Some(resource.name()) == word.as_deref()).unwrap_or(Resource::Parameters)
        });
        let planned = Memo::new(move |_| {
            let resource = resource.get();
            let quick = Quick {
                resource,
                alpha: board.get("alpha"),
                n_tasks: board.get("tasks") as usize,
                // Each seed gives a whole curve, so three are enough.
                runs: if resource == Resource::Steps { (board.get("runs") as usize).min(3) } else { board.get("runs") as usize },
                steps: board.get("steps") as u64,
                seed: board.get("seed") as u64,
            };
            let manifest = quick.manifest().map_err(|error| error.to_string())?;
            Ok((sweeps::key(resource, &manifest), manifest))
        });
        Self {
            board,
            library: Library::open(),
            resource,
            planned,
            look: [RwSignal::new(true), RwSignal::new(true), RwSignal::new(false)],
            job: expect_context(),
            sweeps,
            queue: expect_context(),
        }
    }

    /// Reads something of the sweep that the sliders describe, where any of it is there; tracked.
    pub fn with_shown<T>(&self, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        let key = self.planned.with(|planned| planned.as_ref().ok().map(|(key, _)| key.clone()))?;
        self.sweeps.with(&key, read)
    }

    /// Whether the sweep that the sliders describe is in training or about to be; tracked.
    pub fn is_shown_in_training(&self) -> bool {
        !self.job.is_at_rest() && self.was_shown_asked_for()
    }

    /// Whether the sweep that the sliders describe is the one that was asked for last; tracked.
    fn was_shown_asked_for(&self) -> bool {
        let target = self.job.target.get();
        self.planned.with(|planned| planned.as_ref().is_ok_and(|(key, _)| Some(key) == target.as_ref()))
    }

    /// The sweeps of the resource to compare with: those from files, then the published ones; tracked.
    pub fn choices(&self) -> Vec<Choice> {
        let resource = self.resource.get();
        let mut choices: Vec<Choice> = self
            .sweeps
            .opened
            .with(|opened| opened.iter().filter(|sweep| sweep.resource == resource).map(Choice::of_file).collect());
        self.library.index.with(|index| {
            let published = index.there().into_iter().flat_map(|index| index.of(resource));
            choices.extend(published.map(|about| Choice { about: about.clone(), opened: None }));
        });
        choices
    }

    /// The one that is shown: the chosen one, or the first; tracked.
    pub fn choice(&self) -> Option<Choice> {
        let word = self.board.word("published");
        let choices = self.choices();
        let chosen = choices.iter().find(|choice| Some(&choice.about.file) == word.as_ref());
        chosen.or(choices.first()).cloned()
    }

    /// The state of its file; tracked.
    pub fn material(&self) -> Option<Asked<Arc<Material>>> {
        let choice = self.choice()?;
        Some(choice.opened.map_or_else(|| self.library.file(&choice.about.file), Asked::There))
    }

    /// The published sweeps, or the opened ones, as figures take them; tracked.
    pub fn published(&self) -> Vec<Sweep> {
        let (Some(choice), Some(Asked::There(material))) = (self.choice(), self.material()) else { return Vec::new() };
        let mut sweeps = material.sweeps(self.resource.get());
        let alone = sweeps.len() == 1;
        for (i, sweep) in sweeps.iter_mut().enumerate() {
            sweep.color = i + 1;
            sweep.name = if alone { choice.curve().to_owned() } else { format!("{}, {}", choice.curve(), sweep.name) };
        }
        sweeps
    }

    /// The sweep made here, then the published ones behind it; tracked.
    pub fn sweeps(&self) -> Vec<Sweep> {
        let own = self.with_shown(Kept::sweep).filter(|sweep| !sweep.points.is_empty());
        let mut published = self.published();
        if own.is_some() {
            published.iter_mut().for_each(|sweep| sweep.background = true);
        }
        own.into_iter().chain(published).collect()
    }

    /// Where the sweep is, in a sentence; tracked.
    pub fn state_in_words(&self) -> String {
        if let Some(text) = self.planned.with(|planned| planned.as_ref().err().map(|why| format!("{}.", words::capital(why)))) {
            return text;
        }
        if !self.job.is_at_rest() && !self.was_shown_asked_for() {
            let is_queued = self.job.phase.with(Phase::is_queued);
            let state = if is_queued { "in the queue: take it back with Stop" } else { "in training: stop it" };
            return format!("Another sweep is {state} to train this one.");
        }
        let all = self.planned.with(|planned| planned.as_ref().map_or(0, |(_, manifest)| manifest.runs.len()));
        let (done, begun) = self.with_shown(|kept| (kept.runs.len(), kept.is_begun())).unwrap_or((0, false));
        match self.job.phase.get() {
            Phase::Failed(why) if self.was_shown_asked_for() => format!("Failed: {why}"),
            Phase::Queued(place) => self.queued(place),
            Phase::Waiting => "Loading the engine …".to_owned(),
            Phase::Stopping => "Stopping …".to_owned(),
            phase if !phase.is_at_rest() => {
                let step =
                    self.job.progress.get().map_or(String::new(), |p| {
                        format!(", step {} of {}", words::thousands(p.step), words::thousands(p.steps))
                    });
                format!("Run {} of {all}{step}.", (done + 1).min(all))
            }
            _ if !begun => format!("Ready: {}.", words::count(all, "run", "runs")),
            _ if done < all => format!("Stopped: {done} of {all} runs are there."),
            _ => format!("Finished: {}.", words::count(all, "run", "runs")),
        }
    }

    fn queued(&self, place: usize) -> String {
        let before = self.queue.now.with(|now| match now.as_ref().map(|request| &request.work) {
            Some(Work::Run { .. }) => "the Lab’s run",
            _ => "what is in training",
        });
        format!("Queued, number {place}: starts when {before} ends. Stop takes it back.")
    }
}
