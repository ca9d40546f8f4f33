//! How often sentences have to be of each quantum for its labelled tokens to have their frequency.

use std::collections::BTreeMap;

use super::rule::Shape;

/// How often the shares are corrected. Each round leaves a small part of the error.
const ROUNDS: usize = 60;

/// The share of each quantum among the sentences of documents of `context` tokens after the first, so
/// that its share of all labelled tokens is `p`.
///
/// A document's last sentence is cut, which costs long sentences more of their labels. How many labels a
/// sentence keeps on average follows from how likely sentences are to begin at each place, and that from
/// the shares: they are found by repeating the two.
pub fn sentence_shares(p: &[f64], shapes: &[Shape], context: usize) -> Vec<f64> {
    let mut kinds: BTreeMap<(usize, &[usize]), usize> = BTreeMap::new();
    for shape in shapes {
        let next = kinds.len();
        kinds.entry((shape.len, &shape.labels)).or_insert(next);
    }
    let kind_of: Vec<usize> = shapes.iter().map(|shape| kinds[&(shape.len, shape.labels.as_slice())]).collect();
    let mut parts = vec![(0usize, &[][..]); kinds.len()];
    kinds.iter().for_each(|((len, labels), kind)| parts[*kind] = (*len, *labels));

    let normalised = |weights: Vec<f64>| {
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect::<Vec<f64>>()
    };
    let weight = |kind: usize| parts[kind].1.len().max(1) as f64;
    let mut shares = normalised(p.iter().zip(&kind_of).map(|(p, kind)| p / weight(*kind)).collect());
    for _ in 0..ROUNDS {
        let mut of_kind = vec![0.0; parts.len()];
        shares.iter().zip(&kind_of).for_each(|(share, kind)| of_kind[*kind] += share);
        let kept = kept_labels(&of_kind, &parts, context);
        shares = normalised(p.iter().zip(&kind_of).map(|(p, kind)| p / kept[*kind].max(1e-300)).collect());
    }
    shares
}

/// The labels that a document holds of each kind of sentence on average, per share of the kind.
fn kept_labels(of_kind: &[f64], parts: &[(usize, &[usize])], context: usize) -> Vec<f64> {
    // How likely a sentence begins at each of the places 0 … context − 1 after the first token.
    let mut begins = vec![0.0; context];
    begins[0] = 1.0;
    for at in 1..context {
        let ways = of_kind.iter().zip(parts).filter(|(_, (len, _))| *len <= at);
        begins[at] = ways.map(|(share, (len, _))| share * begins[at - len]).sum();
    }
    let sums: Vec<f64> = begins
        .iter()
        .scan(0.0, |sum, begin| {
            *sum += begin;
            Some(*sum)
        })
        .collect();
    // A label at place j of a sentence is kept where the sentence begins at context − 1 − j at the latest.
    let kept = |labels: &[usize]| labels.iter().filter(|at| **at < context).map(|at| sums[context - 1 - at]).sum();
    parts.iter().map(|(_, labels)| kept(labels)).collect()
}
