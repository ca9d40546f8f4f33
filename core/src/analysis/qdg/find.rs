//! From a checkpoint to clusters.

use std::fmt;

use super::vectors::Vectors;
use super::{Ask, Blocks, Clustering, Clusters, Measured, Method, Samples, Similarity};
use crate::analysis::gradients::{self, Model};
use crate::analysis::labels::count;
use crate::analysis::layout::layout;
use crate::analysis::linkage::{self, Tree};
use crate::analysis::neighbours::{Communities, LeidenModularity, NeighbourGraph};
use crate::analysis::scores::{self, pair_scores};
use crate::analysis::{AnalysisError, Symmetric, spectral};
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

/// Who waits for an analysis. A function from the step that begins to whether to go on is one.
pub trait Watch {
    /// A step begins; says whether to go on.
    fn begin(&mut self, stage: Stage) -> bool;

    /// All that is asked of one more similarity is found. What there is so far can be read, drawn and scored, and
    /// [`go_on`] takes it up.
    fn keep(&mut self, _so_far: &Clusters) {}
}

impl<F: FnMut(Stage) -> bool> Watch for F {
    fn begin(&mut self, stage: Stage) -> bool {
        self(stage)
    }
}

/// Draws samples from a run's checkpoint, compares their gradients and clusters them.
///
/// # Errors
/// [`AnalysisError`]: a checkpoint that is not the run's, too few samples that it predicts well, gradients
/// that cannot be told apart, a k that does not fit, or [`AnalysisError::Stopped`].
pub fn run(config: &RunConfig, checkpoint: &Checkpoint, ask: &Ask, mut watch: impl Watch) -> Result<Clusters, AnalysisError> {
    ask.check()?;
    begin(&mut watch, Stage::Samples)?;
    let model = gradients::model(config, checkpoint)?;
    let samples = model.samples(ask)?;
    of_samples(model.as_ref(), checkpoint.step, samples, ask, watch)
}

/// The same of samples that were drawn for another model of the same task: their losses become those by this one.
///
/// # Errors
/// As for [`run`]; samples of another task.
pub fn run_on(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    mut samples: Samples,
    ask: &Ask,
    mut watch: impl Watch,
) -> Result<Clusters, AnalysisError> {
    let ask = Ask { samples: samples.len(), ..ask.clone() };
    ask.check()?;
    begin(&mut watch, Stage::Samples)?;
    let model = gradients::model(config, checkpoint)?;
    samples.loss = model.losses_of(&samples)?;
    of_samples(model.as_ref(), checkpoint.step, samples, &ask, watch)
}

/// The same of any model that gradients are known of: a published one, say, whose samples it draws itself.
///
/// # Errors
/// As for [`run`].
pub fn run_of(model: &dyn Model, ask: &Ask, mut watch: impl Watch) -> Result<Clusters, AnalysisError> {
    ask.check()?;
    begin(&mut watch, Stage::Samples)?;
    let samples = model.samples(ask)?;
    of_samples(model, 0, samples, ask, watch)
}

fn of_samples(
    model: &dyn Model,
    step: u64,
    samples: Samples,
    ask: &Ask,
    mut watch: impl Watch,
) -> Result<Clusters, AnalysisError> {
    begin(&mut watch, Stage::Gradients(samples.len()))?;
    let vectors = Vectors::new(model, &samples, ask)?;
    // A sample without a direction is in no cluster. Those that are kept are the same for every similarity.
    let kept = vectors.with_direction(samples.len());
    let zeros = samples.len() - kept.len();
    let (samples, vectors) = match (zeros, kept.len()) {
        (0, _) => (samples, vectors),
        (_, 0) => return Err(AnalysisError::AllZero(zeros)),
        (_, 1) => return Err(AnalysisError::TooFewSamples(1)),
        _ => {
            let samples = samples.only(&kept);
            let vectors = Vectors::new(model, &samples, ask)?;
            (samples, vectors)
        }
    };
    let none = Clusters {
        step,
        ask: ask.clone(),
        samples,
        zeros,
        measured: Vec::new(),
        clusterings: Vec::new(),
        readers: Vec::new(),
        model: None,
    };
    compare(none, &vectors, &mut watch)
}

/// Goes on with an analysis that was stopped: finds what is left of what was asked. The result is that of a run
/// without a stop.
///
/// # Errors
/// As for [`run`]; a checkpoint of another step.
pub fn go_on(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    begun: Clusters,
    mut watch: impl Watch,
) -> Result<Clusters, AnalysisError> {
    begun.check_step(checkpoint)?;
    let left = Ask { similarities: begun.left(), ..begun.ask.clone() };
    if left.similarities.is_empty() {
        return Ok(begun);
    }
    begin(&mut watch, Stage::Gradients(begun.samples.len()))?;
    let model = gradients::model(config, checkpoint)?;
    let vectors = Vectors::new(model.as_ref(), &begun.samples, &left)?;
    compare(begun, &vectors, &mut watch)
}

fn begin(watch: &mut impl Watch, stage: Stage) -> Result<(), AnalysisError> {
    if watch.begin(stage) { Ok(()) } else { Err(AnalysisError::Stopped) }
}

/// Compares and clusters by every similarity that is left.
fn compare(mut found: Clusters, vectors: &Vectors, watch: &mut impl Watch) -> Result<Clusters, AnalysisError> {
    let ask = found.ask.clone();
    let samples = found.samples.len();
    let ks = if ask.k.is_empty() { vec![found.samples.quanta()] } else { ask.k.clone() };
    let left = found.left();
    for (at, similarity) in left.iter().copied().enumerate() {
        begin(watch, Stage::Similarity(similarity))?;
        let cosines = vectors.cosines(samples, similarity)?;
        let pairs = pair_scores(&cosines.matrix, &found.samples.quantum, &found.samples.target)?;
        let affinities = cosines.angular();
        let labelled = cluster(&affinities, &ks, &ask, |method| begin(watch, Stage::Clusters(similarity, method)))?;
        let stability =
            parts(&affinities, &labelled, &ks, &ask, |part| begin(watch, Stage::Part(similarity, part, ask.stability)))?;
        let clusterings = labelled.into_iter().zip(stability).map(|((method, k, labels), stability)| {
            let blocks = Some(Blocks::new(&cosines.matrix, &labels));
            Clustering { blocks, stability, ..Clustering::new(similarity, method, k, labels) }
        });
        let clusterings: Vec<Clustering> = clusterings.collect();
        begin(watch, Stage::Map(similarity))?;
        drop(cosines);
        let graph = NeighbourGraph::nearest(&affinities, ask.neighbours.clamp(1, samples - 1))?;
        found.clusterings.extend(clusterings);
        found.measured.push(Measured { similarity, pairs, map: Some(layout(&graph, ask.seed)) });
        if at + 1 < left.len() {
            watch.keep(&found);
        }
    }
    Ok(found)
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
