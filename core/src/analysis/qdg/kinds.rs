//! The similarities and the methods, by their words.

use crate::settings::choice;

choice! {
    /// How two samples are compared, the published way first.
    Similarity {
        /// By the cosine of their gradients, as published.
        Signed = "signed",
        /// By the cosine of their gradients' absolute values: which parameters they use, whichever way
        /// each would move them.
        Absolute = "absolute",
        /// By the cosine of |activation × gradient|, over what goes into the layers.
        Attribution = "attribution",
        /// By the cosine of what the last layer reads, without any gradient.
        Residual = "residual",
    }
}

choice! {
    /// How samples are clustered, the published way first.
    Method {
        /// Spectral clustering of all similarities, as published.
        Spectral = "spectral",
        /// The same of the graph of the nearest neighbours.
        NeighbourSpectral = "neighbour-spectral",
        /// Communities of the graph of the nearest neighbours (Leiden); finds its own number of clusters.
        Leiden = "leiden",
        /// Average linkage.
        Average = "average",
        /// Complete linkage.
        Complete = "complete",
    }
}

impl Method {
    /// Whether it needs the graph of nearest neighbours.
    pub fn is_of_neighbours(self) -> bool {
        matches!(self, Self::NeighbourSpectral | Self::Leiden)
    }
}
