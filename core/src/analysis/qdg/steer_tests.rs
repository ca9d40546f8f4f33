//! The causal check on models whose parts are known.

use super::tests::{learned, small};
use super::*;
use crate::analysis::AnalysisError;
use crate::analysis::gradients;
use crate::config::RunConfig;
use crate::record::{Checkpoint, Record};

/// A model with hidden units for each subtask alone, its samples, and a clustering by subtask and label, whose
/// gradients are opposite.
fn planted() -> (RunConfig, Checkpoint, Clusters) {
    let (config, checkpoint) = learned(4);
    let ask = Ask { similarities: vec![Similarity::Absolute], methods: vec![Method::Average], ..small() };
    let mut clusters = run(&config, &checkpoint, &ask, |_| true).unwrap();
    let samples = &clusters.samples;
    let truth = samples.quantum.iter().zip(&samples.target).map(|(quantum, target)| 2 * quantum + target).collect();
    clusters.clusterings = vec![Clustering::new(Similarity::Absolute, Method::Average, 8, truth)];
    (config, checkpoint, clusters)
}

#[test]
fn true_quanta_are_moved_alone_and_random_clusters_are_not() {
    let (config, checkpoint, clusters) = planted();
    let ask = CausalAsk { epsilon: 0.003, ..CausalAsk::default() };
    let mut told = Vec::new();
    let found = causal(&config, &checkpoint, &clusters, 0, ask, |done, of| {
        told.push((done, of));
        true
    })
    .unwrap();
    assert_eq!(told, (0..16).map(|done| (done, 16)).collect::<Vec<_>>());
    let (least, most) = (
        found.scores.iter().map(|score| score.unwrap()).fold(f64::MAX, f64::min),
        found.random.iter().map(|score| score.unwrap()).fold(0.0, f64::max),
    );
    let [median, of_random] = found.medians().map(Option::unwrap);
    assert!(least > most && median > 4.0 && of_random < 1.0, "{found:?}");
    assert_eq!(causal(&config, &checkpoint, &clusters, 0, ask, |_, _| true), Ok(found.clone()));
    let other = causal(&config, &checkpoint, &clusters, 0, CausalAsk { seed: 1, ..ask }, |_, _| true).unwrap();
    assert_ne!(other.scores, found.scores);
    let mut clusters = clusters;
    clusters.clusterings[0].causal = Some(found);
    clusters.clusterings.push(Clustering::new(Similarity::Signed, Method::Average, 1, vec![0; 60]));
    let mut record = Record::new(config);
    record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
    let read = Record::from_bytes(&record.to_bytes().unwrap()).unwrap();
    assert_eq!(Clusters::from_artifact(&read.artifacts[ARTIFACT]), Ok(clusters));
}

#[test]
fn small_steps_change_the_loss_by_the_inner_product_of_gradients() {
    let (config, checkpoint, clusters) = planted();
    let (model, samples) = (gradients::model(&config, &checkpoint).unwrap(), &clusters.samples);
    let members: Vec<usize> = (0..15).collect();
    let direction = model.unit_gradients(samples, &members).unwrap();
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let changes = |epsilon: f64| {
        let changes = changes(model.as_ref(), samples, &members, &direction, epsilon).unwrap();
        changes.into_iter().map(|change| change / (epsilon * norm(&model.parameters()))).collect::<Vec<f64>>()
    };
    let (near, far) = (changes(1e-6), changes(0.05));
    // A sample's own unit gradient, and its length: how much its loss changes along it.
    let first_order: Vec<f64> = members
        .iter()
        .map(|sample| {
            let own = model.unit_gradients(samples, &[*sample]).unwrap();
            let step = 1e-6 / norm(&model.parameters());
            let length = super::changes(model.as_ref(), samples, &[*sample], &own, step).unwrap()[0] / 1e-6;
            length * own.iter().zip(&direction).map(|(a, b)| a * b).sum::<f64>() / norm(&direction)
        })
        .collect();
    for ((near, far), expected) in near.iter().zip(&far).zip(&first_order) {
        assert!((near - expected).abs() < 1e-5 * expected.abs().max(1e-3), "{near}, {expected}");
        assert!((far - expected).abs() > 1e-2 * expected.abs(), "a finite step bends: {far}, {expected}");
    }
}

#[test]
fn what_has_no_score_says_why() {
    let (config, checkpoint, clusters) = planted();
    let (model, samples) = (gradients::model(&config, &checkpoint).unwrap(), &clusters.samples);
    let ask = CausalAsk::default();
    let of =
        |members: &[usize], others: &[usize]| score(model.as_ref(), samples, members, others, ask, 0).unwrap_err().to_string();
    assert!(of(&[3], &[4, 5]).contains("at least two are needed"));
    assert!(of(&[3, 4], &[]).contains("at least two are needed"));
    // Weights of zero, of which all gradients but those of the last biases are zero: the two labels cancel.
    let still = |epsilon: f64, direction: &[f64]| changes(model.as_ref(), samples, &[0], direction, epsilon).unwrap_err();
    let count = model.parameters().len();
    assert!(still(0.1, &vec![0.0; count]).to_string().contains("are zero"));
    assert_eq!(still(1e300, &vec![1.0; count]), AnalysisError::TooFar(1e300));
    let whole = |ask: CausalAsk, checkpoint: &Checkpoint, clusters: &Clusters| {
        causal(&config, checkpoint, clusters, 0, ask, |_, _| true).unwrap_err().to_string()
    };
    assert!(whole(CausalAsk { epsilon: 0.0, ..ask }, &checkpoint, &clusters).contains("above 0"));
    assert!(whole(CausalAsk { others: 0, ..ask }, &checkpoint, &clusters).contains("at least one"));
    let mut later = checkpoint.clone();
    later.step += 1;
    let said = whole(ask, &later, &clusters);
    assert!(said.contains("step 7") && said.contains("weights of step 8"), "{said}");
    let mut other = checkpoint.clone();
    other.arrays.get_mut("layers.1.weight").unwrap().values.iter_mut().for_each(|weight| *weight *= 0.7);
    let said = whole(ask, &other, &clusters);
    assert!(said.contains("the run that the clusters were made of"), "{said}");
    assert_eq!(causal(&config, &checkpoint, &clusters, 0, ask, |done, _| done < 2), Err(AnalysisError::Stopped));
    assert!(causal(&config, &checkpoint, &clusters, 1, ask, |_, _| true).is_err());
    // Clusters of one sample, and one cluster of all, have no score; that is no error.
    let mut lone = clusters.clone();
    lone.clusterings[0].labels = (0..60).map(|sample| u32::from(sample == 59)).collect();
    let found = causal(&config, &checkpoint, &lone, 0, ask, |_, _| true).unwrap();
    assert!(found.scores[0].is_some() && found.scores[1].is_none() && found.random[1].is_none(), "{found:?}");
    lone.clusterings[0].labels = vec![0; 60];
    assert_eq!(causal(&config, &checkpoint, &lone, 0, ask, |_, _| true).unwrap().scores, [None]);
}
