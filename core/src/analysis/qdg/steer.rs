//! The causal check of clusters: does moving the weights along a cluster's mean gradient change the loss on
//! that cluster's samples, and there alone?
//!
//! A cluster's samples are split into two halves at random. ĝ is the mean over one half of the gradients,
//! each scaled to length 1, scaled to length 1 itself: signed, with respect to every parameter of the layers
//! that the analysis uses, over all places of a document (a weight acts at all of them, wherever the samples
//! were compared). The weights θ are moved to θ ± ε‖θ‖ĝ, and the change of a sample's loss L is
//! Δ = (L(θ + ε‖θ‖ĝ) − L(θ − ε‖θ‖ĝ))/2, in nats. The score is the mean of Δ over the half that was held out,
//! over the mean of |Δ| over samples of other clusters. Along ĝ the loss of its own samples rises, so that a
//! score far above that of random clusters means that the model uses the direction for these samples more than
//! for others; below 0, moving along it does the opposite on samples that it was not made of. A loss that is
//! tiny to begin with changes little by a small step, whatever its direction: scores are compared at one ε.
//!
//! To first order in ε this is Σ⟨g, ĝ⟩ over Σ|⟨g, ĝ⟩|, which the similarity that made the clusters knows
//! already; a finite ε asks the model itself. One gradient is there at a time, beside one sum: memory does not
//! grow with the samples.

use super::{Causal, CausalAsk, Clusters, Samples};
use crate::analysis::AnalysisError;
use crate::analysis::gradients::{self, Model};
use crate::config::RunConfig;
use crate::record::Checkpoint;
use crate::rng::{Rng, Stream};

/// The losses that were kept with the clusters are compared with the checkpoint's on so many samples.
const COMPARED: usize = 64;

/// The causal scores of the clustering at `place` in the list. `go_on` is told how many clusters
/// of how many are done, random ones included, and says whether to go on.
///
/// # Errors
/// [`AnalysisError`]: a checkpoint that is not the clusters' own, settings that cannot be used, no such
/// clustering, or [`AnalysisError::Stopped`]. A cluster that has no score is no error.
pub fn causal(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    clusters: &Clusters,
    place: usize,
    ask: CausalAsk,
    mut go_on: impl FnMut(usize, usize) -> bool,
) -> Result<Causal, AnalysisError> {
    if !(ask.epsilon.is_finite() && ask.epsilon > 0.0) {
        return Err(AnalysisError::Labels(format!("ε is {}, but must be a finite number above 0", ask.epsilon)));
    }
    if ask.others == 0 {
        return Err(AnalysisError::Labels("the change elsewhere needs at least one sample of another cluster".to_owned()));
    }
    let Some(clustering) = clusters.clusterings.get(place) else {
        return Err(AnalysisError::Artifact(format!("clustering {place}")));
    };
    let model = gradients::model(config, checkpoint)?;
    check_model(model.as_ref(), checkpoint, clusters)?;
    let count = clusters.members(place).len();
    let mut dealt = clustering.labels.clone();
    let mut rng = Rng::new(ask.seed, Stream::Halves, u64::MAX);
    rng.shuffle(&mut dealt);
    let mut done = 0;
    let mut scores = |labels: &[u32], first: usize| {
        let of_cluster = |cluster: usize| {
            if !go_on(done, 2 * count) {
                return Err(AnalysisError::Stopped);
            }
            done += 1;
            let (members, others): (Vec<usize>, Vec<usize>) =
                (0..labels.len()).partition(|sample| labels[*sample] as usize == cluster);
            match score(model.as_ref(), &clusters.samples, &members, &others, ask, (first + cluster) as u64) {
                Ok(score) => Ok(Some(score)),
                Err(AnalysisError::TooFewSamples(_) | AnalysisError::AllZero(_) | AnalysisError::Still) => Ok(None),
                Err(error) => Err(error),
            }
        };
        (0..count).map(of_cluster).collect::<Result<Vec<Option<f64>>, AnalysisError>>()
    };
    let found = scores(&clustering.labels, 0)?;
    Ok(Causal { ask, scores: found, random: scores(&dealt, count)? })
}

/// The causal score of one set of samples, held against others; `index` tells the halves of one seed apart.
///
/// # Errors
/// [`AnalysisError::TooFewSamples`] of fewer than two members or no others, [`AnalysisError::AllZero`] where
/// the gradients of one half are zero or cancel, [`AnalysisError::Still`] where no other sample's loss
/// changes, or those of [`changes`].
pub fn score(
    model: &dyn Model,
    samples: &Samples,
    members: &[usize],
    others: &[usize],
    ask: CausalAsk,
    index: u64,
) -> Result<f64, AnalysisError> {
    if members.len() < 2 || others.is_empty() {
        return Err(AnalysisError::TooFewSamples(members.len().min(1)));
    }
    let mut rng = Rng::new(ask.seed, Stream::Halves, index);
    let mut members = members.to_vec();
    rng.shuffle(&mut members);
    let (moving, held_out) = members.split_at(members.len().div_ceil(2));
    let elsewhere: Vec<usize> = rng.choose(others.len(), ask.others.min(others.len())).into_iter().map(|at| others[at]).collect();
    let direction = model.unit_gradients(samples, moving)?;
    let both = [held_out, &elsewhere].concat();
    let changes = changes(model, samples, &both, &direction, ask.epsilon)?;
    let (own, other) = changes.split_at(held_out.len());
    let mean = |values: &[f64], of: fn(f64) -> f64| values.iter().copied().map(of).sum::<f64>() / values.len() as f64;
    let score = mean(own, |change| change) / mean(other, f64::abs);
    if score.is_finite() { Ok(score) } else { Err(AnalysisError::Still) }
}

/// Half the difference of each member's loss, nats, between the weights moved forward along a direction and
/// back, by `epsilon` times their norm.
///
/// # Errors
/// [`AnalysisError::AllZero`] of a direction without length, [`AnalysisError::TooFar`] of losses that are not
/// finite, or those of [`Model::losses_at`].
pub fn changes(
    model: &dyn Model,
    samples: &Samples,
    members: &[usize],
    direction: &[f64],
    epsilon: f64,
) -> Result<Vec<f64>, AnalysisError> {
    let weights = model.parameters();
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let length = norm(direction);
    if length < LEAST_LENGTH {
        return Err(AnalysisError::AllZero(members.len()));
    }
    let step = epsilon * norm(&weights) / length;
    let losses = |step: f64| {
        let moved: Vec<f64> = weights.iter().zip(direction).map(|(weight, way)| weight + step * way).collect();
        model.losses_at(samples, members, &moved)
    };
    let (forward, back) = (losses(step)?, losses(-step)?);
    let changes: Vec<f64> = forward.iter().zip(&back).map(|(forward, back)| 0.5 * (forward - back)).collect();
    match changes.iter().all(|change| change.is_finite()) {
        true => Ok(changes),
        false => Err(AnalysisError::TooFar(epsilon)),
    }
}

/// A sum of unit vectors that is shorter has cancelled.
const LEAST_LENGTH: f64 = 1e-6;

/// Whether the clusters' samples have the losses here that were kept with them.
fn check_model(model: &dyn Model, checkpoint: &Checkpoint, clusters: &Clusters) -> Result<(), AnalysisError> {
    if checkpoint.step != clusters.step {
        return Err(AnalysisError::Parameters(format!(
            "the clusters are of step {}, this run's weights of step {}: take the run that the clusters were made of",
            clusters.step, checkpoint.step
        )));
    }
    let samples = &clusters.samples;
    let every = samples.len().div_ceil(COMPARED).max(1);
    let some: Vec<usize> = (0..samples.len()).step_by(every).collect();
    let losses = model.losses_at(samples, &some, &model.parameters())?;
    let differs = |(sample, loss): (&usize, &f64)| {
        let kept = f64::from(samples.loss[*sample]);
        ((loss - kept).abs() > 1e-3 + 0.01 * kept).then_some((*sample, kept, *loss))
    };
    match some.iter().zip(&losses).find_map(differs) {
        None => Ok(()),
        Some((sample, kept, loss)) => Err(AnalysisError::Parameters(format!(
            "sample {sample} had a loss of {kept:.4} nats when the clusters were made and has {loss:.4} by this run's weights: \
             take the run that the clusters were made of"
        ))),
    }
}
