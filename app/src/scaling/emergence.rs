//! When each subtask of a published run emerged: the paper's Fig 8.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::figure::Series;
use quanta_core::record::Record;
use quanta_core::theory::Resource;

use super::state::Scaling;
use crate::published::Material;
use crate::view::published::Asked;

/// The published material, where it is one run and steps are looked at; tracked.
pub fn published_run(scaling: Scaling) -> Option<Arc<Material>> {
    match scaling.material() {
        Some(Asked::There(material)) if scaling.resource.get() == Resource::Steps => {
            matches!(*material, Material::Run(_)).then_some(material)
        }
        _ => None,
    }
}

/// That run as a figure takes it, copied once when it comes.
pub fn published_series(scaling: Scaling) -> Memo<Option<Series>> {
    let record = |material: Arc<Material>| match material.as_ref() {
        Material::Run(record) => Some(Arc::new(Record::clone(record))),
        Material::Sweep(_) => None,
    };
    let series = move || {
        Some(Series { name: "published".to_owned(), record: record(published_run(scaling)?)?, color: 1, recorded: false })
    };
    // Another run has other settings; comparing all its losses would take longer than painting it.
    let is_other = |old: Option<&Option<Series>>, new: Option<&Option<Series>>| {
        let config = |series: Option<&Option<Series>>| series.and_then(Option::as_ref).map(|run| run.record.config.clone());
        config(old) != config(new)
    };
    Memo::new_with_compare(move |_| series(), is_other)
}
