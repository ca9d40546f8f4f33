//! Spectral clustering as scikit-learn's `SpectralClustering(affinity="precomputed",
//! assign_labels="kmeans")` does it, which is the paper's: the normalised Laplacian
//! L = I − D^-½ Â D^-½ with Â's diagonal left out and D its row sums; the k lowest eigenvectors, each
//! divided by √d_i (so that the first is constant; none is dropped, and rows are not normalised);
//! k-means. One eigendecomposition serves every k up to its own.
//!
//! scikit-learn warns that a graph in several pieces may give anything: its solver finds one vector for
//! an eigenvalue that several pieces share. Here each piece is decomposed for itself and the lowest
//! eigenvectors of all are taken, which is exact.

use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd_scratch};
use faer::matrix_free::LinOp;
use faer::matrix_free::eigen::{PartialEigenParams, partial_eigen_scratch, partial_self_adjoint_eigen};
use faer::{Col, Mat, MatMut, MatRef, Par, Side, Spec};

use super::kmeans::Points;
use super::{AnalysisError, Symmetric, labels, threads};
use crate::rng::{Rng, Stream};

/// Up to this many samples all eigenvectors are computed at once, which is quick and always works.
const DENSE: usize = 4_096;

/// The iteration works with this many times as many vectors as are asked for.
const SUBSPACE: usize = 3;

/// It works with this many vectors at least.
const LEAST_SUBSPACE: usize = 64;

/// How far L v may be from λ v, in the norm: eigenvalues are then right to its square.
const TOLERANCE: f64 = 1e-8;

/// Restarts of the iteration.
const RESTARTS: usize = 100;

/// Affinities between samples, dense or few: what spectral clustering needs of them. The affinity of a
/// sample with itself does not count.
pub trait Affinities: Sync {
    /// How many samples there are.
    fn n(&self) -> usize;
    /// Calls `f` with each other sample that has a positive affinity with `sample`, and that affinity.
    fn each(&self, sample: usize, f: &mut dyn FnMut(usize, f64));
    /// Σ_j Â_ij x_j over the other samples j.
    fn weighted(&self, sample: usize, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.each(sample, &mut |other, affinity| sum += affinity * x[other]);
        sum
    }
}

impl Affinities for Symmetric {
    fn n(&self) -> usize {
        Self::n(self)
    }

    fn each(&self, sample: usize, f: &mut dyn FnMut(usize, f64)) {
        for (other, affinity) in self.row(sample).iter().enumerate() {
            if other != sample && *affinity > 0.0 {
                f(other, f64::from(*affinity));
            }
        }
    }

    fn weighted(&self, sample: usize, x: &[f64]) -> f64 {
        // Four sums, so that the loop runs on vectors.
        let mut sums = [0f64; 4];
        let row = self.row(sample);
        let (rows, xs) = (row.chunks_exact(4), x.chunks_exact(4));
        let rest: f64 = rows.remainder().iter().zip(xs.remainder()).map(|(a, x)| f64::from(*a) * x).sum();
        for (row, x) in rows.zip(xs) {
            for lane in 0..4 {
                sums[lane] += f64::from(row[lane]) * x[lane];
            }
        }
        sums.iter().sum::<f64>() + rest - f64::from(row[sample]) * x[sample]
    }
}

/// The lowest eigenvectors of the normalised Laplacian, divided by √d_i.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    n: usize,
    pieces: usize,
    values: Vec<f64>,
    /// Row after row, one number for each eigenvalue.
    vectors: Vec<f64>,
}

/// The eigenvectors for up to `k_max` clusters.
///
/// # Errors
/// If there are fewer than two samples, `k_max` is 0 or more than the samples, a sample is alike to no
/// other, or the eigenvectors of very many samples do not converge.
pub fn embed(affinities: &impl Affinities, k_max: usize) -> Result<Embedding, AnalysisError> {
    let n = affinities.n();
    if n < 2 {
        return Err(AnalysisError::TooFewSamples(n));
    }
    if k_max == 0 || k_max > n {
        return Err(AnalysisError::Clusters { k: k_max, n });
    }
    let ones = vec![1.0; n];
    let roots: Vec<f64> = threads::map(n, |sample| affinities.weighted(sample, &ones).sqrt());
    if let Some(sample) = roots.iter().position(|root| root.is_nan() || *root < 1e-12) {
        return Err(AnalysisError::Isolated(sample));
    }
    let pieces = pieces(affinities);
    let mut pairs: Vec<(f64, usize, Vec<f64>)> = Vec::new();
    for (at, members) in pieces.iter().enumerate() {
        let count = k_max.min(members.len());
        let found = lowest(&Piece::new(affinities, members, &roots), count)?;
        pairs.extend(found.into_iter().map(|(value, vector)| (value, at, vector)));
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs.truncate(k_max);
    let mut vectors = vec![0.0; n * k_max];
    for (column, (_, piece, vector)) in pairs.iter().enumerate() {
        let divided: Vec<f64> = pieces[*piece].iter().zip(vector).map(|(sample, x)| x / roots[*sample]).collect();
        // A vector's sign is arbitrary: its largest number is made positive, as scikit-learn does.
        let largest = divided.iter().copied().fold(0.0, |largest: f64, x| if x.abs() > largest.abs() { x } else { largest });
        for (sample, x) in pieces[*piece].iter().zip(divided) {
            vectors[sample * k_max + column] = x * largest.signum();
        }
    }
    Ok(Embedding { n, pieces: pieces.len(), values: pairs.into_iter().map(|pair| pair.0).collect(), vectors })
}

impl Embedding {
    /// How many samples there are.
    pub fn n(&self) -> usize {
        self.n
    }

    /// In how many pieces the graph is: pieces have no affinity with each other.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// The Laplacian's lowest eigenvalues, ascending, from 0 to 2.
    pub fn eigenvalues(&self) -> &[f64] {
        &self.values
    }

    /// A sample's place: its number in each eigenvector.
    pub fn place(&self, sample: usize) -> &[f64] {
        let count = self.values.len();
        &self.vectors[sample * count..(sample + 1) * count]
    }

    /// Clusters into k by k-means on the first k eigenvectors, the best of `starts` starts (the paper
    /// takes 30). Cluster 0 is the largest.
    ///
    /// # Errors
    /// If k is 0, more than the samples or more than the eigenvectors.
    pub fn cluster(&self, k: usize, starts: usize, seed: u64) -> Result<Vec<u32>, AnalysisError> {
        if k == 0 || k > self.n {
            return Err(AnalysisError::Clusters { k, n: self.n });
        }
        if k > self.values.len() {
            return Err(AnalysisError::Eigenvectors { k, computed: self.values.len() });
        }
        let points = Points::new(self.n, k, |row, column| self.vectors[row * self.values.len() + column]);
        Ok(labels::by_size(&points.cluster(k, starts, seed).labels))
    }
}

/// The samples of each piece of the graph.
fn pieces(affinities: &impl Affinities) -> Vec<Vec<usize>> {
    let n = affinities.n();
    let (mut seen, mut pieces) = (vec![false; n], Vec::new());
    for first in 0..n {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let mut members = vec![first];
        let mut next = 0;
        // Once every sample is seen there is nothing left to look for.
        let mut left = seen.iter().filter(|seen| !**seen).count();
        while next < members.len() && left > 0 {
            affinities.each(members[next], &mut |other, _| {
                if !seen[other] {
                    seen[other] = true;
                    left -= 1;
                    members.push(other);
                }
            });
            next += 1;
        }
        members.sort_unstable();
        pieces.push(members);
    }
    pieces
}

/// I + D^-½ Â D^-½ of one piece: its largest eigenvalues, all from 0 to 2, are 2 minus L's lowest.
struct Piece<'a, A: Affinities> {
    affinities: &'a A,
    members: &'a [usize],
    roots: &'a [f64],
    /// A member's position by its sample; n where it is none.
    positions: Vec<usize>,
}

impl<A: Affinities> std::fmt::Debug for Piece<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "a piece of {} samples", self.members.len())
    }
}

impl<'a, A: Affinities> Piece<'a, A> {
    fn new(affinities: &'a A, members: &'a [usize], roots: &'a [f64]) -> Self {
        let mut positions = vec![affinities.n(); affinities.n()];
        members.iter().enumerate().for_each(|(position, sample)| positions[*sample] = position);
        Self { affinities, members, roots, positions }
    }

    fn dense(&self) -> Mat<f64> {
        let mut matrix = Mat::zeros(self.members.len(), self.members.len());
        for (i, sample) in self.members.iter().enumerate() {
            matrix[(i, i)] = 1.0;
            self.affinities.each(*sample, &mut |other, affinity| {
                matrix[(i, self.positions[other])] = affinity / (self.roots[*sample] * self.roots[other]);
            });
        }
        matrix
    }
}

impl<A: Affinities> LinOp<f64> for Piece<'_, A> {
    fn apply_scratch(&self, _: usize, _: Par) -> StackReq {
        StackReq::EMPTY
    }

    fn nrows(&self) -> usize {
        self.members.len()
    }

    fn ncols(&self) -> usize {
        self.members.len()
    }

    fn apply(&self, mut out: MatMut<'_, f64>, rhs: MatRef<'_, f64>, _: Par, _: &mut MemStack) {
        for column in 0..rhs.ncols() {
            let mut x = vec![0.0; self.affinities.n()];
            for (i, sample) in self.members.iter().enumerate() {
                x[*sample] = rhs[(i, column)] / self.roots[*sample];
            }
            let sums = threads::map(self.members.len(), |i| self.affinities.weighted(self.members[i], &x));
            for (i, sample) in self.members.iter().enumerate() {
                out[(i, column)] = rhs[(i, column)] + sums[i] / self.roots[*sample];
            }
        }
    }

    fn conj_apply(&self, out: MatMut<'_, f64>, rhs: MatRef<'_, f64>, par: Par, stack: &mut MemStack) {
        self.apply(out, rhs, par, stack);
    }
}

/// L's lowest eigenvalues with their vectors, ascending.
fn lowest<A: Affinities>(piece: &Piece<'_, A>, count: usize) -> Result<Vec<(f64, Vec<f64>)>, AnalysisError> {
    let n = piece.members.len();
    if n <= DENSE || (SUBSPACE + 1) * count > n { all(piece, count) } else { iterated(piece, count) }
}

/// The same by restarted Lanczos iteration. [`SUBSPACE`] · `count` and [`LEAST_SUBSPACE`] must be less than
/// the number of samples.
fn iterated<A: Affinities>(piece: &Piece<'_, A>, count: usize) -> Result<Vec<(f64, Vec<f64>)>, AnalysisError> {
    let n = piece.members.len();
    // faer's threads wait for one another at every small product, and stall where others want the cores;
    // the large products, by the affinities, are spread over threads in `apply`.
    let par = Par::Seq;
    let mut rng = Rng::new(0, Stream::Clusters, u64::MAX);
    let start = Col::from_fn(n, |_| rng.unit() + 0.5);
    let subspace = (SUBSPACE * count).max(LEAST_SUBSPACE);
    let params = PartialEigenParams { max_restarts: RESTARTS, max_dim: subspace, ..PartialEigenParams::default() };
    // faer 0.24.4 counts the memory of the general iteration alone; the symmetric one also decomposes
    // the subspace.
    let decomposed = self_adjoint_evd_scratch::<f64>(subspace, ComputeEigenvectors::Yes, par, Spec::default());
    let mut memory = MemBuffer::new(partial_eigen_scratch(piece, count, par, params).and(decomposed));
    let mut vectors = Mat::zeros(n, count);
    let mut values = vec![0.0; count];
    let stack = MemStack::new(&mut memory);
    let info = partial_self_adjoint_eigen(vectors.as_mut(), &mut values, piece, start.as_ref(), TOLERANCE, par, stack, params);
    if info.n_converged_eigen < count {
        return Err(AnalysisError::Eigen { converged: info.n_converged_eigen, asked: count, n });
    }
    Ok((0..count).map(|i| (2.0 - values[i], vectors.col(i).iter().copied().collect())).collect())
}

/// The same from all eigenvectors at once.
fn all<A: Affinities>(piece: &Piece<'_, A>, count: usize) -> Result<Vec<(f64, Vec<f64>)>, AnalysisError> {
    let failed = |error| AnalysisError::Library { what: "the eigendecomposition of the similarities", why: format!("{error:?}") };
    let decomposed = piece.dense().self_adjoint_eigen(Side::Lower).map_err(failed)?;
    let (values, vectors) = (decomposed.S(), decomposed.U());
    let n = piece.members.len();
    Ok((0..count).map(|i| n - 1 - i).map(|i| (2.0 - values[i], vectors.col(i).iter().copied().collect())).collect())
}

#[cfg(test)]
#[path = "spectral_tests.rs"]
mod tests;
