//! The runs that were recorded for the presets: what the figures show before one is started here.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::record::Record;

use super::form::Form;
use crate::trainer::codec;
use crate::view::fetch;

/// Where a preset's is, beside the page. The paper's own run is among the published results.
fn address(preset: &str) -> String {
    match preset {
        "paper-fig2" => "results/steps.safetensors".to_owned(),
        preset => format!("recorded/{preset}.safetensors"),
    }
}

/// The recorded runs that have been loaded.
#[derive(Clone, Copy)]
pub struct Recorded {
    records: RwSignal<Vec<Arc<Record>>>,
    /// The presets whose runs have been asked for.
    asked: StoredValue<Vec<usize>>,
}

impl Recorded {
    /// Loads the run of every preset that is chosen, once.
    pub fn new(form: Form) -> Self {
        let recorded = Self { records: RwSignal::new(Vec::new()), asked: StoredValue::new(Vec::new()) };
        Effect::new(move |_| recorded.load(form.preset.get()));
        recorded
    }

    fn load(&self, preset: usize) {
        if self.asked.with_value(|asked| asked.contains(&preset)) {
            return;
        }
        self.asked.update_value(|asked| asked.push(preset));
        let records = self.records;
        spawn_local(async move {
            // Without it the figures wait for the first evaluation, as they do for any other settings.
            let Ok(Some(bytes)) = fetch::bytes(&address(PRESETS[preset].name)).await else { return };
            let Ok(codec) = codec::load().await else { return };
            if let Ok(record) = (codec.read)(&bytes) {
                let _ = records.try_update(|records| records.push(Arc::new(record.without_checkpoint())));
            }
        });
    }

    /// The recorded run of these very settings; tracked.
    pub fn of(&self, config: &RunConfig) -> Option<Arc<Record>> {
        self.records.with(|records| records.iter().find(|record| record.config == *config).cloned())
    }
}
