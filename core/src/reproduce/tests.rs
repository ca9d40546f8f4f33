//! Tests the table with results synthesised from the theory.

use super::*;
use crate::analysis::qdg::{ARTIFACT, Ask, Clustering, Clusters, Draw, Inputs, Method, Samples, Similarity};
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::fit::Uncertainty;
use crate::quanta::UseFrequencies;
use crate::record::Status;
use crate::sweep::{CollectedRun, Dimension, Manifest};
use crate::theory::{Resource, Theory};

fn paper() -> RunConfig {
    RunConfig::of("n_tasks=500&n_bits=100&width=500&batch_size=20000&steps=200000")
}

/// An evaluation at which the first `learned` subtasks are learned.
fn evaluation(theory: &Theory, step: u64, learned: f64) -> Evaluation {
    let quantum_loss_bits: Vec<f32> = (1..=theory.n_tasks()).map(|k| if k as f64 <= learned { 0.0 } else { 1.0 }).collect();
    Evaluation {
        step,
        loss_bits: theory.loss_after(learned) as f32,
        train_loss_bits: None,
        learned: quantum_loss_bits.iter().filter(|loss| **loss < 0.1).count(),
        quantum_accuracy: vec![1.0; theory.n_tasks()],
        quantum_loss_bits,
        seconds: 60.0,
    }
}

fn collected(base: RunConfig, over: &[&str], resource: Resource, constant: f64) -> Collected {
    let over = over.iter().map(|text| Dimension::parse(text).expect("a dimension")).collect();
    let manifest = Manifest::grid(base, over).expect("a grid");
    let runs = manifest.runs.iter().map(|entry| {
        let config = &entry.config;
        let theory = Theory::new(config.quanta().len(), config.number("alpha").expect("there"));
        let amount = if resource == Resource::Data { config.training.samples as f64 } else { config.parameters() as f64 };
        // Seeds differ a little.
        let learned = theory.learned(resource, amount, constant) * (1.0 + 0.02 * config.training.seed as f64);
        let mut record = Record::new(config.clone());
        record.status = Status::Finished;
        record.evaluations = vec![evaluation(&theory, 0, 0.0), evaluation(&theory, config.training.steps, learned)];
        CollectedRun::new(entry.clone(), &record, false).expect("it has logs")
    });
    Collected { runs: runs.collect(), manifest }
}

fn run(steps: u64) -> Record {
    let config = paper().with(&format!("steps={}", steps));
    let theory = Theory::new(500, 0.4);
    let mut record = Record::new(config.clone());
    let steps = config.log_steps().into_iter();
    record.evaluations =
        steps.map(|step| evaluation(&theory, step, theory.learned(Resource::Steps, step as f64, 60.0))).collect();
    record
}

fn find<'a>(rows: &'a [Row], figure: &str, quantity: &str) -> &'a Row {
    rows.iter().find(|row| row.figure == figure && row.quantity.contains(quantity)).expect(quantity)
}

#[test]
fn without_results_every_row_is_marked_missing() {
    let rows = table(&Results::default());
    // Those of analyses whose numbers are kept with the program.
    let is_kept = |row: &&Row| ["16, 17", "3", "4, 12", "11"].contains(&row.figure);
    let of_runs = rows.iter().filter(|row| !is_kept(row));
    assert!(of_runs.into_iter().all(|row| row.ours.is_none() && row.remark == "not run yet" && row.deviation().is_none()));
    let figures: Vec<&str> = rows.iter().map(|row| row.figure).collect();
    for figure in ["2, parameters", "2, steps", "2, data", "8", "9", "10, parameters", "10, steps", "10, data"] {
        assert!(figures.contains(&figure), "{figure}");
    }
    assert_eq!(find(&rows, "2, parameters", "width 9").paper, Some(0.64));
}

#[test]
fn results_synthesised_from_theory_reproduce_theory() {
    let mut results = Results::default();
    let widths = collected(paper(), &["width=log2:9..500:12", "seed=0,1"], Resource::Parameters, 1_300.0);
    let samples = collected(paper(), &["samples=log2:50000..2000000:8"], Resource::Data, 40_000.0);
    results.add("widths.safetensors", &widths.to_bytes().expect("whole")).expect("a sweep");
    results.add("samples.safetensors", &samples.to_bytes().expect("whole")).expect("a sweep");
    results.add("run.safetensors", &run(20_000).to_bytes().expect("whole")).expect("a run");
    let rows = table(&results);

    let slope = find(&rows, "2, parameters", "exponent");
    assert!((slope.ours.expect("fitted") - slope.truncated.expect("summed")).abs() < 0.05, "{slope:?}");
    assert_eq!((slope.paper, slope.theory, slope.source.as_deref()), (Some(0.45), Some(0.4), Some("widths.safetensors")));
    assert!(slope.remark.contains("12 of 30 widths, 2 seeds") && !slope.remark.contains("steps"), "{}", slope.remark);
    assert_eq!(slope.seconds, 24.0 * 60.0);
    let widest = find(&rows, "2, parameters", "width 500");
    let expected = Theory::new(500, 0.4).loss(Resource::Parameters, 301_502.0, 1_300.0);
    assert!(
        (widest.ours.expect("there") - expected).abs() < 0.01
            && matches!(widest.uncertainty, Some(Uncertainty::Seeds { n: 2, .. }))
    );

    let steps = find(&rows, "2, steps", "exponent");
    assert!((steps.ours.expect("fitted") - steps.truncated.expect("summed")).abs() < 0.02, "{steps:?}");
    assert!(!steps.remark.contains("of 200,000"), "the range is within the run: {}", steps.remark);
    let emergence = find(&rows, "8", "least squares");
    assert!(
        (emergence.ours.expect("fitted") - 1.0).abs() < 0.05 && emergence.remark.contains("20,000 of 200,000 steps"),
        "{emergence:?}"
    );

    let most = find(&rows, "2, data", "5,000,000");
    assert!(most.remark.starts_with("at D = 2,000,000 instead") && most.deviation().is_none(), "{}", most.remark);
    assert_eq!(find(&rows, "9", "learned").ours, None);
}

#[test]
fn sweeps_over_alpha_give_a_row_for_each_alpha() {
    let mut results = Results::default();
    let base = paper().with("steps=10000");
    let samples = collected(base.clone(), &["alpha=0.2,0.8", "samples=log2:50000..2000000:8"], Resource::Data, 40_000.0);
    let widths = collected(base, &["alpha=0.2,0.4,0.8", "width=log2:9..300:8"], Resource::Parameters, 1_300.0);
    results.add("samples", &samples.to_bytes().expect("whole")).expect("a sweep");
    results.add("widths", &widths.to_bytes().expect("whole")).expect("a sweep");
    let rows = table(&results);
    for alpha in [0.2, 0.8] {
        let learned = find(&rows, "9", &format!("α = {alpha}"));
        let (ours, theory) = (learned.ours.expect("fitted"), learned.theory.expect("known"));
        // Counts are whole numbers, so the fit is rough.
        assert!((ours - theory).abs() < 0.15, "{learned:?}");
        assert!(find(&rows, "10, data", &format!("α = {alpha}")).ours.is_some());
    }
    assert_eq!(find(&rows, "10, parameters", "α = 0.8").paper, Some(0.61));
    assert_eq!(rows.iter().filter(|row| row.figure == "10, parameters").count(), 3);
    assert!(find(&rows, "2, parameters", "exponent").source.as_deref() == Some("widths"), "α = 0.4 is among them");
}

#[test]
fn the_deviation_includes_the_papers_uncertainty() {
    let row = Row {
        paper: Some(0.45),
        ours: Some(0.48),
        uncertainty: Some(Uncertainty::Seeds { half_width: 1.96 * 0.012, n: 5 }),
        ..find(&table(&Results::default()), "8", "").clone()
    };
    // 0.012 and 2 % of 0.45 make 0.015.
    assert!((row.deviation().expect("all there") - 2.0).abs() < 1e-12);
}

#[test]
fn files_that_are_not_results_are_refused() {
    let mut results = Results::default();
    assert!(results.add("x", b"nothing").is_err());
    let bytes = run(1_000).to_bytes().expect("whole");
    assert!(results.add("x", &bytes[..bytes.len() - 5]).is_err());
}

/// A run with clusters whose sizes fall as rank^-1.4.
fn clustered(task: &str, draw: Draw) -> Record {
    let n = 4_000;
    let labels = |k: usize| {
        let frequencies = UseFrequencies::new(k, 0.4);
        let word = |sample: usize| ((sample as u64 * (1 << 32)) / n as u64) as u32;
        (0..n).map(|sample| frequencies.sample(word(sample))).collect::<Vec<u32>>()
    };
    let clustering = |k: usize| Clustering::new(Similarity::Signed, Method::Spectral, k, labels(k));
    let zeros = vec![0; n];
    let clusters = Clusters {
        step: 1,
        ask: Ask { draw, samples: n, ..Ask::default() },
        samples: Samples {
            quantum: zeros.clone(),
            target: zeros.clone(),
            loss: vec![0.0; n],
            families: Vec::new(),
            names: Default::default(),
            inputs: Inputs::Tokens { context: 1, tokens: vec![0; 2 * n], place: zeros },
        },
        zeros: 0,
        model: None,
        measured: Vec::new(),
        clusterings: [20, 60, 110].map(clustering).to_vec(),
        readers: Vec::new(),
    };
    let mut record = Record::new(RunConfig::of(task));
    record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
    record
}

#[test]
fn clusters_of_natural_samples_give_the_envelopes_slope_beside_nulls() {
    let mut results = Results::default();
    results.runs.push(("balanced".into(), clustered("", Draw::Balanced)));
    let none = find(&table(&results), "15", "").clone();
    assert_eq!((none.paper, none.ours, none.remark.as_str()), (Some(1.1), None, "not run yet"));
    results.runs.push(("parity".into(), clustered("", Draw::Natural)));
    results.runs.push(("language".into(), clustered("task=language", Draw::Natural)));
    let rows = table(&results);
    for (figure, paper, source) in [("15", 1.1, "parity"), ("5", 1.24, "language")] {
        let row = find(&rows, figure, "");
        assert_eq!((row.paper, row.theory, row.source.as_deref()), (Some(paper), Some(1.4), Some(source)));
        // The envelope of several k is a little steeper than each.
        assert!((row.ours.expect("fitted") - 1.45).abs() < 0.1, "{row:?}");
        assert!(row.remark.contains("4,000 of 10,000 samples, up to 110 clusters, ranks 10 to 100"), "{}", row.remark);
    }
    assert!(find(&rows, "5", "").remark.starts_with("a planted language, not the Pile"));
}

#[test]
fn the_gaussian_toy_needs_no_results_and_says_what_differs() {
    let rows = table(&Results::default());
    let toy: Vec<&Row> = rows.iter().filter(|row| row.figure == "16, 17").collect();
    assert_eq!(toy.len(), include_str!("gaussians.jsonl").lines().count(), "every line that is kept is read");
    assert!(toy.len() >= 4);
    for row in &toy {
        assert!(matches!(row.uncertainty, Some(Uncertainty::Seeds { n: 5, .. })) && row.paper.is_none(), "{row:?}");
        assert!(row.remark.contains("prints no number") && row.remark.contains("labels drawn at random give"), "{}", row.remark);
    }
    // Where clusters are separate, a steeper truth gives a steeper envelope.
    let separate: Vec<f64> = toy.iter().filter(|row| row.quantity.ends_with("spread 0.3")).filter_map(|row| row.ours).collect();
    assert!(separate.len() >= 3 && separate.is_sorted(), "{separate:?}");
}

#[test]
fn rows_of_tokens_are_those_of_the_published_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/results/lab-text-1-losses.safetensors");
    let table = crate::losses::Losses::from_bytes(&std::fs::read(path).expect("published")).expect("losses");
    let numbers: crate::losses::Numbers = serde_json::from_str(tokens::KEPT).expect("numbers");
    assert_eq!(table.numbers(&numbers.ask), numbers);
    let rows = tokens::rows();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.ours.is_some_and(f64::is_finite)), "{rows:?}");
}
