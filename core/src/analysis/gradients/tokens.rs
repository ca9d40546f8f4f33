//! What gradients of single tokens have in common, whatever decoder predicts them.

use super::{Activations, AtPlace, Factors};
use crate::analysis::qdg::{Inputs, Samples};
use crate::analysis::{AnalysisError, threads};
use crate::kernel::decoder::{Decoder, DecoderError, Extent, Network, Parameter};

/// Samples that are computed at the same time: what each leaves is put in its place before the next ones.
const AT_ONCE: usize = 64;

/// A document a sample, with the place that predicts the sample's token.
pub struct Documents<'a> {
    each: usize,
    tokens: &'a [u32],
    place: &'a [u32],
}

impl<'a> Documents<'a> {
    /// Those of samples that are tokens.
    ///
    /// # Errors
    /// If they are not.
    pub fn new(samples: &'a Samples) -> Result<Self, AnalysisError> {
        match &samples.inputs {
            Inputs::Tokens { context, tokens, place } => Ok(Self { each: context + 1, tokens, place }),
            Inputs::Bits(_) => Err(AnalysisError::Parameters("these samples are none of this model's task".to_owned())),
        }
    }

    /// One document and its place.
    pub fn of(&self, sample: usize) -> (&'a [u32], usize) {
        (&self.tokens[sample * self.each..][..self.each], self.place[sample] as usize)
    }
}

/// What a decoder refuses, as an analysis says it.
pub fn failed(error: DecoderError) -> AnalysisError {
    AnalysisError::Parameters(error.to_string())
}

/// The weights of the blocks' linear layers, in the order of their factors, `[inputs, outputs]` each: norms have
/// gains, so that no others have weights.
pub fn layers(decoder: &Decoder) -> impl Iterator<Item = &Parameter> {
    decoder.parameters().iter().filter(|one| one.name.starts_with("blocks.") && one.name.ends_with(".weight"))
}

/// Their layers' names.
pub fn names(decoder: &Decoder) -> Vec<String> {
    layers(decoder).map(|one| one.name.trim_end_matches(".weight").to_owned()).collect()
}

/// What stands at the places that predict the samples, from one way forward and back for each.
///
/// # Errors
/// If the samples do not fit the network.
pub fn at_place(
    decoder: &Decoder,
    network: &Network<'_>,
    samples: &Samples,
    with_factors: bool,
) -> Result<AtPlace, AnalysisError> {
    let documents = Documents::new(samples)?;
    let empty = |one: &Parameter| {
        let with = |width: usize| Vec::with_capacity(samples.len() * width);
        let (inputs, outputs) = (one.shape[0], one.shape[1]);
        Factors { outputs, deltas: with(outputs), inputs, values: with(inputs) }
    };
    let mut factors: Vec<Factors> = if with_factors { layers(decoder).map(empty).collect() } else { Vec::new() };
    let mut residual = Activations { width: 0, values: Vec::new() };
    for first in (0..samples.len()).step_by(AT_ONCE) {
        let one = |at: usize| {
            let (document, place) = documents.of(first + at);
            network.sample(document, place, Extent::Place)
        };
        for sample in threads::map(AT_ONCE.min(samples.len() - first), one) {
            let sample = sample.map_err(failed)?;
            residual.width = sample.residual.len();
            residual.values.extend(sample.residual);
            for (factors, layer) in factors.iter_mut().zip(sample.layers) {
                factors.deltas.extend(layer.deltas);
                factors.values.extend(layer.values);
            }
        }
    }
    Ok(AtPlace { factors, residual })
}
