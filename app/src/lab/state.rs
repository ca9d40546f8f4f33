//! What the figures of the Lab show, and how.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::record::Record;

use super::form::Form;
use super::recorded::Recorded;
use crate::protocol::RunId;
use crate::trainer::{Run, Runs};

/// What the figures show beside the curves.
#[derive(Clone, Copy)]
pub struct Look {
    /// The fitted power law.
    pub fit: RwSignal<bool>,
    /// The pure power law.
    pub pure_law: RwSignal<bool>,
    /// The truncated sum.
    pub truncated_sum: RwSignal<bool>,
    /// Nam et al.'s closed form.
    pub nam: RwSignal<bool>,
    /// The first and last step of the fit, as typed; empty for the automatic range.
    pub fit_range: RwSignal<(String, String)>,
    /// The subtask that every figure stresses, from 0.
    pub follow: RwSignal<Option<usize>>,
}

/// What the figures need: the runs, the settings that stand in for one before it starts, and their look.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The settings being typed.
    pub form: Form,
    /// Every run, oldest first.
    pub runs: RwSignal<Vec<Run>>,
    /// The run whose numbers are shown.
    pub shown: RwSignal<Option<RunId>>,
    /// What the figures show beside the curves.
    pub look: Look,
    /// The runs recorded for the presets.
    pub recorded: Recorded,
    all: Runs,
}

impl Lab {
    /// A page's figures.
    pub fn new(form: Form, runs: Runs) -> Self {
        let look = Look {
            fit: RwSignal::new(true),
            pure_law: RwSignal::new(false),
            truncated_sum: RwSignal::new(true),
            nam: RwSignal::new(false),
            fit_range: RwSignal::new(Default::default()),
            follow: RwSignal::new(None),
        };
        Self { form, runs: runs.list, shown: runs.shown, look, recorded: Recorded::new(form), all: runs }
    }

    /// The settings of the run that is shown or, where none is, those that are typed; tracked.
    pub fn config(&self) -> Option<RunConfig> {
        self.all.with_shown(|run| run.config().clone()).or_else(|| self.form.config.get().ok())
    }

    /// The recorded run of the typed settings, where it stands alone in the figures because no run is
    /// shown in them; tracked.
    pub fn recorded_alone(&self) -> Option<Arc<Record>> {
        let is_alone = self.shown.get().is_none() && self.runs.with(|runs| runs.iter().all(|run| run.hidden));
        self.form.config.with(|config| self.recorded.of(config.as_ref().ok()?)).filter(|_| is_alone)
    }

    /// The place in the palette of the colour that the next run gets.
    pub fn next_color(&self) -> usize {
        self.all.next_color()
    }
}
