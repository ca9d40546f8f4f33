//! What ties the Lab's settings to the address bar, and to the run that is shown.

use leptos::prelude::*;
use quanta_core::config::{PRESETS, RunConfig};

use super::form::Form;
use crate::address::{Address, address_with};
use crate::facts;
use crate::link::Link;
use crate::protocol::RunId;
use crate::trainer::{Phase, RunCommands, RunJob, Runs};

/// What a person does with the settings.
#[derive(Clone, Copy)]
pub struct Actions {
    address: Address,
    form: Form,
    runs: Runs,
    job: RunJob,
    commands: RunCommands,
}

impl Actions {
    /// Takes the handles from the context.
    pub fn expect() -> Self {
        Self {
            address: expect_context(),
            form: expect_context(),
            runs: expect_context(),
            job: expect_context(),
            commands: expect_context(),
        }
    }

    /// Puts the settings into the address bar, as a step that Back undoes.
    pub fn commit(&self) {
        if let Some(link) = self.link() {
            self.address.go(link);
        }
    }

    /// Chooses a preset, and shows the last run of its settings or, where there is none, its start.
    pub fn choose(&self, preset: usize) {
        self.form.choose(preset);
        self.show_run_of_settings();
        self.commit();
    }

    /// Takes up a run's settings.
    pub fn take_settings_of(&self, id: RunId) {
        if let Some(config) = self.runs.with_untracked(id, |run| run.config().clone()) {
            self.form.show(&config);
            self.commit();
        }
    }

    /// Starts a run of the settings, and puts them into the address bar. With `paused` it stops after one
    /// step.
    pub fn start(&self, paused: bool) {
        self.amend();
        self.begin(paused);
    }

    fn begin(&self, paused: bool) {
        let Ok(config) = self.form.config.get_untracked() else { return };
        let name = self.name_for(&config);
        self.commands.start(config, name, self.form.device.get_untracked(), paused);
    }

    /// Goes on with that run.
    pub fn resume(&self, id: RunId) {
        self.commands.resume(id, self.form.device.get_untracked());
    }

    /// Takes one step: of the paused run, else of the shown one where it can go on, else of a new one.
    pub fn step(&self) {
        if !self.job.phase.with_untracked(Phase::is_at_rest) {
            return self.commands.step();
        }
        let shown = self.runs.shown.get_untracked();
        let resumable = shown.filter(|id| self.runs.with_untracked(*id, |run| run.resumable_at()).flatten().is_some());
        match resumable {
            Some(id) => self.commands.resume_from_checkpoint(id, self.form.device.get_untracked(), true),
            None => self.start(true),
        }
    }

    /// Shows what the address bar says when the page is opened. A plain link shows the run that was shown
    /// before, where there is one.
    pub fn on_open(&self) {
        let has_run = self.address.link.with_untracked(|link| link.config.is_some());
        let shown = self.runs.shown.get_untracked();
        let config = shown.and_then(|id| self.runs.with_untracked(id, |run| run.config().clone()));
        match config.filter(|_| !has_run) {
            Some(config) => {
                self.form.show(&config);
                self.amend();
            }
            None => self.on_arrival(),
        }
    }

    /// Shows what the address bar says.
    pub fn on_arrival(&self) {
        self.address.link.with_untracked(|link| {
            match &link.config {
                Some(config) => self.form.show(config),
                None => self.form.choose(0),
            }
            self.form.device.set(link.device.unwrap_or_default());
        });
        self.show_run_of_settings();
    }

    /// Starts the link's run where it asks for that. The address then forgets it, so that a reload offers
    /// the run for resuming and does not start another; an embedded page keeps it.
    pub fn autostart(&self) {
        let (autostart, embed) = self.address.link.with_untracked(|link| (link.autostart, link.embed));
        if autostart && self.address.problems.with_untracked(Vec::is_empty) {
            if !embed {
                self.amend();
            }
            self.begin(false);
        }
    }

    /// A name for a new run of these settings: the preset's title and how it differs, or what it is made
    /// of; with a number where another has that name.
    pub fn name_for(&self, config: &RunConfig) -> String {
        let preset = &PRESETS[self.form.preset.get_untracked()];
        let differences = config.differences(&preset.config());
        let name = if differences.len() > 2 {
            let (quanta, alpha, width) = (facts::quanta_count(config), facts::alpha(config), facts::width(config));
            format!("{quanta} {}, α {alpha}, width {width}", facts::noun(config).many)
        } else {
            let values = differences.iter().map(|field| format!(", {field} {}", config.get(field).unwrap_or_default()));
            preset.title.to_owned() + &values.collect::<String>()
        };
        self.runs.free_name(name)
    }

    /// Shows the last run of the settings, or none. A run in training stays in sight.
    fn show_run_of_settings(&self) {
        let shown = self.runs.shown.get_untracked();
        if shown.is_some_and(|id| self.job.is_of_untracked(&id)) {
            return;
        }
        let config = self.form.config.get_untracked().ok();
        let of_settings = self
            .runs
            .list
            .with_untracked(|runs| runs.iter().rev().find(|run| Some(run.config()) == config.as_ref()).map(|run| run.id));
        if of_settings != shown {
            self.runs.shown.set(of_settings);
        }
    }

    /// Puts the settings into the address bar in place of what stood there: nothing to go back to.
    fn amend(&self) {
        if let Some(link) = self.link() {
            self.address.amend(link);
        }
    }

    fn link(&self) -> Option<Link> {
        let config = self.form.config.get_untracked().ok()?;
        let device = self.form.device.get_untracked();
        let device = (device != Default::default()).then_some(device);
        Some(self.address.link.with_untracked(|old| Link { config: Some(config), device, autostart: false, ..old.clone() }))
    }
}

/// The link that opens a run's settings, for sharing.
pub fn share_link(config: &RunConfig) -> String {
    address_with(&Link { config: Some(config.clone()), ..Link::default() }.to_query())
}
