//! The task is what the paper says, and the same everywhere.

use super::*;
use crate::config::RunConfig;

fn tiny() -> RunConfig {
    RunConfig { n_tasks: 10, n_bits: 40, k: 3, batch_size: 500, seed: 3, ..RunConfig::default() }
}

#[test]
fn subsets_are_distinct_sorted_and_of_size_k() {
    let config = RunConfig { n_tasks: 120, n_bits: 10, k: 3, ..RunConfig::default() };
    let task = SparseParity::new(&config);
    let mut all = task.subsets().to_vec();
    assert!(all.iter().all(|s| s.len() == 3 && s.windows(2).all(|p| p[0] < p[1]) && s[2] < 10));
    all.sort();
    all.dedup();
    // C(10, 3) = 120: every subset there is.
    assert_eq!(all.len(), 120);
}

#[test]
fn labels_are_the_parity_of_the_subset() {
    let task = SparseParity::new(&tiny());
    let batch = task.training_batch(5);
    for i in 0..batch.len() {
        let bits = batch.sample(i);
        let ones: u32 = task.subsets()[batch.codes[i] as usize].iter().map(|&j| (bits[j as usize / 32] >> (j % 32)) & 1).sum();
        assert_eq!(batch.labels[i], ones % 2);
        assert_eq!(bits[1] >> 8, 0, "bits past the last are 0");
    }
    assert!(batch.codes.is_sorted());
}

#[test]
fn labels_are_balanced_and_bits_are_fair() {
    let batch = SparseParity::new(&RunConfig { batch_size: 100_000, ..tiny() }).training_batch(0);
    let ones: u32 = batch.labels.iter().sum();
    // Five standard deviations: 5·√(100,000)/2 = 791.
    assert!((f64::from(ones) - 50_000.0).abs() < 791.0);
    let set: u32 = batch.bits.iter().map(|word| word.count_ones()).sum();
    assert!((f64::from(set) - 2_000_000.0).abs() < 5.0 * 1_000.0);
}

#[test]
fn a_step_names_its_batch() {
    let task = SparseParity::new(&tiny());
    assert_eq!(task.training_batch(9), task.training_batch(9));
    assert_ne!(task.training_batch(9).bits, task.training_batch(10).bits);
    assert_ne!(task.training_batch(9).bits, SparseParity::new(&RunConfig { seed: 4, ..tiny() }).training_batch(9).bits);
}

#[test]
fn an_epoch_shows_every_sample_once() {
    let config = RunConfig { samples: 1_030, batch_size: 103, ..tiny() };
    let task = SparseParity::new(&config);
    let epoch = |first: u64| {
        let mut seen: Vec<(u32, Vec<u32>)> = (first..first + 10)
            .flat_map(|step| {
                let batch = task.training_batch(step);
                (0..batch.len()).map(|i| (batch.codes[i], batch.sample(i).to_vec())).collect::<Vec<_>>()
            })
            .collect();
        seen.sort();
        seen
    };
    assert_eq!(epoch(0), epoch(10));
    assert_ne!(task.training_batch(0), task.training_batch(10));
}

#[test]
fn a_batch_larger_than_the_data_is_the_data() {
    let task = SparseParity::new(&RunConfig { samples: 7, batch_size: 100, ..tiny() });
    assert_eq!(task.training_batch(0).len(), 7);
}

#[test]
fn test_samples_are_equal_in_number_and_in_order() {
    let task = SparseParity::new(&tiny());
    let batch = task.test_batch(3, 0..10, 6);
    assert_eq!(batch.len(), 60);
    assert!(batch.codes.chunks(6).enumerate().all(|(task, codes)| codes.iter().all(|c| *c == task as u32)));
    let part = task.test_batch(3, 4..6, 6);
    assert_eq!(part.bits, batch.bits[4 * 6 * 2..6 * 6 * 2], "a range of subtasks sees the same samples");
    assert_ne!(task.test_batch(4, 4..6, 6).bits, part.bits);
}

/// Pins the generator: these words were printed once by this code, and must never change, in any
/// build, or old links and records stop meaning what they meant.
#[test]
fn known_answers() {
    let task = SparseParity::new(&tiny());
    let batch = task.training_batch(1);
    assert_eq!(
        (task.subsets()[0].as_slice(), &batch.codes[..2], &batch.bits[..4], &batch.labels[..4]),
        (&[5u32, 19, 34][..], &[0u32, 0][..], &[660_988_995u32, 158, 4_036_084_482, 215][..], &[1u32, 1, 1, 0][..])
    );
}
