//! The engine as pages see it: how far it has come, and what it has found.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::job::Phase;
use crate::protocol::{Command, Message, WebGpu};
use crate::words;
use crate::worker::{self, ENGINE, WorkerHandle};

/// What comes from the engine.
pub type FromWorker = worker::FromWorker<Message>;
/// What is called with it.
pub type Listener = worker::Listener<Message>;

/// A worker that is not there after so long has failed to start.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How far the engine has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// No page has needed it yet.
    NotAsked,
    /// Its code is on the way.
    Fetching {
        /// Bytes that have come.
        bytes: u64,
        /// Bytes in all, where the server says.
        total: Option<u64>,
    },
    /// Its worker is starting.
    Starting,
    /// It is there.
    Ready,
    /// It could not be loaded, or its worker died; why.
    Dead(String),
}

impl Loading {
    /// A sentence about it, for who waits for it.
    pub fn in_words(&self) -> String {
        match self {
            Loading::Ready => "Ready to start.".to_owned(),
            Loading::NotAsked | Loading::Fetching { bytes: 0, .. } => "Loading the engine …".to_owned(),
            Loading::Fetching { bytes, total: Some(total) } => {
                format!("Loading the engine: {} of {}.", words::size(*bytes), words::size(*total))
            }
            Loading::Fetching { bytes, total: None } => format!("Loading the engine: {}.", words::size(*bytes)),
            Loading::Starting => "Starting the engine …".to_owned(),
            Loading::Dead(why) => format!("The engine is not running: {why}."),
        }
    }
}

/// The one engine of the site.
#[derive(Clone, Copy)]
pub struct Engine {
    /// How far it has come.
    pub loading: RwSignal<Loading>,
    /// What WebGPU offers, once the browser has answered or has taken too long.
    pub webgpu: RwSignal<Option<WebGpu>>,
    worker: StoredValue<WorkerHandle<Command>, LocalStorage>,
    /// Counts the workers that were started: names them for timers.
    started: StoredValue<u32>,
    listener: StoredValue<Option<Listener>, LocalStorage>,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self {
            loading: RwSignal::new(Loading::NotAsked),
            webgpu: RwSignal::new(None),
            worker: StoredValue::new_local(WorkerHandle::new(ENGINE)),
            started: StoredValue::new(0),
            listener: StoredValue::new_local(None),
        }
    }

    /// Calls back with everything that comes from the worker.
    pub(super) fn set_listener(&self, listener: Listener) {
        self.listener.set_value(Some(listener));
    }

    /// Fetches the engine and starts its worker, unless that was done, or is being done.
    pub fn load(self) {
        if !self.loading.with_untracked(|loading| matches!(loading, Loading::NotAsked | Loading::Dead(_))) {
            return;
        }
        self.loading.set(Loading::Fetching { bytes: 0, total: None });
        spawn_local(async move {
            let module = match self.worker.try_with_value(WorkerHandle::module) {
                Some(Some(module)) => Ok(module),
                Some(None) => worker::fetch(ENGINE, move |bytes, total| self.call(FromWorker::Bytes(bytes, total))).await,
                // The site is gone.
                None => return,
            };
            match module {
                Ok(module) => {
                    let _ = self.worker.try_update_value(|worker| worker.set_module(module));
                    self.spawn();
                }
                Err(why) => self.call(FromWorker::Died(format!("it could not be loaded ({why})"))),
            }
        });
    }

    /// Replaces the worker, whatever it is doing.
    pub(super) fn respawn(self) {
        self.terminate();
        self.spawn();
    }

    pub(super) fn terminate(self) {
        let _ = self.worker.try_update_value(WorkerHandle::terminate);
    }

    pub(super) fn send(self, command: Command, bytes: Option<Vec<u8>>) {
        let _ = self.worker.try_update_value(|worker| worker.send(command, bytes));
    }

    pub(super) fn clear_waiting(self) {
        let _ = self.worker.try_update_value(WorkerHandle::clear_waiting);
    }

    pub(super) fn on_ready(self) {
        self.loading.set(Loading::Ready);
        let _ = self.worker.try_update_value(WorkerHandle::on_ready);
    }

    pub(super) fn on_bytes(self, bytes: u64, total: Option<u64>) {
        // Counting may end after compiling.
        if self.loading.with_untracked(|loading| matches!(loading, Loading::Fetching { .. })) {
            self.loading.set(Loading::Fetching { bytes, total });
        }
    }

    /// The phase of work until its first message comes.
    pub(super) fn phase_before_start(self) -> Phase {
        if self.loading.with_untracked(|loading| *loading == Loading::Ready) { Phase::Compiling } else { Phase::Waiting }
    }

    fn spawn(self) {
        let Some(Some(listener)) = self.listener.try_get_value() else { return };
        self.loading.set(Loading::Starting);
        let started = self.started.get_value() + 1;
        self.started.set_value(started);
        let is_late = move || {
            self.started.try_get_value() == Some(started) && self.loading.with_untracked(|loading| *loading == Loading::Starting)
        };
        set_timeout(
            move || {
                if is_late() {
                    self.call(FromWorker::Died(format!("it did not start within {} seconds", START_LIMIT.as_secs())));
                }
            },
            START_LIMIT,
        );
        if let Some(Err(why)) = self.worker.try_update_value(|worker| worker.spawn(listener)) {
            self.call(FromWorker::Died(why));
        }
    }

    fn call(self, event: FromWorker) {
        if let Some(Some(listener)) = self.listener.try_get_value() {
            listener(event);
        }
    }
}
