//! A small sweep of the browser's own, and every one that has been looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::figure::sweep::Sweep;
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, CollectedRun, Entry, Manifest};
use quanta_core::theory::Resource;

use super::job::SweepKey;
use crate::facts;
use crate::published::Material;
use crate::sweeps;

/// A sweep, as far as it has come.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What is varied.
    pub resource: Resource,
    /// All its runs.
    pub manifest: Manifest,
    /// Those that are over.
    pub runs: Vec<CollectedRun>,
    /// The one in training, or the one that was when the sweep was left.
    pub live: Option<Arc<Record>>,
    /// The bytes of its record, to go on from.
    pub checkpoint: Option<Arc<Vec<u8>>>,
}

impl Kept {
    /// A sweep about to begin.
    pub fn new(resource: Resource, manifest: Manifest) -> Self {
        Self { resource, manifest, runs: Vec::new(), live: None, checkpoint: None }
    }

    /// Whether anything has been trained that can be gone on with.
    pub fn is_begun(&self) -> bool {
        !self.runs.is_empty() || self.checkpoint.is_some()
    }

    /// The next run to train; nothing where all are over.
    pub fn next(&self) -> Option<&Entry> {
        self.manifest.runs.iter().find(|entry| self.done(entry).is_none())
    }

    /// A run that is over.
    pub fn done(&self, entry: &Entry) -> Option<&CollectedRun> {
        self.runs.iter().find(|run| run.entry.id == entry.id)
    }

    /// How much of it is done, from 0 to 1, when `within` of the run in training is.
    pub fn share(&self, within: f64) -> f64 {
        let all = self.manifest.runs.len().max(1) as f64;
        ((self.runs.len() as f64 + within) / all).min(1.0)
    }

    /// The finished runs, in the manifest's order.
    pub fn collected(&self) -> Collected {
        let runs = self.manifest.runs.iter().filter_map(|entry| self.done(entry).cloned());
        Collected { runs: runs.collect(), manifest: self.manifest.clone() }
    }

    /// Its points, as the figures take them. Over steps, the evaluations of the run in training are
    /// points too.
    pub fn sweep(&self) -> Sweep {
        let mut collected = self.collected();
        let live = self.live.as_ref().filter(|_| self.resource == Resource::Steps);
        collected.runs.extend(live.and_then(|record| CollectedRun::new(Entry::new(record.config.clone()), record, true)));
        let base = &self.manifest.base;
        let empty = || Sweep::new(sweeps::HERE, self.resource, facts::alpha(base), facts::quanta_count(base));
        Sweep::from_collected(&collected, self.resource).into_iter().next().unwrap_or_else(empty)
    }

    /// Takes in a run that is over, and drops the checkpoint that led to it.
    pub(super) fn finish(&mut self, record: &Record) {
        let entry = self.manifest.runs.iter().find(|entry| entry.config == record.config);
        // Over steps every evaluation is a point, with its subtasks.
        let curves = self.resource == Resource::Steps;
        let done = entry.and_then(|entry| CollectedRun::new(entry.clone(), record, curves));
        self.runs.retain(|run| done.as_ref().is_none_or(|done| run.entry.id != done.entry.id));
        self.runs.extend(done);
        (self.live, self.checkpoint) = (None, None);
    }
}

/// A collected sweep from a file that was opened.
#[derive(Clone, Debug)]
pub struct OpenedSweep {
    /// The file's name.
    pub name: String,
    /// What is varied.
    pub resource: Resource,
    /// Its content.
    pub material: Arc<Material>,
}

/// The sweeps that have been looked at or trained, by what they are kept under.
#[derive(Clone, Copy)]
pub struct Sweeps {
    /// All of them.
    pub kept: RwSignal<BTreeMap<SweepKey, Kept>>,
    /// Those from files, newest first.
    pub opened: RwSignal<Vec<OpenedSweep>>,
}

impl Sweeps {
    pub(super) fn new() -> Self {
        Self { kept: RwSignal::new(BTreeMap::new()), opened: RwSignal::new(Vec::new()) }
    }

    /// Reads something of a sweep, where any of it is there; tracked.
    pub fn with<T>(&self, key: &str, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.kept.with(|kept| kept.get(key).map(read))
    }

    /// Reads something of a sweep, where any of it is there; untracked.
    pub fn with_untracked<T>(&self, key: &str, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.kept.with_untracked(|kept| kept.get(key).map(read))
    }

    /// Changes a sweep.
    pub(super) fn update(&self, key: &str, change: impl FnOnce(&mut Kept)) {
        self.kept.update(|kept| {
            if let Some(kept) = kept.get_mut(key) {
                change(kept);
            }
        });
    }
}
