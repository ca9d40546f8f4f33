//! A file of clusters that is made in code: samples of a planted language, and labels that are told by
//! rules, so that every number on the page is known.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use quanta_core::analysis::qdg::{ARTIFACT, Ask, Clustering, Clusters, Inputs, Measured, Method, Samples, Similarity};
use quanta_core::analysis::scores::{KindOfPairs, PairScores};
use quanta_core::config::{RunConfig, preset};
use quanta_core::record::{Record, Status};
use quanta_core::task::language::NO_LABEL;
use quanta_core::task::{AnyTask, Task as _};

/// Samples of each quantum.
pub const EACH: usize = 12;

/// The settings of the planted language.
pub fn config() -> RunConfig {
    preset("language").expect("a preset").config()
}

/// A record that holds clusters: by quantum but for every tenth sample, by target, and by last token.
pub fn record() -> Record {
    let config = config();
    let mut record = Record::new(config.clone());
    record.status = Status::Finished;
    record.artifacts.insert(ARTIFACT.to_owned(), clusters(&config).to_artifact());
    record
}

/// The clusters.
pub fn clusters(config: &RunConfig) -> Clusters {
    let samples = samples(config);
    let quanta = samples.quanta() as u32;
    let quantum: Vec<u32> = samples
        .quantum
        .iter()
        .enumerate()
        .map(|(i, quantum)| if i % 10 == 9 { (quantum + 1) % quanta } else { *quantum })
        .collect();
    let last = samples.last().expect("tokens");
    let one = |similarity, method, labels: &[u32]| {
        let labels = by_size(labels);
        let k = labels.iter().max().map_or(0, |last| *last as usize + 1);
        Clustering::new(similarity, method, k, labels)
    };
    let eighths: Vec<u32> = quantum.iter().map(|quantum| quantum / 8).collect();
    let clusterings = vec![
        one(Similarity::Signed, Method::Spectral, &samples.target),
        one(Similarity::Signed, Method::Average, &last),
        one(Similarity::Absolute, Method::Spectral, &eighths),
        one(Similarity::Absolute, Method::Spectral, &quantum),
    ];
    let kind = |mean: f64| KindOfPairs { pairs: 1_000, mean: Some(mean) };
    let pairs = |means: [f64; 4], auc: f64| PairScores {
        same_quantum_same_target: kind(means[0]),
        same_quantum_other_target: kind(means[1]),
        other_quantum_same_target: kind(means[2]),
        other_quantum_other_target: kind(means[3]),
        auc_same_target: Some(0.8),
        auc_other_target: Some(auc),
    };
    let measured = vec![
        Measured { similarity: Similarity::Signed, pairs: pairs([0.41, -0.05, 0.32, -0.01], 0.512), map: None },
        Measured { similarity: Similarity::Absolute, pairs: pairs([0.55, 0.38, 0.31, 0.12], 0.934), map: None },
    ];
    Clusters {
        step: 1_200,
        ask: Ask { samples: samples.len(), ..Ask::default() },
        samples,
        zeros: 3,
        measured,
        clusterings,
        readers: Vec::new(),
        model: None,
    }
}

/// So many samples of every quantum, in order of the quanta, from the documents of tests.
fn samples(config: &RunConfig) -> Samples {
    let Ok(AnyTask::Language(task)) = config.build_task() else { panic!("a planted language") };
    let quanta = task.planted().len();
    let mut of: BTreeMap<u32, Vec<(Vec<u32>, u32)>> = BTreeMap::new();
    for draw in 0..4 {
        let batch = task.test_batch(draw, 0..quanta);
        for (at, label) in batch.labels.iter().enumerate().filter(|(_, label)| **label != NO_LABEL) {
            let all = of.entry(*label).or_default();
            if all.len() < EACH {
                all.push((batch.document(at / batch.context).to_vec(), (at % batch.context) as u32));
            }
        }
    }
    let context = task.context();
    let mut samples = Samples {
        quantum: Vec::new(),
        target: Vec::new(),
        loss: Vec::new(),
        families: task.planted().iter().map(|quantum| quantum.rule.family().to_owned()).collect(),
        names: Default::default(),
        inputs: Inputs::Tokens { context, tokens: Vec::new(), place: Vec::new() },
    };
    for (quantum, all) in of {
        for (at, (document, place)) in all.into_iter().enumerate() {
            samples.quantum.push(quantum);
            samples.target.push(document[place as usize + 1]);
            samples.loss.push(0.1 * (at * at) as f32 / (EACH * EACH) as f32);
            if let Inputs::Tokens { tokens, place: places, .. } = &mut samples.inputs {
                tokens.extend(document);
                places.push(place);
            }
        }
    }
    samples
}

/// The same clusters, numbered from the largest.
fn by_size(labels: &[u32]) -> Vec<u32> {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    labels.iter().for_each(|label| *sizes.entry(*label).or_default() += 1);
    let mut order: Vec<(u32, usize)> = sizes.into_iter().collect();
    order.sort_by_key(|(label, size)| (Reverse(*size), *label));
    let names: BTreeMap<u32, u32> = order.iter().enumerate().map(|(rank, (label, _))| (*label, rank as u32)).collect();
    labels.iter().map(|label| names[label]).collect()
}
