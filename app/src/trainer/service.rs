//! What the trainer knows.

use std::sync::Arc;

use leptos::prelude::*;

use super::codec::Store;
use super::engine::Engine;
use super::job::{RunJob, SweepJob};
use super::not_kept::NotKept;
use super::notices::Notices;
use super::opened_clusters::OpenedClusters;
use super::queue::{Current, Queue};
use super::run::Run;
use super::runs::Runs;
use super::sweep::Sweeps;

/// A file that was opened: its name and its bytes.
pub type OpenedBytes = (String, Arc<Vec<u8>>);

/// Corpora as files, by their numbers.
pub type Texts = Vec<(u64, Arc<Vec<u8>>)>;

/// Everything that the trainer knows: every field a handle, so that it can be passed about by copy.
#[derive(Clone, Copy)]
pub struct Service {
    /// The one engine.
    pub engine: Engine,
    /// What is in training, and what waits.
    pub queue: Queue,
    /// Every run.
    pub runs: Runs,
    /// The run that was asked for last.
    pub run: RunJob,
    /// Every sweep that has been looked at.
    pub sweeps: Sweeps,
    /// The sweep that was asked for last.
    pub sweep: SweepJob,
    /// The file of clusters that was opened last.
    pub clusters: RwSignal<Option<OpenedClusters>>,
    /// The table of losses that was opened last: its file's name and bytes.
    pub losses: RwSignal<Option<OpenedBytes>>,
    /// The text that was opened last.
    pub text: RwSignal<Option<OpenedBytes>>,
    /// The corpora that runs learn, by their numbers, as the engine needs them.
    pub texts: StoredValue<Texts, LocalStorage>,
    /// Messages for the reader.
    pub notices: Notices,
    /// What this browser keeps; nothing where it is to keep nothing.
    pub store: StoredValue<Option<Store>, LocalStorage>,
    /// Whether the kept runs have been read.
    pub recalled: StoredValue<bool>,
    /// What could not be kept or read, until that works.
    pub not_kept: StoredValue<Vec<NotKept>, LocalStorage>,
    /// What is in training, beyond what [`Queue`] shows of it.
    pub current: StoredValue<Option<Current>, LocalStorage>,
    /// The run that was deleted last, with its record.
    pub deleted: StoredValue<Option<(Run, Vec<u8>)>, LocalStorage>,
}

impl Service {
    /// A trainer that nothing was asked of yet, and that keeps nothing in the browser.
    pub fn new() -> Self {
        Self {
            engine: Engine::new(),
            queue: Queue::new(),
            runs: Runs::new(),
            run: RunJob::new(),
            sweeps: Sweeps::new(),
            sweep: SweepJob::new(),
            clusters: RwSignal::new(None),
            losses: RwSignal::new(None),
            text: RwSignal::new(None),
            texts: StoredValue::new_local(Vec::new()),
            notices: Notices::new(),
            store: StoredValue::new_local(None),
            recalled: StoredValue::new(false),
            not_kept: StoredValue::new_local(Vec::new()),
            current: StoredValue::new_local(None),
            deleted: StoredValue::new_local(None),
        }
    }
}
