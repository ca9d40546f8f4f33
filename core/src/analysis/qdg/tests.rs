use super::*;
use crate::analysis::AnalysisError;
use crate::config::RunConfig;
use crate::record::{Array, Arrays, Checkpoint, Record};
use crate::rng::{Rng, Stream};

/// Settings, and a checkpoint in which each subtask has hidden units of its own: two that its code opens,
/// which read its own bits.
pub(super) fn learned(n_tasks: usize) -> (RunConfig, Checkpoint) {
    let query = format!("n_tasks={n_tasks}&n_bits=16&k=2&width={}&batch_size=200&steps=100&alpha=0.2", 2 * n_tasks);
    let config = RunConfig::from_query(&query, &[]).unwrap();
    let subsets = config.subsets().unwrap();
    let (inputs, width) = (n_tasks + 16, 2 * n_tasks);
    let mut rng = Rng::new(5, Stream::Clusters, 0);
    let mut first: Vec<f32> = (0..inputs * width).map(|_| rng.symmetric(0.02)).collect();
    for (task, bits) in subsets.iter().enumerate() {
        for unit in [2 * task, 2 * task + 1] {
            let sign = if unit % 2 == 0 { 1.0 } else { -1.0 };
            // Of two bits the halves sum up to 12 where they are the same, else to 8.
            first[task * width + unit] = 24.0 - 8.0 * sign;
            bits.iter().for_each(|bit| first[(n_tasks + *bit as usize) * width + unit] = 8.0 * sign);
        }
    }
    let second: Vec<f32> = (0..width).flat_map(|_| [1.0, -1.0]).collect();
    let array = |shape: &[usize], values: Vec<f32>| Array { shape: shape.to_vec(), values };
    let arrays: Arrays = [
        ("layers.0.weight", array(&[inputs, width], first)),
        ("layers.0.bias", array(&[width], vec![-20.0; width])),
        ("layers.1.weight", array(&[width, 2], second)),
        ("layers.1.bias", array(&[2], vec![-10.0, 10.0])),
    ]
    .into_iter()
    .map(|(name, array)| (name.to_owned(), array))
    .collect();
    (config, Checkpoint { step: 7, arrays })
}

pub(super) fn small() -> Ask {
    Ask { samples: 60, below: 0.1, neighbours: 5, starts: 4, ..Ask::default() }
}

#[test]
fn subtasks_with_units_of_their_own_are_found_and_kept_in_a_record() {
    let (config, checkpoint) = learned(4);
    let mut stages = Vec::new();
    // Of each subtask three: both bits set, none, or one of them, which open different units.
    let clusters = run(&config, &checkpoint, &Ask { k: vec![12], stability: 3, ..small() }, |stage| {
        stages.push(stage);
        true
    })
    .unwrap();
    assert_eq!(stages.len(), 2 + Similarity::ALL.len() * (2 + 3 + Method::ALL.len()));
    assert_eq!((clusters.step, clusters.samples.len(), clusters.samples.quanta()), (7, 60, 4));
    let rows = scores(&clusters).unwrap();
    let purity = |scored: Scored| rows.iter().find(|row| row.scored == scored).unwrap().agreement.purity;
    for similarity in Similarity::ALL.iter().copied() {
        assert_eq!(purity(Scored::Found(similarity, Method::Average)), 1.0, "{rows:#?}");
    }
    assert!(purity(Scored::Baseline(Baseline::Uniform)) < 0.6 && purity(Scored::Baseline(Baseline::Target)) < 0.6);
    for one in &clusters.clusterings {
        let (blocks, stability) = (one.blocks.as_ref().unwrap(), one.stability.as_ref().unwrap());
        let count = crate::analysis::labels::count(&one.labels);
        assert_eq!((blocks.clusters(), stability.jaccard.len(), stability.draws), (count, count, 3));
    }
    let average = clusters.find(Some("absolute"), Some("average"), None).unwrap();
    let stability = clusters.clusterings[average].stability.as_ref().unwrap();
    assert!(stability.ari > 0.9 && stability.jaccard.iter().flatten().all(|index| *index > 0.5), "{stability:?}");
    assert!(clusters.measured.iter().all(|one| one.map.as_ref().is_some_and(|map| map.len() == 60)));
    let mut record = Record::new(config);
    record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
    let read = Record::from_bytes(&record.to_bytes().unwrap()).unwrap();
    assert_eq!(Clusters::from_artifact(&read.artifacts[ARTIFACT]), Ok(clusters));
}

#[test]
fn balanced_samples_are_as_many_of_each_and_natural_ones_follow_use() {
    let (config, checkpoint) = learned(4);
    let count = |draw: Draw| {
        let ask = Ask { draw, samples: 400, similarities: vec![Similarity::Residual], methods: vec![Method::Average], ..small() };
        let samples = run(&config, &checkpoint, &ask, |_| true).unwrap().samples;
        (0..4).map(|quantum| samples.quantum.iter().filter(|one| **one == quantum).count()).collect::<Vec<usize>>()
    };
    assert_eq!(count(Draw::Balanced), [100; 4]);
    let natural = count(Draw::Natural);
    // Four binomial deviations about 400 p_k.
    for (count, p) in natural.iter().zip(config.quanta().p()) {
        assert!((*count as f64 - 400.0 * p).abs() < 4.0 * (400.0 * p * (1.0 - p)).sqrt(), "{natural:?}");
    }
}

#[test]
fn a_projection_keeps_similarities_about_as_they_are() {
    let (config, checkpoint) = learned(4);
    let auc = |projection: usize| {
        let ask = Ask { projection, similarities: vec![Similarity::Signed], methods: vec![Method::Average], ..small() };
        run(&config, &checkpoint, &ask, |_| true).unwrap().measured[0].pairs.same_quantum_same_target.mean.unwrap()
    };
    let exact = auc(0);
    assert!((auc(12) - exact).abs() < 0.15 && auc(1) != exact, "{exact}, {}, {}", auc(12), auc(1));
}

#[test]
fn gradients_are_taken_by_the_chosen_layers_alone() {
    let (config, checkpoint) = learned(4);
    let pairs = |layers: &[&str]| {
        let layers = layers.iter().map(|name| (*name).to_owned()).collect();
        let ask = Ask { layers, similarities: vec![Similarity::Absolute], methods: vec![Method::Average], ..small() };
        run(&config, &checkpoint, &ask, |_| true).map(|clusters| clusters.measured[0].pairs)
    };
    let all = pairs(&[]).unwrap();
    assert_eq!(pairs(&["layers.0", "layers.1"]).unwrap(), all);
    assert_eq!(pairs(&["layers"]).unwrap(), all);
    let [first, last] = [pairs(&["layers.0"]).unwrap(), pairs(&["1"]).unwrap()];
    assert!(first != all && last != all && first != last);
    let said = pairs(&["layer"]).unwrap_err().to_string();
    assert!(said.contains("no layer is named “layer”: there are layers.0, layers.1"), "{said}");
}

#[test]
fn a_stopped_analysis_goes_on_to_the_same_result() {
    struct UntilKept<'a>(&'a mut Option<Clusters>);
    impl Watch for UntilKept<'_> {
        fn begin(&mut self, _: Stage) -> bool {
            self.0.is_none()
        }
        fn keep(&mut self, so_far: &Clusters) {
            *self.0 = Some(so_far.clone());
        }
    }
    let (config, checkpoint) = learned(4);
    let ask = Ask { stability: 2, ..small() };
    let whole = run(&config, &checkpoint, &ask, |_| true).unwrap();
    assert!(whole.left().is_empty());
    let mut kept = None;
    assert_eq!(run(&config, &checkpoint, &ask, UntilKept(&mut kept)), Err(AnalysisError::Stopped));
    let begun = Clusters::from_artifact(&kept.unwrap().to_artifact()).unwrap();
    assert_eq!(begun.left(), &ask.similarities[1..]);
    let (mut later, mut stages) = (checkpoint.clone(), 0);
    later.step += 1;
    assert!(go_on(&config, &later, begun.clone(), |_| true).unwrap_err().to_string().contains("the run is at step"));
    let gone_on = go_on(&config, &checkpoint, begun, |_| {
        stages += 1;
        true
    });
    assert_eq!(gone_on.as_ref(), Ok(&whole));
    assert_eq!(stages, 1 + ask.stages(ask.similarities.len()) - ask.stages(1));
    // Nothing is left: nothing is done.
    assert_eq!(go_on(&config, &checkpoint, whole.clone(), |_| false), Ok(whole));
}

#[test]
fn what_cannot_be_done_is_a_sentence() {
    let (config, checkpoint) = learned(4);
    let said = |ask: Ask| run(&config, &checkpoint, &ask, |_| true).unwrap_err().to_string();
    assert!(said(Ask { samples: 1, ..small() }).contains("at least two are needed"));
    assert!(said(Ask { k: vec![61], ..small() }).contains("61 clusters of 60 samples"));
    assert!(said(Ask { neighbours: 60, ..small() }).contains("60 nearest neighbours"));
    assert!(said(Ask { below: 1e-30, ..small() }).contains("have a loss under"));
    let mut stopped = 0;
    let answer = run(&config, &checkpoint, &small(), |_| {
        stopped += 1;
        stopped < 3
    });
    assert_eq!(answer.unwrap_err(), AnalysisError::Stopped);
    let (config, mut checkpoint) = learned(4);
    checkpoint.arrays.get_mut("layers.0.weight").unwrap().values[3] = f32::NAN;
    assert!(run(&config, &checkpoint, &small(), |_| true).unwrap_err().to_string().contains("NaN"));
    checkpoint.arrays.clear();
    assert!(run(&config, &checkpoint, &small(), |_| true).unwrap_err().to_string().contains("has no “layers.0.weight”"));
}

#[test]
fn an_artifact_that_lacks_a_part_names_it() {
    let (config, checkpoint) = learned(3);
    let ask = Ask { similarities: vec![Similarity::Signed], methods: vec![Method::Average], samples: 12, ..small() };
    let artifact = run(&config, &checkpoint, &ask, |_| true).unwrap().to_artifact();
    // Files from before there were maps and blocks still open.
    let mut old = artifact.clone();
    ["maps", "blocks"].iter().for_each(|name| assert!(old.arrays.remove(*name).is_some(), "{name}"));
    old.made_by["ask"].as_object_mut().unwrap().remove("stability").unwrap();
    let old = Clusters::from_artifact(&old).unwrap();
    assert!(old.measured.iter().all(|one| one.map.is_none()) && old.clusterings.iter().all(|one| one.blocks.is_none()));
    for name in ["maps", "blocks"] {
        let mut broken = artifact.clone();
        broken.arrays.get_mut(name).unwrap().values.pop();
        let said = Clusters::from_artifact(&broken).unwrap_err().to_string();
        assert!(said.contains(&format!("`{name}`")), "{said}");
    }
    for name in ["quantum", "labels", "bits", "loss_nats"] {
        let mut broken = artifact.clone();
        broken.arrays.remove(name);
        let said = Clusters::from_artifact(&broken).unwrap_err().to_string();
        assert!(said.contains(&format!("`{name}`")), "{said}");
    }
}
