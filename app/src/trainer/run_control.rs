//! What a page may ask of single runs.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::device::DeviceChoice;
use quanta_core::record::{Record, Status};

use super::codec;
use super::id;
use super::job::{Phase, Request, Work};
use super::notices::{About, Remedy};
use super::run::{Line, Run};
use super::service::{Service, Texts};
use crate::link::Link;
use crate::protocol::{Command, RunId};
use crate::words;

/// A worker that does not answer a stop for so long is replaced.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// The commands on runs.
#[derive(Clone, Copy)]
pub struct RunCommands(pub(super) Service);

impl RunCommands {
    pub(super) fn new(service: Service) -> Self {
        Self(service)
    }

    /// Starts a run of these settings and shows it, or queues it behind a sweep. With `paused` it stops
    /// after its first step. Nothing happens while another run is in training.
    pub fn start(self, config: RunConfig, name: String, device: DeviceChoice, paused: bool) {
        let Self(service) = self;
        if !service.run.phase.with_untracked(Phase::is_at_rest) {
            return;
        }
        let (id, color) = (id::random(), service.runs.next_color());
        let home = Link { config: Some(config.clone()), ..Link::default() };
        let run = Run::new(Line { id, name, color, hidden: false, made: js_sys::Date::now() }, config);
        service.runs.list.update(|runs| runs.push(run));
        service.request_run(Request { work: Work::Run { id, paused }, device, home });
    }

    /// Goes on with the paused run, or with that run from its checkpoint.
    pub fn resume(self, id: RunId, device: DeviceChoice) {
        let Self(service) = self;
        let is_paused = service.run.phase.with_untracked(|phase| *phase == Phase::Paused);
        if is_paused && service.run.target.get_untracked() == Some(id) {
            service.run.phase.set(Phase::Running);
            service.engine.send(Command::Go, None);
        } else {
            self.resume_from_checkpoint(id, device, false);
        }
    }

    /// Goes on with a run from its checkpoint. With `paused` it stops after one step.
    pub fn resume_from_checkpoint(self, id: RunId, device: DeviceChoice, paused: bool) {
        let Self(service) = self;
        let Some(config) = service.runs.with_untracked(id, |run| run.config().clone()) else { return };
        if !service.run.phase.with_untracked(Phase::is_at_rest) {
            return service.notices.warn(About::Runs, "Another run is in training: stop it first.");
        }
        service.notices.dismiss_remedies(|remedy| *remedy == Remedy::Resume(id));
        let home = Link { config: Some(config), ..Link::default() };
        service.request_run(Request { work: Work::Run { id, paused }, device, home });
    }

    /// Asks the run to take no further step.
    pub fn pause(self) {
        let Self(service) = self;
        if service.run.phase.with_untracked(Phase::is_busy) {
            service.run.phase.set(Phase::Pausing);
            service.engine.send(Command::Pause, None);
        }
    }

    /// Takes a single step of the paused run.
    pub fn step(self) {
        let Self(service) = self;
        if service.run.phase.with_untracked(|phase| *phase == Phase::Paused) {
            service.engine.send(Command::Step, None);
        }
    }

    /// Ends the run where it is, or takes it out of the queue.
    pub fn stop(self) {
        let Self(service) = self;
        let Some(id) = service.run.target.get_untracked() else { return };
        let work = Work::Run { id, paused: false };
        if service.withdraw(&work) {
            service.set_phase(&work, service.forget_if_not_begun(id));
        } else if service.run.phase.with_untracked(|phase| !phase.is_at_rest()) {
            service.stop_current();
        }
    }

    /// Loads a dead engine again and goes on with what it was training, if anything.
    pub fn restart(self, interrupted: Option<Request>) {
        let Self(service) = self;
        service.notices.dismiss_remedies(|remedy| matches!(remedy, Remedy::Restart(_)));
        service.engine.load();
        let Some(request) = interrupted else { return };
        match request.work {
            Work::Run { .. } if service.run.phase.with_untracked(Phase::is_at_rest) => service.request_run(request),
            Work::Sweep { .. } if service.sweep.phase.with_untracked(Phase::is_at_rest) => service.request_sweep(request),
            _ => {}
        }
    }
}

impl Service {
    /// Shows the run and requests its training.
    fn request_run(self, request: Request) {
        if let Work::Run { id, .. } = request.work {
            self.run.target.set(Some(id));
            self.runs.shown.set(Some(id));
        }
        self.request(request);
    }

    /// Asks the worker for the run: from its checkpoint where there is one, else from the start.
    pub(super) async fn begin_run(self, serial: u64, id: RunId, paused: bool) {
        let read = |run: &Run| (run.config().clone(), run.resumable_at(), run.record.is_finished());
        let Some((config, resumable, is_finished)) = self.runs.with_untracked(id, read) else {
            return self.end(Phase::Idle);
        };
        if is_finished {
            return self.end(Phase::Finished);
        }
        let mut bytes = None;
        if resumable.is_some() {
            let read = self.bytes(id).await;
            let codec = codec::load().await;
            if !self.is_current(serial) {
                return;
            }
            let read = read.and_then(|bytes| Ok(((codec?.read)(&bytes)?, bytes)));
            match read {
                Ok((record, read)) => {
                    // Evaluations after the checkpoint will be made again.
                    self.runs.update(id, |run| run.record = Run::from_record(run.line(), record).record);
                    bytes = Some(read);
                }
                Err(why) => {
                    self.notices.warn(About::Runs, format!("This run cannot be resumed: {why}."));
                    return self.end(Phase::Stopped);
                }
            }
        } else {
            self.runs.update(id, |run| run.record = Arc::new(Record::new(config.clone())));
        }
        self.runs.update(id, |run| Arc::make_mut(&mut run.record).status = Status::Unfinished);
        self.send_start(id, &config, bytes, paused);
    }

    /// Sends the command that starts a run of the work in training.
    pub(super) fn send_start(self, id: RunId, config: &RunConfig, bytes: Option<Vec<u8>>, paused: bool) {
        let device = self.update_current(|current| {
            (current.sent, current.step_when_paused) = (Some(id), paused);
            current.request.device
        });
        let text = config.number("corpus_id").and_then(|number| {
            let of_run = |texts: &Texts| texts.iter().find(|(known, _)| *known as f64 == number).map(|(_, bytes)| bytes.clone());
            self.texts.with_value(of_run)
        });
        if let Some(bytes) = text {
            self.engine.send(Command::Text {}, Some(bytes.to_vec()));
        }
        if let Some(device) = device {
            self.engine.send(Command::Start { run: id, config: config.to_json(), device, paused }, bytes);
        }
    }

    /// Stops the work in training. A worker that does not answer is replaced.
    pub(super) fn stop_current(self) {
        let Some((serial, work, sent)) =
            self.with_current(|current| (current.serial, current.request.work.clone(), current.sent.is_some()))
        else {
            return;
        };
        let phase = match work {
            Work::Run { .. } => self.run.phase,
            Work::Sweep { .. } => self.sweep.phase,
        };
        if phase.with_untracked(|phase| *phase == Phase::Stopping) {
            return;
        }
        if !sent || phase.with_untracked(|phase| *phase == Phase::Waiting) {
            // The worker has not been asked yet.
            self.engine.clear_waiting();
            return self.end(match work {
                Work::Run { id, .. } => self.forget_if_not_begun(id),
                Work::Sweep { .. } => Phase::Stopped,
            });
        }
        self.set_phase(&work, Phase::Stopping);
        self.engine.send(Command::Stop, None);
        set_timeout(
            move || {
                let is_late = self.is_current(serial) && phase.with_untracked(|phase| *phase == Phase::Stopping);
                if is_late {
                    self.replace_worker(&work);
                }
            },
            STOP_LIMIT,
        );
    }

    fn replace_worker(self, work: &Work) {
        self.engine.respawn();
        if let Work::Run { id, .. } = work {
            let kept = match self.runs.with_untracked(*id, |run| run.checkpoint).flatten() {
                Some(step) => format!("the run is kept up to its checkpoint at step {}", words::thousands(step)),
                None => "nothing of it was saved yet".to_owned(),
            };
            self.notices.inform(About::Runs, format!("The engine did not answer, so it was restarted; {kept}."));
        }
        self.end(Phase::Stopped);
    }

    /// Takes a run off the list that was never begun; the phase that follows.
    fn forget_if_not_begun(self, id: RunId) -> Phase {
        if self.runs.with_untracked(id, Run::is_begun).unwrap_or(false) {
            return Phase::Stopped;
        }
        self.runs.remove(id, |_| None);
        self.run.target.set(None);
        Phase::Idle
    }
}
