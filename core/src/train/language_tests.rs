//! A transformer's gradients are those of its loss, and it learns a planted language.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use burn::tensor::{Int, Tensor};

use super::learner::{Learn, learner, numbers, read};
use super::{Answer, Helpers, Path, Run, Sharer, block_on, from_bytes, numbers_from_bytes, numbers_to_bytes, to_bytes};
use crate::config::{RunConfig, preset};
use crate::device::{DeviceChoice, OpenDevice, open};
use crate::kernel::decoder::Decoder;
use crate::model::ModelConfig;
use crate::model::transformer::Transformer;
use crate::record::{Array, Checkpoint, Record};

/// Every choice is taken by one of these.
const KINDS: [&str; 6] = [
    "",
    "positions=rotary&feed_forward=swiglu&norm=rms&embedding=tied&kv_heads=1",
    "positions=rotary&norm=layer&feed_forward=gelu&heads=4&kv_heads=2&width=16",
    "positions=learned&norm=rms&feed_forward=swiglu&embedding=untied&depth=2",
    "attention_bias=all&embedding=tied",
    "positions=rotary&rotary_share=0.5&attention_bias=all&residual=parallel&depth=2",
];

fn tiny(query: &str) -> RunConfig {
    let config = RunConfig::of("task=language&width=8&heads=2&kv_heads=2&depth=1&hidden=2&context=16&batch_size=3&seed=2");
    let config = config.with("facts=3&phrases=1&subjects=3&letters=5&numbers=12&eval_per_task=2").with(query);
    assert_eq!(config.validate(), [], "{query}");
    config
}

#[test]
fn parameters_are_as_many_as_the_settings_say() {
    for query in KINDS {
        let config = tiny(query);
        let learner = learner(&config, Path::Reference, OpenDevice::cpu().device(), None).expect("built");
        let count: usize = learner.parameters().iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum();
        assert_eq!(count as u64, config.parameters(), "{query}");
    }
}

/// Central differences along random directions in every parameter array, at parameters far from their
/// start, where nothing is small.
#[test]
fn gradients_are_those_of_finite_differences() {
    let cpu = OpenDevice::cpu();
    for query in KINDS {
        let config = tiny(query);
        let build = |arrays: &BTreeMap<String, Array>| {
            let mut arrays = arrays.clone();
            for (name, array) in arrays.clone() {
                let zeros = Array { shape: array.shape.clone(), values: vec![0.0; array.values.len()] };
                arrays.insert(format!("{name}.moment1"), zeros.clone());
                arrays.insert(format!("{name}.moment2"), zeros);
            }
            learner(&config, Path::Reference, cpu.device(), Some(&Checkpoint { step: 1, arrays })).expect("built")
        };
        let start = learner(&config, Path::Reference, cpu.device(), None).expect("built");
        let mut at = block_on(read(start.parameters())).expect("read");
        let mut rng = crate::rng::Rng::new(1, crate::rng::Stream::SelfTest, 0);
        at.values_mut().flat_map(|array| &mut array.values).for_each(|value| *value += rng.symmetric(0.3));
        let (_, gradients) = build(&at).gradients(0);
        let gradients = block_on(read(gradients)).expect("read");
        for (name, gradient) in &gradients {
            let direction: Vec<f32> = gradient.values.iter().map(|_| if rng.below(2) == 0 { -1.0 } else { 1.0 }).collect();
            let loss = |by: f32| {
                let mut moved = at.clone();
                let array = moved.get_mut(name).expect("there");
                array.values.iter_mut().zip(&direction).for_each(|(value, along)| *value += by * along);
                f64::from(block_on(numbers(build(&moved).gradients(0).0)).expect("read")[0])
            };
            let central = |step: f32| (loss(step) - loss(-step)) / f64::from(2.0 * step);
            // Of two steps, so that what grows as the step's square cancels (Richardson).
            let difference = (4.0 * central(1e-3) - central(2e-3)) / 3.0;
            let expected: f64 = gradient.values.iter().zip(&direction).map(|(g, d)| f64::from(g * d)).sum();
            let size: f64 = gradient.values.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
            assert!((difference - expected).abs() < 0.02 * size.max(0.05), "{query}: {name}: {difference}, not {expected}");
        }
    }
}

/// What is said later changes nothing of what was predicted before.
#[test]
fn a_place_sees_only_what_stands_before_it() {
    let device = OpenDevice::cpu().device().clone();
    for query in KINDS {
        let config = tiny(query);
        let ModelConfig::Transformer(settings) = &config.model else { panic!("a transformer") };
        let tokens = config.language().expect("a language").vocabulary().len;
        let model = Transformer::new(settings, tokens, 16, 3, &device);
        let logits = |last: i32| {
            let mut document: Vec<i32> = (0..16).map(|i| i % tokens as i32).collect();
            document[10..].fill(last);
            let logits = model.forward(Tensor::<1, Int>::from_ints(document.as_slice(), &device), 16, settings).inner();
            block_on(numbers(logits.reshape([16 * tokens]))).expect("read")
        };
        let (one, other) = (logits(4), logits(7));
        assert_eq!(one[..10 * tokens], other[..10 * tokens], "{query}");
        assert!(one[10 * tokens..] != other[10 * tokens..], "{query}");
    }
}

fn to_the_end(mut run: Run) -> Record {
    while !run.is_over() {
        block_on(run.advance(u64::MAX)).expect("advanced");
    }
    run.record().clone()
}

fn start(config: &RunConfig, path: Path) -> Run {
    block_on(Run::start_on_path(config.clone(), OpenDevice::cpu(), path)).expect("started")
}

/// Three facts over three values, a phrase and a bracket: learned in a few hundred steps.
fn small() -> RunConfig {
    RunConfig::of(
        "task=language&width=16&depth=1&heads=2&kv_heads=2&context=24&batch_size=16&lr=0.01&steps=300&warmup=20&facts=3\
         &subjects=2&values=3&phrases=1&vocabulary_words=4&counts=0&lists=0&pointers=0&lookups=0&agreements=0&sums=0&lines=0\
         &eval_per_task=10&seed=1&clip=1&decay=cosine&final_lr=0.1",
    )
}

#[test]
fn a_small_language_is_learned() {
    let record = to_the_end(start(&small(), Path::Fused));
    let first = &record.evaluations[0];
    // Before training every token is about as probable as any other.
    let tokens = small().language().expect("a language").vocabulary().len as f32;
    assert!((first.loss_bits - tokens.log2()).abs() < 0.5, "{} bits", first.loss_bits);
    let last = record.last().expect("measured");
    assert!(last.loss_bits < 0.1 && last.learned == 5, "{last:?}");
    assert!(last.quantum_accuracy.iter().all(|share| *share > 0.95), "{last:?}");
    assert!(last.quantum_loss_bits.iter().all(|loss| *loss >= 0.0), "{last:?}");
    // Sentences are random in part: the loss of all tokens stays over nothing.
    assert!(last.train_loss_bits.expect("trained") > 0.3, "{last:?}");
}

#[test]
fn both_paths_and_a_resumed_run_learn_the_same() {
    let config = small().with("steps=60");
    let fused = to_the_end(start(&config, Path::Fused));
    let reference = to_the_end(start(&config, Path::Reference));
    for (a, b) in fused.evaluations.iter().zip(&reference.evaluations) {
        assert!((a.loss_bits - b.loss_bits).abs() < 0.02, "step {}: {} and {}", a.step, a.loss_bits, b.loss_bits);
    }
    let mut half = start(&config, Path::Fused);
    while half.step() < 30 {
        block_on(half.advance(30 - half.step())).expect("advanced");
    }
    block_on(half.checkpoint()).expect("kept");
    let record = Record::from_bytes(&half.record().to_bytes().expect("whole")).expect("whole");
    let resumed = to_the_end(block_on(Run::resume(record, OpenDevice::cpu())).expect("resumed"));
    let curve = |record: &Record| record.evaluations.iter().map(|e| (e.step, e.quantum_loss_bits.clone())).collect::<Vec<_>>();
    assert_eq!(curve(&resumed), curve(&fused));
}

/// So many helpers, of which the second fails from step 20 on, and the third sends too little.
struct Three {
    sharer: Sharer,
    ready: usize,
    asked: Cell<usize>,
}

impl Helpers for Three {
    fn ready(&self) -> usize {
        self.ready
    }

    fn ask(&self, helper: usize, step: u64, parameters: &[f32], shares: Range<usize>) -> Answer {
        self.asked.set(self.asked.get() + 1);
        let bytes = numbers_to_bytes(parameters);
        let count = shares.len();
        let shares = self.sharer.shares(step, &numbers_from_bytes(&bytes).expect("numbers"), shares);
        let mut shares = from_bytes(&to_bytes(&shares.expect("a share")), count);
        match helper {
            1 if step >= 20 => shares = None,
            2 => shares.iter_mut().flatten().for_each(|share| share.row.truncate(7)),
            _ => {}
        }
        Box::pin(std::future::ready(shares))
    }
}

#[test]
fn a_run_learns_the_same_with_helpers_that_may_fail() {
    let config = small().with("steps=60");
    let curve = |record: &Record| {
        let losses = record.evaluations.iter().map(|e| (e.step, e.train_loss_bits, e.quantum_loss_bits.clone()));
        losses.collect::<Vec<_>>()
    };
    let alone = curve(&to_the_end(start(&config, Path::Fused)));
    // More helpers than there are shares are left in peace.
    for (ready, asked) in [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)] {
        let helpers = Rc::new(Three { sharer: Sharer::new(&config).expect("a decoder"), ready, asked: Cell::new(0) });
        let mut run = start(&config, Path::Fused);
        assert_eq!(run.shares(), Some(4));
        run.set_helpers(helpers.clone());
        assert_eq!(curve(&to_the_end(run)), alone, "{ready} helpers");
        assert_eq!(helpers.asked.get(), asked * 60, "{ready} helpers");
    }
}

#[test]
fn what_does_not_fall_into_shares_is_computed_whole() {
    assert!(Sharer::new(&RunConfig::default()).is_none());
    assert_eq!(start(&RunConfig::default(), Path::Fused).shares(), None);
    assert_eq!(start(&small(), Path::Reference).shares(), None);
    let sharer = Sharer::new(&small()).expect("a decoder");
    assert_eq!(sharer.shares(0, &[1.0; 5], 0..1), None);
    assert_eq!((from_bytes(&[0; 23], 2), from_bytes(&[0; 14], 2), from_bytes(&[], 0)), (None, None, None));
}

/// The kernels have the loss and every gradient of plain tensor operations, at parameters far from their
/// start; so have twenty steps, and the test after them.
#[test]
fn the_kernels_agree_with_plain_operations() {
    let cpu = OpenDevice::cpu();
    let near = |a: f32, b: f32, by: f32, what: &str| assert!((a - b).abs() <= by, "{what}: {a} and {b}");
    for query in KINDS {
        let config = tiny(query);
        let start = learner(&config, Path::Reference, cpu.device(), None).expect("built");
        let mut arrays = block_on(read(start.parameters())).expect("read");
        let mut rng = crate::rng::Rng::new(1, crate::rng::Stream::SelfTest, 1);
        arrays.values_mut().flat_map(|array| &mut array.values).for_each(|value| *value += rng.symmetric(0.3));
        arrays.extend(block_on(read(start.moments())).expect("read"));
        let checkpoint = Checkpoint { step: 0, arrays };
        let [mut fused, mut plain] =
            [Path::Fused, Path::Reference].map(|path| learner(&config, path, cpu.device(), Some(&checkpoint)).expect("built"));
        let of = |learner: &dyn Learn| {
            let (loss, gradients) = learner.gradients(3);
            (block_on(numbers(loss)).expect("read")[0], block_on(read(gradients)).expect("read"))
        };
        let ((loss, gradients), (expected_loss, expected)) = (of(&*fused), of(&*plain));
        near(loss, expected_loss, 1e-5 * expected_loss, query);
        assert!(gradients.keys().eq(expected.keys()), "{query}");
        for (name, gradient) in &gradients {
            let size = expected[name].values.iter().fold(1e-3f32, |most, x| most.max(x.abs()));
            for (a, b) in gradient.values.iter().zip(&expected[name].values) {
                near(*a, *b, 1e-4 * size, &format!("{query}: {name}"));
            }
        }
        for step in 0..20 {
            let [loss, expected] =
                [&mut fused, &mut plain].map(|learner| block_on(numbers(learner.step(step, None))).expect("read")[0]);
            near(loss, expected, 1e-3 * expected, &format!("{query}: step {step}"));
        }
        for piece in 0..fused.test_pieces() {
            let [sums, expected] = [&fused, &plain].map(|learner| block_on(numbers(learner.test(0, piece))).expect("read"));
            let quanta = sums.len() / 2;
            assert_eq!(sums[quanta..], expected[quanta..], "{query}");
            sums.iter().zip(&expected).take(quanta).for_each(|(a, b)| near(*a, *b, 2e-3 * b.max(1.0), query));
        }
    }
}

/// The kernels' parameters are those of the module, in its order.
#[test]
fn the_kernels_know_the_modules_parameters() {
    for query in KINDS {
        let config = tiny(query);
        let ModelConfig::Transformer(settings) = &config.model else { panic!("a transformer") };
        let tokens = config.language().expect("a language").vocabulary().len;
        let decoder = Decoder::new(settings, tokens, 16);
        let learner = learner(&config, Path::Fused, OpenDevice::cpu().device(), None).expect("built");
        let module: Vec<_> = learner.parameters().into_iter().map(|parameter| (parameter.name, parameter.shape)).collect();
        let known: Vec<_> =
            decoder.parameters().iter().map(|parameter| (parameter.name.clone(), parameter.shape.clone())).collect();
        assert_eq!(known, module, "{query}");
    }
}

/// Scaled down to the norm that is allowed, and left alone under it.
#[test]
fn gradients_are_clipped_to_their_norm() {
    let after = |clip: &str| {
        // Without momentum and with a large epsilon a step is in proportion to the gradient.
        let config = tiny(&format!("optimizer=adam&beta1=0&beta2=0&eps=1&lr=1&steps=1&{clip}"));
        let mut learner = learner(&config, Path::Reference, OpenDevice::cpu().device(), None).expect("built");
        let before = block_on(read(learner.parameters())).expect("read");
        learner.step(0, None);
        let after = block_on(read(learner.parameters())).expect("read");
        let moved = before.iter().flat_map(|(name, array)| array.values.iter().zip(&after[name].values));
        moved.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    };
    let (whole, loose, tight) = (after(""), after("clip=1000"), after("clip=0.01"));
    assert!((whole - loose).abs() < 1e-6 * whole, "{whole} and {loose}");
    // |g|/(|g| + 1) of each number is |g| itself where all are small.
    assert!(tight < 0.010_01 && tight > 0.009_8, "{tight}");
}

#[test]
fn a_gpu_agrees_on_the_language() {
    let Ok(device) = block_on(open(DeviceChoice::Gpu)) else {
        return crate::skip::skipped("a_gpu_agrees_on_the_language", "there is no GPU adapter");
    };
    for query in KINDS {
        // The self-test of the start compares losses, gradients and a step with the CPU's.
        block_on(Run::start(tiny(query), device.clone())).expect(query);
    }
    let language = preset("language").expect("there").config().with("batch_size=4");
    block_on(Run::start(language, device)).expect("the preset");
}
