//! Compares the kernel with the formulas in `f64`, on every instruction set of this processor.

mod reference;

use super::*;
use crate::kernel::Isa;
use crate::model::transformer::{AttentionBias, Embedding, FeedForward, Norm, Positions, Residual};
use crate::rng::{Rng, Stream};
use reference::{Values, losses};

/// Every choice is taken by one of these, and widths that fill no vector, one, and more.
pub fn kinds() -> Vec<TransformerSettings> {
    let plain = TransformerSettings { width: 16, depth: 2, heads: 2, kv_heads: 2, hidden: 2, ..TransformerSettings::default() };
    let llama = TransformerSettings {
        positions: Positions::Rotary,
        feed_forward: FeedForward::SwiGlu,
        norm: Norm::Rms,
        embedding: Embedding::Tied,
        ..plain.clone()
    };
    let neox = TransformerSettings {
        positions: Positions::Rotary,
        rotary_share: 0.25,
        attention_bias: AttentionBias::All,
        residual: Residual::Parallel,
        ..plain.clone()
    };
    vec![
        plain.clone(),
        TransformerSettings { attention_bias: AttentionBias::All, embedding: Embedding::Tied, ..plain.clone() },
        neox.clone(),
        TransformerSettings { width: 40, heads: 2, kv_heads: 1, rotary_share: 0.65, ..neox },
        TransformerSettings { residual: Residual::Parallel, ..llama.clone() },
        TransformerSettings { width: 12, heads: 3, kv_heads: 1, hidden: 3, ..plain.clone() },
        TransformerSettings { width: 40, heads: 2, kv_heads: 2, depth: 1, embedding: Embedding::Tied, ..plain.clone() },
        TransformerSettings { width: 24, heads: 4, kv_heads: 2, ..llama.clone() },
        TransformerSettings { width: 36, heads: 2, kv_heads: 1, norm: Norm::Layer, depth: 1, ..llama },
        TransformerSettings { norm: Norm::Rms, feed_forward: FeedForward::SwiGlu, heads: 1, kv_heads: 1, ..plain },
    ]
}

/// Random parameters, far from a start: gains about 1, the others about 0.
pub fn random_row(decoder: &Decoder, rng: &mut Rng) -> Vec<f32> {
    let numbers = |parameter: &Parameter| {
        let middle = if parameter.name.ends_with("gain") { 1.0 } else { 0.0 };
        (0..parameter.count()).map(|_| middle + rng.symmetric(0.5)).collect::<Vec<f32>>()
    };
    decoder.parameters().iter().flat_map(numbers).collect()
}

/// Random parameters of a decoder, and documents of 2 to 36 tokens.
struct Case {
    settings: TransformerSettings,
    decoder: Decoder,
    row: Vec<f32>,
    documents: Vec<Vec<u32>>,
}

pub const TOKENS: usize = 21;

impl Case {
    fn new(settings: &TransformerSettings) -> Self {
        let decoder = Decoder::new(settings, TOKENS, 35);
        let mut rng = Rng::new(7, Stream::Parameters, 0);
        let row = random_row(&decoder, &mut rng);
        let documents = [36, 2, 17, 9];
        let documents = documents.map(|len| (0..len).map(|_| rng.below(TOKENS as u32)).collect());
        Self { settings: settings.clone(), decoder, row, documents: documents.into() }
    }

    fn documents(&self) -> Vec<&[u32]> {
        self.documents.iter().map(Vec::as_slice).collect()
    }

    fn network(&self, isa: Isa) -> Network<'_> {
        let mut network = Network::of_row(&self.decoder, true, &self.row).expect("as many parameters as there are");
        network.isa = isa;
        network
    }

    fn values(&self) -> Values {
        let mut row = self.row.iter().map(|x| f64::from(*x));
        let mut take = |count: usize| row.by_ref().take(count).collect();
        self.decoder.parameters().iter().map(|parameter| (parameter.name.clone(), take(parameter.count()))).collect()
    }

    fn expected(&self, values: &Values) -> Vec<(f64, bool)> {
        self.documents.iter().flat_map(|document| losses(&self.settings, values, document)).collect()
    }

    fn mean(&self, values: &Values) -> f64 {
        let losses = self.expected(values);
        losses.iter().map(|(loss, _)| loss).sum::<f64>() / losses.len() as f64
    }
}

/// Central differences in double precision along a random direction of every parameter, and of one number. A
/// step of 1e-5 leaves about 1e-9 of error.
#[test]
fn gradients_are_those_of_finite_differences() {
    for settings in kinds() {
        let case = Case::new(&settings);
        let (values, isas) = (case.values(), Isa::available());
        let gradients = |isa: &Isa| case.network(*isa).gradients(&case.documents()).expect("documents that fit");
        let found: Vec<Gradients> = isas.iter().map(gradients).collect();
        let expected = case.mean(&values);
        for (isa, found) in isas.iter().zip(&found) {
            assert!((found.loss - expected).abs() < 2e-6 * expected, "{isa:?} {settings:?}: {} {expected}", found.loss);
        }
        let (mut offset, mut rng) = (0, Rng::new(1, Stream::SelfTest, 0));
        for Parameter { name, shape, .. } in case.decoder.parameters() {
            let count = shape.iter().product::<usize>();
            let of = |gradients: &Gradients| gradients.row[offset..][..count].to_vec();
            let size = of(&found[0]).iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            // A softmax does not change by what all its scores have in common: unless keys are turned, their
            // biases have no gradient.
            let is_moot = name.ends_with("key.bias") && settings.positions == Positions::Learned;
            assert!((size > 1e-4) != is_moot, "{settings:?}: {name} has a gradient of {size}");
            let (at, mut one) = (rng.below(count as u32) as usize, vec![0.0; count]);
            one[at] = 1.0;
            let all: Vec<f64> = (0..count).map(|_| if rng.below(2) == 0 { -1.0 } else { 1.0 }).collect();
            for along in [one, all] {
                let moved = |by: f64| {
                    let mut values = values.clone();
                    let value = values.get_mut(name).expect("there");
                    value.iter_mut().zip(&along).for_each(|(value, along)| *value += by * along);
                    case.mean(&values)
                };
                let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                for (isa, found) in isas.iter().zip(&found) {
                    let found: f64 = of(found).iter().zip(&along).map(|(x, along)| f64::from(*x) * along).sum();
                    let error = (found - expected).abs();
                    assert!(error < 2e-5 * size + 1e-7, "{isa:?} {settings:?} {name}[{at}]: {found}, not {expected}");
                }
            }
            offset += count;
        }
        assert_eq!(found[0].row.len(), offset);
    }
}

#[test]
fn every_token_has_its_loss() {
    for settings in kinds() {
        let case = Case::new(&settings);
        for isa in Isa::available() {
            let found = case.network(isa).predictions(&case.documents()).expect("documents that fit");
            let expected = case.expected(&case.values());
            assert_eq!((found.losses.len(), found.right.len()), (expected.len(), expected.len()));
            for (i, (loss, is_right)) in expected.into_iter().enumerate() {
                let (found, right) = (f64::from(found.losses[i]), found.right[i]);
                assert!((found - loss).abs() < 1e-5 * loss.max(1.0) && right == is_right, "{isa:?} {settings:?}: {found} {loss}");
            }
        }
    }
}

/// The gradient of one token's loss is what it adds to that of the document cut after the token before it.
#[test]
fn factors_add_up_to_the_gradient_of_their_token() {
    for settings in kinds() {
        let case = Case::new(&settings);
        let network = case.network(Isa::best());
        let document = case.documents()[0];
        for place in [0, 1, 16, 23, 34] {
            let up_to = |places: usize| match places {
                0 => vec![0.0; case.row.len()],
                _ => {
                    let row = network.gradients(&[&document[..=places]]).expect("a document that fits").row;
                    row.into_iter().map(|x| f64::from(x) * places as f64).collect::<Vec<f64>>()
                }
            };
            let (with, without) = (up_to(place + 1), up_to(place));
            let sample = network.sample(document, place, Extent::Document).expect("a document that fits");
            let wrong = -f64::from(-sample.loss).exp_m1();
            let mut offset = 0;
            let mut layers = sample.layers.iter();
            for parameter in case.decoder.parameters() {
                let end = offset + parameter.count();
                if parameter.name.starts_with("blocks.") && parameter.name.ends_with(".weight") {
                    let layer = layers.next().expect("one layer for each matrix");
                    assert!(parameter.name.ends_with(&format!(".{}.weight", layer.name)), "{} {}", parameter.name, layer.name);
                    assert_eq!(parameter.shape, [layer.inputs, layer.outputs]);
                    assert_eq!(layer.deltas.len(), (place + 1) * layer.outputs);
                    let mut sum = vec![0.0; parameter.count()];
                    for (delta, x) in layer.deltas.chunks_exact(layer.outputs).zip(layer.values.chunks_exact(layer.inputs)) {
                        for (sums, x) in sum.chunks_exact_mut(layer.outputs).zip(x) {
                            sums.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += wrong * f64::from(x * delta));
                        }
                    }
                    let size = sum.iter().fold(1e-2f64, |most, x| most.max(x.abs()));
                    for (at, sum) in sum.iter().enumerate() {
                        let expected = with[offset + at] - without[offset + at];
                        let name = &parameter.name;
                        assert!((sum - expected).abs() < 1e-4 * size, "{settings:?} {place} {name}: {sum} {expected}");
                    }
                }
                offset = end;
            }
            assert!(layers.next().is_none());
            // The short way back gives the same at the place itself.
            let short = network.sample(document, place, Extent::Place).expect("a document that fits");
            assert_eq!((short.loss, &short.residual, short.layers.len()), (sample.loss, &sample.residual, sample.layers.len()));
            for (short, long) in short.layers.iter().zip(&sample.layers) {
                assert_eq!(short.values, long.values[place * long.inputs..]);
                let long = &long.deltas[place * long.outputs..];
                let size = long.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
                assert!(short.deltas.iter().zip(long).all(|(a, b)| (a - b).abs() < 1e-5 * size), "{settings:?} {}", short.name);
            }
        }
    }
}

/// With logits fifty times as large the probability of the wrong tokens is far under the smallest digit of 1.
#[test]
fn near_zero_loss_keeps_its_digits() {
    let settings = &kinds()[0];
    let mut case = Case::new(settings);
    let at = case.row.len() - settings.width * TOKENS;
    case.row[at..].iter_mut().for_each(|x| *x *= 50.0);
    let values = case.values();
    let network = case.network(Isa::best());
    let mut document = case.documents[0].clone();
    for place in 0..20 {
        // The most probable token.
        let row = reference::logits(settings, &values, &document[..place + 2]).pop().expect("a row");
        let best = (0..TOKENS).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("tokens");
        document[place + 1] = best as u32;
        let (loss, _) = losses(settings, &values, &document[..place + 2])[place];
        let sample = network.sample(&document, place, Extent::Document).expect("a document that fits");
        assert!(sample.is_right && (f64::from(sample.loss) / loss - 1.0).abs() < 1e-3 || loss < 1e-37, "{} {loss}", sample.loss);
        let size = sample.layers.iter().flat_map(|layer| &layer.deltas).fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(size > 1e-2 && size.is_finite(), "{place}: {size} at {loss} nats");
    }
}

#[cfg(any(feature = "engine", feature = "analysis"))]
#[test]
fn gradients_do_not_depend_on_the_threads() {
    let mut case = Case::new(&kinds()[0]);
    for round in 0..9 {
        let more: Vec<Vec<u32>> =
            case.documents[..4].iter().map(|document| document.iter().map(|x| (x + round) % 21).collect()).collect();
        case.documents.extend(more);
    }
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| case.network(Isa::best()).gradients(&case.documents()).expect("documents that fit"))
    };
    let one = on(1);
    assert_eq!(on(2), one);
    assert_eq!(on(7), one);
}

/// To the bit, whoever computes them.
#[test]
fn the_shares_of_a_batch_add_up_to_it() {
    let mut case = Case::new(&kinds()[0]);
    while case.documents.len() < 41 {
        case.documents.push(case.documents[case.documents.len() - 3].clone());
    }
    let network = case.network(Isa::best());
    for count in [1, 2, 3, 5, 16, 23, 40, 41] {
        let documents = &case.documents()[..count];
        let shares = |range| network.shares(documents, range).expect("documents that fit");
        let all = network.gradients(documents).expect("documents that fit");
        for cut in 1..SHARES {
            let two_workers = shares(0..cut).into_iter().chain(shares(cut..SHARES));
            assert_eq!(Gradients::sum(two_workers), all, "{count} documents cut at {cut}");
        }
    }
}

#[test]
fn a_nan_parameter_makes_the_loss_nan_and_no_later_one() {
    for settings in kinds() {
        let mut case = Case::new(&settings);
        let before = case.network(Isa::best()).gradients(&case.documents()).expect("documents that fit");
        for at in [3, case.row.len() / 2, case.row.len() - 1] {
            let own = std::mem::replace(&mut case.row[at], f32::NAN);
            for isa in Isa::available() {
                let found = case.network(isa).gradients(&case.documents()).expect("documents that fit");
                assert!(found.loss.is_nan(), "{isa:?} {settings:?} {at}");
            }
            case.row[at] = own;
        }
        assert_eq!(case.network(Isa::best()).gradients(&case.documents()), Ok(before));
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let case = Case::new(&kinds()[0]);
    let network = case.network(Isa::best());
    assert_eq!(network.gradients(&[&[1]]), Err(DecoderError::Length { found: 1, most: 36 }));
    assert_eq!(network.predictions(&[&[0; 37]]), Err(DecoderError::Length { found: 37, most: 36 }));
    assert_eq!(network.gradients(&[&[1, 21]]), Err(DecoderError::Token { found: 21, tokens: 21 }));
    assert_eq!(network.sample(&[1, 2, 3], 2, Extent::Place), Err(DecoderError::Place { found: 2, places: 2 }));
    let missing = Network::new(&case.decoder, true, |name| (name != "norm.gain").then_some(&case.row[..])).err();
    assert!(matches!(missing, Some(DecoderError::Count { .. })), "{missing:?}");
    let short = Network::of_row(&case.decoder, false, &case.row[..100]).err();
    assert_eq!(short, Some(DecoderError::Missing("embedding".to_owned())));
}
