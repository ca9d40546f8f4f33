//! What could not be kept is said, and tried again at the next need, at a button, and as soon as the store
//! is there again.

use std::rc::Rc;

use leptos::prelude::*;

use super::not_kept::{NotKept, What};
use super::notices::Remedy;
use super::run_control::RunCommands;
use super::service::Service;

impl RunCommands {
    /// Tries everything again that failed.
    pub fn keep_again(self) {
        let Self(service) = self;
        service.notices.dismiss_remedies(|remedy| *remedy == Remedy::KeepAgain);
        for again in service.failed(|_| true) {
            again();
        }
    }
}

impl Service {
    /// Warns that something cannot be kept or read; `again` tries it again.
    pub(super) fn on_not_kept(self, what: What, text: String, again: impl Fn() + 'static) {
        let about = what.about();
        self.forget_failure(&what);
        self.not_kept.update_value(|failed| failed.push(NotKept { what, text: text.clone(), again: Rc::new(again) }));
        self.notices.offer(about, true, text, Remedy::KeepAgain);
    }

    /// Takes the warning back once it worked. Then the store is there again, so that the kept runs are
    /// read where that failed.
    pub(super) fn on_kept(self, what: &What) {
        if !self.forget_failure(what) {
            return;
        }
        if self.not_kept.try_with_value(Vec::is_empty).unwrap_or(true) {
            self.notices.inform(what.about(), "This browser keeps runs and sweeps again.");
        }
        for again in self.failed(|what| *what == What::AllRuns) {
            again();
        }
    }

    /// Says that the browser has cleared a store, and offers to keep what is still here.
    pub(super) fn on_cleared(self) {
        let text =
            |what: &str| format!("This browser has cleared what it kept of {what}: they are lost when the page is closed.");
        for run in self.runs.list.try_get_untracked().unwrap_or_default() {
            if run.bytes.is_none() {
                // Its checkpoint was in the store alone.
                self.runs.update(run.id, |run| run.checkpoint = None);
            }
            self.on_not_kept(What::Run(run.id), text("the runs listed here"), move || self.save(run.id));
        }
        let all = self.sweeps.kept.try_get_untracked().unwrap_or_default();
        for (key, _) in all.into_iter().filter(|(_, kept)| kept.is_begun()) {
            self.on_not_kept(What::Sweep(key.clone()), text("the sweeps made here"), move || self.save_sweep_again(key.clone()));
        }
    }

    /// How to try those things again that failed.
    fn failed(self, is_meant: impl Fn(&What) -> bool) -> Vec<Rc<dyn Fn()>> {
        let again =
            |failed: &Vec<NotKept>| failed.iter().filter(|one| is_meant(&one.what)).map(|one| one.again.clone()).collect();
        self.not_kept.try_with_value(again).unwrap_or_default()
    }

    /// Forgets that something failed, and takes its warning off the list unless others share it; whether
    /// it had failed.
    fn forget_failure(self, what: &What) -> bool {
        let forget = |failed: &mut Vec<NotKept>| {
            let i = failed.iter().position(|one| one.what == *what)?;
            let text = failed.remove(i).text;
            let is_shared = failed.iter().any(|one| one.text == text);
            Some((!is_shared).then_some(text))
        };
        let Some(text) = self.not_kept.try_update_value(forget).flatten() else { return false };
        if let Some(text) = text {
            self.notices.dismiss_text(&text);
        }
        true
    }
}
