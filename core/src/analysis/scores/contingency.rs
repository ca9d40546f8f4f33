//! How often each class meets each cluster.

use crate::analysis::AnalysisError;

/// The counts of pairs (class, cluster) over the samples, without the zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contingency {
    /// How many samples there are.
    pub n: usize,
    /// Samples of each class that has any.
    pub classes: Vec<usize>,
    /// Samples of each cluster that has any.
    pub clusters: Vec<usize>,
    /// Class, cluster (positions in the lists above) and how many samples are in both.
    pub cells: Vec<(usize, usize, usize)>,
    /// The label of each class.
    pub class_labels: Vec<u32>,
}

impl Contingency {
    /// Counts the samples of `truth` and `found`.
    ///
    /// # Errors
    /// If the lists have different lengths, or none.
    pub fn new(truth: &[u32], found: &[u32]) -> Result<Self, AnalysisError> {
        if truth.len() != found.len() {
            return Err(AnalysisError::Lengths {
                left_name: "the truth".to_owned(),
                left: truth.len(),
                right_name: "the clustering".to_owned(),
                right: found.len(),
            });
        }
        if truth.is_empty() {
            return Err(AnalysisError::Empty("the truth".to_owned()));
        }
        let (class_labels, classes) = counted(truth);
        let (cluster_labels, clusters) = counted(found);
        let position = |labels: &[u32], label: u32| labels.binary_search(&label).unwrap_or_default();
        let mut pairs: Vec<(usize, usize)> = truth
            .iter()
            .zip(found)
            .map(|(class, cluster)| (position(&class_labels, *class), position(&cluster_labels, *cluster)))
            .collect();
        pairs.sort_unstable();
        let cells = pairs.chunk_by(|a, b| a == b).map(|cell| (cell[0].0, cell[0].1, cell.len())).collect();
        Ok(Self { n: truth.len(), classes, clusters, cells, class_labels })
    }
}

/// The different labels, ascending, with their counts.
fn counted(labels: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).unzip()
}
