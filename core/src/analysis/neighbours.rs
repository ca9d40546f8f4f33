//! The graph of nearest neighbours, its communities, and the part of it around one sample.

use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig};

use super::spectral::Affinities;
use super::{AnalysisError, Symmetric, labels, threads};

/// How many neighbours are kept by default.
pub const NEIGHBOURS: usize = 15;

/// How likely a random walk goes back to its sample at each step, in [`NeighbourGraph::around`].
const RETURN: f64 = 0.1;

/// The walk's probability that is not followed any further, a unit of degree.
const LEAST: f64 = 1e-5;

/// An undirected graph of samples. Two that are among each other's nearest have an edge of weight 1; if
/// only one is, ½ (scikit-learn's symmetrised connectivity).
#[derive(Clone, Debug, PartialEq)]
pub struct NeighbourGraph {
    /// Where each sample's edges begin, and the end of the last.
    starts: Vec<usize>,
    edges: Vec<(u32, f32)>,
}

impl NeighbourGraph {
    /// Keeps the `neighbours` most alike of each sample; of equals the first.
    ///
    /// # Errors
    /// If there are not more samples than neighbours, or no neighbours.
    pub fn nearest(affinities: &Symmetric, neighbours: usize) -> Result<Self, AnalysisError> {
        let n = affinities.n();
        if neighbours == 0 || neighbours >= n {
            return Err(AnalysisError::Neighbours { neighbours, n });
        }
        let nearest: Vec<Vec<u32>> = threads::map(n, |sample| {
            let row = affinities.row(sample);
            let mut others: Vec<u32> = (0..n as u32).filter(|other| *other as usize != sample).collect();
            let order = |a: &u32, b: &u32| row[*b as usize].total_cmp(&row[*a as usize]).then(a.cmp(b));
            others.select_nth_unstable_by(neighbours - 1, order);
            others.truncate(neighbours);
            others
        });
        let mut halves: Vec<(u32, u32)> = (0..n as u32)
            .zip(&nearest)
            .flat_map(|(sample, others)| others.iter().flat_map(move |other| [(sample, *other), (*other, sample)]))
            .collect();
        halves.sort_unstable();
        let (mut starts, mut edges) = (vec![0; n + 1], Vec::<(u32, f32)>::new());
        let mut before = None;
        for half in halves {
            match edges.last_mut() {
                Some(edge) if before == Some(half) => edge.1 += 0.5,
                _ => {
                    edges.push((half.1, 0.5));
                    starts[half.0 as usize + 1] += 1;
                }
            }
            before = Some(half);
        }
        for sample in 0..n {
            starts[sample + 1] += starts[sample];
        }
        Ok(Self { starts, edges })
    }

    /// How many samples there are.
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// A sample's edges: the other sample and the weight.
    pub fn edges(&self, sample: usize) -> &[(u32, f32)] {
        &self.edges[self.starts[sample]..self.starts[sample + 1]]
    }

    fn degree(&self, sample: usize) -> f64 {
        self.edges(sample).iter().map(|edge| f64::from(edge.1)).sum()
    }

    /// “More like this one”: the set around a sample that is best cut off from the rest. A random walk
    /// from the sample, which goes back to it with probability 0.1 a step, is followed approximately
    /// (Andersen, Chung & Lang 2006); samples are taken in the order of its probability over their
    /// degree, and the first so many whose conductance is least are the set.
    ///
    /// # Errors
    /// If there is no such sample.
    pub fn around(&self, sample: usize) -> Result<Surroundings, AnalysisError> {
        if sample >= self.n() {
            return Err(AnalysisError::NoSample { sample, n: self.n() });
        }
        let probability = self.walk(sample);
        let mut order: Vec<(usize, f64)> =
            probability.iter().enumerate().filter(|(_, p)| **p > 0.0).map(|(i, p)| (i, p / self.degree(i))).collect();
        order.sort_unstable_by(|a, b| (b.0 == sample).cmp(&(a.0 == sample)).then(b.1.total_cmp(&a.1)).then(a.0.cmp(&b.0)));
        let whole: f64 = (0..self.n()).map(|i| self.degree(i)).sum();
        let mut inside = vec![false; self.n()];
        let (mut volume, mut cut) = (0.0, 0.0);
        let mut best = (f64::INFINITY, order.len().min(1));
        for (taken, (member, _)) in order.iter().enumerate() {
            let within: f64 =
                self.edges(*member).iter().filter(|edge| inside[edge.0 as usize]).map(|edge| f64::from(edge.1)).sum();
            let degree = self.degree(*member);
            inside[*member] = true;
            volume += degree;
            cut += degree - 2.0 * within;
            if volume > 0.5 * whole {
                break;
            }
            let conductance = cut / volume;
            if conductance < best.0 {
                best = (conductance, taken + 1);
            }
        }
        let members = order[..best.1].iter().map(|(member, _)| *member).collect();
        Ok(Surroundings { members, conductance: if best.0.is_finite() { best.0.max(0.0) } else { 1.0 } })
    }

    /// The walk's probability at each sample, pushed on while more than [`LEAST`] a degree is left.
    fn walk(&self, sample: usize) -> Vec<f64> {
        let (mut reached, mut left) = (vec![0.0; self.n()], vec![0.0; self.n()]);
        left[sample] = 1.0;
        let mut queue = std::collections::VecDeque::from([sample]);
        while let Some(at) = queue.pop_front() {
            let (degree, amount) = (self.degree(at), left[at]);
            if amount < LEAST * degree {
                continue;
            }
            reached[at] += RETURN * amount;
            let stays = 0.5 * (1.0 - RETURN) * amount;
            left[at] = stays;
            if stays >= LEAST * degree {
                queue.push_back(at);
            }
            for (other, weight) in self.edges(at) {
                let other = *other as usize;
                let least = LEAST * self.degree(other);
                let before = left[other];
                left[other] += stays * f64::from(*weight) / degree;
                if before < least && left[other] >= least {
                    queue.push_back(other);
                }
            }
        }
        reached
    }
}

impl Affinities for NeighbourGraph {
    fn n(&self) -> usize {
        self.n()
    }

    fn each(&self, sample: usize, f: &mut dyn FnMut(usize, f64)) {
        self.edges(sample).iter().for_each(|(other, weight)| f(*other as usize, f64::from(*weight)));
    }
}

/// The samples around one.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// The sample itself, then the others, the most reachable first.
    pub members: Vec<usize>,
    /// The weight of edges that leave the set over the weight of all its edge ends: 0 is cut off.
    pub conductance: f64,
}

/// A way to find communities in a graph, which needs no number of clusters.
pub trait Communities {
    /// Labels by community, 0 the largest. A larger resolution gives more communities.
    ///
    /// # Errors
    /// If the resolution is not a finite number of at least 0, or the method fails.
    fn communities(&self, graph: &NeighbourGraph, resolution: f64, seed: u64) -> Result<Vec<u32>, AnalysisError>;
}

/// Modularity by the Leiden algorithm (Traag, Waltman & van Eck 2019), by the crate `leiden-rs`, whose own
/// generator is started with the seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeidenModularity;

impl Communities for LeidenModularity {
    fn communities(&self, graph: &NeighbourGraph, resolution: f64, seed: u64) -> Result<Vec<u32>, AnalysisError> {
        let failed =
            |error: leiden_rs::LeidenError| AnalysisError::Library { what: "the Leiden algorithm", why: error.to_string() };
        let mut builder = GraphDataBuilder::new(graph.n());
        for sample in 0..graph.n() {
            for (other, weight) in graph.edges(sample) {
                if sample < *other as usize {
                    builder.add_edge(sample, *other as usize, f64::from(*weight)).map_err(failed)?;
                }
            }
        }
        let data = builder.build().map_err(failed)?;
        let config = LeidenConfig { resolution, seed: Some(seed), ..LeidenConfig::default() };
        let found = Leiden::new(config).run(&data).map_err(failed)?;
        Ok(labels::by_size(&found.partition.as_slice().iter().map(|label| *label as u32).collect::<Vec<_>>()))
    }
}

/// The modularity of labels on a graph: the share of edge weight inside clusters minus what the
/// degrees alone would put there, times `resolution`.
pub fn modularity(graph: &NeighbourGraph, labels: &[u32], resolution: f64) -> f64 {
    let whole: f64 = (0..graph.n()).map(|i| graph.degree(i)).sum();
    let mut volumes = vec![0.0; labels::count(labels)];
    let mut inside = 0.0;
    for (sample, label) in labels.iter().enumerate().take(graph.n()) {
        volumes[*label as usize] += graph.degree(sample);
        let own = graph.edges(sample).iter().filter(|edge| labels[edge.0 as usize] == *label);
        inside += own.map(|edge| f64::from(edge.1)).sum::<f64>();
    }
    inside / whole - resolution * volumes.iter().map(|volume: &f64| (volume / whole).powi(2)).sum::<f64>()
}

#[cfg(test)]
#[path = "neighbours_tests.rs"]
mod tests;
