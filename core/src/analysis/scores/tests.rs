use super::*;
use crate::analysis::{AnalysisError, Symmetric};

/// Labels by a small congruence, the same in Python, where scikit-learn gave the numbers below.
fn congruence(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state >> 8
    }
}

fn labels(seed: u64, n: usize, k: u64) -> Vec<u32> {
    let mut next = congruence(seed);
    (0..n).map(|_| (next() % k) as u32).collect()
}

/// Two labellings of n samples in a and b classes; in the planted one every second sample agrees.
fn two(seeds: (u64, u64), n: usize, a: u64, b: u64, planted: bool) -> (Vec<u32>, Vec<u32>) {
    let (left, right) = (labels(seeds.0, n, a), labels(seeds.1, n, b));
    let mixed = right.iter().enumerate().map(|(i, label)| if planted && i % 2 == 0 { left[i] % b as u32 } else { *label });
    let mixed = mixed.collect();
    (left, mixed)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-10, "{found} instead of {expected}");
}

#[test]
fn agreement_is_scikit_learns() {
    // adjusted_rand_score, adjusted_mutual_info_score, normalized_mutual_info_score of scikit-learn 1.9.1.
    for (seeds, n, a, b, planted, expected) in [
        ((1, 2), 50, 4, 7, true, [0.3415961789897804, 0.3190892631446178, 0.4112701112158026]),
        ((1, 2), 50, 4, 7, false, [0.0012394431153258582, -0.026036203510878323, 0.11362988553988242]),
        ((3, 4), 200, 5, 5, true, [0.2608033700881076, 0.2734982437037474, 0.29233533699208164]),
        ((3, 4), 200, 5, 5, false, [0.0013155065480694522, 0.0013490243598633588, 0.027390796428665095]),
        ((5, 6), 30, 20, 25, true, [0.28535321622646276, 0.31244525507089027, 0.8269221290773107]),
        ((5, 6), 30, 20, 25, false, [0.01048906862125616, 0.01382696217348096, 0.758301986235384]),
        ((7, 8), 500, 12, 60, true, [0.34664560298192726, 0.400294263731347, 0.5171113155647866]),
        ((7, 8), 500, 12, 60, false, [-0.00038079187986363405, 0.0018221339226159176, 0.22176392347425777]),
    ] {
        let (truth, found) = two(seeds, n, a, b, planted);
        let scores = agreement(&truth, &found).unwrap();
        close(scores.ari, expected[0]);
        close(scores.ami, expected[1]);
        close(scores.nmi, expected[2]);
        // Agreement does not depend on which is which, nor on names.
        let renamed: Vec<u32> = truth.iter().map(|label| 1_000 - label).collect();
        let turned = agreement(&found, &renamed).unwrap();
        close(turned.ari, scores.ari);
        close(turned.ami, scores.ami);
    }
}

#[test]
fn purity_and_f1_are_scikit_learns() {
    for (seeds, n, a, b, purity, mean, first) in [
        ((1, 2), 50, 4, 7, 0.7, 0.6635495744191395, 0.7333333333333333),
        ((3, 4), 200, 5, 5, 0.595, 0.5866605439229493, 0.6585365853658537),
        ((5, 6), 30, 20, 25, 0.7666666666666667, 0.7788888888888889, 0.6666666666666666),
        ((7, 8), 500, 12, 60, 0.652, 0.6382032525140754, 0.5789473684210527),
    ] {
        let (truth, found) = two(seeds, n, a, b, true);
        close(agreement(&truth, &found).unwrap().purity, purity);
        let fit = best_f1(&truth, &found, None).unwrap();
        close(fit.mean, mean);
        close(fit.classes[0].f1, first);
        assert!(fit.families.is_empty());
    }
}

#[test]
fn extremes_are_one_and_zero() {
    let truth = [0, 0, 1, 1, 2, 2];
    let same = agreement(&truth, &[5, 5, 3, 3, 4, 4]).unwrap();
    assert_eq!((same.ari, same.purity, same.clusters), (1.0, 1.0, 3));
    close(same.ami, 1.0);
    close(same.nmi, 1.0);
    let lump = agreement(&truth, &[0; 6]).unwrap();
    assert_eq!((lump.ari, lump.nmi), (0.0, 0.0));
    assert!(lump.ami.abs() < 1e-12);
    let apart = agreement(&truth, &[0, 1, 2, 3, 4, 5]).unwrap();
    assert_eq!((apart.ari, apart.purity), (0.0, 1.0));
    assert!(apart.ami.abs() < 1e-6, "{}", apart.ami);
    let one = agreement(&[3, 3], &[1, 1]).unwrap();
    assert_eq!((one.ari, one.ami, one.nmi), (1.0, 1.0, 1.0));
}

#[test]
fn families_are_means_of_their_quanta() {
    let truth = [0, 0, 1, 1, 2, 2];
    let family = ["a", "a", "a", "a", "b", "b"].map(str::to_owned);
    let fit = best_f1(&truth, &[0, 0, 0, 1, 2, 2], Some(&family)).unwrap();
    // Class 0: 2·2/(2+3), class 1: 2·1/(2+1).
    close(fit.families["a"], 0.5 * (0.8 + 2.0 / 3.0));
    close(fit.families["b"], 1.0);
    let mixed = ["a", "b", "a", "a", "b", "b"].map(str::to_owned);
    assert!(best_f1(&truth, &[0; 6], Some(&mixed)).unwrap_err().to_string().contains("“a” and “b”"));
}

#[test]
fn lists_of_different_lengths_are_refused() {
    let said = agreement(&[0, 1], &[0]).unwrap_err().to_string();
    assert!(said.contains("the truth has 2 labels and the clustering has 1"), "{said}");
    assert_eq!(agreement(&[], &[]), Err(AnalysisError::Empty("the truth".to_owned())));
    assert!(best_f1(&[0, 1], &[0, 1], Some(&["a".to_owned()])).is_err());
    let similarity = Symmetric::new(2, vec![1.0, 0.5, 0.5, 1.0]).unwrap();
    assert!(pair_scores(&similarity, &[0, 1], &[0]).unwrap_err().to_string().contains("the targets has 1"));
}

#[test]
fn pairs_are_ranked_as_by_scikit_learn() {
    let n = 60;
    let mut next = congruence(9);
    let mut vectors: Vec<[f64; 5]> = (0..n).map(|_| [(); 5].map(|()| next() as f64 / f64::from(1 << 23) * 2.0 - 1.0)).collect();
    let (quantum, target) = (labels(10, n, 4), labels(11, n, 3));
    vectors.iter_mut().zip(&quantum).for_each(|(vector, quantum)| vector[*quantum as usize] += 1.0);
    let dot = |a: &[f64; 5], b: &[f64; 5]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cosine = |a: &[f64; 5], b: &[f64; 5]| (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()) as f32;
    let values = vectors.iter().flat_map(|a| vectors.iter().map(move |b| cosine(a, b))).collect();
    let found = pair_scores(&Symmetric::from_values(n, values), &quantum, &target).unwrap();
    // roc_auc_score over pairs; ranking in cells and single precision may move the last digits.
    assert!((found.auc_same_target.unwrap() - 0.6839729119638827).abs() < 1e-5);
    assert!((found.auc_other_target.unwrap() - 0.7217461941621688).abs() < 1e-5);
    for (kind, pairs, mean) in [
        (found.same_quantum_same_target, 152, 0.2615209142496621),
        (found.same_quantum_other_target, 289, 0.299995146005739),
        (found.other_quantum_same_target, 443, -0.010345025440302061),
        (found.other_quantum_other_target, 886, -0.041475607485387915),
    ] {
        assert_eq!(kind.pairs, pairs);
        assert!((kind.mean.unwrap() - mean).abs() < 1e-6);
    }
    let alone = pair_scores(&Symmetric::new(2, vec![1.0, 0.5, 0.5, 1.0]).unwrap(), &[0, 0], &[1, 1]).unwrap();
    assert_eq!((alone.auc_same_target, alone.other_quantum_other_target.mean), (None, None));
}

/// The stability of labels over five parts, each clustered by `cluster`.
fn stability(labels: &[u32], mut cluster: impl FnMut(&[usize]) -> Vec<u32>) -> Stability {
    let mut parts = Parts::new(labels);
    for draw in 0..5 {
        let part = part(labels.len(), 1, draw);
        assert_eq!(part.len(), (labels.len() * 4).div_ceil(5));
        parts.add(&part, &cluster(&part)).unwrap();
    }
    parts.finish().unwrap()
}

#[test]
fn stability_is_one_for_a_rule_and_nothing_for_chance() {
    let truth: Vec<u32> = (0..200).map(|i| (i % 4) as u32).collect();
    let rule = stability(&truth, |part| part.iter().map(|sample| (sample % 4) as u32).collect());
    assert_eq!((rule.draws, rule.ari, rule.jaccard), (5, 1.0, vec![Some(1.0); 4]));
    let mut next = congruence(5);
    let chance = stability(&truth, |part| part.iter().map(|_| (next() % 4) as u32).collect());
    assert!(chance.ari.abs() < 0.05, "{chance:?}");
    assert!(chance.jaccard.iter().all(|index| index.unwrap() < 0.4));
    // One cluster is split in every part: its larger half is what is left of it.
    let split =
        stability(&truth, |part| part.iter().map(|s| if s % 4 == 0 { 4 + (s / 4 % 2) as u32 } else { (s % 4) as u32 }).collect());
    assert!((split.jaccard[0].unwrap() - 0.52).abs() < 0.05 && split.jaccard[1] == Some(1.0));
    assert_eq!(Parts::new(&truth).finish(), None);
    assert!(Parts::new(&truth).add(&[0, 1], &[0]).is_err());
}

#[test]
fn the_best_jaccard_index_is_within_the_part() {
    // Clusters {0, 1, 2} and {3, 4}, and {5}, which the part leaves out. Found: {0, 1} and {2, 3, 4}.
    let mut parts = Parts::new(&[0, 0, 0, 1, 1, 2]);
    parts.add(&[0, 1, 2, 3, 4], &[7, 7, 9, 9, 9]).unwrap();
    let found = parts.finish().unwrap();
    assert_eq!(found.jaccard, [Some((2.0f64 / 3.0) as f32), Some((2.0f64 / 3.0) as f32), None]);
}
