//! What a page may ask of sweeps, and how their runs follow one another.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::device::DeviceChoice;
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, Manifest};
use quanta_core::theory::Resource;

use super::codec::NOT_LOADED;
use super::id;
use super::job::{Phase, Request, SweepKey, Work};
use super::not_kept::What;
use super::notices::About;
use super::service::Service;
use super::sweep::Kept;
use crate::link::Link;

/// The commands on sweeps.
#[derive(Clone, Copy)]
pub struct SweepCommands(Service);

impl SweepCommands {
    pub(super) fn new(service: Service) -> Self {
        Self(service)
    }

    /// Reads what the browser keeps of a sweep, unless that is already here.
    pub fn recall(self, resource: Resource, key: SweepKey, manifest: Manifest) {
        let Self(service) = self;
        if service.sweeps.with_untracked(&key, |_| ()).is_none() {
            spawn_local(service.recall_sweep(resource, key, manifest));
        }
    }

    /// Trains what is left of a sweep, or queues it behind a run. `home` is the link of the page that
    /// shows it. Nothing happens while another sweep is in training.
    pub fn start(self, resource: Resource, key: SweepKey, manifest: Manifest, device: DeviceChoice, home: Link) {
        let Self(service) = self;
        if !service.sweep.phase.with_untracked(Phase::is_at_rest) {
            return;
        }
        service.sweeps.kept.update(|all| {
            all.entry(key.clone()).or_insert_with(|| Kept::new(resource, manifest));
        });
        service.request_sweep(Request { work: Work::Sweep { key }, device, home });
    }

    /// Ends the sweep where it is, or takes it out of the queue.
    pub fn stop(self) {
        let Self(service) = self;
        let Some(key) = service.sweep.target.get_untracked() else { return };
        let work = Work::Sweep { key };
        if service.withdraw(&work) {
            service.set_phase(&work, Phase::Stopped);
        } else if service.sweep.phase.with_untracked(|phase| !phase.is_at_rest()) {
            service.stop_current();
        }
    }

    /// Deletes what is kept of a sweep, unless it is in training.
    pub fn forget(self, key: SweepKey) {
        let Self(service) = self;
        if service.sweep.is_of_untracked(&key) {
            return;
        }
        service.sweeps.kept.update(|kept| {
            kept.remove(&key);
        });
        service.delete_kept_sweep(key);
    }
}

/// A sweep on its way to its first run.
type Begun = Pin<Box<dyn Future<Output = ()>>>;

/// How the runs of a sweep follow one another: a part of what is loaded behind the page.
#[derive(Clone, Copy)]
pub struct SweepSteps {
    begin: fn(Service, u64, SweepKey) -> Begun,
    /// Begins the next run of the sweep in training, or ends it.
    pub(super) next_run: fn(Service, &str),
    /// Takes in the record of the sweep's run.
    pub(super) on_record: fn(Service, &str, Vec<u8>),
    save: fn(Service, SweepKey),
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn steps() -> Result<SweepSteps, SplitLoaderError> {
    Ok(SweepSteps {
        begin: |service, serial, key| Box::pin(service.begin_first_run(serial, key)),
        next_run: Service::next_run,
        on_record: Service::on_sweep_record,
        save: Service::save_sweep,
    })
}

thread_local! {
    /// The steps, once a sweep has begun.
    static STEPS: Cell<Option<SweepSteps>> = const { Cell::new(None) };
}

impl Service {
    /// Does something with the sweep in training; nothing before one has begun.
    pub(super) fn with_sweeps(act: impl FnOnce(SweepSteps)) {
        if let Some(steps) = STEPS.get() {
            act(steps);
        }
    }

    /// Deletes a sweep from the store, unless it has been begun again.
    fn delete_kept_sweep(self, key: SweepKey) {
        let Some(store) = self.store.get_value() else { return };
        if self.sweeps.with_untracked(&key, Kept::is_begun).unwrap_or(false) {
            return;
        }
        spawn_local(async move {
            match async { store.open().await?.delete_sweep(&key).await }.await {
                Ok(()) => self.on_kept(&What::Sweep(key)),
                Err(error) => {
                    let text = format!("The sweep is still kept in this browser: {error}.");
                    self.on_not_kept(What::Sweep(key.clone()), text, move || self.delete_kept_sweep(key.clone()));
                }
            }
        });
    }

    /// Writes a sweep to the store, as it is now, once the code for that is loaded.
    pub(super) fn save_sweep_again(self, key: SweepKey) {
        spawn_local(async move {
            match steps().await {
                Ok(steps) => (steps.save)(self, key),
                Err(_) => self.notices.warn(About::Sweeps, format!("The sweep cannot be kept: {NOT_LOADED}.")),
            }
        });
    }

    pub(super) fn request_sweep(self, request: Request) {
        if let Work::Sweep { key } = &request.work {
            self.sweep.target.set(Some(key.clone()));
        }
        self.request(request);
    }

    /// Takes in what the browser keeps of a sweep, where it is more than what is here.
    async fn recall_sweep(self, resource: Resource, key: SweepKey, manifest: Manifest) {
        let Some(Some(store)) = self.store.try_get_value() else { return };
        let read = async {
            let (sweep, checkpoint) = store.open().await?.sweep(&key).await?;
            let collected = sweep.map(|sweep| Collected::from_bytes(&sweep).map_err(|error| error.to_string())).transpose()?;
            Ok::<_, String>(collected.map(|collected| (collected.runs, checkpoint.map(Arc::new))))
        };
        let read = read.await;
        if read.is_ok() {
            self.on_kept(&What::Sweep(key.clone()));
        }
        match read {
            Ok(None) => {}
            Ok(Some((runs, checkpoint))) => self.sweeps.kept.update(|all| {
                let kept = all.entry(key).or_insert_with(|| Kept::new(resource, manifest));
                let has_less = kept.runs.len() < runs.len() || (kept.runs.len() == runs.len() && kept.checkpoint.is_none());
                if has_less {
                    (kept.runs, kept.checkpoint) = (runs, checkpoint);
                }
            }),
            Err(why) => {
                let text = format!("The sweep kept in this browser cannot be read: {why}.");
                let what = What::Sweep(key.clone());
                let again = move || spawn_local(self.recall_sweep(resource, key.clone(), manifest.clone()));
                self.on_not_kept(what, text, again);
            }
        }
    }

    /// Begins a sweep, once what it needs is loaded.
    pub(super) async fn begin_sweep(self, serial: u64, key: SweepKey) {
        let loaded = steps().await;
        if !self.is_current(serial) {
            return;
        }
        match loaded {
            Ok(steps) => {
                STEPS.set(Some(steps));
                (steps.begin)(self, serial, key).await;
            }
            Err(_) => self.end(Phase::Failed(NOT_LOADED.to_owned())),
        }
    }

    /// Begins a sweep with its first run that is not over, here or in another tab.
    async fn begin_first_run(self, serial: u64, key: SweepKey) {
        if let Some((resource, manifest)) = self.sweeps.with_untracked(&key, |kept| (kept.resource, kept.manifest.clone())) {
            self.recall_sweep(resource, key.clone(), manifest).await;
        }
        if self.is_current(serial) {
            self.next_run(&key);
        }
    }

    /// Begins the next run of the sweep in training, or ends it.
    fn next_run(self, key: &str) {
        if self.sweep.phase.with_untracked(|phase| *phase == Phase::Stopping) {
            return self.end(Phase::Stopped);
        }
        let next = self.sweeps.with_untracked(key, |kept| {
            let config = kept.next()?.config.clone();
            let record = kept.checkpoint.as_ref().and_then(|bytes| Record::from_bytes(bytes).ok());
            let record = record.filter(|record| record.config == config);
            let bytes = kept.checkpoint.clone().filter(|_| record.is_some());
            Some((config, record, bytes))
        });
        let Some((config, record, bytes)) = next.flatten() else { return self.end(Phase::Finished) };
        self.sweep.progress.set(None);
        let live = record.unwrap_or_else(|| Record::new(config.clone()));
        self.sweeps.update(key, |kept| kept.live = Some(Arc::new(live.without_checkpoint())));
        self.send_start(id::random(), &config, bytes.map(|bytes| bytes.as_ref().clone()), false);
    }

    /// Takes in the record of the sweep's run: one that is over becomes a point, another is kept to go
    /// on from.
    fn on_sweep_record(self, key: &str, bytes: Vec<u8>) {
        let record = match Record::from_bytes(&bytes) {
            Ok(record) => record,
            Err(error) => return self.fail(error.to_string()),
        };
        self.sweeps.update(key, |kept| {
            if record.is_finished() {
                kept.finish(&record);
            } else {
                kept.checkpoint = Some(Arc::new(bytes));
            }
        });
        self.save_sweep(key.to_owned());
    }

    fn save_sweep(self, key: SweepKey) {
        let Some(store) = self.store.get_value() else { return };
        let Some((sweep, checkpoint)) =
            self.sweeps.with_untracked(&key, |kept| (kept.collected().to_bytes(), kept.checkpoint.clone()))
        else {
            return;
        };
        spawn_local(async move {
            let sweep = match sweep {
                Ok(sweep) => sweep,
                Err(error) => return self.notices.warn(About::Sweeps, format!("The sweep cannot be kept: {error}.")),
            };
            let put = async {
                let checkpoint = checkpoint.as_ref().map(|bytes| bytes.as_slice());
                store.open().await?.put_sweep(&key, &sweep, checkpoint).await
            };
            match put.await {
                Ok(()) => self.on_kept(&What::Sweep(key)),
                Err(error) => {
                    let text = format!("The sweep cannot be kept in this browser: {error}. Save it before closing the page.");
                    self.on_not_kept(What::Sweep(key.clone()), text, move || self.save_sweep(key.clone()));
                }
            }
        });
    }
}
