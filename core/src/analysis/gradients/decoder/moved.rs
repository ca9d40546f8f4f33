//! The transformer with its blocks' matrices moved.

use super::{LanguageModel, product};
use crate::analysis::gradients::tokens::{Documents, failed, layers};
use crate::analysis::qdg::Samples;
use crate::analysis::{AnalysisError, threads};
use crate::kernel::decoder::{DecoderError, Extent, Network};

/// Gradients are added up in at most so many parts, whatever the number of threads, so that sums do not
/// depend on it.
const PARTS: usize = 8;

impl LanguageModel {
    /// The matrices of the blocks, one after another in the order of their factors.
    pub(super) fn row(&self) -> Vec<f64> {
        self.weights.iter().flat_map(|(_, values)| values.iter().copied()).collect()
    }

    /// Σ g/|g| over some samples, of the gradients over all places.
    pub(super) fn sum_of_units(&self, samples: &Samples, members: &[usize]) -> Result<Vec<f64>, AnalysisError> {
        let documents = Documents::new(samples)?;
        let network = self.network(true)?;
        let count = self.weights.iter().map(|(_, values)| values.len()).sum();
        let per = members.len().div_ceil(PARTS).max(1);
        let part = |part: usize| {
            let mut sum = vec![0.0; count];
            for sample in members.iter().skip(part * per).take(per) {
                let (document, place) = documents.of(*sample);
                let layers = network.sample(document, place, Extent::Document)?.layers;
                let gradient = layers.iter().flat_map(|layer| product(&layer.deltas, layer.outputs, &layer.values, layer.inputs));
                let gradient: Vec<f32> = gradient.collect();
                let square: f64 = gradient.iter().map(|number| f64::from(*number) * f64::from(*number)).sum();
                if square > 0.0 {
                    let scale = 1.0 / square.sqrt();
                    sum.iter_mut().zip(&gradient).for_each(|(sum, number)| *sum += scale * f64::from(*number));
                }
            }
            Ok(sum)
        };
        let parts = threads::map(members.len().div_ceil(per), part).into_iter().collect::<Result<Vec<Vec<f64>>, DecoderError>>();
        let mut total = vec![0.0; count];
        parts.map_err(failed)?.iter().for_each(|part| total.iter_mut().zip(part).for_each(|(sum, number)| *sum += number));
        Ok(total)
    }

    /// The losses of some samples' tokens, nats, with these matrices in the blocks.
    pub(super) fn losses_with(&self, samples: &Samples, members: &[usize], row: &[f64]) -> Result<Vec<f64>, AnalysisError> {
        let documents = Documents::new(samples)?;
        let row: Vec<f32> = row.iter().map(|number| *number as f32).collect();
        let mut moved = std::collections::BTreeMap::new();
        let mut rest = row.as_slice();
        for ((_, values), name) in self.weights.iter().zip(layers(&self.decoder).map(|one| &one.name)) {
            let Some((matrix, next)) = rest.split_at_checked(values.len()) else {
                return Err(failed(DecoderError::Missing(name.clone())));
            };
            moved.insert(name.as_str(), matrix);
            rest = next;
        }
        let find = |name: &str| moved.get(name).copied().or_else(|| Some(self.arrays.get(name)?.values.as_slice()));
        let network = Network::new(&self.decoder, false, find).map_err(failed)?;
        // What comes after the predicted token has no part in its loss.
        let cut = |sample: &usize| {
            let (document, place) = documents.of(*sample);
            &document[..place + 2]
        };
        let cut: Vec<&[u32]> = members.iter().map(cut).collect();
        let losses = network.predictions(&cut).map_err(failed)?.losses;
        let mut end = 0;
        let last = |document: &&[u32]| {
            end += document.len() - 1;
            f64::from(losses[end - 1])
        };
        Ok(cut.iter().map(last).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{KINDS, any, random};
    use super::*;
    use crate::analysis::gradients::Model as _;
    use crate::analysis::qdg::{Draw, changes};

    #[test]
    fn losses_move_along_gradients_as_their_inner_products_say() {
        for kind in KINDS {
            let (config, checkpoint) = random(kind);
            let model = LanguageModel::new(&config, &checkpoint).unwrap();
            let samples = model.samples(&any(Draw::Natural)).unwrap();
            let all: Vec<usize> = (0..samples.len()).collect();
            let kept = model.losses_at(&samples, &all, &model.parameters()).unwrap();
            assert!(kept.iter().zip(&samples.loss).all(|(loss, kept)| (loss - f64::from(*kept)).abs() < 1e-5));
            let unit = |sample: usize| model.unit_gradients(&samples, &[sample]).unwrap();
            let change = |sample: usize, along: &[f64]| changes(&model, &samples, &[sample], along, 1e-3).unwrap()[0];
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            for (i, j) in [(0, 1), (7, 40), (79, 3)] {
                let (own, other) = (unit(i), unit(j));
                assert!((dot(&own, &own) - 1.0).abs() < 1e-5);
                let (along_own, along_other) = (change(i, &own), change(i, &other));
                let expected = dot(&own, &other);
                assert!(along_own > 0.0, "up its own gradient a loss rises");
                assert!((along_other / along_own - expected).abs() < 0.02, "{kind}: {along_other}, {along_own}, {expected}");
            }
            let both = model.unit_gradients(&samples, &[3, 9, 11]).unwrap();
            let sum: Vec<f64> = unit(3).iter().zip(unit(9)).zip(unit(11)).map(|((a, b), c)| a + b + c).collect();
            assert!(both.iter().zip(&sum).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }
}
