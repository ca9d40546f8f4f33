//! Runs are what they were, wherever they stop, and they show what the paper shows.

use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::config::{Optimizer, RunConfig};
use crate::device::OpenDevice;
use crate::event::{Evaluation, Event};
use crate::fit::emergence_step;
use crate::kernel::Isa;
use crate::model::mlp::Activation;
use crate::record::{Record, Status, program};

/// Learns its first subtasks in a second or two.
fn tiny() -> RunConfig {
    RunConfig::of("n_tasks=6&n_bits=12&k=2&width=32&batch_size=200&steps=400&lr=0.01")
}

fn start(config: &RunConfig, path: Path) -> Run {
    block_on(Run::start_on_path(config.clone(), OpenDevice::cpu(), path)).expect("started")
}

fn to_the_end(mut run: Run) -> Record {
    while !run.is_over() {
        block_on(run.advance(u64::MAX)).expect("advanced");
    }
    run.record().clone()
}

/// Everything but the time it took.
fn curve(record: &Record) -> Vec<(u64, f32, Option<f32>, Vec<f32>)> {
    record.evaluations.iter().map(|e| (e.step, e.loss_bits, e.train_loss_bits, e.quantum_loss_bits.clone())).collect()
}

#[test]
fn a_run_starts_at_one_bit_and_learns_in_order_of_use() {
    let record = to_the_end(start(&tiny().with("steps=3000&n_tasks=4&alpha=1.0"), Path::Fused));
    assert_eq!(record.status, Status::Finished);
    // Before training the answers are a coin's: one bit, and a little more for being unsure of it.
    assert!(record.evaluations[0].quantum_loss_bits.iter().all(|loss| (loss - 1.0).abs() < 0.15), "{:?}", record.evaluations[0]);
    let steps = record.steps();
    let emerged: Vec<_> = (0..4).map(|task| emergence_step(&steps, &record.quantum_losses(task)).expect("learned")).collect();
    assert!(emerged.is_sorted(), "{emerged:?}");
    assert!(record.last().expect("measured").loss_bits < 0.05);
}

#[test]
fn a_resumed_run_is_the_same_run_bit_for_bit() {
    for path in [Path::Fused, Path::Reference] {
        let config = tiny().with(&format!("depth={}&steps=120", if path == Path::Reference { 2 } else { 1 }));
        let whole = to_the_end(start(&config, path));
        let mut first = start(&config, path);
        while first.step() < 50 {
            block_on(first.advance(50 - first.step())).expect("advanced");
        }
        block_on(first.checkpoint()).expect("kept");
        // Through its bytes, as a file would.
        let record = Record::from_bytes(&first.record().to_bytes().expect("whole")).expect("whole");
        let resumed = to_the_end(block_on(Run::resume(record, OpenDevice::cpu())).expect("resumed"));
        assert_eq!(curve(&resumed), curve(&whole), "{path:?}");
    }
}

#[test]
fn a_checkpoint_at_a_log_not_yet_measured_loses_nothing() {
    let config = tiny().with("steps=60");
    let whole = to_the_end(start(&config, Path::Fused));
    let mut first = start(&config, Path::Fused);
    let stop = Rc::new(Cell::new(false));
    let asked = stop.clone();
    first.set_yield(Rc::new(move || Box::pin(std::future::ready(asked.get()))));
    block_on(first.advance(49)).expect("advanced");
    // From here on every evaluation is broken off: step 50 is a log, and stays unmeasured.
    stop.set(true);
    block_on(first.advance(1)).expect("advanced");
    block_on(first.checkpoint()).expect("kept");
    assert_eq!((first.step(), first.record().last().map(|e| e.step == 50)), (50, Some(false)));
    let resumed = to_the_end(block_on(Run::resume(first.record().clone(), OpenDevice::cpu())).expect("resumed"));
    assert_eq!(curve(&resumed), curve(&whole));
}

#[test]
fn both_paths_train_alike_over_2000_steps() {
    for (optimizer, weight_decay) in [(Optimizer::Adam, 0.01), (Optimizer::AdamW, 0.0)] {
        let config =
            tiny().with(&format!("optimizer={}&weight_decay={}&lr=1e-3&steps=2000&n_bits=8", optimizer.word(), weight_decay));
        let structured = to_the_end(start(&config, Path::Fused));
        let plain = to_the_end(start(&config, Path::Reference));
        assert!(
            structured.last().expect("measured").loss_bits < 0.8,
            "there was something to compare: {:?}",
            structured.losses()
        );
        for (a, b) in structured.evaluations.iter().zip(&plain.evaluations) {
            // Sums in another order differ in their last digits, and training lets that grow a little.
            let apart = (a.loss_bits - b.loss_bits).abs();
            assert!(apart < 0.01, "{optimizer:?} step {}: {} and {} bits", a.step, a.loss_bits, b.loss_bits);
        }
    }
}

#[test]
fn every_depth_and_activation_trains() {
    for (depth, activation) in [(2, Activation::Relu), (1, Activation::Gelu), (3, Activation::Tanh)] {
        let config = tiny().with(&format!("depth={}&activation={}&n_tasks=2&n_bits=8&steps=300", depth, activation.word()));
        let record = to_the_end(start(&config, Path::of(&config)));
        assert_eq!(record.path, "reference");
        let losses = record.losses();
        assert!(losses.last() < Some(&0.5), "{depth} {activation:?}: {losses:?}");
    }
}

#[test]
fn small_data_is_learned_by_heart_and_patience_ends_it() {
    let config = tiny().with("samples=50&batch_size=50&steps=2000&patience=5&log_schedule=linear&log_every=20");
    let record = to_the_end(start(&config, Path::Fused));
    assert!(matches!(record.status, Status::StoppedEarly(_)), "{:?}", record.status);
    let (best, last) = (record.best().expect("measured"), record.last().expect("measured"));
    assert!(last.train_loss_bits.expect("trained") < last.loss_bits, "{last:?}");
    assert_eq!(record.evaluations.iter().filter(|e| e.step > best.step).count(), 5);
}

#[test]
fn evaluations_by_hand_change_nothing() {
    // Evaluations a few steps apart, over a run that patience ends.
    let config = tiny().with("samples=50&batch_size=50&steps=2000&patience=5&log_schedule=linear&log_every=20&snapshots=4");
    let whole = to_the_end(start(&config, Path::Fused));
    let mut stepped = start(&config, Path::Fused);
    let mut by_hand = Vec::new();
    while !stepped.is_over() {
        block_on(stepped.advance(7)).expect("advanced");
        for _ in 0..2 {
            by_hand.push(block_on(stepped.evaluate()).expect("measured"));
        }
    }
    let stepped = stepped.record();
    assert_eq!((curve(stepped), &stepped.status), (curve(&whole), &whole.status));
    assert_eq!(stepped.snapshots, whole.snapshots);
    assert!(by_hand.iter().any(|look| stepped.evaluations.iter().all(|recorded| recorded.step != look.step)));
    // At a step of the schedule it is the recorded one.
    for look in by_hand {
        assert!(stepped.evaluations.iter().all(|recorded| recorded.step != look.step || *recorded == look));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    // Three parts to a batch, and a test of two pieces.
    let config = tiny().with("batch_size=5000&eval_per_task=6000&steps=10&log_schedule=linear&log_every=5");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            assert_eq!(rayon::current_num_threads(), threads);
            let mut run = start(&config, Path::Fused);
            block_on(run.advance(u64::MAX)).expect("advanced");
            block_on(run.checkpoint()).expect("kept");
            let record = run.record();
            (curve(record), record.checkpoint.clone().expect("kept").arrays)
        })
    };
    let one = on(1);
    for threads in [2, 7] {
        assert!(on(threads) == one, "{threads} threads");
    }
}

/// Over the first fifty steps of a run the instruction sets' losses differ by no more than this, bits.
/// AVX-512 and AVX2 were seen to differ from the path without SIMD by 2.4e-7.
const SIMD_TOLERANCE: f32 = 1e-5;

#[test]
fn every_instruction_set_gives_the_same_first_losses() {
    // The run of the known answers that the browser is held to.
    let config = RunConfig::of("n_tasks=6&n_bits=12&k=2&width=32&batch_size=3000&steps=50&lr=0.01&seed=3&logs_per_decade=5");
    let on = |isa: Isa| {
        let record = isa.instead(|| to_the_end(start(&config, Path::Fused)));
        assert!(record.device.contains(isa.name()), "{}", record.device);
        record
    };
    let expected = on(Isa::Portable);
    println!("no SIMD: {:?}", expected.evaluations.iter().map(|e| (e.step, e.loss_bits)).collect::<Vec<_>>());
    for isa in Isa::available() {
        let found = on(isa);
        let all = |e: &Evaluation| std::iter::once(e.loss_bits).chain(e.quantum_loss_bits.clone()).collect::<Vec<_>>();
        let pairs = expected.evaluations.iter().zip(&found.evaluations).flat_map(|(a, b)| all(a).into_iter().zip(all(b)));
        let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{}: at most {apart:e} bits apart from no SIMD", isa.name());
        assert!(apart <= SIMD_TOLERANCE, "{}: {apart} bits apart", isa.name());
    }
}

#[test]
fn events_come_in_order_and_end() {
    let mut run = start(&tiny().with("steps=3"), Path::Fused);
    assert!(matches!(run.started(), Event::Started(ref s) if s.parameters == 21 * 32 + 2 && s.path == "fused"));
    let events = block_on(run.advance(10)).expect("advanced");
    let steps: Vec<u64> = events.iter().filter_map(|e| if let Event::Evaluation(e) = e { Some(e.step) } else { None }).collect();
    assert_eq!(steps, [0, 1, 2, 3]);
    assert!(matches!(events.last(), Some(Event::Finished { step: 3, stopped_early: None, .. })));
    assert!(run.is_over() && block_on(run.advance(1)).expect("nothing to do").is_empty());
}

#[test]
fn a_breath_breaks_off_between_pieces() {
    let mut run = start(&tiny(), Path::Fused);
    let stop = Rc::new(Cell::new(true));
    let asked = stop.clone();
    run.set_yield(Rc::new(move || Box::pin(std::future::ready(asked.get()))));
    // No log, but how far it came.
    let events = block_on(run.advance(5)).expect("broken off");
    assert!(matches!(events[..], [Event::Progress(_)]), "{events:?}");
    assert_eq!((run.step(), run.record().evaluations.len()), (0, 0));
    stop.set(false);
    block_on(run.advance(5)).expect("advanced");
    assert_eq!(run.step(), 5);
}

#[test]
fn divergence_is_said_and_what_was_seen_is_kept() {
    let mut run = start(&tiny().with("steps=50"), Path::Fused);
    block_on(run.advance(5)).expect("advanced");
    block_on(run.checkpoint()).expect("kept");
    let mut record = run.record().clone();
    record.checkpoint.as_mut().expect("there").arrays.get_mut("layers.0.weight").expect("there").values[7] = f32::NAN;
    let mut run = block_on(Run::resume(record, OpenDevice::cpu())).expect("resumed");
    let error = block_on(run.advance(50)).expect_err("the loss is NaN");
    assert!(error.to_string().contains("no longer a number"), "{error}");
    assert!(matches!(run.record().status, Status::Failed(_)));
    assert!(!run.record().evaluations.is_empty());
}

#[test]
fn what_cannot_be_resumed_says_why() {
    let refuse = |record| block_on(Run::resume(record, OpenDevice::cpu())).err().expect("refused").to_string();
    assert!(refuse(Record::new(tiny())).contains("no checkpoint"));
    let mut run = start(&tiny().with("steps=2"), Path::Fused);
    block_on(run.checkpoint()).expect("kept");
    let mut record = run.record().clone();
    record.checkpoint.as_mut().expect("there").arrays.remove("layers.0.weight");
    assert!(refuse(record).contains("lacks `layers.0.weight`"));
    block_on(run.advance(9)).expect("advanced");
    block_on(run.checkpoint()).expect("kept");
    assert!(refuse(run.record().clone()).contains("all its steps"));
}

#[test]
fn another_task_trains_like_the_first() {
    let config = RunConfig::of("task=majority&n_tasks=6&n_bits=12&k=3&width=32&batch_size=200&steps=300&lr=0.01");
    let record = to_the_end(start(&config, Path::of(&config)));
    assert_eq!(record.path, "fused");
    let losses = record.losses();
    assert!((losses[0] - 1.0).abs() < 0.15 && losses.last() < Some(&0.3), "{losses:?}");
}

#[test]
fn snapshots_are_the_parameters_of_their_steps() {
    let config = tiny().with("steps=100&snapshots=3");
    let record = to_the_end(start(&config, Path::Fused));
    assert_eq!(record.snapshots.iter().map(|snapshot| snapshot.step).collect::<Vec<_>>(), [1, 10, 100]);
    let mut again = start(&config, Path::Fused);
    block_on(again.advance(10)).expect("advanced");
    block_on(again.checkpoint()).expect("kept");
    let kept = again.record().checkpoint.clone().expect("there").arrays;
    let snapshot = &record.snapshots[1].arrays;
    assert_eq!(snapshot.keys().collect::<Vec<_>>(), ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"]);
    assert!(snapshot.iter().all(|(name, array)| kept[name] == *array));
    // A resumed run has those before it and takes the rest.
    let resumed = to_the_end(block_on(Run::resume(again.record().clone(), OpenDevice::cpu())).expect("resumed"));
    assert_eq!(resumed.snapshots, record.snapshots);
}

#[test]
fn the_start_can_have_a_seed_of_its_own() {
    let start_of = |query: &str| {
        let mut run = start(&tiny().with(query), Path::Fused);
        block_on(run.checkpoint()).expect("taken");
        run.record().checkpoint.clone().expect("there").arrays["layers.0.weight"].values.clone()
    };
    let (plain, other) = (start_of("seed=1"), start_of("seed=2"));
    assert_eq!(start_of("seed=1&seed_model=2"), other);
    assert_eq!(start_of("seed=2&seed_model=1&seed_task=5"), plain);
    assert_eq!(start_of("seed=1&seed_task=2&seed_data=2"), plain);
}

#[test]
fn a_record_says_when_and_on_what_each_part_was_trained() {
    let mut run = start(&tiny(), Path::Fused);
    block_on(run.advance(60)).expect("advanced");
    block_on(run.checkpoint()).expect("taken");
    let mut half = run.record().clone();
    assert_eq!((half.parts.len(), half.finished.clone()), (1, None));
    half.parts[0].device = "a GPU".into();
    let resumed = Run::resume(Record::from_bytes(&half.to_bytes().expect("written")).expect("read"), OpenDevice::cpu());
    let run = block_on(resumed).expect("resumed");
    let Event::Started(started) = run.started() else { panic!("not a start") };
    let whole = to_the_end(run);
    assert_eq!(whole.parts.iter().map(|part| part.from_step).collect::<Vec<_>>(), [0, 60]);
    assert_eq!((&whole.parts[0], whole.devices()), (&half.parts[0], vec!["a GPU", whole.device.as_str()]));
    assert_eq!((started.parts, whole.parts[1].program.clone()), (whole.parts.clone(), program()));
    // ISO 8601 sorts by time.
    let moments = [whole.parts[0].started.clone(), whole.parts[1].started.clone(), whole.finished.clone()];
    assert!(moments.iter().all(|moment| moment.as_ref().is_some_and(|text| text.len() == 20 && text.ends_with('Z'))));
    assert!(moments.is_sorted() && moments[0].as_deref() > Some("2026"), "{moments:?}");
}
