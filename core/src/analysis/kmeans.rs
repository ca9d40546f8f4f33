//! k-means as scikit-learn 1.9 does it: greedy k-means++ starts with 2 + ⌊ln k⌋ trials, Lloyd's steps
//! until labels stay or the centres move by less than 10⁻⁴ of the mean variance, empty clusters moved
//! to the samples farthest from their centres, the best of several starts.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::threads;
use crate::rng::{Rng, Stream};

/// Lloyd's steps of one start.
const STEPS: usize = 300;

/// How far centres may still move, as a share of the mean variance of a column.
const TOLERANCE: f64 = 1e-4;

/// Rows whose distances are computed at a time.
const BLOCK: usize = 1_024;

/// Labels of k clusters with the sum of squared distances to their centres.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// A label under k for each row.
    pub labels: Vec<u32>,
    /// The sum of squared distances.
    pub inertia: f64,
}

/// Points in columns centred at 0 and scaled together to a mean variance of 1.
pub struct Points {
    n: usize,
    d: usize,
    values: Vec<f32>,
    squares: Vec<f64>,
    scale: f64,
}

impl Points {
    /// Takes n rows of d numbers.
    pub fn new(n: usize, d: usize, rows: impl Fn(usize, usize) -> f64) -> Self {
        let means: Vec<f64> = (0..d).map(|column| (0..n).map(|row| rows(row, column)).sum::<f64>() / n as f64).collect();
        let centred = |row: usize, column: usize| rows(row, column) - means[column];
        let total: f64 = (0..n).flat_map(|row| (0..d).map(move |column| (row, column))).map(|(r, c)| centred(r, c).powi(2)).sum();
        let deviation = (total / (n * d) as f64).sqrt();
        let scale = if deviation > 0.0 { deviation } else { 1.0 };
        let values: Vec<f32> = (0..n * d).map(|at| (centred(at / d, at % d) / scale) as f32).collect();
        let squares = values.chunks_exact(d).map(square).collect();
        Self { n, d, values, squares, scale }
    }

    fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.d..(i + 1) * self.d]
    }

    /// Squared distances of the rows in `from..to` to centres, [rows, centres] row after row.
    fn distances(&self, from: usize, to: usize, centres: &[f32], out: &mut Vec<f64>, products: &mut Vec<f32>) {
        let (rows, count) = (to - from, centres.len() / self.d);
        products.clear();
        products.resize(rows * count, 0.0);
        let left = MatRef::from_row_major_slice(&self.values[from * self.d..to * self.d], rows, self.d);
        let right = MatRef::from_row_major_slice(centres, count, self.d);
        let dst = MatMut::from_row_major_slice_mut(products, rows, count);
        // Starts run side by side, so one start keeps to one thread.
        matmul(dst, Accum::Replace, left, right.transpose(), 1.0, Par::Seq);
        let norms: Vec<f64> = centres.chunks_exact(self.d).map(square).collect();
        out.clear();
        for (row, products) in (from..to).zip(products.chunks_exact(count)) {
            let own = self.squares[row];
            out.extend(products.iter().zip(&norms).map(|(product, norm)| (own + norm - 2.0 * f64::from(*product)).max(0.0)));
        }
    }

    /// Clusters into k by the best of `starts` starts; k is from 1 to n.
    pub fn cluster(&self, k: usize, starts: usize, seed: u64) -> Partition {
        let runs = threads::map(starts.max(1), |start| self.run(k, &mut Rng::new(seed, Stream::Clusters, start as u64)));
        let mut best = Partition { labels: Vec::new(), inertia: f64::INFINITY };
        for run in runs {
            if best.labels.is_empty() || run.inertia < best.inertia {
                best = run;
            }
        }
        best.inertia *= self.scale * self.scale;
        best
    }

    /// One start.
    fn run(&self, k: usize, rng: &mut Rng) -> Partition {
        let mut centres = self.start(k, rng);
        let (mut labels, mut nearest) = self.assign(&centres);
        for _ in 0..STEPS {
            let moved = self.centres(k, &mut labels, &nearest);
            let shift: f64 = moved.iter().zip(&centres).map(|(a, b)| f64::from(a - b).powi(2)).sum();
            centres = moved;
            let before = std::mem::take(&mut labels);
            (labels, nearest) = self.assign(&centres);
            // The columns' mean variance is 1.
            if labels == before || shift <= TOLERANCE {
                break;
            }
        }
        Partition { labels, inertia: nearest.iter().sum() }
    }

    /// Greedy k-means++: of a few candidates drawn by squared distance, the one that lowers the sum most.
    fn start(&self, k: usize, rng: &mut Rng) -> Vec<f32> {
        let trials = 2 + (k as f64).ln() as usize;
        let mut centres = Vec::with_capacity(k * self.d);
        centres.extend_from_slice(self.row(rng.below(self.n as u32) as usize));
        let mut closest = self.all_distances(&centres).remove(0);
        for _ in 1..k {
            let mut sum = 0.0;
            let cumulative: Vec<f64> = closest
                .iter()
                .map(|distance| {
                    sum += distance;
                    sum
                })
                .collect();
            let candidates: Vec<usize> = (0..trials)
                .map(|_| {
                    let drawn = rng.unit() * sum;
                    cumulative.partition_point(|total| *total < drawn).min(self.n - 1)
                })
                .collect();
            let rows: Vec<f32> = candidates.iter().flat_map(|row| self.row(*row).iter().copied()).collect();
            let mut best = (f64::INFINITY, 0, Vec::new());
            for (candidate, mut distances) in candidates.into_iter().zip(self.all_distances(&rows)) {
                distances.iter_mut().zip(&closest).for_each(|(new, old)| *new = new.min(*old));
                let potential: f64 = distances.iter().sum();
                if best.2.is_empty() || potential < best.0 {
                    best = (potential, candidate, distances);
                }
            }
            centres.extend_from_slice(self.row(best.1));
            closest = best.2;
        }
        centres
    }

    /// Squared distances of all rows to each of a few centres, one list a centre.
    fn all_distances(&self, centres: &[f32]) -> Vec<Vec<f64>> {
        let count = centres.len() / self.d;
        let mut lists = vec![Vec::with_capacity(self.n); count];
        let (mut distances, mut products) = (Vec::new(), Vec::new());
        for from in (0..self.n).step_by(BLOCK) {
            self.distances(from, (from + BLOCK).min(self.n), centres, &mut distances, &mut products);
            for row in distances.chunks_exact(count) {
                lists.iter_mut().zip(row).for_each(|(list, distance)| list.push(*distance));
            }
        }
        lists
    }

    /// The nearest centre of each row, with the squared distance to it.
    fn assign(&self, centres: &[f32]) -> (Vec<u32>, Vec<f64>) {
        let count = centres.len() / self.d;
        let (mut labels, mut nearest) = (Vec::with_capacity(self.n), Vec::with_capacity(self.n));
        let (mut distances, mut products) = (Vec::new(), Vec::new());
        for from in (0..self.n).step_by(BLOCK) {
            self.distances(from, (from + BLOCK).min(self.n), centres, &mut distances, &mut products);
            for row in distances.chunks_exact(count) {
                let mut best = (0, f64::INFINITY);
                for (label, distance) in row.iter().enumerate() {
                    if *distance < best.1 {
                        best = (label, *distance);
                    }
                }
                labels.push(best.0 as u32);
                nearest.push(best.1);
            }
        }
        (labels, nearest)
    }

    /// The mean of each cluster; an empty one takes the sample that is farthest from its own centre.
    fn centres(&self, k: usize, labels: &mut [u32], nearest: &[f64]) -> Vec<f32> {
        let mut counts = vec![0usize; k];
        labels.iter().for_each(|label| counts[*label as usize] += 1);
        let empty: Vec<usize> = (0..k).filter(|cluster| counts[*cluster] == 0).collect();
        if !empty.is_empty() {
            let mut far: Vec<usize> = (0..self.n).collect();
            far.sort_unstable_by(|a, b| nearest[*b].total_cmp(&nearest[*a]).then(a.cmp(b)));
            let mut far = far.into_iter();
            for cluster in empty {
                if let Some(sample) = far.find(|sample| counts[labels[*sample] as usize] > 1) {
                    counts[labels[sample] as usize] -= 1;
                    counts[cluster] = 1;
                    labels[sample] = cluster as u32;
                }
            }
        }
        let mut sums = vec![0f64; k * self.d];
        for (label, row) in labels.iter().zip(self.values.chunks_exact(self.d)) {
            let sum = &mut sums[*label as usize * self.d..][..self.d];
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums.chunks_exact(self.d)
            .zip(&counts)
            .flat_map(|(sum, count)| sum.iter().map(move |sum| (sum / (*count).max(1) as f64) as f32))
            .collect()
    }
}

fn square(row: &[f32]) -> f64 {
    row.iter().map(|value| f64::from(*value).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points in the plane by a small congruence, the same in Python.
    fn points(n: usize) -> Vec<f64> {
        let mut state = 12_345u64;
        (0..2 * n)
            .map(|_| {
                state = (1_103_515_245 * state + 12_345) % (1 << 31);
                state as f64 / f64::from(1u32 << 31)
            })
            .collect()
    }

    #[test]
    fn the_inertia_is_as_low_as_scikit_learns() {
        let values = points(300);
        let points = Points::new(300, 2, |row, column| values[row * 2 + column]);
        // KMeans(k, n_init=30, random_state=0..4).fit(points).inertia_, the least and the largest.
        for (k, least, largest) in [(5, 9.624148, 9.628915), (20, 2.132008, 2.163418)] {
            let found = points.cluster(k, 30, 1).inertia;
            assert!(found > least * 0.995 && found < largest * 1.005, "{k}: {found}");
        }
    }

    #[test]
    fn separate_groups_are_found_and_identical_points_do_no_harm() {
        let points = Points::new(90, 2, |row, column| (row % 3) as f64 * 5.0 + ((row * 7 + column) % 11) as f64 * 0.01);
        let found = points.cluster(3, 10, 0);
        assert!((0..90).all(|i| found.labels[i] == found.labels[i % 3]));
        let same = Points::new(5, 2, |_, _| 1.0);
        assert_eq!(same.cluster(3, 2, 0).labels.len(), 5);
        let each = Points::new(4, 1, |row, _| row as f64);
        let mut labels = each.cluster(4, 5, 0).labels;
        labels.sort_unstable();
        assert_eq!(labels, [0, 1, 2, 3]);
    }
}
