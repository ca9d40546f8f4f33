//! From a checkpoint to clusters.

use super::vectors::Vectors;
use super::{Ask, Clustering, Clusters, Measured, Method, Samples, Similarity};
use crate::analysis::labels::count;
use crate::analysis::linkage::{self, Tree};
use crate::analysis::neighbours::{Communities, LeidenModularity, NeighbourGraph};
use crate::analysis::scores::pair_scores;
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
}

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
        measured.push(Measured { similarity: *similarity, pairs });
        let affinities = cosines.angular();
        drop(cosines);
        for (method, k, labels) in cluster(&affinities, &samples, *similarity, ask, &mut begin)? {
            clusterings.push(Clustering::new(*similarity, method, k, labels));
        }
    }
    Ok(Clusters { step: checkpoint.step, ask: ask.clone(), samples, zeros, measured, clusterings })
}

/// Every method's labels for every k; those without a k give as many clusters as they find.
fn cluster(
    affinities: &Symmetric,
    samples: &Samples,
    similarity: Similarity,
    ask: &Ask,
    begin: &mut impl FnMut(Stage) -> Result<(), AnalysisError>,
) -> Result<Vec<(Method, usize, Vec<u32>)>, AnalysisError> {
    let ks = if ask.k.is_empty() { vec![samples.quanta()] } else { ask.k.clone() };
    let most = ks.iter().copied().max().unwrap_or(1);
    let graph = match ask.methods.iter().any(|method| method.is_of_neighbours()) {
        true => Some(NeighbourGraph::nearest(affinities, ask.neighbours)?),
        false => None,
    };
    let mut all = Vec::new();
    for method in &ask.methods {
        begin(Stage::Clusters(similarity, *method))?;
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
