//! Keeping runs: in the browser's store, from and into files.

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::order::ascending;
use quanta_core::record::{Record, Status};
use wasm_bindgen::JsCast;

use super::control::lock_name;
use super::engine::in_words;
use super::run::Run;
use super::state::{Lab, Phase, Remedy};
use super::store::{Line, Store};
use crate::ui::shared::locks;
use crate::words;

impl Lab {
    /// Opens the store and shows the runs it keeps; the unfinished one is offered for resuming.
    pub fn recall(self) {
        if self.embed {
            return;
        }
        spawn_local(async move {
            let store = match Store::open().await {
                Ok(store) => store,
                Err(error) => {
                    let text = format!("Runs cannot be kept in this browser ({error}): they are lost when the page is closed.");
                    return self.tell(true, text, None);
                }
            };
            self.store.set_value(Some(store.clone()));
            match store.all().await {
                Ok(kept) => self.show_kept(kept, &locks::held().await),
                Err(error) => self.tell(true, format!("The runs kept in this browser cannot be read: {error}."), None),
            }
        });
    }

    fn show_kept(self, kept: Vec<(Line, Vec<u8>)>, locks: &[String]) {
        let mut broken = Vec::new();
        let mut runs = Vec::new();
        for (line, bytes) in kept {
            match Record::from_bytes(&bytes) {
                Ok(record) => runs.push(Run::read(line, record)),
                Err(error) => broken.push(format!("«{}»: {error}", line.name)),
            }
        }
        if !broken.is_empty() {
            self.tell(true, format!("A kept run cannot be read: {}.", broken.join("; ")), None);
        }
        // One that another tab is training is no business of this one.
        let unfinished = runs.iter().rev().find(|run| {
            let open = matches!(run.record.status, Status::Unfinished | Status::Failed(_));
            open && run.checkpoint.is_some() && !locks.contains(&lock_name(run.id))
        });
        // A run begun while the store was being read keeps its number; kept ones are put before it.
        let taken = self.active.get_untracked();
        if let Some(run) = unfinished.filter(|run| Some(run.id) != taken) {
            let step = words::thousands(run.checkpoint.unwrap_or(0));
            let steps = words::thousands(run.record.config.steps);
            let text = format!("«{}» was left at step {step} of {steps}. It can go on exactly there.", run.name);
            self.tell(false, text, Some(Remedy::Resume(run.id)));
        }
        // A link shows its own run and no other; without one the last run is shown again.
        let asked = self.address.link.with_untracked(|link| link.config.clone());
        let of_link = |run: &&Run| asked.as_ref().is_none_or(|config| run.record.config == *config);
        let last = runs.iter().rev().find(of_link).map(|run| run.id);
        self.runs.update(|known| {
            runs.retain(|run| known.iter().all(|other| other.id != run.id));
            known.splice(0..0, runs);
        });
        if self.shown.get_untracked().is_none() {
            self.shown.set(last);
        }
    }

    /// Writes a run to the store, as it is now.
    pub fn save(self, id: u32) {
        let Some(store) = self.store.get_value() else { return };
        let Some((line, bytes)) =
            self.runs.with_untracked(|runs| runs.iter().find(|run| run.id == id).map(|run| (run.line(), run.bytes.clone())))
        else {
            return;
        };
        spawn_local(async move {
            match store.put(&line, bytes.as_ref().map(|bytes| bytes.as_slice())).await {
                // The store holds these bytes now, unless newer ones have come meanwhile.
                Ok(()) => self.runs.update_untracked(|runs| {
                    let run = runs.iter_mut().find(|run| run.id == id);
                    if let Some(run) = run
                        && run.bytes.as_ref().zip(bytes.as_ref()).is_some_and(|(a, b)| std::sync::Arc::ptr_eq(a, b))
                    {
                        run.bytes = None;
                    }
                }),
                Err(error) => {
                    let text =
                        format!("«{}» cannot be kept in this browser: {error}. Export it before closing the page.", line.name);
                    self.tell(true, text, None);
                }
            }
        });
    }

    /// The whole record of a run, as last written.
    pub async fn bytes(self, id: u32) -> Result<Vec<u8>, String> {
        let Some((held, record)) = self
            .runs
            .with_untracked(|runs| runs.iter().find(|run| run.id == id).map(|run| (run.bytes.clone(), run.record.clone())))
        else {
            return Err("it has been deleted".to_owned());
        };
        if let Some(bytes) = held {
            return Ok(bytes.as_ref().clone());
        }
        if let Some(store) = self.store.get_value() {
            match store.record(id).await {
                Ok(Some(bytes)) => return Ok(bytes),
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(record.to_bytes())
    }

    /// Opens a run file that was picked or dropped.
    pub fn open_file(self, file: web_sys::File) {
        spawn_local(async move {
            let name = file.name();
            let read = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
            let opened = match read {
                Ok(buffer) => {
                    let bytes = js_sys::Uint8Array::new(buffer.unchecked_ref()).to_vec();
                    Record::from_bytes(&bytes).map(|record| (record, bytes)).map_err(|error| error.to_string())
                }
                Err(error) => Err(in_words(error)),
            };
            match opened {
                Ok((record, bytes)) => {
                    let id = self.next_id();
                    let stem = name.strip_suffix(".safetensors").unwrap_or(&name).to_owned();
                    let line = Line { id, name: stem, color: self.next_color(), hidden: false };
                    let mut run = Run::read(line, record);
                    run.bytes = Some(std::sync::Arc::new(bytes));
                    let summary = run.summary().unwrap_or_else(|| "no logs yet".to_owned());
                    self.tell(false, format!("Opened «{name}»: {summary}."), None);
                    self.runs.update(|runs| runs.push(run));
                    if self.phase.with_untracked(Phase::is_at_rest) {
                        self.shown.set(Some(id));
                    }
                    self.save(id);
                }
                Err(why) => self.tell(true, format!("«{name}» cannot be opened: {why}."), None),
            }
        });
    }

    /// Gives a run another name.
    pub fn rename(self, id: u32, name: String) {
        let name = name.trim().to_owned();
        if !name.is_empty() {
            self.update_run(id, |run| run.name = name);
            self.save(id);
        }
    }

    /// Shows a run in the figures, or leaves it out.
    pub fn hide(self, id: u32, hidden: bool) {
        self.update_run(id, |run| run.hidden = hidden);
        self.save(id);
    }

    /// Deletes a run. It can be brought back until the next one is deleted or the page is closed.
    pub fn delete(self, id: u32) {
        if self.is_training_untracked(id) {
            return;
        }
        self.untell(Remedy::Resume(id));
        spawn_local(async move {
            // What cannot be read any more cannot be brought back either.
            let bytes = self.bytes(id).await.unwrap_or_default();
            let run = self.runs.with_untracked(|runs| runs.iter().find(|run| run.id == id).cloned());
            self.runs.update(|runs| runs.retain(|run| run.id != id));
            if self.shown.get_untracked() == Some(id) {
                self.shown.set(self.runs.with_untracked(|runs| runs.last().map(|run| run.id)));
            }
            if self.active.get_untracked() == Some(id) {
                self.active.set(None);
                self.phase.set(Phase::Idle);
            }
            if let Some(run) = run.filter(|_| !bytes.is_empty()) {
                self.untell(Remedy::Undelete);
                self.tell(false, format!("Deleted «{}».", run.name), Some(Remedy::Undelete));
                self.deleted.set_value(Some((run, bytes)));
            }
            if let Some(store) = self.store.get_value()
                && let Err(error) = store.delete(id).await
            {
                self.tell(true, format!("The run is still kept in this browser: {error}."), None);
            }
        });
    }

    /// Brings back the run that was deleted last.
    pub fn undelete(self) {
        if let Some((mut run, bytes)) = self.deleted.try_update_value(Option::take).flatten() {
            let id = run.id;
            run.bytes = Some(std::sync::Arc::new(bytes));
            self.runs.update(|runs| {
                runs.push(run);
                ascending(runs, |run| run.id as f64);
            });
            self.shown.set(Some(self.shown.get_untracked().unwrap_or(id)));
            self.save(id);
        }
    }

    fn is_training_untracked(self, id: u32) -> bool {
        self.active.get_untracked() == Some(id) && !self.phase.with_untracked(Phase::is_at_rest)
    }
}
