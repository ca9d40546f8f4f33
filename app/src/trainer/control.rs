//! One after another: how work is begun, queued, withdrawn and ended.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::job::{Phase, Request, Work};
use super::locks::{self, Lock};
use super::notices::About;
use super::queue::Current;
use super::service::Service;

impl Service {
    /// Begins the work, or queues it behind what is in training.
    pub fn request(self, request: Request) {
        if self.queue.now.with_untracked(Option::is_none) {
            return self.begin(request);
        }
        self.queue.waiting.update(|waiting| waiting.push(request));
        self.number_waiting();
    }

    /// Takes work back that waits in the queue; whether it did.
    pub fn withdraw(self, work: &Work) -> bool {
        let is_there = self.queue.waiting.with_untracked(|waiting| waiting.iter().any(|request| request.work.is_same(work)));
        if is_there {
            self.queue.waiting.update(|waiting| waiting.retain(|request| !request.work.is_same(work)));
            self.number_waiting();
        }
        is_there
    }

    /// Ends the work in training, whatever the reason, and begins the next.
    pub fn end(self, phase: Phase) {
        // Its lock is dropped with it.
        let Some(current) = self.current.try_update_value(Option::take).flatten() else { return };
        self.set_phase(&current.request.work, phase);
        self.queue.ended.set(Some(current.request));
        self.queue.now.set(None);
        let next = self.queue.waiting.with_untracked(|waiting| waiting.first().cloned());
        if let Some(next) = next {
            self.queue.waiting.update(|waiting| drop(waiting.remove(0)));
            self.number_waiting();
            self.begin(next);
        }
    }

    /// Whether that attempt is still the one in training: ask after every await and in every timer.
    pub fn is_current(self, serial: u64) -> bool {
        self.with_current(|current| current.serial == serial).unwrap_or(false)
    }

    /// Reads something of the work in training.
    pub fn with_current<T>(self, read: impl FnOnce(&Current) -> T) -> Option<T> {
        self.current.try_with_value(|current| current.as_ref().map(read)).flatten()
    }

    /// Changes something of the work in training.
    pub fn update_current<T>(self, change: impl FnOnce(&mut Current) -> T) -> Option<T> {
        self.current.try_update_value(|current| current.as_mut().map(change)).flatten()
    }

    /// Shows where work is.
    pub fn set_phase(self, work: &Work, phase: Phase) {
        let signal = match work {
            Work::Run { .. } => self.run.phase,
            Work::Sweep { .. } => self.sweep.phase,
        };
        if signal.with_untracked(|old| *old != phase) {
            signal.set(phase);
        }
    }

    fn begin(self, request: Request) {
        let serial = self.queue.serial.get_value() + 1;
        self.queue.serial.set_value(serial);
        match &request.work {
            Work::Run { .. } => (self.run.progress.set(None), self.run.started.set(None)),
            Work::Sweep { .. } => (self.sweep.progress.set(None), self.sweep.started.set(None)),
        };
        let work = request.work.clone();
        let current = Current { serial, request: request.clone(), sent: None, step_when_paused: false, lock: None };
        self.current.set_value(Some(current));
        self.queue.ended.set(None);
        self.queue.now.set(Some(request));
        self.set_phase(&work, self.engine.phase_before_start());
        self.engine.load();
        spawn_local(async move {
            let lock = locks::take(&work.lock_name()).await;
            if !self.is_current(serial) {
                return;
            }
            match lock {
                Lock::Held(held) => self.update_current(|current| current.lock = Some(held)).unwrap_or_default(),
                Lock::Unavailable => {}
                Lock::Refused => return self.refuse(&work),
            }
            match work {
                Work::Run { id, paused } => self.begin_run(serial, id, paused).await,
                Work::Sweep { key } => self.begin_sweep(serial, key).await,
            }
        });
    }

    /// Another tab trains it.
    fn refuse(self, work: &Work) {
        match work {
            Work::Run { .. } => {
                self.notices.warn(About::Runs, "This run is in training in another tab of this browser.");
                self.end(Phase::Stopped);
            }
            Work::Sweep { .. } => self.end(Phase::Failed("this sweep is in training in another tab of this browser.".to_owned())),
        }
    }

    /// Shows everything that waits its place in the queue.
    fn number_waiting(self) {
        for (i, request) in self.queue.waiting.get_untracked().iter().enumerate() {
            self.set_phase(&request.work, Phase::Queued(i + 1));
        }
    }
}
