//! What follows from what the worker says.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::event::Event;
use quanta_core::record::Status;

use super::engine::{FromWorker, Loading};
use super::job::{Phase, Work};
use super::notices::{About, Remedy};
use super::service::Service;
use crate::facts;
use crate::protocol::{Command, Message, RunId, State};
use crate::words;

impl Service {
    /// Takes in what comes from the worker.
    pub(super) fn on_event(self, event: FromWorker) {
        match event {
            FromWorker::Bytes(bytes, total) => self.engine.on_bytes(bytes, total),
            FromWorker::Died(why) => self.on_death(why),
            FromWorker::Message(message, bytes) => self.on_message(message, bytes),
        }
    }

    fn on_message(self, message: Message, bytes: Option<Vec<u8>>) {
        // Of a run that was ended, nothing counts any more but its record.
        let work_of =
            |run: RunId| self.with_current(|current| (current.sent == Some(run)).then(|| current.request.work.clone())).flatten();
        match message {
            Message::Ready {} => self.on_ready(),
            Message::WebGpu { webgpu } => self.engine.webgpu.set(Some(webgpu)),
            Message::State { run, state } => match work_of(run) {
                Some(Work::Run { id, .. }) => self.on_run_state(id, state),
                Some(Work::Sweep { key }) => self.on_sweep_state(&key, state),
                None => {}
            },
            Message::Event { run, event } => match work_of(run) {
                Some(Work::Run { id, .. }) => self.on_run_event(id, event),
                Some(Work::Sweep { key }) => self.on_sweep_event(&key, event),
                None => {}
            },
            Message::Look { run, evaluation } => {
                if let Some(Work::Run { id, .. }) = work_of(run) {
                    self.runs.update(id, |run| run.look = Some(evaluation));
                }
            }
            Message::Record { run, step } => {
                let Some(bytes) = bytes else { return };
                match work_of(run) {
                    Some(Work::Sweep { key }) => Self::with_sweeps(|sweeps| (sweeps.on_record)(self, &key, bytes)),
                    Some(Work::Run { .. }) | None => self.on_run_record(run, step, bytes),
                }
            }
        }
    }

    fn on_ready(self) {
        for phase in [self.run.phase, self.sweep.phase] {
            if phase.with_untracked(|phase| *phase == Phase::Waiting) {
                phase.set(Phase::Compiling);
            }
        }
        self.engine.on_ready();
        self.notices.dismiss_remedies(|remedy| *remedy == Remedy::Restart(None));
    }

    fn on_death(self, why: String) {
        self.engine.terminate();
        self.engine.loading.set(Loading::Dead(why.clone()));
        let interrupted = self.with_current(|current| current.request.clone());
        let advice = match interrupted.as_ref().map(|request| &request.work) {
            Some(Work::Run { id, .. }) => match self.runs.with_untracked(*id, |run| run.checkpoint).flatten() {
                Some(step) => format!("The run is kept up to step {} and can go on from there.", words::thousands(step)),
                None => "The run can be started again.".to_owned(),
            },
            Some(Work::Sweep { .. }) => "The sweep is kept as far as it had come and can go on from there.".to_owned(),
            None => "It can be started again.".to_owned(),
        };
        let text = format!("The engine stopped working: {why}. {advice}");
        self.notices.offer(About::Everything, true, text, Remedy::Restart(interrupted.map(Box::new)));
        self.end(Phase::Failed(format!("the engine stopped working: {why}.")));
    }

    fn on_run_state(self, run: RunId, state: State) {
        let was = self.run.phase.get_untracked();
        let next = match state {
            State::Stopped => return self.end(Phase::Stopped),
            State::Finished => return self.end(Phase::Finished),
            State::Failed { message } => {
                self.set_status(run, Status::Failed(message.clone()));
                return self.fail(message);
            }
            // The worker has not read the stop yet.
            _ if was == Phase::Stopping => return,
            State::Compiling => Phase::Compiling,
            State::SelfTest => Phase::SelfTest,
            State::Running => Phase::Running,
            State::Paused => Phase::Paused,
        };
        // Nor the pause.
        if was == Phase::Pausing && next != Phase::Paused {
            return;
        }
        let is_paused = next == Phase::Paused;
        self.run.phase.set(next);
        let takes_a_step =
            is_paused && self.update_current(|current| std::mem::take(&mut current.step_when_paused)).unwrap_or(false);
        if takes_a_step {
            self.engine.send(Command::Step, None);
        }
    }

    fn on_run_event(self, id: RunId, event: Event) {
        match event {
            Event::Started(started) => {
                self.runs.update(id, |run| {
                    run.look = None;
                    let record = Arc::make_mut(&mut run.record);
                    if let Some(part) = started.parts.last() {
                        record.begin_part(part.clone());
                    }
                });
                self.run.started.set(Some(started));
            }
            Event::Progress(progress) => self.run.progress.set(Some(progress)),
            Event::Evaluation(evaluation) => {
                self.runs.update(id, |run| facts::add_evaluation(Arc::make_mut(&mut run.record), evaluation));
            }
            Event::Checkpoint { .. } => {}
            Event::Finished { stopped_early, .. } => {
                self.set_status(id, stopped_early.map_or(Status::Finished, Status::StoppedEarly));
            }
            Event::Failed { message, .. } => self.set_status(id, Status::Failed(message)),
        }
    }

    /// Ends the work in training, which cannot go on. Its worker is replaced: a device that was lost, or
    /// could not be started, is asked for anew by the next run.
    pub(super) fn fail(self, message: String) {
        self.engine.respawn();
        self.end(Phase::Failed(message));
    }

    fn set_status(self, id: RunId, status: Status) {
        self.runs.update(id, |run| Arc::make_mut(&mut run.record).status = status);
    }

    /// Keeps what the worker wrote of a run.
    fn on_run_record(self, id: RunId, step: Option<u64>, bytes: Vec<u8>) {
        let bytes = Arc::new(bytes);
        self.runs.update(id, |run| {
            run.checkpoint = step;
            run.bytes = Some(bytes);
        });
        self.save(id);
    }

    fn on_sweep_state(self, key: &str, state: State) {
        match state {
            State::Finished => Self::with_sweeps(|sweeps| (sweeps.next_run)(self, key)),
            State::Stopped => self.end(Phase::Stopped),
            State::Failed { message } => self.fail(message),
            State::Compiling | State::SelfTest | State::Running | State::Paused => {
                if self.sweep.phase.with_untracked(|phase| *phase != Phase::Stopping) {
                    self.set_phase(&Work::Sweep { key: key.to_owned() }, Phase::Running);
                }
            }
        }
    }

    fn on_sweep_event(self, key: &str, event: Event) {
        match event {
            Event::Progress(progress) => self.sweep.progress.set(Some(progress)),
            Event::Evaluation(evaluation) => self.sweeps.update(key, |kept| {
                if let Some(live) = &mut kept.live {
                    facts::add_evaluation(Arc::make_mut(live), evaluation);
                }
            }),
            Event::Started(_) | Event::Checkpoint { .. } | Event::Finished { .. } | Event::Failed { .. } => {}
        }
    }
}
