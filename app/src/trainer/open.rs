//! Files that are opened: runs join the list; collected sweeps are held for the page Scaling, clusters for
//! the page Language.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::analysis::qdg::{ARTIFACT, Clusters};
use quanta_core::config::RunConfig;
use quanta_core::record::{FileKind, Record, recognise};
use quanta_core::sweep::Collected;
use quanta_core::theory::Resource;
use wasm_bindgen::JsCast;

use super::codec::NOT_LOADED;
use super::id;
use super::job::Phase;
use super::notices::About;
use super::opened_clusters::OpenedClusters;
use super::run::{Line, Run};
use super::run_control::RunCommands;
use super::service::{OpenedBytes, Service};
use super::sweep::OpenedSweep;
use crate::js::in_words;
use crate::published::Material;
use crate::words;

/// What a file was, for the page that shows it.
pub enum Opened {
    /// A run of these settings.
    Run(Box<RunConfig>),
    /// A collected sweep over that resource.
    Sweep(Resource),
    /// Clusters of a run's gradients.
    Clusters,
    /// Losses of tokens, or a text to be learned.
    Text,
}

impl RunCommands {
    /// The file of clusters that was opened last.
    pub fn opened_clusters(self) -> RwSignal<Option<OpenedClusters>> {
        self.0.clusters
    }

    /// The table of losses of tokens that was opened last: its name and its bytes.
    pub fn opened_losses(self) -> RwSignal<Option<OpenedBytes>> {
        self.0.losses
    }

    /// The text that was opened last: its name and its bytes.
    pub fn opened_text(self) -> RwSignal<Option<OpenedBytes>> {
        self.0.text
    }

    /// Keeps a corpus, as a file, for the runs that name it.
    pub fn keep_text(self, number: u64, bytes: Arc<Vec<u8>>) {
        self.0.texts.update_value(|texts| {
            texts.retain(|(known, _)| *known != number);
            texts.push((number, bytes));
        });
    }

    /// Opens a file that was picked or dropped: a run, clusters, a collected sweep, losses of tokens or a text.
    /// Calls back once it is there.
    pub fn open_file(self, file: web_sys::File, opened: impl FnOnce(Opened) + 'static) {
        let Self(service) = self;
        spawn_local(async move {
            let name = file.name();
            let read = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await.map_err(in_words);
            let open = opener().await.map_err(|_| NOT_LOADED.to_owned());
            let content = read.and_then(|buffer| {
                let bytes = js_sys::Uint8Array::new(buffer.unchecked_ref()).to_vec();
                open?(service, &name, bytes)
            });
            match content {
                Ok(what) => opened(what),
                Err(why) => service.notices.warn(About::Everything, format!("“{name}” cannot be opened: {why}.")),
            }
        });
    }
}

/// The way to open a file: a part of the wasm, loaded when it is first needed.
#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn opener() -> Result<Open, SplitLoaderError> {
    Ok(open)
}

type Open = fn(Service, &str, Vec<u8>) -> Result<Opened, String>;

/// Reads a run, clusters or a collected sweep, and adds it to what is shown; the error in words.
fn open(service: Service, name: &str, bytes: Vec<u8>) -> Result<Opened, String> {
    let kind = recognise(&bytes);
    if kind == Some(FileKind::Losses) {
        service.losses.set(Some((name.to_owned(), Arc::new(bytes))));
        return Ok(Opened::Text);
    }
    // What is wrong with a text is said where it is shown.
    let is_text = matches!(kind, None | Some(FileKind::Empty | FileKind::Json | FileKind::WebPage));
    if is_text && [".txt", ".md"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
        service.text.set(Some((name.to_owned(), Arc::new(bytes))));
        return Ok(Opened::Text);
    }
    if kind == Some(FileKind::Collected) {
        let collected = Collected::from_bytes(&bytes).map_err(|error| error.to_string())?;
        let resource = Resource::varied_in(&collected);
        service.add_opened_sweep(name.to_owned(), resource, Arc::new(Material::Sweep(Box::new(collected))));
        return Ok(Opened::Sweep(resource));
    }
    let record = Record::from_bytes(&bytes).map_err(|error| error.to_string())?;
    if let Some(artifact) = record.artifacts.get(ARTIFACT) {
        Clusters::from_artifact(artifact).map_err(|error| error.to_string())?;
        let material = Arc::new(Material::Run(Box::new(record.without_checkpoint())));
        service.clusters.set(Some(OpenedClusters { is_found: false, name: name.to_owned(), material, bytes: Arc::new(bytes) }));
        return Ok(Opened::Clusters);
    }
    let config = Box::new(record.config.clone());
    service.add_opened(name, record, bytes);
    Ok(Opened::Run(config))
}

impl Service {
    fn add_opened(self, name: &str, record: Record, bytes: Vec<u8>) {
        let stem = name.strip_suffix(".safetensors").unwrap_or(name).to_owned();
        let (id, color) = (id::random(), self.runs.next_color());
        let line = Line { id, name: stem, color, hidden: false, made: js_sys::Date::now() };
        let mut run = Run::from_record(line, record);
        run.bytes = Some(Arc::new(bytes));
        let summary = run.summary().unwrap_or_else(|| "not measured yet".to_owned());
        self.notices.inform(About::Runs, format!("Opened “{name}”: {summary}."));
        self.runs.list.update(|runs| runs.push(run));
        if self.run.phase.with_untracked(Phase::is_at_rest) {
            self.runs.shown.set(Some(id));
        }
        self.save(id);
    }

    fn add_opened_sweep(self, name: String, resource: Resource, material: Arc<Material>) {
        let runs = words::count(material.configs().len(), "run", "runs");
        let text = format!(
            "Opened “{name}”: a collected sweep of {runs} over {}. It is shown here until the page is closed.",
            resource.name()
        );
        self.notices.inform(About::Sweeps, text);
        self.sweeps.opened.update(|opened| {
            opened.retain(|other| other.name != name);
            opened.insert(0, OpenedSweep { name, resource, material });
        });
    }
}
