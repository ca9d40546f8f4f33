//! Files of clusters: the one that was opened here, and the published ones.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::analysis::qdg::{ARTIFACT, Clusters, Contexts};
use quanta_core::config::RunConfig;

use crate::published::{Index, Material, Published};
use crate::trainer::OpenedClusters;
use crate::view::published::{Asked, Library};

/// Where clusters are from.
pub enum Whence {
    /// The published results, by the file's name.
    Published(String),
    /// A file that was opened here.
    Opened,
    /// This page found them.
    Here,
}

/// A file of clusters.
pub struct Found {
    /// What it is called.
    pub title: String,
    /// Where they are from.
    pub whence: Whence,
    /// The settings of the run.
    pub config: RunConfig,
    /// The samples and their clusterings.
    pub clusters: Clusters,
}

impl Found {
    /// Its name among the published results; nothing where it is not from there.
    pub fn file(&self) -> Option<&str> {
        match &self.whence {
            Whence::Published(file) => Some(file),
            Whence::Opened | Whence::Here => None,
        }
    }

    /// The contexts of the samples.
    pub fn contexts(&self) -> Contexts<'_> {
        Contexts::new(&self.config, &self.clusters.samples)
    }
}

/// A file of clusters that is held; equal to itself alone.
#[derive(Clone)]
pub struct Held(pub Arc<Found>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Where the clusters are that the page is to show.
#[derive(Clone, PartialEq)]
pub enum Source {
    /// There are none to show.
    Nothing,
    /// They are being loaded.
    Coming,
    /// They cannot be shown; a sentence.
    Failed(String),
    /// They are here.
    Here(Held),
}

/// The published file that the link names, or the first with clusters; tracked.
pub fn wanted(file: Option<String>, library: Library) -> Option<Published> {
    library.index.with(|index| {
        let mut clusters = index.there().into_iter().flat_map(Index::clusters);
        clusters.find(|one| file.as_ref().is_none_or(|file| one.file == *file)).cloned()
    })
}

/// What is to be shown: the opened file, unless the link names a published one; tracked.
pub fn source(file: Option<String>, opened: RwSignal<Option<OpenedClusters>>, library: Library) -> Source {
    if let (None, Some(OpenedClusters { is_found, name, material, .. })) = (&file, opened.get()) {
        return read(name, if is_found { Whence::Here } else { Whence::Opened }, &material);
    }
    let Some(published) = wanted(file.clone(), library) else {
        return library.index.with(|index| match (index, file) {
            (Asked::Coming, _) => Source::Coming,
            (Asked::Failed(why), _) => Source::Failed(format!("The published results cannot be shown: {why}.")),
            (_, Some(file)) => Source::Failed(format!("No clusters named “{file}” are published here.")),
            (_, None) => Source::Nothing,
        });
    };
    let Published { file, title, .. } = published;
    match library.file(&file) {
        Asked::Coming => Source::Coming,
        Asked::Missing => Source::Failed(format!("“{title}” is listed, but its file {file} is not there.")),
        Asked::Failed(why) => Source::Failed(format!("“{title}” cannot be shown: {why}.")),
        Asked::There(material) => read(title, Whence::Published(file), &material),
    }
}

fn read(title: String, whence: Whence, material: &Material) -> Source {
    let Material::Run(record) = material else {
        return Source::Failed(format!("“{title}” cannot be shown: it holds a sweep, and no clusters."));
    };
    let Some(artifact) = record.artifacts.get(ARTIFACT) else {
        return Source::Failed(format!("“{title}” cannot be shown: it holds a run, but no clusters."));
    };
    match Clusters::from_artifact(artifact) {
        Err(error) => Source::Failed(format!("“{title}” cannot be shown: {error}.")),
        Ok(clusters) => Source::Here(Held(Arc::new(Found { title, whence, config: record.config.clone(), clusters }))),
    }
}
