//! The runs that were recorded for the presets: what the figures show before one is started here.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::record::Record;

use super::form::Form;
use crate::trainer::codec;
use crate::view::fetch;

/// Where a preset's is, beside the page; nothing of those that have none. The paper's own run is among the
/// published results.
fn address(preset: &str) -> Option<String> {
    match preset {
        "paper-fig2" => Some("results/steps.safetensors".to_owned()),
        "quick" | "lesson" | "language" | "language-copy" => Some(format!("recorded/{preset}.safetensors")),
        _ => None,
    }
}

/// The recorded runs that have been loaded.
#[derive(Clone, Copy)]
pub struct Recorded {
    records: RwSignal<Vec<Arc<Record>>>,
    /// The presets whose runs have been asked for, and have not failed to come.
    asked: StoredValue<Vec<usize>>,
}

impl Recorded {
    /// Loads the run of every preset that is chosen, once. One that did not come is asked for again when
    /// its preset is chosen again.
    pub fn new(form: Form) -> Self {
        let recorded = Self { records: RwSignal::new(Vec::new()), asked: StoredValue::new(Vec::new()) };
        Effect::new(move |_| recorded.load(form.preset.get()));
        recorded
    }

    fn load(&self, preset: usize) {
        let Some(address) = address(PRESETS[preset].name).filter(|_| !self.asked.with_value(|asked| asked.contains(&preset)))
        else {
            return;
        };
        self.asked.update_value(|asked| asked.push(preset));
        let Self { records, asked } = *self;
        spawn_local(async move {
            let loaded = async {
                let Some(bytes) = fetch::bytes(&address).await? else { return Ok(None) };
                (codec::load().await?.read)(&bytes).map(Some)
            };
            match loaded.await {
                Ok(None) => {}
                Ok(Some(record)) => drop(records.try_update(|records| records.push(Arc::new(record.without_checkpoint())))),
                // Without it the figures wait for the first evaluation, as they do for any other settings.
                Err::<_, String>(_) => drop(asked.try_update_value(|asked| asked.retain(|other| *other != preset))),
            }
        });
    }

    /// The recorded run of these very settings; tracked.
    pub fn of(&self, config: &RunConfig) -> Option<Arc<Record>> {
        self.records.with(|records| records.iter().find(|record| record.config == *config).cloned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_recorded_run_is_found_by_its_preset() {
        let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public");
        let there: Vec<String> = PRESETS.iter().filter_map(|preset| address(preset.name)).collect();
        assert!(there.iter().all(|address| public.join(address).is_file()), "{there:?}");
        for file in std::fs::read_dir(public.join("recorded")).expect("recorded runs") {
            let name = format!("recorded/{}", file.expect("a file").file_name().to_string_lossy());
            assert!(there.contains(&name), "no preset shows {name}");
        }
    }
}
