use super::*;
use crate::analysis::scores::agreement;

/// A graph of these edges, each of weight 1.
fn graph(n: usize, edges: &[(u32, u32)]) -> NeighbourGraph {
    let mut halves: Vec<(u32, u32)> = edges.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect();
    halves.sort_unstable();
    let starts = (0..=n as u32).map(|sample| halves.partition_point(|half| half.0 < sample)).collect();
    NeighbourGraph { starts, edges: halves.into_iter().map(|half| (half.1, 1.0)).collect() }
}

/// Zachary's karate club (1977), numbered from 1.
const KARATE: &str = "1 2,1 3,1 4,1 5,1 6,1 7,1 8,1 9,1 11,1 12,1 13,1 14,1 18,1 20,1 22,1 32,2 3,2 4,2 8,2 14,2 18,2 20,2 22,2 31,\
    3 4,3 8,3 9,3 10,3 14,3 28,3 29,3 33,4 8,4 13,4 14,5 7,5 11,6 7,6 11,6 17,7 17,9 31,9 33,9 34,10 34,14 34,15 33,15 34,16 33,\
    16 34,19 33,19 34,20 34,21 33,21 34,23 33,23 34,24 26,24 28,24 30,24 33,24 34,25 26,25 28,25 32,26 32,27 30,27 34,28 34,29 32,\
    29 34,30 33,30 34,31 33,31 34,32 33,32 34,33 34";

fn karate() -> NeighbourGraph {
    let edges: Vec<(u32, u32)> = KARATE
        .split(',')
        .map(|edge| edge.split_once(' ').unwrap())
        .map(|(a, b)| (a.parse::<u32>().unwrap() - 1, b.parse::<u32>().unwrap() - 1))
        .collect();
    graph(34, &edges)
}

/// Rings of cliques of five, each joined to the next by one edge.
fn cliques(count: u32) -> NeighbourGraph {
    let mut edges = Vec::new();
    for clique in 0..count {
        edges.extend((0..5).flat_map(|i| (i + 1..5).map(move |j| (clique * 5 + i, clique * 5 + j))));
        edges.push((clique * 5, (clique + 1) % count * 5 + 1));
    }
    graph(5 * count as usize, &edges)
}

#[test]
fn leiden_finds_known_modularities_and_connected_communities() {
    let karate = karate();
    let mut best = 0f64;
    for seed in 0..5 {
        let labels = LeidenModularity.communities(&karate, 1.0, seed).unwrap();
        best = best.max(modularity(&karate, &labels, 1.0));
        assert!(modularity(&karate, &labels, 1.0) > 0.41, "{seed}");
        for community in 0..=*labels.iter().max().unwrap() {
            let members: Vec<usize> = (0..34).filter(|i| labels[*i] == community).collect();
            let mut reached = vec![members[0]];
            let mut next = 0;
            while next < reached.len() {
                for (other, _) in karate.edges(reached[next]) {
                    let other = *other as usize;
                    if labels[other] == community && !reached.contains(&other) {
                        reached.push(other);
                    }
                }
                next += 1;
            }
            assert_eq!(reached.len(), members.len(), "community {community} of seed {seed} is in pieces");
        }
        assert_eq!(LeidenModularity.communities(&karate, 1.0, seed).unwrap(), labels);
    }
    // The largest modularity there is (Brandes et al. 2008).
    assert!((best - 0.4197896).abs() < 1e-6, "{best}");
    // At this resolution the ring's best communities are its cliques.
    let labels = LeidenModularity.communities(&cliques(30), 4.0, 0).unwrap();
    let truth: Vec<u32> = (0..150).map(|i| i / 5).collect();
    assert_eq!(agreement(&truth, &labels).unwrap().ari, 1.0);
    assert!(LeidenModularity.communities(&karate, f64::NAN, 0).is_err());
    assert!(LeidenModularity.communities(&karate, -1.0, 0).is_err());
}

#[test]
fn modularity_is_the_textbooks() {
    // Two triangles and an edge: 2·(3/7 − (7/14)²).
    let two = graph(6, &[(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]);
    assert!((modularity(&two, &[0, 0, 0, 1, 1, 1], 1.0) - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
    assert!(modularity(&two, &[0; 6], 1.0).abs() < 1e-12);
}

#[test]
fn edges_are_halved_where_only_one_is_the_others_neighbour() {
    // On a line at 0, 1, 3: 0 and 1 are each other's nearest, 3's nearest is 1.
    let values = [1.0, 0.9, 0.7, 0.9, 1.0, 0.8, 0.7, 0.8, 1.0];
    let graph = NeighbourGraph::nearest(&Symmetric::new(3, values.to_vec()).unwrap(), 1).unwrap();
    assert_eq!(graph.edges(0), [(1, 1.0)]);
    assert_eq!(graph.edges(1), [(0, 1.0), (2, 0.5)]);
    assert_eq!(graph.edges(2), [(1, 0.5)]);
    let affinities = Symmetric::new(3, values.to_vec()).unwrap();
    assert_eq!(NeighbourGraph::nearest(&affinities, 3), Err(AnalysisError::Neighbours { neighbours: 3, n: 3 }));
    assert_eq!(NeighbourGraph::nearest(&affinities, 0), Err(AnalysisError::Neighbours { neighbours: 0, n: 3 }));
    // All equally alike: the first ones count, and each sample has its neighbours.
    let same = NeighbourGraph::nearest(&Symmetric::new(20, vec![1.0; 400]).unwrap(), 15).unwrap();
    assert!((0..20).all(|i| same.edges(i).len() >= 15 && same.edges(i).iter().all(|edge| edge.0 as usize != i)));
}

#[test]
fn what_lies_around_a_sample_is_its_clique() {
    let ring = cliques(12);
    let mut found = ring.around(22).unwrap();
    assert_eq!(found.members[0], 22);
    // Any number of whole cliques in a row is cut by two edges; the walk must not stop inside one.
    found.members.sort_unstable();
    assert!(found.members.len().is_multiple_of(5) && [20, 21, 22, 23, 24].iter().all(|i| found.members.contains(i)), "{found:?}");
    let ends = 21.0 * 2.0 * 0.5 + 1.0; // of one clique: 20 inside, 2 that leave
    assert!(found.conductance <= 2.0 / ends + 1e-9, "{found:?}");
    assert_eq!(ring.around(60), Err(AnalysisError::NoSample { sample: 60, n: 60 }));
    // A piece of its own is cut off from the rest.
    let pieces = graph(7, &[(0, 1), (0, 2), (1, 2), (3, 4), (4, 5), (5, 6), (3, 6)]);
    let mut found = pieces.around(1).unwrap();
    found.members.sort_unstable();
    assert_eq!((found.members, found.conductance), (vec![0, 1, 2], 0.0));
}
