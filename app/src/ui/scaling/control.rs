//! What the buttons do, and what the worker's words change.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::event::{Evaluation, Event};
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, CollectedRun};
use quanta_core::theory::Resource;

use super::state::{Bench, Kept, Phase};
use super::store::Store;
use crate::protocol::{Command, Message, State};
use crate::ui::shared::engine::{self, News};
use crate::ui::shared::locks;

/// A worker that does not answer a stop for so long is ended.
const PATIENCE: Duration = Duration::from_secs(2);

fn lock_name(key: &str) -> String {
    format!("quanta-lab-sweep-{key}")
}

impl Bench {
    /// Opens the store. The sweep that the sliders describe is read from it whenever it changes.
    pub fn recall(self) {
        spawn_local(async move {
            match Store::open().await {
                Ok(store) => {
                    let _ = self.store.try_set_value(Some(store));
                    self.recall_planned();
                }
                Err(error) => {
                    self.tell(format!("Sweeps cannot be kept in this browser ({error}): they are lost when the page is closed."))
                }
            }
        });
    }

    /// Shows what is kept of the sweep that the sliders describe.
    pub fn recall_planned(self) {
        let Ok((key, manifest)) = self.planned.get_untracked() else { return };
        let Some(store) = self.store.get_value() else { return };
        if self.kept.with_untracked(|kept| kept.contains_key(&key)) {
            return;
        }
        let resource = self.resource.get_untracked();
        spawn_local(async move {
            let kept = match store.get(&key).await {
                Ok((Some(sweep), checkpoint)) => match Collected::from_bytes(&sweep) {
                    Ok(collected) => {
                        Kept { runs: collected.runs, checkpoint: checkpoint.map(Arc::new), ..Kept::new(resource, manifest) }
                    }
                    Err(error) => return self.tell(format!("The sweep kept in this browser cannot be read: {error}.")),
                },
                Ok((None, _)) => return,
                Err(error) => return self.tell(format!("The sweep kept in this browser cannot be read: {error}.")),
            };
            // One begun meanwhile is newer.
            let _ = self.kept.try_update(|all| {
                all.entry(key).or_insert(kept);
            });
        });
    }

    /// Trains what is left of the sweep that the sliders describe.
    pub fn start(self) {
        let Ok((key, manifest)) = self.planned.get_untracked() else { return };
        if !self.phase.with_untracked(Phase::is_at_rest) {
            return;
        }
        let resource = self.resource.get_untracked();
        self.trouble.set(String::new());
        self.phase.set(Phase::Loading);
        self.training.set(Some(key.clone()));
        self.kept.update(|all| {
            all.entry(key.clone()).or_insert_with(|| Kept::new(resource, manifest));
        });
        spawn_local(async move {
            let name = lock_name(&key);
            if locks::held().await.contains(&name) {
                return self.fail("this sweep is in training in another tab of this browser".to_owned());
            }
            let _ = self.lock.try_set_value(locks::hold(&name));
            let module = match self.engine.try_with_value(|engine| engine.module()) {
                Some(Some(module)) => Ok(module),
                Some(None) => engine::fetch(|_| ()).await,
                None => return,
            };
            // Stopped, or left, while the engine was on its way.
            if self.phase.try_get_untracked() != Some(Phase::Loading) {
                return;
            }
            match module {
                Ok(module) => {
                    let listener: engine::Listener = Rc::new(move |news| self.hear(news));
                    let spawned = self.engine.try_update_value(|engine| {
                        engine.kill();
                        engine.keep(module);
                        engine.spawn(listener)
                    });
                    match spawned {
                        Some(Ok(())) => self.next(),
                        Some(Err(why)) => self.fail(why),
                        None => {}
                    }
                }
                Err(why) => self.fail(format!("the engine could not be loaded ({why})")),
            }
        });
    }

    /// Begins the next run, or ends.
    fn next(self) {
        if self.phase.get_untracked() == Phase::Stopping {
            return self.rest(Phase::Idle);
        }
        let next = self.with_training(|kept| {
            let entry = kept.next()?.clone();
            let bytes = kept
                .checkpoint
                .clone()
                .filter(|bytes| Record::from_bytes(bytes).is_ok_and(|record| record.config == entry.config));
            Some((entry, bytes))
        });
        let Some((entry, bytes)) = next.flatten() else { return self.rest(Phase::Idle) };
        let run = self.run.get_value() + 1;
        self.run.set_value(run);
        self.progress.set(None);
        let live =
            bytes.as_ref().and_then(|bytes| Record::from_bytes(bytes).ok()).unwrap_or_else(|| Record::new(entry.config.clone()));
        self.update_training(|kept| kept.live = Some(Arc::new(live.without_checkpoint())));
        let device = self.board.device();
        let command = Command::Start { run, config: entry.config.to_json(), device, paused: false };
        self.engine.update_value(|engine| engine.send(command, bytes.map(|bytes| bytes.as_ref().clone())));
    }

    /// Asks the sweep to end where it is.
    pub fn stop(self) {
        if self.phase.get_untracked() == Phase::Loading {
            return self.rest(Phase::Idle);
        }
        self.phase.set(Phase::Stopping);
        self.engine.update_value(|engine| engine.send(Command::Stop, None));
        let run = self.run.get_value();
        set_timeout(
            move || {
                let late = self.phase.try_get_untracked() == Some(Phase::Stopping) && self.run.try_get_value() == Some(run);
                if late {
                    self.rest(Phase::Idle);
                }
            },
            PATIENCE,
        );
    }

    /// Forgets the runs of the sweep that the sliders describe.
    pub fn forget(self) {
        let Ok((key, _)) = self.planned.get_untracked() else { return };
        if self.is_shown_in_training() {
            return;
        }
        self.kept.update(|kept| {
            kept.remove(&key);
        });
        let Some(store) = self.store.get_value() else { return };
        spawn_local(async move {
            if let Err(error) = store.delete(&key).await {
                self.tell(format!("The sweep is still kept in this browser: {error}."));
            }
        });
    }

    /// Lets go of the worker: the sweep is over, stopped or failed, or the page is left.
    pub fn rest(self, phase: Phase) {
        let _ = self.engine.try_update_value(|engine| engine.kill());
        let _ = self.lock.try_set_value(None);
        let _ = self.phase.try_set(phase);
    }

    fn fail(self, why: String) {
        self.rest(Phase::Failed(why));
    }

    fn tell(self, text: String) {
        let _ = self.trouble.try_set(text);
    }

    fn hear(self, news: News) {
        match news {
            News::Bytes(..) => {}
            News::Dead(why) => self.fail(format!("the engine stopped working: {why}")),
            News::Said(Message::Ready { .. }, _) => {
                if self.phase.get_untracked() == Phase::Loading {
                    self.phase.set(Phase::Running);
                }
                self.engine.update_value(|engine| engine.ready());
            }
            News::Said(Message::State { run, state }, _) if run == self.run.get_value() => match state {
                State::Finished => self.next(),
                State::Stopped => self.rest(Phase::Idle),
                State::Failed { message } => self.fail(message),
                State::Compiling | State::SelfTest | State::Running | State::Paused => {}
            },
            News::Said(Message::Event { run, event }, _) if run == self.run.get_value() => self.note(event),
            News::Said(Message::Record { run, .. }, Some(bytes)) if run == self.run.get_value() => self.keep(bytes),
            // Late words of a run that was ended.
            News::Said(..) => {}
        }
    }

    fn note(self, event: Event) {
        match event {
            Event::Progress(progress) => self.progress.set(Some(progress)),
            Event::Evaluation(evaluation) => self.update_training(|kept| {
                if let Some(live) = &mut kept.live {
                    add(Arc::make_mut(live), evaluation);
                }
            }),
            _ => {}
        }
    }

    /// Takes in what the worker wrote of its run: a finished one is a point, another can be gone on with.
    fn keep(self, bytes: Vec<u8>) {
        let record = match Record::from_bytes(&bytes) {
            Ok(record) => record,
            Err(error) => return self.fail(error.to_string()),
        };
        self.update_training(|kept| {
            if record.is_finished() {
                let entry = kept.manifest.runs.iter().find(|entry| entry.config == record.config);
                // Over steps every log is a point, with its subtasks.
                let curves = kept.resource == Resource::Steps;
                let done = entry.and_then(|entry| CollectedRun::new(entry.clone(), &record, curves));
                kept.runs.retain(|run| done.as_ref().is_none_or(|done| run.entry.id != done.entry.id));
                kept.runs.extend(done);
                (kept.live, kept.checkpoint) = (None, None);
            } else {
                kept.checkpoint = Some(Arc::new(bytes));
            }
        });
        self.save();
    }

    fn save(self) {
        let (Some(store), Some(key)) = (self.store.get_value(), self.training.get_untracked()) else { return };
        let Some((sweep, checkpoint)) = self.with_training(|kept| (kept.collected().to_bytes(), kept.checkpoint.clone())) else {
            return;
        };
        spawn_local(async move {
            if let Err(error) = store.put(&key, &sweep, checkpoint.as_ref().map(|bytes| bytes.as_slice())).await {
                self.tell(format!("The sweep cannot be kept in this browser: {error}. Save it before closing the page."));
            }
        });
    }

    fn with_training<T>(&self, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        let key = self.training.get_untracked()?;
        self.kept.with_untracked(|kept| kept.get(&key).map(read))
    }

    fn update_training(&self, change: impl FnOnce(&mut Kept)) {
        let Some(key) = self.training.get_untracked() else { return };
        self.kept.update(|kept| {
            if let Some(kept) = kept.get_mut(&key) {
                change(kept);
            }
        });
    }
}

/// Adds a log where it belongs: after the earlier steps, in place of any later ones.
fn add(record: &mut Record, evaluation: Evaluation) {
    let before = record.evaluations.partition_point(|known| known.step < evaluation.step);
    record.evaluations.truncate(before);
    record.evaluations.push(evaluation);
}
