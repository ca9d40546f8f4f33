//! Messages of the trainer for the reader, listed until dismissed.

use leptos::prelude::*;

use super::job::Request;
use crate::protocol::RunId;

/// One sentence or two, and what can be done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Names it in the list.
    pub id: u32,
    /// What it is about: a page shows the notices that concern it.
    pub about: About,
    /// Whether something went wrong.
    pub bad: bool,
    /// The text.
    pub text: String,
    /// What can be done about it.
    pub remedy: Option<Remedy>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Single runs.
    Runs,
    /// Sweeps.
    Sweeps,
    /// The engine, or whatever else concerns every page.
    Everything,
}

/// What a notice offers to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Go on with a run from its checkpoint.
    Resume(RunId),
    /// Bring back the run that was deleted last.
    Undelete,
    /// Keep again what could not be kept, and read what could not be read.
    KeepAgain,
    /// Load the engine again, and go on with what was in training, if anything.
    Restart(Option<Box<Request>>),
}

/// The list of notices.
#[derive(Clone, Copy)]
pub struct Notices {
    /// Every notice, oldest first.
    pub list: RwSignal<Vec<Notice>>,
}

impl Notices {
    pub(super) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()) }
    }

    /// Says that something happened.
    pub fn inform(&self, about: About, text: impl Into<String>) {
        self.add(about, false, text.into(), None);
    }

    /// Says that something went wrong.
    pub fn warn(&self, about: About, text: impl Into<String>) {
        self.add(about, true, text.into(), None);
    }

    /// Says something and offers what can be done about it.
    pub fn offer(&self, about: About, bad: bool, text: impl Into<String>, remedy: Remedy) {
        self.add(about, bad, text.into(), Some(remedy));
    }

    /// Takes a notice off the list.
    pub fn dismiss(&self, id: u32) {
        self.list.update(|notices| notices.retain(|notice| notice.id != id));
    }

    /// Takes off the list the notices whose remedy is no longer of use.
    pub fn dismiss_remedies(&self, is_useless: impl Fn(&Remedy) -> bool) {
        let any =
            self.list.with_untracked(|notices| notices.iter().any(|notice| notice.remedy.as_ref().is_some_and(&is_useless)));
        if any {
            self.list.update(|notices| notices.retain(|notice| !notice.remedy.as_ref().is_some_and(&is_useless)));
        }
    }

    /// Takes the notice with this text off the list.
    pub(super) fn dismiss_text(&self, text: &str) {
        self.list.update(|notices| notices.retain(|notice| notice.text != text));
    }

    /// Adds a notice. The same text is never listed twice.
    fn add(&self, about: About, bad: bool, text: String, remedy: Option<Remedy>) {
        // What is listed already is not announced again.
        let is_listed = |notice: &Notice| notice.text == text && notice.remedy == remedy && notice.about == about;
        if self.list.with_untracked(|notices| notices.iter().any(is_listed)) {
            return;
        }
        self.list.update(|notices| {
            notices.retain(|notice| notice.text != text);
            let id = notices.iter().map(|notice| notice.id + 1).max().unwrap_or(0);
            notices.push(Notice { id, about, bad, text, remedy });
        });
    }
}
