//! The task is what the paper says, and the same everywhere.

use super::*;
use crate::config::RunConfig;

fn tiny() -> RunConfig {
    RunConfig::of("n_tasks=10&n_bits=40&k=3&batch_size=500&seed=3")
}

#[test]
fn subsets_are_distinct_sorted_and_of_size_k() {
    let config = RunConfig::of("n_tasks=120&n_bits=10&k=3");
    let task = config.build_task().expect("a task").bits();
    let mut all = task.subsets().to_vec();
    assert!(all.iter().all(|s| s.len() == 3 && s.windows(2).all(|p| p[0] < p[1]) && s[2] < 10));
    all.sort();
    all.dedup();
    // C(10, 3) = 120: every subset there is.
    assert_eq!(all.len(), 120);
}

#[test]
fn labels_are_the_parity_of_the_subset() {
    let task = tiny().build_task().expect("a task").bits();
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
    let batch = tiny().with("batch_size=100000").build_task().expect("a task").bits().training_batch(0);
    let ones: u32 = batch.labels.iter().sum();
    // Five standard deviations: 5·√(100,000)/2 = 791.
    assert!((f64::from(ones) - 50_000.0).abs() < 791.0);
    let set: u32 = batch.bits.iter().map(|word| word.count_ones()).sum();
    assert!((f64::from(set) - 2_000_000.0).abs() < 5.0 * 1_000.0);
}

#[test]
fn a_step_names_its_batch() {
    let task = tiny().build_task().expect("a task").bits();
    assert_eq!(task.training_batch(9), task.training_batch(9));
    assert_ne!(task.training_batch(9).bits, task.training_batch(10).bits);
    assert_ne!(task.training_batch(9).bits, tiny().with("seed=4").build_task().expect("a task").bits().training_batch(9).bits);
}

#[test]
fn an_epoch_shows_every_sample_once() {
    let config = tiny().with("samples=1030&batch_size=103");
    let task = config.build_task().expect("a task").bits();
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
    let task = tiny().with("samples=7&batch_size=100").build_task().expect("a task").bits();
    assert_eq!(task.training_batch(0).len(), 7);
}

#[test]
fn test_samples_are_equal_in_number_and_in_order() {
    let task = tiny().with("eval_per_task=6").build_task().expect("a task").bits();
    let batch = task.test_batch(3, 0..10);
    assert_eq!(batch.len(), 60);
    assert!(batch.codes.chunks(6).enumerate().all(|(task, codes)| codes.iter().all(|c| *c == task as u32)));
    let part = task.test_batch(3, 4..6);
    assert_eq!(part.bits, batch.bits[4 * 6 * 2..6 * 6 * 2], "a range of subtasks sees the same samples");
    assert_ne!(task.test_batch(4, 4..6).bits, part.bits);
}

#[test]
fn a_majority_is_most_of_the_subset_and_needs_an_odd_number_of_bits() {
    let config = tiny().with("task=majority&k=5");
    assert_eq!(config.validate(), []);
    let task = config.build_task().expect("a task").bits();
    let batch = task.training_batch(0);
    for i in 0..batch.len() {
        let subset = &task.subsets()[batch.codes[i] as usize];
        let set = subset.iter().filter(|bit| batch.sample(i)[**bit as usize / 32] >> (**bit % 32) & 1 == 1).count();
        assert_eq!(batch.labels[i], u32::from(set >= 3));
    }
    let problems = config.with("k=4").validate();
    assert!(problems[0].to_string().contains("k is 4, but must be odd"), "{problems:?}");
}

#[test]
fn no_key_means_two_things_within_a_run() {
    for task in TaskConfig::all() {
        let config = RunConfig { task, ..RunConfig::default() };
        let mut names: Vec<&str> = config.fields().iter().map(|field| field.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}

/// Pins the generator: these words were printed once by this code, and must never change, in any
/// build, or old links and records stop meaning what they meant.
#[test]
fn known_answers() {
    let task = tiny().build_task().expect("a task").bits();
    let batch = task.training_batch(1);
    assert_eq!(
        (task.subsets()[0].as_slice(), &batch.codes[..2], &batch.bits[..4], &batch.labels[..4]),
        (&[5u32, 19, 34][..], &[0u32, 0][..], &[660_988_995u32, 158, 4_036_084_482, 215][..], &[1u32, 1, 1, 0][..])
    );
}

#[test]
fn the_task_and_the_data_can_have_seeds_of_their_own() {
    let of = |query: &str| tiny().with(query).build_task().expect("a task").bits();
    let (plain, other) = (of(""), of("seed=4"));
    let drawn = |task: &BitTask| (task.training_batch(2).bits, task.test_batch(7, 3..5).bits);
    let (task, data) = (of("seed_task=4"), of("seed_data=4"));
    assert!(task.subsets() == other.subsets() && task.subsets() != plain.subsets());
    assert_eq!(drawn(&task), drawn(&plain));
    assert_eq!(data.subsets(), plain.subsets());
    assert!(drawn(&data) == drawn(&other) && drawn(&data) != drawn(&plain));
    // A fixed data set and the order of its epochs too.
    let epochs = |query: &str| of(&format!("samples=700&{query}")).training_batch(3).bits;
    assert!(epochs("seed_data=4") == epochs("seed=4&seed_task=9") && epochs("seed_data=4") != epochs(""));
    // What has its own seed no longer follows the other.
    assert_eq!(of("seed=9&seed_task=3&seed_data=3").subsets(), plain.subsets());
}
