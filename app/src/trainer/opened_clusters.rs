//! Clusters that were opened from a file.

use std::sync::Arc;

use crate::published::Material;

/// A file of clusters that was opened.
#[derive(Clone, Debug)]
pub struct OpenedClusters {
    /// The file's name.
    pub name: String,
    /// The run, with the clusters as its artifact.
    pub material: Arc<Material>,
}
