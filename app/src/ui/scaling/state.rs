//! What the Scaling page knows: its settings, the sweeps made here, the published ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::event::Progress;
use quanta_core::figure::sweep::Sweep;
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, CollectedRun, Entry, Manifest};
use quanta_core::theory::Resource;

use super::store::Store;
use crate::dial::Dial;
use crate::link::Page;
use crate::published::{Material, Published};
use crate::sweeps::{self, Quick};
use crate::ui::shared::board::Board;
use crate::ui::shared::engine::Engine;
use crate::ui::shared::locks::Held;
use crate::ui::shared::published::{Asked, Library};
use crate::words;

/// What can be set of the browser's own sweep.
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

/// The page's further keys: what is varied, and which published sweep is shown.
pub const WORDS: &[&str] = &["resource", "published"];

/// Where the sweep in training is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// There is none.
    #[default]
    Idle,
    /// The engine is being loaded.
    Loading,
    /// A run is in training.
    Running,
    /// It was asked to stop.
    Stopping,
    /// It cannot go on; why.
    Failed(String),
}

impl Phase {
    /// Whether nothing is being trained or about to be.
    pub fn is_at_rest(&self) -> bool {
        matches!(self, Phase::Idle | Phase::Failed(_))
    }
}

/// A sweep of the browser's own, as far as it has come.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What is varied.
    pub resource: Resource,
    /// All its runs.
    pub manifest: Manifest,
    /// Those that are over.
    pub runs: Vec<CollectedRun>,
    /// The one in training, or that was when it was left.
    pub live: Option<Arc<Record>>,
    /// Its record, to go on from.
    pub checkpoint: Option<Arc<Vec<u8>>>,
}

impl Kept {
    /// A sweep about to begin.
    pub fn new(resource: Resource, manifest: Manifest) -> Self {
        Self { resource, manifest, runs: Vec::new(), live: None, checkpoint: None }
    }

    /// Whether anything has been trained that can be gone on with.
    pub fn is_begun(&self) -> bool {
        !self.runs.is_empty() || self.checkpoint.is_some()
    }

    /// The next run to train; nothing where all are over.
    pub fn next(&self) -> Option<&Entry> {
        self.manifest.runs.iter().find(|entry| self.done(entry).is_none())
    }

    /// A run that is over.
    pub fn done(&self, entry: &Entry) -> Option<&CollectedRun> {
        self.runs.iter().find(|run| run.entry.id == entry.id)
    }

    /// The finished runs, in the manifest's order.
    pub fn collected(&self) -> Collected {
        let runs = self.manifest.runs.iter().filter_map(|entry| self.done(entry).cloned());
        Collected { runs: runs.collect(), manifest: self.manifest.clone() }
    }

    /// As the figures take it. Over steps, the run in training shows its logs as they come.
    pub fn sweep(&self) -> Sweep {
        let mut collected = self.collected();
        let live = self.live.as_ref().filter(|_| self.resource == Resource::Steps);
        collected.runs.extend(live.and_then(|record| CollectedRun::new(Entry::new(record.config.clone()), record, true)));
        let base = &self.manifest.base;
        let empty = || Sweep::new(sweeps::HERE, self.resource, base.alpha, base.n_tasks);
        Sweep::from_collected(&collected, self.resource).into_iter().next().unwrap_or_else(empty)
    }
}

/// The page's state: every field a handle, so that it can be passed about by copy.
#[derive(Clone, Copy)]
pub struct Bench {
    /// The sliders.
    pub board: Board,
    /// What is published.
    pub library: Library,
    /// What is varied.
    pub resource: Memo<Resource>,
    /// The sweep that the sliders describe, and what it is kept under; or why there is none.
    pub planned: Memo<Result<(String, Manifest), String>>,
    /// Every sweep of the browser's own that has been looked at.
    pub kept: RwSignal<BTreeMap<String, Kept>>,
    /// Where the one in training is.
    pub phase: RwSignal<Phase>,
    /// What the one in training, or the last that was, is kept under.
    pub training: RwSignal<Option<String>>,
    /// How fast its run goes.
    pub progress: RwSignal<Option<Progress>>,
    /// What else there is to tell.
    pub trouble: RwSignal<String>,
    /// What the figures show beside the points: fit, truncated sum, pure law.
    pub look: [RwSignal<bool>; 3],
    pub(super) engine: StoredValue<Engine, LocalStorage>,
    pub(super) store: StoredValue<Option<Store>, LocalStorage>,
    pub(super) lock: StoredValue<Option<Held>, LocalStorage>,
    /// The worker's number of the run in training.
    pub(super) run: StoredValue<u32>,
}

impl Bench {
    /// A page as its link has it.
    pub fn new() -> Self {
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
                // A seed's run is a whole curve: a few of them are enough.
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
            kept: RwSignal::new(BTreeMap::new()),
            phase: RwSignal::new(Phase::Idle),
            training: RwSignal::new(None),
            progress: RwSignal::new(None),
            trouble: RwSignal::new(String::new()),
            look: [RwSignal::new(true), RwSignal::new(true), RwSignal::new(false)],
            engine: StoredValue::new_local(Engine::default()),
            store: StoredValue::new_local(None),
            lock: StoredValue::new_local(None),
            run: StoredValue::new(0),
        }
    }

    /// Reads something of the sweep that the sliders describe, where any of it is there; tracked.
    pub fn with_shown<T>(&self, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        let key = self.planned.with(|planned| planned.as_ref().ok().map(|(key, _)| key.clone()))?;
        self.kept.with(|kept| kept.get(&key).map(read))
    }

    /// Whether the sweep that the sliders describe is the one in training; tracked.
    pub fn is_shown_in_training(&self) -> bool {
        !self.phase.with(Phase::is_at_rest) && self.shown_was_trained_last()
    }

    fn shown_was_trained_last(&self) -> bool {
        let training = self.training.get();
        self.planned.with(|planned| planned.as_ref().is_ok_and(|(key, _)| Some(key) == training.as_ref()))
    }

    /// The published sweeps of the resource; tracked.
    pub fn choices(&self) -> Vec<Published> {
        let resource = self.resource.get();
        self.library.index.with(|index| index.there().map(|index| index.of(resource).cloned().collect()).unwrap_or_default())
    }

    /// The published sweep that is shown: the chosen one, or the first; tracked.
    pub fn choice(&self) -> Option<Published> {
        let word = self.board.word("published");
        let choices = self.choices();
        let chosen = choices.iter().find(|published| Some(&published.file) == word.as_ref());
        chosen.or(choices.first()).cloned()
    }

    /// What has come of it; tracked.
    pub fn material(&self) -> Option<Asked<Arc<Material>>> {
        self.choice().map(|published| self.library.file(&published.file))
    }

    /// The published sweeps as figures take them; tracked.
    pub fn published(&self) -> Vec<Sweep> {
        let Some(Asked::There(material)) = self.material() else { return Vec::new() };
        let mut sweeps = material.sweeps(self.resource.get());
        let alone = sweeps.len() == 1;
        for (i, sweep) in sweeps.iter_mut().enumerate() {
            sweep.color = i + 1;
            sweep.name = if alone { "published".to_owned() } else { format!("published, {}", sweep.name) };
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

    /// Where things are, in words; tracked.
    pub fn state_in_words(&self) -> String {
        let phase = self.phase.get();
        if let Some(text) = self.planned.with(|planned| planned.as_ref().err().map(|why| format!("{}.", words::capital(why)))) {
            return text;
        }
        if !phase.is_at_rest() && !self.is_shown_in_training() {
            return "Another sweep is in training: stop it to train this one.".to_owned();
        }
        let all = self.planned.with(|planned| planned.as_ref().map_or(0, |(_, manifest)| manifest.runs.len()));
        let (done, begun) = self.with_shown(|kept| (kept.runs.len(), kept.is_begun())).unwrap_or((0, false));
        match phase {
            Phase::Failed(why) if self.shown_was_trained_last() => format!("Failed: {why}"),
            Phase::Loading => "Loading the engine …".to_owned(),
            Phase::Stopping => "Stopping …".to_owned(),
            Phase::Running => {
                let step = self
                    .progress
                    .get()
                    .map_or(String::new(), |p| format!(", step {} of {}", words::thousands(p.step), words::thousands(p.steps)));
                format!("Run {} of {all}{step}.", (done + 1).min(all))
            }
            _ if !begun => format!("Ready: {}.", words::count(all, "run", "runs")),
            _ if done < all => format!("Stopped: {done} of {all} runs are there."),
            _ => format!("Finished: {}.", words::count(all, "run", "runs")),
        }
    }
}
