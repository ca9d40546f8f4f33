//! Agglomerative clustering: the two clusters that are most alike are merged until one is left, and the
//! tree is cut at any k.

use super::{AnalysisError, Symmetric, labels};

/// How alike two clusters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By the mean affinity over their pairs of samples.
    Average,
    /// By the least affinity.
    Complete,
}

/// The merges of all samples into one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    n: usize,
    /// The two clusters of each merge (a sample, or n + an earlier merge), and how unlike they are.
    merges: Vec<(usize, usize, f32)>,
}

impl Tree {
    /// Merges samples with the distance 1 − affinity. Memory is n²/2 numbers beside the affinities.
    ///
    /// # Errors
    /// If there are fewer than two samples.
    pub fn new(affinities: &Symmetric, method: Method) -> Result<Self, AnalysisError> {
        let n = affinities.n();
        if n < 2 {
            return Err(AnalysisError::TooFewSamples(n));
        }
        let mut distances: Vec<f32> = Vec::with_capacity(n * (n - 1) / 2);
        for i in 0..n {
            distances.extend(affinities.row(i)[i + 1..].iter().map(|affinity| 1.0 - affinity));
        }
        let method = match method {
            Method::Average => kodama::Method::Average,
            Method::Complete => kodama::Method::Complete,
        };
        let tree = kodama::linkage(&mut distances, n, method);
        let merges = tree.steps().iter().map(|step| (step.cluster1, step.cluster2, step.dissimilarity)).collect();
        Ok(Self { n, merges })
    }

    /// How unlike the two clusters of each merge are, ascending.
    pub fn heights(&self) -> impl Iterator<Item = f32> {
        self.merges.iter().map(|merge| merge.2)
    }

    /// The k clusters before the last k − 1 merges. Cluster 0 is the largest.
    ///
    /// # Errors
    /// If k is 0 or more than the samples.
    pub fn cut(&self, k: usize) -> Result<Vec<u32>, AnalysisError> {
        if k == 0 || k > self.n {
            return Err(AnalysisError::Clusters { k, n: self.n });
        }
        let mut cluster_of: Vec<usize> = (0..self.n + self.merges.len()).collect();
        let done = self.n - k;
        // From the last merge that counts down, so that each finds its own cluster settled.
        for (step, (left, right, _)) in self.merges[..done].iter().enumerate().rev() {
            let into = cluster_of[self.n + step];
            (cluster_of[*left], cluster_of[*right]) = (into, into);
        }
        let labels: Vec<u32> = cluster_of[..self.n].iter().map(|cluster| *cluster as u32).collect();
        Ok(labels::by_size(&labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Affinities of points on a line: 1 − their distance over 100.
    fn line(points: &[f32]) -> Symmetric {
        let values = points.iter().flat_map(|a| points.iter().map(move |b| 1.0 - (a - b).abs() / 100.0)).collect();
        Symmetric::new(points.len(), values).unwrap()
    }

    #[test]
    fn trees_are_cut_into_every_k() {
        // Worked out by hand: complete linkage joins 10 to {0, 4} at 10, average at 8.
        let affinities = line(&[0.0, 4.0, 10.0, 19.0]);
        let heights =
            |method| Tree::new(&affinities, method).unwrap().heights().map(|h| (h * 1e4).round() / 1e2).collect::<Vec<f32>>();
        assert_eq!(heights(Method::Average), [4.0, 8.0, 14.33]);
        assert_eq!(heights(Method::Complete), [4.0, 9.0, 19.0]);
        let average = Tree::new(&affinities, Method::Average).unwrap();
        let complete = Tree::new(&affinities, Method::Complete).unwrap();
        assert_eq!(average.cut(2).unwrap(), [0, 0, 0, 1]);
        assert_eq!(complete.cut(2).unwrap(), [0, 0, 1, 1]);
        assert_eq!(average.cut(4).unwrap(), [0, 1, 2, 3]);
        assert_eq!(average.cut(1).unwrap(), [0; 4]);
    }

    #[test]
    fn bad_numbers_of_clusters_and_samples_are_refused() {
        let tree = Tree::new(&line(&[0.0, 1.0, 5.0]), Method::Average).unwrap();
        assert_eq!(tree.cut(4), Err(AnalysisError::Clusters { k: 4, n: 3 }));
        assert_eq!(tree.cut(0), Err(AnalysisError::Clusters { k: 0, n: 3 }));
        assert_eq!(Tree::new(&line(&[0.0]), Method::Complete), Err(AnalysisError::TooFewSamples(1)));
    }
}
