//! The gradients of a transformer on a planted language, from a run's checkpoint: exact, by the fused
//! kernel, without a device.

mod moved;

use super::tokens::{self, Documents, failed, layers};
use super::{AtPlace, Model, Projection, Store, Weights};
use crate::analysis::AnalysisError;
use crate::analysis::qdg::{Ask, Candidates, Draw, Inputs, Samples};
use crate::config::RunConfig;
use crate::kernel::decoder::{Decoder, DecoderError, Extent, Network, Parameter};
use crate::model::ModelConfig;
use crate::record::{Arrays, Checkpoint};
use crate::task::language::NO_LABEL;
use crate::task::{AnyTask, LanguageBatch, LanguageTask, Sampling, Task as _};

/// Documents are drawn from this name on, which no training reaches.
const FIRST: u64 = 1 << 40;

/// Batches, or tests, that are drawn before giving up.
const ROUNDS: u64 = 100;

/// Documents of a batch.
const BATCH: usize = 256;

/// A transformer's parameters, with the language that it learned.
pub struct LanguageModel {
    task: LanguageTask,
    decoder: Decoder,
    arrays: Arrays,
    /// The weights of the blocks' linear layers, in the order of their factors.
    weights: Vec<(usize, Vec<f64>)>,
}

impl LanguageModel {
    /// Reads the parameters of a run's checkpoint.
    ///
    /// # Errors
    /// If the run is of another task or model, or an array is missing, has another size or a number that is
    /// not finite.
    pub fn new(config: &RunConfig, checkpoint: &Checkpoint) -> Result<Self, AnalysisError> {
        let seeds = config.training.seeds();
        let sampling = Sampling { seed_task: seeds.task, seed_data: seeds.data, batch_size: BATCH, samples: 0 };
        let (Ok(AnyTask::Language(task)), ModelConfig::Transformer(settings)) = (config.task.task(&sampling), &config.model)
        else {
            return Err(AnalysisError::Parameters("this run is of no transformer on a planted language".to_owned()));
        };
        let decoder = Decoder::new(settings, task.vocabulary().len, task.context());
        let arrays = checkpoint.arrays.clone();
        let infinite = |name: &str| arrays.get(name).and_then(|array| array.values.iter().find(|value| !value.is_finite()));
        for name in decoder.parameters().iter().map(|parameter| &parameter.name) {
            if let Some(value) = infinite(name) {
                return Err(AnalysisError::Parameters(format!("“{name}” of the checkpoint holds {value}: the run has diverged")));
            }
        }
        let weights = |one: &Parameter| {
            let array = arrays.get(&one.name).ok_or_else(|| failed(DecoderError::Missing(one.name.clone())))?;
            let outputs = array.shape.last().copied().unwrap_or_default();
            Ok((outputs, array.values.iter().map(|weight| f64::from(*weight)).collect()))
        };
        let weights = layers(&decoder).map(weights).collect::<Result<_, AnalysisError>>()?;
        let model = Self { task, decoder, arrays, weights };
        // What is missing or of another size is found here.
        model.network(true)?;
        Ok(model)
    }

    /// The language.
    pub fn task(&self) -> &LanguageTask {
        &self.task
    }

    /// The loss of each predicted token of a document `[t + 1]`, nats, `[t]`.
    ///
    /// # Errors
    /// If the document is too long or has a token that is none.
    pub fn losses(&self, document: &[u32]) -> Result<Vec<f32>, AnalysisError> {
        Ok(self.network(false)?.predictions(&[document]).map_err(failed)?.losses)
    }

    fn network(&self, with_gradients: bool) -> Result<Network<'_>, AnalysisError> {
        let find = |name: &str| self.arrays.get(name).map(|array| array.values.as_slice());
        Network::new(&self.decoder, with_gradients, find).map_err(failed)
    }

    /// The documents of a round.
    fn documents(&self, ask: &Ask, round: u64) -> LanguageBatch {
        let name = FIRST + ask.seed * ROUNDS + round;
        match ask.draw {
            Draw::Natural => self.task.training_batch(name),
            Draw::Balanced => self.task.test_piece(name, 0..self.task.test_documents()),
        }
    }
}

impl Model for LanguageModel {
    /// Labelled tokens whose loss is under the limit: of fresh documents, or of tests, which hold as many
    /// sentences of every quantum.
    fn samples(&self, ask: &Ask) -> Result<Samples, AnalysisError> {
        let network = self.network(false)?;
        let context = self.task.context();
        let (mut documents, mut found, mut candidates) = (Vec::new(), Vec::new(), Candidates::default());
        let mut drawn = 0;
        for round in 0..ROUNDS {
            let batch = self.documents(ask, round);
            let each: Vec<&[u32]> = (0..batch.len()).map(|at| batch.document(at)).collect();
            let losses = network.predictions(&each).map_err(failed)?.losses;
            let labels = batch.labels.iter().zip(&losses).enumerate().filter(|(_, (label, _))| **label != NO_LABEL);
            for (at, (label, loss)) in labels {
                drawn += 1;
                if f64::from(*loss) < ask.below {
                    candidates.push(*label);
                    found.push((*label, documents.len() + at / context, at % context, *loss));
                }
            }
            documents.extend(each.into_iter().map(<[u32]>::to_vec));
            if candidates.suffice(ask) {
                break;
            }
        }
        let chosen: Vec<_> = candidates.choose(ask, drawn)?.into_iter().map(|at| found[at]).collect();
        let families = self.task.planted().iter().map(|quantum| quantum.rule.family().to_owned()).collect();
        Ok(Samples {
            quantum: chosen.iter().map(|(quantum, ..)| *quantum).collect(),
            target: chosen.iter().map(|(_, document, place, _)| documents[*document][place + 1]).collect(),
            loss: chosen.iter().map(|(.., loss)| *loss).collect(),
            names: Default::default(),
            families,
            inputs: Inputs::Tokens {
                context,
                tokens: chosen.iter().flat_map(|(_, document, ..)| documents[*document].iter().copied()).collect(),
                place: chosen.iter().map(|(_, _, place, _)| *place as u32).collect(),
            },
        })
    }

    fn layers(&self) -> Vec<String> {
        tokens::names(&self.decoder)
    }

    fn at_place(&self, samples: &Samples, with_factors: bool) -> Result<AtPlace, AnalysisError> {
        tokens::at_place(&self.decoder, &self.network(true)?, samples, with_factors)
    }

    fn whole(&self, samples: &Samples, chosen: &[bool], r: usize, seed: u64) -> Result<Option<Store>, AnalysisError> {
        let documents = Documents::new(samples)?;
        let network = self.network(true)?;
        let sides = |(outputs, weights): &(usize, Vec<f64>)| [*outputs, weights.len() / outputs];
        let projections: Option<Vec<[Projection; 2]>> = (r > 0).then(|| {
            let layers = self.weights.iter().enumerate();
            layers.map(|(layer, of)| Projection::of_layer(sides(of)[0], sides(of)[1], r, seed, layer)).collect()
        });
        let widths: Vec<usize> = match &projections {
            Some(projections) => projections.iter().map(|[outputs, inputs]| outputs.r() * inputs.r()).collect(),
            None => self.weights.iter().map(|(_, weights)| weights.len()).collect(),
        };
        let width = widths.iter().zip(chosen).filter(|(_, is_chosen)| **is_chosen).map(|(width, _)| width).sum();
        let make = |sample: usize| {
            let (document, place) = documents.of(sample);
            let layers = network.sample(document, place, Extent::Document).map_err(failed)?.layers;
            let taken = layers.iter().enumerate().filter(|(at, _)| chosen[*at]);
            let products = taken.map(|(at, layer)| match &projections {
                Some(projections) => {
                    let [outputs, inputs] = &projections[at];
                    product(&outputs.rows(&layer.deltas), outputs.r(), &inputs.rows(&layer.values), inputs.r())
                }
                None => product(&layer.deltas, layer.outputs, &layer.values, layer.inputs),
            });
            Ok(products.collect::<Vec<Vec<f32>>>().concat())
        };
        Store::fill(samples.len(), width, make).map(Some)
    }

    fn weights(&self) -> Vec<Option<Weights<'_>>> {
        self.weights.iter().map(|(outputs, values)| Some(Weights { outputs: *outputs, values })).collect()
    }

    fn parameters(&self) -> Vec<f64> {
        self.row()
    }

    fn unit_gradients(&self, samples: &Samples, members: &[usize]) -> Result<Vec<f64>, AnalysisError> {
        self.sum_of_units(samples, members)
    }

    fn losses_at(&self, samples: &Samples, members: &[usize], parameters: &[f64]) -> Result<Vec<f64>, AnalysisError> {
        self.losses_with(samples, members, parameters)
    }
}

/// Σ_t x_t δ_tᵀ over the rows t, `[inputs, outputs]`.
fn product(deltas: &[f32], outputs: usize, values: &[f32], inputs: usize) -> Vec<f32> {
    let mut sums = vec![0f32; inputs * outputs];
    for (delta, x) in deltas.chunks_exact(outputs).zip(values.chunks_exact(inputs)) {
        for (row, x) in sums.chunks_exact_mut(outputs).zip(x) {
            row.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += x * delta);
        }
    }
    sums
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::analysis::gradients::{Factors, cosines};
    use crate::analysis::qdg::{self, Clusters, Places};
    use crate::analysis::similarity::Sign;
    use crate::record::Array;
    use crate::rng::{Rng, Stream};

    /// A small language, and a transformer with random parameters.
    pub(crate) fn random(query: &str) -> (RunConfig, Checkpoint) {
        let language = "task=language&facts=4&phrases=2&subjects=3&letters=5&numbers=12&context=24&eval_per_task=3";
        let model = "width=8&heads=2&kv_heads=2&depth=2&hidden=2&seed=2";
        let config = RunConfig::of(&format!("{language}&{model}")).with(query);
        assert_eq!(config.validate(), [], "{query}");
        let ModelConfig::Transformer(settings) = &config.model else { panic!("a transformer") };
        let vocabulary = config.language().unwrap().vocabulary().len;
        let mut rng = Rng::new(3, Stream::Clusters, 0);
        let decoder = Decoder::new(settings, vocabulary, 24);
        let arrays = decoder.parameters().iter().map(|parameter| {
            let values = (0..parameter.count()).map(|_| rng.symmetric(0.5)).collect();
            (parameter.name.clone(), Array { shape: parameter.shape.clone(), values })
        });
        let arrays = arrays.collect();
        (config, Checkpoint { step: 3, arrays })
    }

    /// Every token of a random network counts as known.
    pub(super) fn any(draw: Draw) -> Ask {
        Ask { samples: 80, below: 30.0, draw, neighbours: 5, starts: 2, ..Ask::default() }
    }

    pub(super) const KINDS: [&str; 3] = [
        "",
        "positions=rotary&feed_forward=swiglu&norm=rms&embedding=tied&kv_heads=1",
        "positions=rotary&rotary_share=0.5&attention_bias=all&residual=parallel",
    ];

    #[test]
    fn samples_are_labelled_tokens_that_the_model_predicts() {
        let (config, checkpoint) = random("");
        let model = LanguageModel::new(&config, &checkpoint).unwrap();
        for draw in [Draw::Balanced, Draw::Natural] {
            let samples = model.samples(&any(draw)).unwrap();
            let Inputs::Tokens { context, tokens, place } = &samples.inputs else { panic!("tokens") };
            assert_eq!((samples.len(), *context, tokens.len(), place.len()), (80, 24, 80 * 25, 80));
            for sample in 0..80 {
                let document = &tokens[sample * 25..][..25];
                let at = place[sample] as usize;
                assert_eq!(samples.target[sample], document[at + 1]);
                let loss = model.network(false).unwrap().predictions(&[document]).unwrap().losses[at];
                assert!((loss - samples.loss[sample]).abs() < 1e-5);
            }
            assert_eq!(samples.family().unwrap()[0], samples.families[samples.quantum[0] as usize]);
            assert_eq!(samples.last().unwrap()[7], tokens[7 * 25 + place[7] as usize]);
            assert_eq!(model.samples(&any(draw)).unwrap(), samples);
        }
        let balanced = model.samples(&any(Draw::Balanced)).unwrap();
        let of = |quantum: u32| balanced.quantum.iter().filter(|one| **one == quantum).count();
        let each: Vec<usize> = (0..config.quanta().len() as u32).map(of).collect();
        assert!(each.iter().all(|count| *count == 80 / each.len() || *count == 80 / each.len() + 1), "{each:?}");
        let few = model.samples(&Ask { below: 1e-9, ..any(Draw::Natural) }).unwrap_err();
        assert!(few.to_string().contains("train for longer"), "{few}");
    }

    #[test]
    fn at_a_documents_first_place_the_whole_gradient_is_that_of_the_place() {
        for kind in KINDS {
            let (config, checkpoint) = random(kind);
            let model = LanguageModel::new(&config, &checkpoint).unwrap();
            let mut samples = model.samples(&any(Draw::Natural)).unwrap();
            let later = model.whole(&samples, &[true; 14], 0, 0).unwrap().unwrap();
            if let Inputs::Tokens { place, .. } = &mut samples.inputs {
                place.fill(0);
            }
            let (factors, whole) =
                (model.at_place(&samples, true).unwrap().factors, model.whole(&samples, &[true; 14], 0, 0).unwrap().unwrap());
            assert_eq!(factors.len(), if kind.contains("swiglu") { 14 } else { 12 });
            let shapes = |layer: &Factors| (layer.outputs, layer.outputs * layer.inputs);
            let expected: Vec<(usize, usize)> =
                model.weights.iter().map(|(outputs, weights)| (*outputs, weights.len())).collect();
            assert_eq!(factors.iter().map(shapes).collect::<Vec<_>>(), expected);
            for sign in [Sign::Signed, Sign::Absolute] {
                let (local, all) = (cosines(80, &factors, sign).unwrap().matrix, whole.cosines(sign).unwrap().matrix);
                let far = local.values().iter().zip(all.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(far < 1e-4, "{kind}: {far}");
            }
            // Of the chosen layers alone.
            let chosen: Vec<bool> = (0..14).map(|layer| layer % 3 == 1).collect();
            let some = model.whole(&samples, &chosen, 0, 0).unwrap().unwrap();
            let of: Vec<Factors> = factors.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(of, _)| of.clone()).collect();
            let (local, all) = (cosines(80, &of, Sign::Signed).unwrap().matrix, some.cosines(Sign::Signed).unwrap().matrix);
            let far = local.values().iter().zip(all.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-3, "{kind}: {far}");
            // Further on, what earlier places pass on counts too.
            assert_ne!(later.squares(), whole.squares());
        }
    }

    #[test]
    fn every_similarity_and_method_clusters_tokens_also_projected_and_over_all_places() {
        let (config, checkpoint) = random("");
        for (places, projection) in [(Places::Predicting, 0), (Places::Predicting, 3), (Places::All, 0), (Places::All, 3)] {
            let ask = Ask { places, projection, ..any(Draw::Balanced) };
            let clusters = qdg::run(&config, &checkpoint, &ask, |_| true).unwrap();
            assert_eq!(clusters.clusterings.len(), 20);
            assert_eq!(Clusters::from_artifact(&clusters.to_artifact()), Ok(clusters));
        }
    }

    #[test]
    fn a_checkpoint_that_does_not_fit_is_a_sentence() {
        let (config, mut checkpoint) = random("");
        checkpoint.arrays.get_mut("embedding").unwrap().values[2] = f32::NAN;
        let said = |checkpoint: &Checkpoint| LanguageModel::new(&config, checkpoint).err().unwrap().to_string();
        assert!(said(&checkpoint).contains("NaN") && said(&checkpoint).contains("diverged"), "{}", said(&checkpoint));
        checkpoint.arrays.remove("embedding");
        assert!(said(&checkpoint).contains("“embedding”"), "{}", said(&checkpoint));
        let bits = RunConfig::of("");
        assert!(LanguageModel::new(&bits, &checkpoint).is_err());
    }
}
