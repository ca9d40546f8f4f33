//! From a checkpoint to clusters.

use std::fmt;

use super::vectors::Vectors;
use super::{Ask, Blocks, Clustering, Clusters, Measured, Method, Similarity};
use crate::analysis::labels::count;
use crate::analysis::layout::layout;
use crate::analysis::linkage::{self, Tree};
use crate::analysis::neighbours::{Communities, LeidenModularity, NeighbourGraph};
use crate::analysis::scores::{self, pair_scores};
use crate::analysis::{AnalysisError, Symmetric, gradients, spectral};
use crate::config::RunConfig;
use crate::record::Checkpoint;

/// What is being done, for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Drawing samples that the model predicts well.
    Samples,
    /// Computing the gradients of so many samples.
    Gradients(usize),
    /// Comparing samples.
    Similarity(Similarity),
    /// Clustering them.
    Clusters(Similarity, Method),
    /// Clustering a part of the samples anew, by every method: which part, and of how many.
    Part(Similarity, usize, usize),
    /// Laying out the map.
    Map(Similarity),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples => write!(f, "drawing samples"),
            Self::Gradients(samples) => write!(f, "gradients of {samples} samples"),
            Self::Similarity(similarity) => write!(f, "comparing them: {}", similarity.word()),
            Self::Clusters(similarity, method) => write!(f, "clustering: {}, {}", similarity.word(), method.word()),
            Self::Part(similarity, part, of) => {
                write!(f, "clustering a part of them: {}, {} of {of}", similarity.word(), part + 1)
            }
            Self::Map(similarity) => write!(f, "laying out a map: {}", similarity.word()),
        }
    }
}

/// Starts of k-means of a part, unless fewer are asked for: the best of a few is about as good as that of 30.
const PART_STARTS: usize = 5;

/// Draws samples from a run's checkpoint, compares their gradients and clusters them. `stage` is called
/// before each step and says whether to go on.
///
/// # Errors
/// [`AnalysisError`]: a checkpoint that is not the run's, too few samples that it predicts well, gradients
/// that cannot be told apart, a k that does not fit, or [`AnalysisError::Stopped`].
pub fn run(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    ask: &Ask,
    mut stage: impl FnMut(Stage) -> bool,
) -> Result<Clusters, AnalysisError> {
    ask.check()?;
    let mut begin = |next: Stage| if stage(next) { Ok(()) } else { Err(AnalysisError::Stopped) };
    begin(Stage::Samples)?;
    let model = gradients::model(config, checkpoint)?;
    let samples = model.samples(ask)?;
    begin(Stage::Gradients(samples.len()))?;
    let vectors = Vectors::new(model.as_ref(), &samples, ask)?;
    // A sample without a direction is in no cluster. Those that are kept are the same for every similarity.
    let kept = vectors.with_direction(samples.len());
    let zeros = samples.len() - kept.len();
    let (samples, vectors) = match (zeros, kept.len()) {
        (0, _) => (samples, vectors),
        (_, 0) => return Err(AnalysisError::AllZero(zeros)),
        (_, 1) => return Err(AnalysisError::TooFewSamples(1)),
        _ => {
            let samples = samples.only(&kept);
            let vectors = Vectors::new(model.as_ref(), &samples, ask)?;
            (samples, vectors)
        }
    };
    let (mut measured, mut clusterings) = (Vec::new(), Vec::new());
    for similarity in &ask.similarities {
        begin(Stage::Similarity(*similarity))?;
        let cosines = vectors.cosines(samples.len(), *similarity)?;
        let pairs = pair_scores(&cosines.matrix, &samples.quantum, &samples.target)?;
        let affinities = cosines.angular();
        let ks = if ask.k.is_empty() { vec![samples.quanta()] } else { ask.k.clone() };
        let found = cluster(&affinities, &ks, ask, |method| begin(Stage::Clusters(*similarity, method)))?;
        let stability = parts(&affinities, &found, &ks, ask, |part| begin(Stage::Part(*similarity, part, ask.stability)))?;
        for ((method, k, labels), stability) in found.into_iter().zip(stability) {
            let blocks = Some(Blocks::new(&cosines.matrix, &labels));
            clusterings.push(Clustering { blocks, stability, ..Clustering::new(*similarity, method, k, labels) });
        }
        begin(Stage::Map(*similarity))?;
        drop(cosines);
        let graph = NeighbourGraph::nearest(&affinities, ask.neighbours.clamp(1, samples.len() - 1))?;
        measured.push(Measured { similarity: *similarity, pairs, map: Some(layout(&graph, ask.seed)) });
    }
    Ok(Clusters { step: checkpoint.step, ask: ask.clone(), samples, zeros, measured, clusterings })
}

/// A method, its number of clusters, and the labels.
type Labelled = (Method, usize, Vec<u32>);

/// Every method's labels for every k; those without a k give as many clusters as they find.
fn cluster(
    affinities: &Symmetric,
    ks: &[usize],
    ask: &Ask,
    mut begin: impl FnMut(Method) -> Result<(), AnalysisError>,
) -> Result<Vec<Labelled>, AnalysisError> {
    let most = ks.iter().copied().max().unwrap_or(1);
    let graph = match ask.methods.iter().any(|method| method.is_of_neighbours()) {
        true => Some(NeighbourGraph::nearest(affinities, ask.neighbours)?),
        false => None,
    };
    let mut all = Vec::new();
    for method in &ask.methods {
        begin(*method)?;
        let mut cut = |of_k: &dyn Fn(usize) -> Result<Vec<u32>, AnalysisError>| {
            ks.iter().try_for_each(|k| of_k(*k).map(|labels| all.push((*method, *k, labels))))
        };
        match (method, &graph) {
            (Method::Spectral, _) => {
                let embedding = spectral::embed(affinities, most)?;
                cut(&|k| embedding.cluster(k, ask.starts, ask.seed))?;
            }
            (Method::NeighbourSpectral, Some(graph)) => {
                let embedding = spectral::embed(graph, most)?;
                cut(&|k| embedding.cluster(k, ask.starts, ask.seed))?;
            }
            (Method::Leiden, Some(graph)) => {
                let labels = LeidenModularity.communities(graph, 1.0, ask.seed)?;
                all.push((*method, count(&labels), labels));
            }
            (Method::Average | Method::Complete, _) => {
                let how = if *method == Method::Average { linkage::Method::Average } else { linkage::Method::Complete };
                let tree = Tree::new(affinities, how)?;
                cut(&|k| tree.cut(k))?;
            }
            (Method::NeighbourSpectral | Method::Leiden, None) => {}
        }
    }
    Ok(all)
}

/// The stability of each of these clusterings, over as many parts as are asked for; nothing of any without parts.
fn parts(
    affinities: &Symmetric,
    found: &[Labelled],
    ks: &[usize],
    ask: &Ask,
    mut begin: impl FnMut(usize) -> Result<(), AnalysisError>,
) -> Result<Vec<Option<scores::Stability>>, AnalysisError> {
    let mut all: Vec<scores::Parts> = found.iter().map(|(_, _, labels)| scores::Parts::new(labels)).collect();
    for draw in 0..ask.stability {
        begin(draw)?;
        let part = scores::part(affinities.n(), ask.seed, draw as u64);
        if part.len() < 2 {
            break;
        }
        // What does not fit a smaller number of samples is made to.
        let ks: Vec<usize> = ks.iter().map(|k| (*k).min(part.len())).collect();
        let smaller = Ask { starts: ask.starts.min(PART_STARTS), neighbours: ask.neighbours.min(part.len() - 1), ..ask.clone() };
        let again = cluster(&affinities.subset(&part), &ks, &smaller, |_| Ok(()))?;
        all.iter_mut().zip(&again).try_for_each(|(parts, (_, _, labels))| parts.add(&part, labels))?;
    }
    Ok(all.into_iter().map(scores::Parts::finish).collect())
}
