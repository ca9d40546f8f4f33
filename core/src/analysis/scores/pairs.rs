//! What a similarity says of pairs of samples: does it see the quantum, or only the target?

use serde::{Deserialize, Serialize};

use crate::analysis::{AnalysisError, Symmetric};

/// Cells over the range of cosines, in which they are ranked: finer than their rounding error.
const CELLS: usize = 1 << 20;

/// Pairs of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KindOfPairs {
    /// How many pairs there are.
    pub pairs: u64,
    /// Their mean cosine; none without pairs.
    pub mean: Option<f64>,
}

/// The similarity of pairs against a truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairScores {
    /// The same quantum and the same target.
    pub same_quantum_same_target: KindOfPairs,
    /// The same quantum, another target: high where the similarity sees the skill.
    pub same_quantum_other_target: KindOfPairs,
    /// Another quantum, the same target: high where it sees the word.
    pub other_quantum_same_target: KindOfPairs,
    /// Neither the same.
    pub other_quantum_other_target: KindOfPairs,
    /// The probability that of two pairs with the same target, one of one quantum and one of two, the
    /// first is the more alike; ½ is chance. None where one of the kinds has no pairs.
    pub auc_same_target: Option<f64>,
    /// The same among pairs with different targets: this one no similarity of words can pass.
    pub auc_other_target: Option<f64>,
}

impl PairScores {
    /// The mean cosines of the four kinds, in the order of the fields.
    pub fn means(&self) -> [Option<f64>; 4] {
        let Self { same_quantum_same_target: both, same_quantum_other_target: quantum, .. } = self;
        let Self { other_quantum_same_target: target, other_quantum_other_target: neither, .. } = self;
        [both.mean, quantum.mean, target.mean, neither.mean]
    }
}

/// Measures a similarity with values from −1 to 1 (cosines; other ones are cut off) over all pairs of
/// samples, of which `quantum` and `target` say what is known.
///
/// # Errors
/// If the lists are not as long as the similarity.
pub fn pair_scores(similarity: &Symmetric, quantum: &[u32], target: &[u32]) -> Result<PairScores, AnalysisError> {
    let n = similarity.n();
    for (name, list) in [("the quanta", quantum), ("the targets", target)] {
        if list.len() != n {
            return Err(AnalysisError::Lengths {
                left_name: "the similarity".to_owned(),
                left: n,
                right_name: name.to_owned(),
                right: list.len(),
            });
        }
    }
    // [same target?][same quantum?]
    let mut sums = [[0f64; 2]; 2];
    let mut counts = [[0u64; 2]; 2];
    let mut cells = [[(); 2]; 2].map(|kinds| kinds.map(|()| vec![0u32; CELLS + 1]));
    for i in 0..n {
        for (j, value) in similarity.row(i).iter().enumerate().skip(i + 1) {
            let (same_target, same_quantum) = (usize::from(target[i] == target[j]), usize::from(quantum[i] == quantum[j]));
            let value = f64::from(value.clamp(-1.0, 1.0));
            sums[same_target][same_quantum] += value;
            counts[same_target][same_quantum] += 1;
            cells[same_target][same_quantum][((value + 1.0) * 0.5 * CELLS as f64) as usize] += 1;
        }
    }
    let kind = |same_quantum: usize, same_target: usize| {
        let pairs = counts[same_target][same_quantum];
        KindOfPairs { pairs, mean: (pairs > 0).then(|| sums[same_target][same_quantum] / pairs as f64) }
    };
    Ok(PairScores {
        same_quantum_same_target: kind(1, 1),
        same_quantum_other_target: kind(1, 0),
        other_quantum_same_target: kind(0, 1),
        other_quantum_other_target: kind(0, 0),
        auc_same_target: auc(&cells[1]),
        auc_other_target: auc(&cells[0]),
    })
}

/// The area under the curve from counts of negatives and positives in ascending cells; ties count half.
fn auc([negatives, positives]: &[Vec<u32>; 2]) -> Option<f64> {
    let (mut below, mut wins) = (0f64, 0f64);
    for (negative, positive) in negatives.iter().zip(positives) {
        wins += f64::from(*positive) * (below + 0.5 * f64::from(*negative));
        below += f64::from(*negative);
    }
    let positives: f64 = positives.iter().copied().map(f64::from).sum();
    (below > 0.0 && positives > 0.0).then(|| wins / (below * positives))
}
