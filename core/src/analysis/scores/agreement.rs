//! Agreement of two labellings, corrected for chance or not, as scikit-learn defines it.

use serde::Serialize;

use super::Contingency;
use crate::analysis::AnalysisError;

/// How far a clustering agrees with a truth; 1 is all of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Adjusted Rand index: 0 is what chance gives.
    pub ari: f64,
    /// Adjusted mutual information, by the mean of the two entropies: 0 is what chance gives.
    pub ami: f64,
    /// Normalised mutual information, by the mean of the two entropies: rises with k by chance alone.
    pub nmi: f64,
    /// The share of samples that are of their cluster's most frequent class: rises with k too.
    pub purity: f64,
    /// How many clusters have samples.
    pub clusters: usize,
}

/// All of [`Agreement`].
///
/// # Errors
/// If the lists have different lengths, or none.
pub fn agreement(truth: &[u32], found: &[u32]) -> Result<Agreement, AnalysisError> {
    let table = Contingency::new(truth, found)?;
    Ok(Agreement {
        ari: adjusted_rand_index(&table),
        ami: adjusted_mutual_information(&table),
        nmi: normalized_mutual_information(&table),
        purity: purity(&table),
        clusters: table.clusters.len(),
    })
}

/// The adjusted Rand index (Hubert & Arabie 1985); 1 where both put all samples together, or all apart.
pub fn adjusted_rand_index(table: &Contingency) -> f64 {
    let square = |counts: &mut dyn Iterator<Item = usize>| counts.map(|count| (count as f64).powi(2)).sum::<f64>();
    let n = table.n as f64;
    let both = square(&mut table.cells.iter().map(|cell| cell.2));
    let classes = square(&mut table.classes.iter().copied());
    let clusters = square(&mut table.clusters.iter().copied());
    // Ordered pairs of samples: together in both, in one alone, in neither.
    let (together, one, other) = (both - n, clusters - both, classes - both);
    let neither = n * n - both - one - other;
    if one == 0.0 && other == 0.0 {
        return 1.0;
    }
    2.0 * (together * neither - one * other) / ((together + one) * (one + neither) + (together + other) * (other + neither))
}

/// The share of samples that are of their cluster's most frequent class.
pub fn purity(table: &Contingency) -> f64 {
    let mut most = vec![0; table.clusters.len()];
    table.cells.iter().for_each(|(_, cluster, count)| most[*cluster] = most[*cluster].max(*count));
    most.iter().sum::<usize>() as f64 / table.n as f64
}

/// Mutual information over the mean of the two entropies.
pub fn normalized_mutual_information(table: &Contingency) -> f64 {
    if table.classes.len() == 1 && table.clusters.len() == 1 {
        return 1.0;
    }
    let information = mutual_information(table);
    if information <= f64::EPSILON {
        return 0.0;
    }
    information / (0.5 * (entropy(&table.classes, table.n) + entropy(&table.clusters, table.n)))
}

/// Mutual information minus what chance gives at these sizes of classes and clusters, over the same of
/// the mean entropy (Vinh, Epps & Bailey 2010).
pub fn adjusted_mutual_information(table: &Contingency) -> f64 {
    if table.classes.len() == 1 && table.clusters.len() == 1 {
        return 1.0;
    }
    let expected = expected_mutual_information(table);
    let entropy = 0.5 * (entropy(&table.classes, table.n) + entropy(&table.clusters, table.n));
    let span = entropy - expected;
    // scikit-learn keeps the sign and away from 0.
    let span = if span < 0.0 { span.min(-f64::EPSILON) } else { span.max(f64::EPSILON) };
    (mutual_information(table) - expected) / span
}

/// −Σ p ln p over the sizes.
fn entropy(sizes: &[usize], n: usize) -> f64 {
    if sizes.len() == 1 {
        return 0.0;
    }
    -sizes.iter().map(|size| *size as f64 / n as f64).map(|p| p * p.ln()).sum::<f64>()
}

fn mutual_information(table: &Contingency) -> f64 {
    let n = table.n as f64;
    let term = |(class, cluster, count): &(usize, usize, usize)| {
        let (both, class, cluster) = (*count as f64, table.classes[*class] as f64, table.clusters[*cluster] as f64);
        both / n * (n * both / (class * cluster)).ln()
    };
    table.cells.iter().map(term).sum::<f64>().max(0.0)
}

/// The exact mean of the mutual information over all labellings with these sizes: for each class of a
/// and cluster of b samples the common count is hypergeometric. Equal sizes are worked out once.
fn expected_mutual_information(table: &Contingency) -> f64 {
    let n = table.n;
    // ln i! for all i that occur.
    let mut factorials = vec![0.0; n + 1];
    for i in 1..=n {
        factorials[i] = factorials[i - 1] + (i as f64).ln();
    }
    let total = n as f64;
    let of_pair = |a: usize, b: usize| {
        let fixed = factorials[a] + factorials[b] + factorials[n - a] + factorials[n - b] - factorials[n];
        let term = |both: usize| {
            let rest = factorials[both] + factorials[a - both] + factorials[b - both] + factorials[n + both - a - b];
            let count = both as f64;
            count / total * (total * count / (a as f64 * b as f64)).ln() * (fixed - rest).exp()
        };
        ((a + b).saturating_sub(n).max(1)..=a.min(b)).map(term).sum::<f64>()
    };
    let (classes, clusters) = (alike(&table.classes), alike(&table.clusters));
    let pairs = classes.iter().flat_map(|class| clusters.iter().map(move |cluster| (class, cluster)));
    pairs.map(|((a, of_class), (b, of_cluster))| (of_class * of_cluster) as f64 * of_pair(*a, *b)).sum()
}

/// The different sizes, each with how often it occurs.
fn alike(sizes: &[usize]) -> Vec<(usize, usize)> {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
}
