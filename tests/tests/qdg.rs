//! Tests `quanta qdg`: clusterings from files, whose slopes and scores are known.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use terminal::*;

fn file(folder: &Path, name: &str, value: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, value.to_string()).unwrap();
    path
}

/// Clusterings of n samples in which cluster sizes fall as rank^-exponent.
fn zipf(n: usize, exponent: f64, ks: &[usize]) -> Value {
    let of_k = |k: usize| {
        let weights: Vec<f64> = (1..=k).map(|rank| (rank as f64).powf(-exponent)).collect();
        let total: f64 = weights.iter().sum();
        let mut bounds: Vec<f64> = Vec::new();
        weights.iter().for_each(|weight| bounds.push(bounds.last().copied().unwrap_or(0.0) + weight / total));
        let label = |i: usize| bounds.partition_point(|bound| *bound * n as f64 <= i as f64).min(k - 1);
        (0..n).map(label).collect::<Vec<usize>>()
    };
    json!(ks.iter().map(|k| (k.to_string(), of_k(*k))).collect::<BTreeMap<String, Vec<usize>>>())
}

#[test]
fn envelopes_come_with_the_slopes_of_nulls() {
    let folder = tempfile::tempdir().unwrap();
    let labels = file(folder.path(), "labels.json", &zipf(20_000, 1.4, &[20, 40, 80, 100]));
    let args = ["qdg", "envelope", "--labels", text(&labels), "--ranks=3..60", "--draws=6", "--json"];
    let found: Value = serde_json::from_str(&good(&args)).unwrap();
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} in {found}"));
    // numpy.polyfit of the logarithms: the envelope of several k is a little steeper than the law itself.
    assert!((number(&found["slope"]) + 1.4615).abs() < 1e-3, "{found}");
    assert!((number(&found["nulls"]["equal"]["slope"]) + 0.6653).abs() < 1e-4, "{found}");
    let uniform = number(&found["nulls"]["uniform"]["slope"]);
    assert!((-1.0..-0.5).contains(&uniform), "{uniform}");
    assert_eq!(found["nulls"]["uniform"]["slopes"].as_array().unwrap().len(), 6);
    assert!(number(&found["nulls"]["uniform"]["deviation"]) > 0.0 && found["nulls"]["equal"]["deviation"].is_null());
    assert_eq!((&found["k"], &found["samples"], &found["ranks"]), (&json!([20, 40, 80, 100]), &json!(20_000), &json!([3, 60])));
    assert_eq!(good(&args), good(&args), "the same seed draws the same labels");
    let table = good(&args[..5]);
    assert!(table.contains("uniform random labels") && table.contains("ranks 3 to 60"), "{table}");
    // The paper's ranks need more clusters than there are here.
    let said = refused(&["qdg", "envelope", "--labels", text(&labels)]);
    assert!(said.contains("largest k is 100") && said.contains("--ranks"), "{said}");
}

#[test]
fn clusterings_are_scored_beside_baselines() {
    let folder = tempfile::tempdir().unwrap();
    let quantum: Vec<usize> = (0..600).map(|i| i % 6).collect();
    let perfect: Vec<usize> = quantum.iter().map(|q| 5 - q).collect();
    let halves: Vec<usize> = quantum.iter().map(|q| q / 3).collect();
    let labels = file(folder.path(), "labels.json", &json!({ "6": perfect, "2": halves }));
    let target: Vec<String> = (0..600).map(|i| format!("word {}", i % 2)).collect();
    let family: Vec<&str> = quantum.iter().map(|q| if *q < 3 { "fact" } else { "copy" }).collect();
    let truth = file(folder.path(), "truth.json", &json!({ "quantum": quantum, "target": target, "family": family }));
    let args = ["qdg", "score", "--labels", text(&labels), "--truth", text(&truth), "--json"];
    let rows: Vec<Value> = good(&args).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [two, six, uniform_two, uniform_six, target] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&six["k"], &six["ari"], &six["f1"], &six["purity"]), (&json!(6), &json!(1.0), &json!(1.0), &json!(1.0)));
    assert_eq!(six["families"], json!({ "copy": 1.0, "fact": 1.0 }));
    // Two clusters of three quanta each: F1 = 2·100/(100 + 300).
    assert!((two["f1"].as_f64().unwrap() - 0.5).abs() < 1e-12 && two["baseline"].is_null());
    for row in [uniform_two, uniform_six] {
        assert!(row["ari"].as_f64().unwrap().abs() < 0.02 && row["baseline"] == "uniform" && row["draws"] == 10, "{row}");
    }
    assert_eq!((&target["baseline"], &target["k"]), (&json!("target"), &json!(2)));
    assert!(target["ari"].as_f64().unwrap() > 0.1);
    let table = good(&args[..6]);
    assert!(table.contains("same target") && table.contains("k = 6: copy 1.000, fact 1.000"), "{table}");
    // A bare list is a truth too.
    let bare = file(folder.path(), "bare.json", &json!(quantum));
    assert_eq!(good(&["qdg", "score", "--labels", text(&labels), "--truth", text(&bare), "--json"]).lines().count(), 4);
}

#[test]
fn bad_files_and_ranks_are_sentences() {
    let folder = tempfile::tempdir().unwrap();
    let labels = file(folder.path(), "labels.json", &json!({ "2": [0, 1, 1], "3": [0, 1, 2] }));
    for (name, value, part) in [
        ("lengths", json!({ "2": [0, 1, 1], "3": [0, 1] }), "same samples"),
        ("many", json!({ "2": [0, 1, 2] }), "3 different labels"),
        ("large", json!({ "9": [0, 1, 2] }), "k must be from 1 to 3"),
        ("list", json!([0, 1, 2]), "JSON object"),
        ("empty", json!({}), "without any k"),
    ] {
        let bad = file(folder.path(), name, &value);
        let said = refused(&["qdg", "envelope", "--labels", text(&bad)]);
        assert!(said.contains(part) && said.contains(text(&bad)), "{name}: {said}");
    }
    let short = file(folder.path(), "short.json", &json!([0, 1]));
    let said = refused(&["qdg", "score", "--labels", text(&labels), "--truth", text(&short)]);
    assert!(said.contains("the truth has 2 labels and the clustering has 3"), "{said}");
    assert!(refused(&["qdg", "envelope", "--labels", "/nowhere/labels.json"]).contains("/nowhere/labels.json"));
    assert!(refused(&["qdg", "envelope", "--labels", text(&labels), "--ranks=5"]).contains(".."));
    refused(&["qdg", "envelope", "--labels", text(&labels), "--draws=0"]);
    refused(&["qdg", "envelope"]);
    refused(&["qdg"]);
}
