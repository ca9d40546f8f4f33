//! What the buttons do, and what the worker's words change.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::config::RunConfig;
use quanta_core::event::{Evaluation, Event};
use quanta_core::record::{Record, Status};

use super::engine::{self, News};
use super::run::Run;
use super::state::{Lab, Loading, Phase, Remedy};
use crate::protocol::{Command, Message, State};
use crate::ui::shared::locks;
use crate::words;

/// A worker that does not answer a stop for so long is replaced.
const PATIENCE: Duration = Duration::from_secs(2);

impl Lab {
    /// Fetches the engine and starts its worker.
    pub fn load_engine(self) {
        self.loading.set(Loading::Fetching { bytes: 0, total: None });
        spawn_local(async move {
            let module = match self.engine.with_value(|engine| engine.module()) {
                Some(module) => Ok(module),
                None => engine::fetch(move |news| self.hear(news)).await,
            };
            match module {
                Ok(module) => {
                    self.engine.update_value(|engine| engine.keep(module));
                    self.spawn_worker();
                }
                Err(why) => self.hear(News::Dead(format!("it could not be loaded ({why})"))),
            }
        });
    }

    fn spawn_worker(self) {
        self.loading.set(Loading::Starting);
        let listener: engine::Listener = Rc::new(move |news| self.hear(news));
        let spawned = self.engine.try_update_value(|engine| engine.spawn(listener));
        if let Some(Err(why)) = spawned {
            self.hear(News::Dead(why));
        }
    }

    fn send(self, command: Command, bytes: Option<Vec<u8>>) {
        self.engine.update_value(|engine| engine.send(command, bytes));
    }

    /// Begins a run of the form's settings.
    pub fn start(self, paused: bool) {
        let Ok(config) = self.form.config.get_untracked() else { return };
        let run = Run::new(self.next_id(), self.name_for(&config), self.next_color(), config.clone());
        let id = run.id;
        self.runs.update(|runs| runs.push(run));
        self.begin(id, config, None, paused);
    }

    /// Goes on: a paused run where it is, another from its checkpoint.
    pub fn resume(self, id: Option<u32>) {
        let id = id.or_else(|| self.shown.get_untracked());
        if self.phase.get_untracked() == Phase::Paused && (id.is_none() || id == self.active.get_untracked()) {
            self.phase.set(Phase::Running);
            self.send(Command::Go, None);
        } else if let Some(id) = id {
            self.resume_from_checkpoint(id, false);
        }
    }

    fn resume_from_checkpoint(self, id: u32, paused: bool) {
        if !self.phase.with_untracked(Phase::is_at_rest) {
            self.tell(true, "Another run is in training: stop it first.", None);
            return;
        }
        self.untell(Remedy::Resume(id));
        spawn_local(async move {
            if locks::held().await.contains(&lock_name(id)) {
                return self.tell(true, "This run is in training in another tab of this browser.", None);
            }
            let read = match self.bytes(id).await {
                Ok(bytes) => Record::from_bytes(&bytes).map(|record| (record, bytes)).map_err(|error| error.to_string()),
                Err(why) => Err(why),
            };
            match read {
                Ok((record, bytes)) => {
                    let config = record.config.clone();
                    // Logs after the checkpoint will be made again.
                    self.update_run(id, |run| {
                        let Run { record, checkpoint, .. } = Run::read(run.line(), record);
                        (run.record, run.checkpoint) = (record, checkpoint);
                    });
                    self.begin(id, config, Some(bytes), paused);
                }
                Err(why) => self.tell(true, format!("This run cannot be resumed: {why}."), None),
            }
        });
    }

    fn begin(self, id: u32, config: RunConfig, bytes: Option<Vec<u8>>, paused: bool) {
        self.active.set(Some(id));
        self.shown.set(Some(id));
        self.progress.set(None);
        self.started.set(None);
        self.step_when_paused.set_value(paused);
        self.lock.set_value(locks::hold(&lock_name(id)));
        let ready = self.loading.get_untracked() == Loading::Ready;
        self.phase.set(if ready { Phase::Compiling } else { Phase::Waiting });
        self.update_run(id, |run| Arc::make_mut(&mut run.record).status = Status::Unfinished);
        if matches!(self.loading.get_untracked(), Loading::Dead(_)) {
            self.load_engine();
        }
        let device = self.device.get_untracked();
        self.send(Command::Start { run: id, config: config.to_json(), device, paused }, bytes);
    }

    /// Asks the run to take no further step.
    pub fn pause(self) {
        if self.phase.with_untracked(Phase::is_busy) {
            self.phase.set(Phase::Pausing);
            self.send(Command::Pause, None);
        }
    }

    /// Takes a single step; begins, paused, where nothing is in training.
    pub fn step(self) {
        match self.phase.get_untracked() {
            Phase::Paused => self.send(Command::Step, None),
            phase if phase.is_at_rest() => {
                let shown = self.shown.get_untracked();
                let resumable = shown.filter(|id| self.with_run(*id, |run| run.resumable_at()).flatten().is_some());
                match resumable {
                    Some(id) => self.resume_from_checkpoint(id, true),
                    None => self.start(true),
                }
            }
            _ => {}
        }
    }

    /// Ends the run where it is. A worker that does not answer is replaced.
    pub fn stop(self) {
        if self.phase.with_untracked(|phase| phase.is_at_rest() || *phase == Phase::Stopping) {
            return;
        }
        if self.phase.get_untracked() == Phase::Waiting {
            // Nothing has been sent yet. A run that had begun before is there as it was; one that
            // had not is no run.
            self.engine.update_value(|engine| engine.forget());
            let id = self.active.get_untracked();
            let begun = self.with_run_untracked(id, |run| run.record.last().is_some()).unwrap_or(false);
            if begun {
                self.phase.set(Phase::Stopped);
            } else {
                self.phase.set(Phase::Idle);
                self.active.set(None);
                self.shown.set(None);
                self.runs.update(|runs| runs.retain(|run| Some(run.id) != id));
            }
            return;
        }
        self.phase.set(Phase::Stopping);
        self.send(Command::Stop, None);
        let asked = self.asked.get_value() + 1;
        self.asked.set_value(asked);
        set_timeout(
            move || {
                let late = self.phase.get_untracked() == Phase::Stopping && self.asked.get_value() == asked;
                if late {
                    self.engine.update_value(|engine| engine.kill());
                    self.spawn_worker();
                    self.phase.set(Phase::Stopped);
                    let kept = self.active.get_untracked().and_then(|id| self.with_run(id, |run| run.checkpoint)).flatten();
                    let kept = kept.map_or("nothing of it was saved yet".to_owned(), |step| {
                        format!("the run is kept up to its checkpoint at step {}", words::thousands(step))
                    });
                    self.tell(false, format!("The engine did not answer, so it was restarted; {kept}."), None);
                }
            },
            PATIENCE,
        );
    }

    /// Replaces a dead engine, and goes on with the run that it was training.
    pub fn restart(self) {
        self.untell(Remedy::Restart);
        self.engine.update_value(|engine| engine.kill());
        self.load_engine();
        let active = self.active.get_untracked();
        let failed = matches!(self.phase.get_untracked(), Phase::Failed(_));
        if let Some(id) = active.filter(|_| failed) {
            match self.with_run(id, |run| run.checkpoint).flatten() {
                Some(_) => self.resume_from_checkpoint(id, false),
                None => {
                    let Some(config) = self.with_run(id, |run| run.record.config.clone()) else { return };
                    self.update_run(id, |run| run.record = Arc::new(Record::new(config.clone())));
                    self.begin(id, config, None, false);
                }
            }
        }
    }

    /// Takes in what the engine says.
    fn hear(self, news: News) {
        match news {
            News::Bytes(bytes, total) => {
                // The counting branch may end after the compiling one.
                if matches!(self.loading.get_untracked(), Loading::Fetching { .. }) {
                    self.loading.set(Loading::Fetching { bytes, total });
                }
            }
            News::Dead(why) => self.mourn(why),
            News::Said(message, bytes) => self.heed(message, bytes),
        }
    }

    fn mourn(self, why: String) {
        self.engine.update_value(|engine| engine.kill());
        self.loading.set(Loading::Dead(why.clone()));
        let was_training = !self.phase.with_untracked(Phase::is_at_rest);
        let kept = self.active.get_untracked().and_then(|id| self.with_run(id, |run| run.checkpoint)).flatten();
        let advice = match kept {
            Some(step) if was_training => {
                format!("The run is kept up to step {} and can go on from there.", words::thousands(step))
            }
            _ => "It can be started again.".to_owned(),
        };
        if was_training {
            self.phase.set(Phase::Failed(format!("the engine stopped working: {why}.")));
        }
        self.tell(true, format!("The engine stopped working: {why}. {advice}"), Some(Remedy::Restart));
    }

    fn heed(self, message: Message, bytes: Option<Vec<u8>>) {
        let active = self.active.get_untracked();
        match message {
            Message::Ready { webgpu } => {
                self.webgpu.set(Some(webgpu));
                self.loading.set(Loading::Ready);
                if self.phase.get_untracked() == Phase::Waiting {
                    self.phase.set(Phase::Compiling);
                }
                self.engine.update_value(|engine| engine.ready());
            }
            Message::State { run, state } if active == Some(run) => self.enter(run, state),
            Message::Event { run, event } if active == Some(run) => self.note(run, event),
            Message::Record { run, step } => {
                if let Some(bytes) = bytes {
                    self.keep(run, step, bytes);
                }
            }
            // Late words of a run that was ended.
            Message::State { .. } | Message::Event { .. } => {}
        }
    }

    fn enter(self, run: u32, state: State) {
        let stopping = self.phase.get_untracked() == Phase::Stopping;
        let next = match state {
            State::Stopped => Phase::Stopped,
            State::Finished => Phase::Finished,
            State::Failed { message } => {
                self.update_run(run, |run| Arc::make_mut(&mut run.record).status = Status::Failed(message.clone()));
                Phase::Failed(message)
            }
            // Whatever it was doing when it was told to stop.
            _ if stopping => return,
            State::Compiling => Phase::Compiling,
            State::SelfTest => Phase::SelfTest,
            State::Running => Phase::Running,
            State::Paused => Phase::Paused,
        };
        // A change that was asked for is not taken back by words sent before it was heard.
        let pausing = self.phase.get_untracked() == Phase::Pausing;
        if pausing && matches!(next, Phase::Compiling | Phase::SelfTest | Phase::Running) {
            return;
        }
        let paused = next == Phase::Paused;
        self.phase.set(next);
        if paused && self.step_when_paused.get_value() {
            self.step_when_paused.set_value(false);
            self.send(Command::Step, None);
        }
    }

    fn note(self, id: u32, event: Event) {
        match event {
            Event::Started(started) => {
                self.update_run(id, |run| {
                    let record = Arc::make_mut(&mut run.record);
                    (record.device, record.path) = (started.device.clone(), started.path.clone());
                });
                self.started.set(Some(started));
            }
            Event::Progress(progress) => self.progress.set(Some(progress)),
            Event::Evaluation(evaluation) => self.update_run(id, |run| add(Arc::make_mut(&mut run.record), evaluation)),
            Event::Checkpoint { .. } => {}
            Event::Finished { stopped_early, .. } => self.update_run(id, |run| {
                let status = stopped_early.map_or(Status::Finished, Status::StoppedEarly);
                Arc::make_mut(&mut run.record).status = status;
            }),
            Event::Failed { message, .. } => {
                self.update_run(id, |run| Arc::make_mut(&mut run.record).status = Status::Failed(message.clone()));
            }
        }
    }

    /// Keeps what the worker wrote of a run.
    fn keep(self, id: u32, step: u64, bytes: Vec<u8>) {
        let bytes = Arc::new(bytes);
        self.update_run(id, |run| {
            run.checkpoint = Some(step);
            run.bytes = Some(bytes.clone());
        });
        self.save(id);
    }
}

/// The name under which tabs tell one another that they train a run.
pub fn lock_name(id: u32) -> String {
    format!("quanta-lab-run-{id}")
}

/// Adds a log where it belongs: after the earlier steps, in place of any later ones.
fn add(record: &mut Record, evaluation: Evaluation) {
    let before = record.evaluations.partition_point(|known| known.step < evaluation.step);
    record.evaluations.truncate(before);
    record.evaluations.push(evaluation);
}
