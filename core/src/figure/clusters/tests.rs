use super::*;
use crate::analysis::Symmetric;
use crate::analysis::qdg::{Ask, Blocks, Inputs, Measured, Method, Reader, Samples, Similarity};
use crate::analysis::scores::pair_scores;
use crate::config::{RunConfig, preset};
use crate::figure::tests::check;
use crate::figure::{Look, Pick, svg};

/// Twelve samples of three quanta in two families, cosines of 0.8 within a quantum and 0.2 between, clustered
/// for k = 1 to 5 by signed gradients and once by absolute ones.
fn few(families: bool) -> (RunConfig, Clusters) {
    let n = 12;
    let quantum: Vec<u32> = (0..n as u32)
        .map(|i| {
            if i < 6 {
                0
            } else if i < 10 {
                1
            } else {
                2
            }
        })
        .collect();
    let target: Vec<u32> = (0..n as u32).map(|i| 20 + i % 2).collect();
    let pair = |i: usize, j: usize| {
        if i == j {
            1.0
        } else if quantum[i] == quantum[j] {
            0.8
        } else {
            -0.2
        }
    };
    let cosines = Symmetric::from_values(n, (0..n * n).map(|at| pair(at / n, at % n)).collect());
    let pairs = pair_scores(&cosines, &quantum, &target).unwrap();
    let map: Vec<[f32; 2]> = (0..n).map(|i| [i as f32 / 11.0 * 2.0 - 1.0, quantum[i] as f32 - 1.0]).collect();
    let names = ["fact", "copy", "copy"].map(str::to_owned);
    let inputs = Inputs::Tokens { context: 1, tokens: vec![0; 2 * n], place: vec![0; n] };
    let one = |similarity, k: usize| {
        let labels: Vec<u32> = match k {
            3 => quantum.clone(),
            k => (0..n).map(|i| (i * k / n) as u32).collect(),
        };
        let blocks = Some(Blocks::new(&cosines, &labels));
        Clustering { blocks, ..Clustering::new(similarity, Method::Spectral, k, labels) }
    };
    let mut clusterings: Vec<Clustering> = (1..=5).map(|k| one(Similarity::Signed, k)).collect();
    clusterings.push(one(Similarity::Absolute, 3));
    let measured =
        [Similarity::Signed, Similarity::Absolute].map(|similarity| Measured { similarity, pairs, map: Some(map.clone()) });
    let families = if families { names.to_vec() } else { Vec::new() };
    let samples = Samples { quantum, target, loss: vec![0.0; n], families, names: Default::default(), inputs };
    let ask = Ask { samples: n, ..Ask::default() };
    (
        preset("language").unwrap().config(),
        Clusters { step: 1, ask, samples, zeros: 0, measured: measured.to_vec(), clusterings, readers: Vec::new(), model: None },
    )
}

fn figure(kind: Kind, at: usize, options: Options) -> Box<dyn Figure> {
    let (config, clusters) = few(true);
    kind.figure(&clusters, at, &Contexts::new(&config, &clusters.samples), options).unwrap()
}

#[test]
fn every_figure_is_drawn_of_whatever_is_kept() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
        for families in [true, false] {
            let (config, mut clusters) = few(families);
            for bare in [false, true] {
                if bare {
                    clusters.clusterings.iter_mut().for_each(|one| one.blocks = None);
                    clusters.measured.iter_mut().for_each(|one| one.map = None);
                } else {
                    let read = |over, step, parameters, loss| Reader { over, step, parameters, losses: vec![loss; 12] };
                    clusters.readers = vec![
                        read(Over::Training, 0, 100, 3.0),
                        read(Over::Training, 10, 100, 0.5),
                        read(Over::Size, 10, 100, 0.5),
                        read(Over::Size, 10, 4_000, 0.25),
                    ];
                }
                let contexts = Contexts::new(&config, &clusters.samples);
                for at in [0, 2, 5] {
                    for color in Color::ALL {
                        let options = Options { open: Some(at), color: *color, ranks: None };
                        let figure = kind.figure(&clusters, at, &contexts, options).unwrap();
                        check(&*figure, &format!("{kind:?} {at} {families} {bare}"));
                    }
                }
            }
        }
    }
    assert_eq!(Kind::from_name("pie"), None);
}

#[test]
fn a_file_without_clusterings_is_no_panic() {
    let (config, mut clusters) = few(true);
    clusters.clusterings.clear();
    clusters.measured.clear();
    let contexts = Contexts::new(&config, &clusters.samples);
    for kind in Kind::ALL {
        match kind.figure(&clusters, 0, &contexts, Options::default()) {
            Ok(figure) => check(&*figure, &format!("{kind:?}")),
            Err(error) => assert!(kind == Kind::Envelope && !error.to_string().is_empty()),
        }
    }
}

#[test]
fn blocks_are_read_picked_and_listed() {
    let matrix = figure(Kind::Matrix, 2, Options::default());
    // Clusters of 6, 4 and 2 samples.
    assert_eq!(
        matrix.read_at(0, (7.0, 2.0)),
        "cluster 1 (6 samples, 100 % of quantum 1, fact) and cluster 2 (4 samples, 100 % of quantum 2, copy): mean cosine −0.20"
    );
    let own = matrix.read_at(0, (11.0, 10.5));
    assert!(
        own.starts_with("cluster 3 (2 samples") && own.ends_with("mean cosine within 0.80; most like cluster 1, −0.20"),
        "{own}"
    );
    assert_eq!(matrix.pick(0, (0.5, 9.9)), Some(Pick::Cluster(1)));
    assert_eq!((matrix.pick(0, (0.0, 12.0)), matrix.pick(0, (0.0, -0.1))), (None, None));
    assert_eq!(matrix.stops(), [(0, (3.0, 3.0)), (0, (8.0, 8.0)), (0, (11.0, 11.0))]);
    assert_eq!(matrix.table().rows[1], ["2", "4", "0.80", "1", "−0.20"]);
    // 22 of 66 pairs are within: all 0.8, the others −0.2.
    assert!(matrix.describe().contains("a mean cosine of 0.80, pairs of two −0.20"), "{}", matrix.describe());
    let drawn = svg(&*matrix, &Look::default(), (720, 480)).unwrap();
    assert!(drawn.contains("mean cosine: −0.2") && drawn.contains(">\n0.8<"), "the colour bar has its ends");
}

#[test]
fn a_cluster_of_one_sample_has_no_mean_within() {
    let (_, mut clusters) = few(true);
    let labels: Vec<u32> = (0..12).map(|i| u32::from(i == 4)).collect();
    let cosines = Symmetric::from_values(12, vec![0.5; 144]);
    let blocks = Some(Blocks::new(&cosines, &labels));
    clusters.clusterings = vec![Clustering { blocks, ..Clustering::new(Similarity::Signed, Method::Average, 2, labels) }];
    let matrix = MatrixFigure::new(&clusters, 0, None);
    assert!(matrix.read_at(0, (11.5, 11.5)).contains("unknown, of one sample"));
    assert_eq!(matrix.table().rows[1], ["2", "1", "–", "1", "0.50"]);
}

#[test]
fn samples_of_a_map_are_read_and_picked() {
    let map = figure(Kind::Map, 2, Options { color: Color::Family, open: Some(1), ranks: None });
    let text = map.read_at(0, (-1.0, -1.0));
    assert!(text.starts_with("cluster 1 (6 samples") && text.contains("a sample of quantum 1 (fact), predicts “"), "{text}");
    assert_eq!(map.read_at(0, (-1.0, 1.0)), "no sample here");
    assert_eq!((map.pick(0, (1.0, 1.01)), map.pick(0, (-1.0, 1.0))), (Some(Pick::Cluster(2)), None));
    // A stop a cluster, each on a sample.
    assert_eq!(map.stops().len(), 3);
    let picked: Vec<Option<Pick>> = map.stops().into_iter().map(|(panel, data)| map.pick(panel, data)).collect();
    assert_eq!(picked, (0..3).map(|at| Some(Pick::Cluster(at))).collect::<Vec<_>>());
    let drawn = svg(&*map, &Look::default(), (720, 480)).unwrap();
    for words in ["fact", "copy", "cluster 2, larger dots"] {
        assert!(drawn.contains(words), "{words}");
    }
    assert_eq!(map.table().rows.len(), 3);
}

#[test]
fn the_envelope_stands_beside_its_nulls() {
    let all = figure(Kind::Envelope, 0, Options { ranks: Some((1, 5)), ..Options::default() });
    // The largest of each rank: 12 at k = 1, 6 of two, 3 of four, 2 of five.
    let found: Vec<String> = all.table().rows.into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(found, ["12", "6", "3", "3", "2"]);
    let text = all.describe();
    assert!(
        text.contains("signed, spectral, 12 samples, k = 1, 2, 3, 4, 5") && text.contains("Over ranks 1 to 5 its slope is −1.10"),
        "{text}"
    );
    assert_eq!(all.read_at(0, (2.2, 5.0)).split(';').next(), Some("rank 2: 6 samples"));
    // Two clusters have no slope.
    let short = figure(Kind::Envelope, 5, Options { ranks: Some((1, 2)), ..Options::default() });
    assert!(short.describe().contains("No slope is fitted"), "{}", short.describe());
}

#[test]
fn scores_are_against_k_where_there_are_several_and_in_rows_otherwise() {
    let curve = figure(Kind::Scores, 0, Options::default());
    assert_eq!(curve.read_at(0, (2.9, 0.0)), "signed, spectral, k = 3: ARI 1.000, AMI 1.000, F1 1.000");
    assert_eq!(curve.stops().len(), 5);
    let rows = figure(Kind::Scores, 5, Options::default());
    // Six clusterings and three baselines.
    assert_eq!((rows.stops().len(), rows.table().rows.len()), (9, 9));
    assert_eq!(rows.read_at(0, (0.0, 5.2)), "absolute, spectral: ARI 1.000, AMI 1.000, F1 1.000");
    assert!(rows.describe().contains("The best clustering by ARI: "), "{}", rows.describe());
}

#[test]
fn pairs_are_a_row_a_similarity() {
    let pairs = figure(Kind::Pairs, 0, Options::default());
    assert_eq!(
        pairs.read_at(0, (0.0, 0.9)),
        "absolute: same quantum and target 0.800, same quantum alone 0.800, same target alone −0.200, neither −0.200"
    );
    let table = pairs.table();
    assert_eq!((table.header.len(), &table.rows[0][5]), (7, &"1.000".to_owned()));
}

#[test]
fn losses_over_training_are_said_with_how_many_clusters_are_learned() {
    let (config, mut clusters) = few(true);
    let read = |step: u64, losses: Vec<f32>| Reader { over: Over::Training, step, parameters: 100, losses };
    // Of three clusters of six, four and two samples the first is learned at step 10, all at step 100.
    let early: Vec<f32> = (0..12).map(|sample| if sample < 6 { 0.01 } else { 2.0 }).collect();
    clusters.readers = vec![read(1, vec![2.0; 12]), read(100, vec![0.01; 12]), read(10, early)];
    let contexts = Contexts::new(&config, &clusters.samples);
    let figure = |kind: Kind| kind.figure(&clusters, 2, &contexts, Options { open: Some(1), ..Options::default() }).unwrap();
    let training = figure(Kind::Training);
    let said = training.describe();
    assert!(
        said.contains("At 1 the mean is 2.00 nats and 0 of 3 clusters are under 0.1 nats, at 100 it is 0.0100 and 3 are"),
        "{said}"
    );
    let table = training.table();
    assert_eq!(table.header, ["Cluster", "step 1", "step 10", "step 100"]);
    assert_eq!(table.rows[0][1..], ["2.00", "0.0100", "0.0100"]);
    assert_eq!(table.rows[1][1..], ["2.00", "2.00", "0.0100"]);
    let read = training.read_at(0, (12.0, 1.9));
    assert!(read.starts_with("training step 10: cluster 2"), "{read}");
    assert_eq!(training.pick(0, (12.0, 0.2)), Some(Pick::Cluster(0)));
    assert!(figure(Kind::Size).describe().contains("quanta qdg read"));
}
