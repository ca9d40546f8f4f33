//! The figures of clusters of gradients: how alike they are, where they lie, how large, and how they score.

mod courses;
mod envelope;
mod map;
mod matrix;
mod pairs;
mod rows;
mod scores;
#[cfg(test)]
mod tests;

pub use courses::CoursesFigure;
pub use envelope::EnvelopeFigure;
pub use map::{Color, MapFigure};
pub use matrix::MatrixFigure;
pub use pairs::PairsFigure;
pub use scores::ScoresFigure;

use super::Figure;
use super::text::whole;
use crate::analysis::AnalysisError;
use crate::analysis::qdg::{Clustering, Clusters, Contexts, Described, Over, describe};

/// A figure of clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The mean cosines between clusters, as blocks of a matrix.
    Matrix,
    /// The samples on a map of their nearest neighbours.
    Map,
    /// Sizes of clusters against rank over all k, beside labels that know nothing (the paper's Fig 5).
    Envelope,
    /// The scores of all clusterings beside baselines, or of one against k.
    Scores,
    /// The mean cosines of pairs of samples, by what they share.
    Pairs,
    /// The loss of each cluster over training.
    Training,
    /// The loss of each cluster over the size of the model.
    Size,
}

/// What is shown of clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The cluster that is set apart, by its place by size from 0.
    pub open: Option<usize>,
    /// What the colours of a map are.
    pub color: Color,
    /// The ranks over which the envelope's slope is fitted; by default as in Fig 5, in proportion to k.
    pub ranks: Option<(usize, usize)>,
}

impl Kind {
    /// Every figure.
    pub const ALL: [Self; 7] = [Self::Matrix, Self::Map, Self::Envelope, Self::Scores, Self::Pairs, Self::Training, Self::Size];

    /// Its name, as typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Map => "map",
            Self::Envelope => "envelope",
            Self::Scores => "scores",
            Self::Pairs => "pairs",
            Self::Training => "training",
            Self::Size => "size",
        }
    }

    /// Its name, as shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Matrix => "How alike clusters are",
            Self::Map => "Map of samples",
            Self::Envelope => "Sizes of clusters against rank",
            Self::Scores => "Scores of clusterings",
            Self::Pairs => "What similarities see",
            Self::Training => "Loss of each cluster over training",
            Self::Size => "Loss of each cluster over the size of the model",
        }
    }

    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The figure of one of the clusterings, or of all.
    ///
    /// # Errors
    /// If clusterings cannot be scored, or are of different samples.
    pub fn figure(
        self,
        clusters: &Clusters,
        clustering: usize,
        contexts: &Contexts,
        options: Options,
    ) -> Result<Box<dyn Figure>, AnalysisError> {
        Ok(match self {
            Self::Matrix => Box::new(MatrixFigure::new(clusters, clustering, options.open)),
            Self::Map => Box::new(MapFigure::new(clusters, clustering, contexts, options.color, options.open)),
            Self::Envelope => Box::new(EnvelopeFigure::new(clusters, clustering, options.ranks)?),
            Self::Scores => Box::new(ScoresFigure::new(clusters, clustering)?),
            Self::Pairs => Box::new(PairsFigure::new(clusters)),
            Self::Training => Box::new(CoursesFigure::new(clusters, clustering, Over::Training, options.open)),
            Self::Size => Box::new(CoursesFigure::new(clusters, clustering, Over::Size, options.open)),
        })
    }
}

/// A clustering in words: “signed, spectral, k = 48”.
fn in_words(one: Option<&Clustering>) -> String {
    one.map_or_else(
        || "no clustering".to_owned(),
        |one| format!("{}, {}, k = {}", one.similarity.word(), one.method.word(), one.k),
    )
}

/// A cluster as readings name it.
struct Named {
    size: usize,
    /// “cluster 3 (41 samples, 95 % of quantum 7, fact)”.
    words: String,
}

/// The clusters of a clustering, the largest first.
fn named(clusters: &Clusters, clustering: usize) -> Vec<Named> {
    let noun = clusters.samples.noun().one;
    let named = |one: Described| {
        let family = one.family.map_or(String::new(), |family| format!(", {family}"));
        let (rank, size, share) = (one.rank, whole(one.size as f64), 100.0 * one.quantum_share);
        let samples = if one.size == 1 { "sample" } else { "samples" };
        let words = format!("cluster {rank} ({size} {samples}, {share:.0} % of {noun} {}{family})", one.quantum);
        Named { size: one.size, words }
    };
    describe(clusters, clustering).into_iter().map(named).collect()
}
