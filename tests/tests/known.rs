//! Known answers, which must be the same natively and in the browser: words, weights and batches to the
//! bit, the first losses of a run within a tolerance, because sums are added in another order.
//!
//! This file is compiled twice: as a test of this crate, and as a test of the page's package in the
//! engine's build, which runs in a worker of a headless browser. The numbers must never change:
//! otherwise existing links and records would give other runs.

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[cfg(target_family = "wasm")]
wasm_bindgen_test_configure!(run_in_dedicated_worker);

use quanta_core::config::RunConfig;
use quanta_core::device::{DeviceChoice, open};
use quanta_core::rng::{Permutation, Rng, Stream};
use quanta_core::task::{AnyTask, BitBatch, BitTask, Task as _};
use quanta_core::train::Run;

/// The task of a small run with further settings.
#[allow(clippy::panic)]
fn tiny(further: &str) -> BitTask {
    let query = format!("n_tasks=10&n_bits=40&k=3&batch_size=500&seed=3&eval_per_task=5{further}");
    let Ok(AnyTask::Bits(task)) = RunConfig::from_query(&query, &[]).expect("valid").build_task() else {
        panic!("a task over bits")
    };
    task
}

/// A hash of the words and their order.
fn digest(words: &[u32]) -> u32 {
    words.iter().fold(0, |sum: u32, word| sum.wrapping_mul(31).wrapping_add(*word))
}

fn digests(batch: &BitBatch) -> [u32; 3] {
    [&batch.codes, &batch.bits, &batch.labels].map(|words| digest(words))
}

#[test]
fn random_words() {
    let mut words = [0; 4];
    Rng::new(7, Stream::TrainBits, 11).fill(&mut words);
    assert_eq!(words, [2_481_738_533, 2_598_964_944, 2_459_740_068, 1_893_817_203]);
}

#[test]
fn random_numbers_under_a_bound() {
    let mut rng = Rng::new(7, Stream::Subsets, 0);
    assert_eq!([(); 4].map(|()| rng.below(1_000)), [236, 535, 775, 882]);
}

#[test]
fn random_weights_to_the_bit() {
    let mut rng = Rng::new(7, Stream::Parameters, 1);
    assert_eq!([(); 3].map(|()| rng.symmetric(0.1).to_bits()), [1_006_866_522, 3_183_751_589, 3_183_003_187]);
}

#[test]
fn the_order_of_an_epoch() {
    let permutation = Permutation::new(7, 2, 1_000);
    assert_eq!([0, 1, 2, 999].map(|index| permutation.at(index)), [222, 396, 716, 523]);
}

#[test]
fn subsets_of_bits() {
    let task = tiny("");
    assert_eq!(task.subsets()[..3], [[5, 19, 34], [8, 20, 37], [17, 21, 34]]);
}

#[test]
fn a_batch_of_fresh_samples() {
    let batch = tiny("").training_batch(1);
    assert_eq!(digests(&batch), [2_602_031_876, 3_518_386_297, 2_705_651_887]);
}

#[test]
fn a_batch_of_fixed_samples() {
    let batch = tiny("&samples=1000").training_batch(3);
    assert_eq!(digests(&batch), [1_847_488_514, 1_723_889_139, 893_031_414]);
}

#[test]
fn test_samples() {
    let batch = tiny("").test_batch(3, 0..10);
    assert_eq!(digests(&batch), [48_019_141, 3_461_683_712, 1_820_201_094]);
}

/// The mean losses of a short run, in bits, as the path without SIMD computes them natively
/// (`cargo test -p quanta-core every_instruction_set -- --nocapture` prints them).
const FIRST_LOSSES: [(u64, f32); 11] = [
    (0, 1.000_337_2),
    (1, 1.002_338_3),
    (2, 0.998_125_1),
    (3, 0.994_819_64),
    (4, 0.995_976_3),
    (6, 0.990_253_8),
    (10, 0.978_569_57),
    (16, 0.943_607_75),
    (25, 0.830_151),
    (40, 0.652_717_7),
    (50, 0.539_946_56),
];

/// Losses may differ by this, in bits. The native instruction sets were seen to differ by 2.4e-7 at most;
/// the browser's has the exponential and the logarithm of another library too.
const TOLERANCE: f32 = 1e-5;

async fn first_losses() {
    let query = "n_tasks=6&n_bits=12&k=2&width=32&batch_size=3000&steps=50&lr=0.01&seed=3&logs_per_decade=5";
    let config = RunConfig::from_query(query, &[]).expect("valid");
    let device = open(DeviceChoice::Cpu).await.expect("there is always a CPU");
    let mut run = Run::start(config, device).await.expect("started");
    while !run.is_over() {
        run.advance(u64::MAX).await.expect("advanced");
    }
    let found: Vec<_> = run.record().evaluations.iter().map(|e| (e.step, e.loss_bits)).collect();
    let near = |((step, found), (at, known)): (&(u64, f32), &(u64, f32))| step == at && (found - known).abs() <= TOLERANCE;
    let device = &run.record().device;
    assert_eq!(found.len(), FIRST_LOSSES.len(), "{device}: {found:?}");
    assert!(found.iter().zip(&FIRST_LOSSES).all(near), "{device}: {found:?}, not {FIRST_LOSSES:?}");
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn the_first_losses_of_a_run() {
    quanta_core::train::block_on(first_losses());
}

#[cfg(target_family = "wasm")]
#[test]
async fn the_first_losses_of_a_run() {
    first_losses().await;
}
