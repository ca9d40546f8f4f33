use super::*;
use crate::analysis::neighbours::NeighbourGraph;
use crate::analysis::scores::agreement;
use crate::analysis::similarity::{Gram, Rows, Sign};

/// Angular affinities of n points around `groups` centres; the same as in the script that asked
/// scikit-learn, but for single precision.
fn affinities(n: usize, groups: usize) -> Symmetric {
    let mut state = 77u64;
    let mut next = move || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state as f64 / f64::from(1u32 << 31)
    };
    let d = groups + 1;
    let values: Vec<f32> =
        (0..n * d).map(|at| ((if at / d % groups == at % d { 1.0 } else { 0.0 }) + 0.9 * (next() - 0.5)) as f32).collect();
    let mut gram = Gram::new(n, Sign::Signed);
    gram.add(Rows::new(n, d, &values).unwrap()).unwrap();
    gram.cosines().unwrap().angular()
}

#[test]
fn the_embedding_is_scikit_learns() {
    let found = embed(&affinities(40, 4), 6).unwrap();
    // numpy.linalg.eigh of scipy's Laplacian, and sklearn.manifold.spectral_embedding(drop_first=False).
    let values = [0.0, 0.8522283762383421, 0.8911755441777313, 0.9013140078109598, 1.000912397299519, 1.009614662967633];
    for (found, expected) in found.eigenvalues().iter().zip(values) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }
    for (sample, place) in [
        (0, [0.033760294814744914, 0.010834354498821372, -0.035963134307943685, -0.023394000436310482]),
        (7, [0.0337602948147449, -0.033936071090070755, -0.024532703192662125, 0.04306361705998123]),
    ] {
        for (found, expected) in found.place(sample).iter().zip(place) {
            assert!((found - expected).abs() < 1e-6, "sample {sample}: {found} instead of {expected}");
        }
    }
    assert_eq!((found.n(), found.pieces()), (40, 1));
}

#[test]
fn clusters_are_scikit_learns() {
    let found = embed(&affinities(40, 4), 6).unwrap();
    // SpectralClustering(k, affinity="precomputed", n_init=30, random_state=0).
    let three =
        [1, 2, 0, 2, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 2, 1, 2, 0, 2, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1];
    assert_eq!(agreement(&three, &found.cluster(3, 30, 0).unwrap()).unwrap().ari, 1.0);
    let four: Vec<u32> = (0..40).map(|i| i % 4).collect();
    assert_eq!(found.cluster(4, 30, 0).unwrap(), four);
    // Six clusters of four groups: there is no one answer, but its sum of squares.
    let labels = found.cluster(6, 30, 0).unwrap();
    let mut inertia = 0.0;
    for cluster in 0..6 {
        let members: Vec<usize> = (0..40).filter(|i| labels[*i] == cluster).collect();
        for column in 0..6 {
            let mean = members.iter().map(|i| found.place(*i)[column]).sum::<f64>() / members.len() as f64;
            inertia += members.iter().map(|i| (found.place(*i)[column] - mean).powi(2)).sum::<f64>();
        }
    }
    assert!((inertia / 0.08044484629841958 - 1.0).abs() < 0.01, "{inertia}");
}

#[test]
fn iteration_and_whole_decomposition_agree() {
    let n = 300;
    let affinities = affinities(n, 6);
    let ones = vec![1.0; n];
    let roots: Vec<f64> = (0..n).map(|i| affinities.weighted(i, &ones).sqrt()).collect();
    let members: Vec<usize> = (0..n).collect();
    let piece = Piece::new(&affinities, &members, &roots);
    let whole = all(&piece, 30).unwrap();
    // Six are far apart; thirty reach into the part where eigenvalues lie close together.
    for count in [6, 30] {
        let iterated = iterated(&piece, count).unwrap();
        for (at, ((found, vector), (value, expected))) in iterated.iter().zip(&whole).enumerate() {
            assert!((found - value).abs() < 1e-9, "{at} of {count}: {found} instead of {value}");
            let dot: f64 = vector.iter().zip(expected).map(|(a, b)| a * b).sum();
            assert!((dot.abs() - 1.0).abs() < 1e-6, "{at} of {count}: {dot}");
        }
    }
    let truth: Vec<u32> = (0..n as u32).map(|i| i % 6).collect();
    let found = embed(&affinities, 6).unwrap();
    assert_eq!(found.cluster(6, 10, 1).unwrap(), truth);
    assert_eq!(embed(&affinities, 6).unwrap(), found, "the same every time");
}

#[test]
fn a_graph_in_pieces_gives_each_piece_its_cluster() {
    // Neighbours of a group lie in the group, so the graph is in four pieces of 25 samples.
    let graph = NeighbourGraph::nearest(&affinities(100, 4), 5).unwrap();
    let found = embed(&graph, 8).unwrap();
    if found.pieces() == 4 {
        assert!(found.eigenvalues()[3] < 1e-9 && found.eigenvalues()[4] > 1e-3, "{:?}", found.eigenvalues());
    }
    let truth: Vec<u32> = (0..100).map(|i| i % 4).collect();
    assert!(agreement(&truth, &found.cluster(4, 10, 0).unwrap()).unwrap().ari > 0.95);
    // Two blocks without any affinity between them.
    let blocks: Vec<f32> = (0..36).map(|at| if (at / 6 < 2) == (at % 6 < 2) { 1.0 } else { 0.0 }).collect();
    let found = embed(&Symmetric::new(6, blocks).unwrap(), 3).unwrap();
    assert_eq!(found.pieces(), 2);
    assert!(found.eigenvalues()[1].abs() < 1e-12 && found.eigenvalues()[2] > 0.5);
    assert_eq!(found.cluster(2, 5, 0).unwrap(), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn bad_input_is_a_sentence() {
    let few = affinities(8, 2);
    assert_eq!(embed(&few, 9), Err(AnalysisError::Clusters { k: 9, n: 8 }));
    assert_eq!(embed(&few, 0), Err(AnalysisError::Clusters { k: 0, n: 8 }));
    let found = embed(&few, 3).unwrap();
    assert_eq!(found.cluster(4, 1, 0), Err(AnalysisError::Eigenvectors { k: 4, computed: 3 }));
    assert_eq!(found.cluster(9, 1, 0), Err(AnalysisError::Clusters { k: 9, n: 8 }));
    assert_eq!(embed(&Symmetric::new(1, vec![1.0]).unwrap(), 1), Err(AnalysisError::TooFewSamples(1)));
    let alone = Symmetric::new(3, vec![1.0, 0.5, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 1.0]).unwrap();
    assert_eq!(embed(&alone, 2), Err(AnalysisError::Isolated(2)));
    // As many clusters as samples is the most that can be asked for.
    let mut each = embed(&few, 8).unwrap().cluster(8, 3, 0).unwrap();
    each.sort_unstable();
    assert_eq!(each, [0, 1, 2, 3, 4, 5, 6, 7]);
    // Affinities that are all the same still give labels, and no panic.
    assert_eq!(embed(&Symmetric::new(5, vec![1.0; 25]).unwrap(), 3).unwrap().cluster(3, 2, 0).unwrap().len(), 5);
    assert!(matches!(Symmetric::new(2, vec![1.0, f32::NAN, f32::NAN, 1.0]), Err(AnalysisError::NotFinite { .. })));
    assert!(matches!(Symmetric::new(2, vec![1.0, 0.2, 0.3, 1.0]), Err(AnalysisError::Affinity { .. })));
    assert!(matches!(Symmetric::new(2, vec![1.0, -0.2, -0.2, 1.0]), Err(AnalysisError::Affinity { .. })));
    assert!(matches!(Symmetric::new(2, vec![1.0]), Err(AnalysisError::Shape { .. })));
}
