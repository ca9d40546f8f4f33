//! In which order clusters are listed.

use super::describe::Described;
use crate::settings::choice;

choice! {
    /// In which order clusters are listed.
    #[derive(Default)]
    Order {
        /// The largest first.
        #[default]
        Size = "size",
        /// Those first that are most of one quantum.
        Coherence = "coherence",
        /// Those first that come again from parts of the samples.
        Stability = "stability",
        /// Those first in which one quantum predicts many different tokens.
        Surprise = "surprise",
    }
}

impl Order {
    /// As people choose it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Size => "Size",
            Self::Coherence => "Coherence: share of one quantum",
            Self::Stability => "Stability: found again in parts",
            Self::Surprise => "Surprise: rules before words",
        }
    }

    /// The places of clusters, which are listed by size, in this order. Of equals the larger is first, and what
    /// is not known is last.
    pub fn sort(self, clusters: &[Described]) -> Vec<usize> {
        let value = |at: usize| match self {
            Self::Size => None,
            Self::Coherence => Some(clusters[at].quantum_share),
            Self::Stability => clusters[at].stability,
            Self::Surprise => Some(clusters[at].surprise),
        };
        let mut places: Vec<usize> = (0..clusters.len()).collect();
        places.sort_by(|a, b| value(*b).unwrap_or(-1.0).total_cmp(&value(*a).unwrap_or(-1.0)));
        places
    }
}
