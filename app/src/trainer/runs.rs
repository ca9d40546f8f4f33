//! Every run that is kept, and the one whose numbers are shown.

use leptos::prelude::*;

use super::run::{COLORS, Run};
use crate::protocol::RunId;

/// The list of runs.
#[derive(Clone, Copy)]
pub struct Runs {
    /// Every run, oldest first.
    pub list: RwSignal<Vec<Run>>,
    /// The run whose numbers are shown.
    pub shown: RwSignal<Option<RunId>>,
}

impl Runs {
    pub(super) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), shown: RwSignal::new(None) }
    }

    /// Reads something of a run; tracked.
    pub fn with<T>(&self, id: RunId, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.list.with(|runs| runs.iter().find(|run| run.id == id).map(read))
    }

    /// Reads something of a run; untracked.
    pub fn with_untracked<T>(&self, id: RunId, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.list.with_untracked(|runs| runs.iter().find(|run| run.id == id).map(read))
    }

    /// Reads something of the run whose numbers are shown; tracked.
    pub fn with_shown<T>(&self, read: impl FnOnce(&Run) -> T) -> Option<T> {
        self.shown.get().and_then(|id| self.with(id, read))
    }

    /// Changes a run.
    pub(super) fn update(&self, id: RunId, change: impl FnOnce(&mut Run)) {
        self.list.update(|runs| {
            if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
                change(run);
            }
        });
    }

    /// Takes a run off the list. Where it was shown, `next` is shown in its place.
    pub(super) fn remove(&self, id: RunId, next: impl FnOnce(&[Run]) -> Option<RunId>) {
        self.list.update(|runs| runs.retain(|run| run.id != id));
        if self.shown.get_untracked() == Some(id) {
            self.shown.set(self.list.with_untracked(|runs| next(runs)));
        }
    }

    /// That name, with a number where another run has it.
    pub fn free_name(&self, name: String) -> String {
        let is_taken = |name: &String| self.list.with_untracked(|runs| runs.iter().any(|run| run.name == *name));
        let numbered = (2..).map(|count| format!("{name} ({count})"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name.clone())
    }

    /// The place in the palette of the colour that the fewest runs have.
    pub fn next_color(&self) -> usize {
        let used = |color: &usize| self.list.with_untracked(|runs| runs.iter().filter(|run| run.color == *color).count());
        (0..COLORS).min_by_key(used).unwrap_or(0)
    }
}
