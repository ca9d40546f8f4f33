//! Clusters that are read, without the analysis that makes them.

use super::*;
use crate::config::RunConfig;
use crate::record::Record;

/// Six samples of three bits, of two quanta, in two clusterings.
fn few() -> (RunConfig, Clusters) {
    let config = RunConfig::from_query("n_tasks=2&n_bits=3&k=2", &[]).unwrap();
    let bits: Vec<u32> = vec![0b011, 0b101, 0b000, 0b111, 0b001, 0b110];
    let (quantum, target) = (vec![0, 0, 0, 0, 1, 1], vec![0, 1, 0, 1, 1, 1]);
    let batch = crate::task::BitBatch { words: 1, bits, codes: quantum.clone(), labels: target.clone() };
    let families = vec!["parity".to_owned(), "other".to_owned()];
    let loss = vec![0.0, 0.01, 0.02, 0.03, 0.04, 0.05];
    let samples = Samples { quantum, target, loss, families, names: Default::default(), inputs: Inputs::Bits(batch) };
    let one = Clustering::new;
    let clusterings = vec![
        one(Similarity::Signed, Method::Spectral, 1, vec![0; 6]),
        one(Similarity::Signed, Method::Average, 2, vec![0, 0, 0, 0, 0, 1]),
        one(Similarity::Absolute, Method::Average, 2, vec![0, 0, 0, 0, 1, 1]),
    ];
    let clusters = Clusters {
        step: 3,
        ask: Ask::default(),
        samples,
        zeros: 0,
        measured: Vec::new(),
        clusterings,
        readers: Vec::new(),
        model: None,
    };
    (config, clusters)
}

#[test]
fn a_cluster_is_described_by_its_shares_and_its_surprise() {
    let (_, clusters) = few();
    let described = describe(&clusters, 2);
    assert_eq!(described.iter().map(|one| (one.rank, one.size)).collect::<Vec<_>>(), [(1, 4), (2, 2)]);
    let [first, second] = &described[..] else { panic!("{described:?}") };
    // Two targets, each half: one bit. One target: none.
    assert_eq!((first.quantum, first.quantum_share, first.surprise), (1, 1.0, 1.0));
    assert_eq!((second.target, second.target_share, second.surprise), (1, 1.0, 0.0));
    assert!(second.surprise.is_sign_positive() && second.family.as_deref() == Some("other"));
    // Four of five are of the first quantum, and two of five have target 0.
    let mixed = &describe(&clusters, 1)[0];
    let entropy = -(0.4f64 * 0.4f64.log2() + 0.6 * 0.6f64.log2());
    assert!((mixed.surprise - 0.8 * entropy).abs() < 1e-12, "{mixed:?}");
    assert_eq!(counts(&clusters.samples.target, &[0, 1, 2, 3]), [(0, 2), (1, 2)], "of equals the smaller is first");
}

#[test]
fn clusters_are_listed_by_size_coherence_stability_and_surprise() {
    let (_, clusters) = few();
    let of = |quantum_share, surprise, stability| Described {
        quantum_share,
        surprise,
        stability,
        ..describe(&clusters, 0)[0].clone()
    };
    let all = [of(0.5, 0.0, None), of(1.0, 0.5, Some(0.4)), of(0.5, 2.0, Some(0.9))];
    let sorted = |order: Order| order.sort(&all);
    assert_eq!((sorted(Order::Size), sorted(Order::Coherence)), (vec![0, 1, 2], vec![1, 0, 2]));
    assert_eq!((sorted(Order::Stability), sorted(Order::Surprise)), (vec![2, 1, 0], vec![2, 1, 0]));
    assert_eq!(Order::default().sort(&[]), Vec::<usize>::new());
}

#[test]
fn stability_is_exported_where_it_was_measured() {
    let (config, mut clusters) = few();
    clusters.ask.stability = 4;
    for one in &mut clusters.clusterings {
        let jaccard = if one.k == 1 { vec![Some(0.5)] } else { vec![Some(0.75), None] };
        one.stability = Some(crate::analysis::scores::Stability { draws: 4, ari: 0.25, jaccard });
    }
    let read = Clusters::from_artifact(&clusters.to_artifact()).unwrap();
    assert_eq!(read, clusters);
    let contexts = Contexts::new(&config, &read.samples);
    let csv = to_csv(&read, 1, &contexts);
    let ends: Vec<&str> = csv.lines().filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(ends, ["stability", "0.75", "0.75", "0.75", "0.75", "0.75", ""]);
    let objects = to_json(&read, 1, &contexts);
    assert_eq!((&objects[0]["stability"], objects[1].get("stability")), (&0.75.into(), None));
    // A list of another length is refused by its name.
    let mut broken = clusters.to_artifact();
    broken.arrays.get_mut("stability").unwrap().values.pop();
    assert!(Clusters::from_artifact(&broken).unwrap_err().to_string().contains("`stability`"));
}

#[test]
fn a_clustering_is_found_by_what_is_named_of_it() {
    let (_, clusters) = few();
    assert_eq!(clusters.find(None, None, None), Some(0));
    assert_eq!(clusters.find(None, Some("average"), None), Some(1));
    assert_eq!(clusters.find(Some("absolute"), None, Some(2)), Some(2));
    assert_eq!(clusters.find(Some("absolute"), None, Some(3)), None);
}

#[test]
fn contexts_show_the_bits_and_which_of_them_count() {
    let (config, clusters) = few();
    let contexts = Contexts::new(&config, &clusters.samples);
    assert_eq!((contexts.before(1).join(""), contexts.joint(), contexts.marked(1)), ("101".into(), "", "101 ▸1◂".into()));
    assert_eq!(contexts.own(1), config.subsets().unwrap()[0].iter().map(|bit| *bit as usize).collect::<Vec<_>>());
    // Words that are missing are no bits, and a quantum that is none of the run's has none of its own.
    let Inputs::Bits(batch) = &clusters.samples.inputs else { panic!("bits") };
    let short = crate::task::BitBatch { words: 0, bits: Vec::new(), ..batch.clone() };
    let samples = Samples { inputs: Inputs::Bits(short), quantum: vec![9; 6], ..clusters.samples.clone() };
    let contexts = Contexts::new(&config, &samples);
    assert_eq!((contexts.marked(0), contexts.own(0)), ("000 ▸0◂".to_owned(), Vec::new()));
}

#[test]
fn a_token_depends_on_its_own_sentence() {
    let config = crate::config::preset("language").unwrap().config();
    // Begin, a sentence of two tokens and its end, another of three.
    let tokens = vec![0, 20, 21, 1, 22, 23, 24, 1];
    let inputs = Inputs::Tokens { context: 3, tokens, place: vec![2, 2] };
    let samples = Samples {
        quantum: vec![0; 2],
        target: vec![1; 2],
        loss: vec![0.0; 2],
        families: Vec::new(),
        names: Default::default(),
        inputs,
    };
    let contexts = Contexts::new(&config, &samples);
    assert_eq!((contexts.own(0), contexts.own(1)), (vec![1, 2], vec![0, 1, 2]));
    let named: Vec<String> = [0, 20, 21].into_iter().map(|token| contexts.token(token)).collect();
    assert_eq!((contexts.before(0), contexts.joint()), (named.clone(), " "));
    assert_eq!(contexts.marked(0), format!("{} ▸.◂", named.join(" ")));
    assert_eq!(contexts.token(100_000), "100000", "a token that the language has not");
}

#[test]
fn exports_hold_every_sample_once() {
    let (config, clusters) = few();
    let mut record = Record::new(config);
    record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
    let clusters = Clusters::from_artifact(&record.artifacts[ARTIFACT]).unwrap();
    let contexts = Contexts::new(&record.config, &clusters.samples);
    let csv = to_csv(&clusters, 1, &contexts);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0]), (7, "sample,cluster,quantum,target,loss_nats,context"));
    assert_eq!(lines[6], "5,2,2,\"1\",0.05,\"011 ▸1◂\"");
    let objects = to_json(&clusters, 1, &contexts);
    let sizes: Vec<usize> = objects.iter().map(|one| one["samples"].as_array().unwrap().len()).collect();
    assert_eq!((sizes, &objects[1]["samples"][0]["context"]), (vec![5, 1], &"011 ▸1◂".into()));
    assert_eq!(
        (&objects[0]["rank"], &objects[0]["quantum_share"], &objects[0]["family"]),
        (&1.into(), &0.8.into(), &"parity".into())
    );
    assert_eq!(to_csv(&clusters, 9, &contexts).lines().count(), 1, "a clustering that is not there has no samples");
    // Where the causal scores are known, both have them; a cluster without one has none.
    assert!(objects[0].get("causal").is_none());
    let mut clusters = clusters.clone();
    clusters.clusterings[1].causal =
        Some(Causal { ask: CausalAsk::default(), scores: vec![Some(2.5), None], random: vec![Some(1.0), None] });
    let (csv, objects) = (to_csv(&clusters, 1, &contexts), to_json(&clusters, 1, &contexts));
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(",context,causal") && lines[1].ends_with(",2.5") && lines[6].ends_with("\","), "{csv}");
    assert!(objects[0]["causal"] == 2.5 && objects[1].get("causal").is_none());
}
