//! Keeping runs in the browser's store.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::config::RunConfig;
use quanta_core::order::ascending;

use super::codec::{self, Codec};
use super::job::{Phase, run_lock};
use super::locks;
use super::not_kept::What;
use super::notices::{About, Remedy};
use super::run::{Line, Run};
use super::run_control::RunCommands;
use super::service::Service;
use crate::facts;
use crate::protocol::RunId;
use crate::words;

impl RunCommands {
    /// Reads the kept runs, once; shows the last one (of these settings, where they are given), and offers
    /// to resume an unfinished one.
    pub fn recall(self, of_settings: Option<RunConfig>) {
        let Self(service) = self;
        let Some(store) = service.store.get_value().filter(|_| !service.recalled.get_value()) else { return };
        service.recalled.set_value(true);
        spawn_local(async move {
            let kept = async { Ok((codec::load().await?, store.open().await?.runs().await?)) };
            match kept.await {
                Ok((codec, kept)) => {
                    service.on_kept(&What::AllRuns);
                    let locks = locks::held().await;
                    service.show_kept(codec, kept, &locks, of_settings);
                }
                Err::<_, String>(error) => {
                    service.recalled.set_value(false);
                    let text = format!("Runs cannot be kept in this browser ({error}): they are lost when the page is closed.");
                    service.on_not_kept(What::AllRuns, text, move || self.recall(None));
                }
            }
        });
    }

    /// The whole record of a run, as last written; the error in words.
    pub async fn bytes(self, id: RunId) -> Result<Vec<u8>, String> {
        self.0.bytes(id).await
    }

    /// Gives a run another name.
    pub fn rename(self, id: RunId, name: &str) {
        let name = name.trim().to_owned();
        if !name.is_empty() {
            self.0.runs.update(id, |run| run.name = name);
            self.0.save(id);
        }
    }

    /// Leaves a run out of the figures, or shows it there again.
    pub fn hide(self, id: RunId, hidden: bool) {
        self.0.runs.update(id, |run| run.hidden = hidden);
        self.0.save(id);
    }

    /// Deletes a run that is not in training. It can be brought back until the next one is deleted or
    /// the page is closed.
    pub fn delete(self, id: RunId) {
        let Self(service) = self;
        if service.run.is_of_untracked(&id) {
            return;
        }
        service.notices.dismiss_remedies(|remedy| *remedy == Remedy::Resume(id));
        spawn_local(async move {
            // What cannot be read any more cannot be brought back either.
            let bytes = service.bytes(id).await.unwrap_or_default();
            // It may have been resumed meanwhile.
            if service.run.is_of_untracked(&id) {
                return;
            }
            let Some(run) = service.runs.with_untracked(id, Run::clone) else { return };
            service.runs.remove(id, |runs| runs.last().map(|run| run.id));
            if service.run.target.get_untracked() == Some(id) {
                service.run.target.set(None);
                service.run.phase.set(Phase::Idle);
            }
            let run_name = run.name.clone();
            if !bytes.is_empty() {
                service.notices.dismiss_remedies(|remedy| *remedy == Remedy::Undelete);
                service.notices.offer(About::Runs, false, format!("Deleted “{}”.", run.name), Remedy::Undelete);
                let _ = service.deleted.try_set_value(Some((run, bytes)));
            }
            service.delete_kept(id, run_name);
        });
    }

    /// Brings back the run that was deleted last.
    pub fn undelete(self) {
        let Self(service) = self;
        if let Some((mut run, bytes)) = service.deleted.try_update_value(Option::take).flatten() {
            let id = run.id;
            run.bytes = Some(Arc::new(bytes));
            service.runs.list.update(|runs| {
                runs.push(run);
                ascending(runs, |run| run.made);
            });
            service.runs.shown.set(Some(service.runs.shown.get_untracked().unwrap_or(id)));
            service.save(id);
        }
    }
}

impl Service {
    fn show_kept(self, codec: Codec, kept: Vec<(Line, Vec<u8>)>, locks: &[String], of_settings: Option<RunConfig>) {
        let mut broken = Vec::new();
        let mut runs = Vec::new();
        for (line, bytes) in kept {
            match (codec.read)(&bytes) {
                Ok(record) => runs.push(Run::from_record(line, record)),
                Err(error) => broken.push(format!("“{}”: {error}", line.name)),
            }
        }
        ascending(&mut runs, |run| run.made);
        if !broken.is_empty() {
            self.notices.warn(About::Runs, format!("A kept run cannot be read: {}.", broken.join("; ")));
        }
        // A run begun while the store was being read is not offered, nor one that another tab trains.
        let taken = self.run.target.get_untracked();
        let unfinished = runs.iter().rev().find(|run| run.resumable_at().is_some() && !locks.contains(&run_lock(run.id)));
        if let Some(run) = unfinished.filter(|run| Some(run.id) != taken) {
            let step = words::thousands(run.checkpoint.unwrap_or(0));
            let steps = words::thousands(facts::steps(run.config()));
            let text = format!("“{}” was left at step {step} of {steps}. It can go on exactly there.", run.name);
            self.notices.offer(About::Runs, false, text, Remedy::Resume(run.id));
        }
        // A link shows its own run and no other; without one the last run is shown again.
        let is_asked_for = |run: &&Run| of_settings.as_ref().is_none_or(|config| run.config() == config);
        let last = runs.iter().rev().find(is_asked_for).map(|run| run.id);
        self.runs.list.update(|known| {
            runs.retain(|run| known.iter().all(|other| other.id != run.id));
            known.splice(0..0, runs);
        });
        if self.runs.shown.get_untracked().is_none() {
            self.runs.shown.set(last);
        }
    }

    /// Deletes a run from the store, unless it has been brought back.
    fn delete_kept(self, id: RunId, name: String) {
        let Some(store) = self.store.get_value() else { return };
        if self.runs.with_untracked(id, |_| ()).is_some() {
            return;
        }
        spawn_local(async move {
            match async { store.open().await?.delete_run(id).await }.await {
                Ok(()) => self.on_kept(&What::Run(id)),
                Err(error) => {
                    let text = format!("“{name}” is still kept in this browser: {error}.");
                    self.on_not_kept(What::Run(id), text, move || self.delete_kept(id, name.clone()));
                }
            }
        });
    }

    /// Writes a run to the store, as it is now.
    pub(super) fn save(self, id: RunId) {
        let Some(store) = self.store.get_value() else { return };
        let Some((line, bytes, record)) = self.runs.with_untracked(id, |run| (run.line(), run.bytes.clone(), run.record.clone()))
        else {
            return;
        };
        spawn_local(async move {
            let written = bytes.as_ref().map(|bytes| bytes.as_slice());
            let put = async {
                let codec = codec::load().await?;
                store.open().await?.put_run(&line, written, &|| (codec.write)(&record)).await
            };
            match put.await {
                Ok(()) => {
                    // The store holds these bytes now, unless newer ones have come meanwhile.
                    let _ = self.runs.list.try_update_untracked(|runs| {
                        if let Some(run) = runs.iter_mut().find(|run| run.id == id)
                            && run.bytes.as_ref().zip(bytes.as_ref()).is_some_and(|(a, b)| Arc::ptr_eq(a, b))
                        {
                            run.bytes = None;
                        }
                    });
                    self.on_kept(&What::Run(id));
                }
                Err(error) => {
                    let text = format!(
                        "“{}” cannot be kept in this browser: {error}. Save its file before closing the page.",
                        line.name
                    );
                    self.on_not_kept(What::Run(id), text, move || self.save(id));
                }
            }
        });
    }

    /// The whole record of a run, as last written; the error in words.
    pub(super) async fn bytes(self, id: RunId) -> Result<Vec<u8>, String> {
        let Some((held, record)) = self.runs.with_untracked(id, |run| (run.bytes.clone(), run.record.clone())) else {
            return Err("it has been deleted".to_owned());
        };
        if let Some(bytes) = held {
            return Ok(bytes.as_ref().clone());
        }
        if let Some(store) = self.store.get_value()
            && let Some(bytes) = store.open().await?.record(id).await?
        {
            return Ok(bytes);
        }
        (codec::load().await?.write)(&record)
    }
}
