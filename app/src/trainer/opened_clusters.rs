//! Clusters that were opened from a file or found here.

use std::sync::Arc;

use crate::published::Material;

/// A file of clusters.
#[derive(Clone, Debug)]
pub struct OpenedClusters {
    /// Whether they were found here.
    pub is_found: bool,
    /// What it is called.
    pub name: String,
    /// The run, with the clusters as its artifact.
    pub material: Arc<Material>,
    /// The same as a file.
    pub bytes: Arc<Vec<u8>>,
}
