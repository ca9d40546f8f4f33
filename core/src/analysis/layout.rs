//! A map of samples in the plane: neighbours beside each other, the rest pushed apart.
//!
//! The layout is UMAP's (McInnes, Healy & Melville 2018, arXiv 1802.03426, section 3.2) of the graph of
//! nearest neighbours that the clusterings use: an edge pulls its two samples together, and each pull is met
//! by pushes from a few samples drawn at random, with the kernel 1/(1 + d²) (a = b = 1), which needs no
//! powers and so gives the same map on every machine. It starts from two random numbers a sample, averaged
//! over neighbours again and again, which brings what hangs together into one region. Cost is
//! the rounds times the edges times one more than the pushes: half a second natively for 2,000 samples.
//!
//! What it shows is who neighbours whom: samples that lie in one clump are joined by the graph. Distances
//! between clumps, their sizes and their order around the map mean nothing, and a clump that the map tears
//! in two may be one in the graph.

use super::neighbours::NeighbourGraph;
use crate::rng::{Rng, Stream};

/// Rounds over all edges.
const EPOCHS: usize = 200;

/// Samples that push at each pull.
const PUSHES: usize = 5;

/// The longest step of a coordinate.
const LONGEST: f32 = 4.0;

/// How often the start is averaged over neighbours.
const SMOOTHINGS: usize = 40;

/// The width of the start, in units of the kernel.
const START: f32 = 10.0;

/// Places of the samples `[n]`, each an x and a y from −1 to 1, the middle of all at 0. The same graph and
/// seed give the same map.
pub fn layout(graph: &NeighbourGraph, seed: u64) -> Vec<[f32; 2]> {
    let n = graph.n();
    // The last two generators of this stream: starts of k-means count up from the first.
    let mut places = start(graph, &mut Rng::new(seed, Stream::Clusters, u64::MAX - 1));
    let mut rng = Rng::new(seed, Stream::Clusters, u64::MAX - 2);
    for epoch in 0..EPOCHS {
        let rate = 1.0 - epoch as f32 / EPOCHS as f32;
        for sample in 0..n {
            for (other, weight) in graph.edges(sample) {
                // An edge of half the weight pulls in every second round; both its ends see it in the same.
                if *weight < 1.0 && (epoch + sample + *other as usize) % 2 == 1 {
                    continue;
                }
                let other = *other as usize;
                let [dx, dy] = away(&places, sample, other);
                let pull = -2.0 / (1.0 + dx * dx + dy * dy);
                step(&mut places[sample], [dx, dy], pull * rate);
                step(&mut places[other], [-dx, -dy], pull * rate);
                for _ in 0..PUSHES {
                    let far = rng.below(n as u32) as usize;
                    if far != sample {
                        let [dx, dy] = away(&places, sample, far);
                        let square = dx * dx + dy * dy;
                        step(&mut places[sample], [dx, dy], 2.0 / ((0.001 + square) * (1.0 + square)) * rate);
                    }
                }
            }
        }
    }
    let middle = middle(&places);
    let most = places.iter().flatten().zip(middle.iter().cycle()).map(|(x, middle)| (x - middle).abs()).fold(1e-9, f32::max);
    places.iter().map(|[x, y]| [(x - middle[0]) / most, (y - middle[1]) / most]).collect()
}

/// Where one sample is as seen from another.
fn away(places: &[[f32; 2]], sample: usize, other: usize) -> [f32; 2] {
    [places[sample][0] - places[other][0], places[sample][1] - places[other][1]]
}

fn step(place: &mut [f32; 2], direction: [f32; 2], length: f32) {
    place.iter_mut().zip(direction).for_each(|(x, way)| *x += (way * length).clamp(-LONGEST, LONGEST));
}

fn middle(places: &[[f32; 2]]) -> [f32; 2] {
    let mean = |axis: usize| (places.iter().map(|place| f64::from(place[axis])).sum::<f64>() / places.len().max(1) as f64) as f32;
    [mean(0), mean(1)]
}

/// Random places, averaged over neighbours, and spread to [`START`] each way.
fn start(graph: &NeighbourGraph, rng: &mut Rng) -> Vec<[f32; 2]> {
    let mut places: Vec<[f32; 2]> = (0..graph.n()).map(|_| [rng.symmetric(1.0), rng.symmetric(1.0)]).collect();
    for _ in 0..SMOOTHINGS {
        let averaged = |sample: usize| {
            let (mut sum, mut weights) = (places[sample], 1.0);
            for (other, weight) in graph.edges(sample) {
                let other = places[*other as usize];
                sum = [sum[0] + weight * other[0], sum[1] + weight * other[1]];
                weights += weight;
            }
            sum.map(|x| x / weights)
        };
        places = (0..graph.n()).map(averaged).collect();
    }
    let middle = middle(&places);
    for (axis, middle) in middle.into_iter().enumerate() {
        let square: f64 = places.iter().map(|place| f64::from(place[axis] - middle).powi(2)).sum();
        let deviation = (square / places.len().max(1) as f64).sqrt().max(1e-12) as f32;
        // What the average has made one is told apart again.
        let spread = |x: f32, rng: &mut Rng| (x - middle) / deviation * (0.5 * START) + rng.symmetric(0.1);
        places.iter_mut().for_each(|place| place[axis] = spread(place[axis], rng));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Symmetric;

    /// Three groups of 30, each alike within.
    fn groups() -> NeighbourGraph {
        let mut rng = Rng::new(1, Stream::Clusters, 0);
        let n = 90;
        let mut values = vec![1.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let affinity = if i % 3 == j % 3 { 0.8 } else { 0.2 } + rng.symmetric(0.1);
                (values[i * n + j], values[j * n + i]) = (affinity, affinity);
            }
        }
        NeighbourGraph::nearest(&Symmetric::new(n, values).unwrap(), 8).unwrap()
    }

    #[test]
    fn a_map_is_the_same_again_finite_and_within_its_frame() {
        let graph = groups();
        let map = layout(&graph, 3);
        assert_eq!(map, layout(&graph, 3));
        assert_ne!(map, layout(&graph, 4));
        assert!(map.iter().flatten().all(|x| x.is_finite() && x.abs() <= 1.0));
        let most = map.iter().flatten().fold(0f32, |most, x| most.max(x.abs()));
        assert!((most - 1.0).abs() < 1e-6, "{most}");
    }

    #[test]
    fn samples_lie_beside_their_neighbours() {
        let map = layout(&groups(), 0);
        let distance = |i: usize, j: usize| (map[i][0] - map[j][0]).hypot(map[i][1] - map[j][1]);
        let nearest = |i: usize| (0..90).filter(|j| *j != i).min_by(|a, b| distance(i, *a).total_cmp(&distance(i, *b))).unwrap();
        assert!((0..90).all(|i| nearest(i) % 3 == i % 3));
    }

    #[test]
    fn two_samples_have_a_map() {
        let pair = Symmetric::new(2, vec![1.0, 0.5, 0.5, 1.0]).unwrap();
        let map = layout(&NeighbourGraph::nearest(&pair, 1).unwrap(), 0);
        assert!(map.iter().flatten().all(|x| x.is_finite()) && map[0] != map[1], "{map:?}");
    }
}
