//! The analyst as this page asks it: one question at a time, each in a worker of its own.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::question::{Answer, Question};
use crate::worker::{self, ANALYST, FromWorker, Listener, WorkerHandle};

/// What comes of a question: answers, or why there is none.
pub type Heard = Result<(Answer, Option<Vec<u8>>), String>;

/// Asks one question at a time: a new one ends the one before.
#[derive(Clone, Copy)]
pub struct Analyst {
    worker: StoredValue<WorkerHandle<Question>, LocalStorage>,
    /// Names the question for what comes late.
    asked: StoredValue<u64>,
}

impl Analyst {
    /// No question yet. Its worker ends with the component that calls this.
    pub fn new() -> Self {
        Self { worker: StoredValue::new_local(WorkerHandle::new(ANALYST)), asked: StoredValue::new(0) }
    }

    /// Asks about a run. `bytes` go with the question. Calls back with every answer; the worker ends after
    /// the last.
    pub fn ask(
        self,
        run: impl Future<Output = Result<Arc<Vec<u8>>, String>> + 'static,
        question: Question,
        bytes: Option<Arc<Vec<u8>>>,
        heard: impl Fn(Heard) + 'static,
    ) {
        self.stop();
        let serial = self.asked.get_value();
        spawn_local(async move {
            let run = run.await;
            let module = match self.worker.try_with_value(WorkerHandle::module) {
                Some(Some(module)) => Ok(module),
                Some(None) => worker::fetch(ANALYST, |_, _| {}).await,
                // The page was left.
                None => return,
            };
            if !self.is(serial) {
                return;
            }
            let begun = run.and_then(|run| {
                let module = module.map_err(|why| format!("the code for it could not be loaded ({why})"))?;
                let begin = |worker: &mut WorkerHandle<Question>| {
                    worker.set_module(module);
                    worker.send(Question::Open {}, Some(run.as_ref().clone()));
                    worker.send(question, bytes.map(|bytes| bytes.as_ref().clone()));
                };
                self.worker.update_value(begin);
                Ok(())
            });
            if let Err(why) = begun {
                return heard(Err(why));
            }
            let heard = Rc::new(heard);
            let listener: Listener<Answer> = Rc::new({
                let heard = heard.clone();
                move |event| self.hear(serial, event, heard.as_ref())
            });
            if let Some(Err(why)) = self.worker.try_update_value(|worker| worker.spawn(listener)) {
                heard(Err(why));
            }
        });
    }

    /// Ends the question that was asked last, if it is not answered.
    pub fn stop(self) {
        let _ = self.asked.try_update_value(|asked| *asked += 1);
        let _ = self.worker.try_update_value(WorkerHandle::terminate);
    }

    /// Whether that question is still the last.
    fn is(self, serial: u64) -> bool {
        self.asked.try_get_value() == Some(serial)
    }

    fn hear(self, serial: u64, event: FromWorker<Answer>, heard: &impl Fn(Heard)) {
        if !self.is(serial) {
            return;
        }
        match event {
            FromWorker::Bytes(..) | FromWorker::Message(Answer::Opened { .. }, _) => {}
            FromWorker::Message(Answer::Ready {}, _) => {
                let _ = self.worker.try_update_value(WorkerHandle::on_ready);
            }
            FromWorker::Message(answer @ (Answer::Stage { .. } | Answer::SoFar {}), bytes) => heard(Ok((answer, bytes))),
            FromWorker::Message(Answer::Failed { message }, _) => self.end(heard, Err(message)),
            FromWorker::Message(answer, bytes) => self.end(heard, Ok((answer, bytes))),
            FromWorker::Died(why) => self.end(heard, Err(format!("the analysis broke off: {why}"))),
        }
    }

    /// The last that is heard. The worker is ended outside its own callback.
    fn end(self, heard: &impl Fn(Heard), last: Heard) {
        let _ = self.asked.try_update_value(|asked| *asked += 1);
        let serial = self.asked.get_value();
        request_animation_frame(move || {
            if self.is(serial) {
                self.stop();
            }
        });
        heard(last);
    }
}
