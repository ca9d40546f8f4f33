//! The similarities and the methods, by their words.

use crate::settings::choice;

choice! {
    /// How two samples are compared.
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
    /// How samples are clustered.
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

impl Similarity {
    /// All of them, the published one first.
    pub const ALL: [Self; 4] = [Self::Signed, Self::Absolute, Self::Attribution, Self::Residual];
}

impl Method {
    /// All of them, the published one first.
    pub const ALL: [Self; 5] = [Self::Spectral, Self::NeighbourSpectral, Self::Leiden, Self::Average, Self::Complete];

    /// Whether it needs the graph of nearest neighbours.
    pub fn is_of_neighbours(self) -> bool {
        matches!(self, Self::NeighbourSpectral | Self::Leiden)
    }
}

/// The similarity of that word.
pub fn similarity(word: &str) -> Option<Similarity> {
    Similarity::ALL.into_iter().find(|similarity| similarity.word() == word)
}

/// The method of that word.
pub fn method(word: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|method| method.word() == word)
}
