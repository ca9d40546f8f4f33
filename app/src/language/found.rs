//! A file of clusters, and whether it is there.

use std::sync::Arc;

use quanta_core::analysis::qdg::{Clusters, Contexts};
use quanta_core::config::RunConfig;

/// A file of clusters.
pub struct Found {
    /// What it is called.
    pub title: String,
    /// Its name among the published results; nothing where it was opened here.
    pub file: Option<String>,
    /// The settings of the run.
    pub config: RunConfig,
    /// The samples and their clusterings.
    pub clusters: Clusters,
}

impl Found {
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
