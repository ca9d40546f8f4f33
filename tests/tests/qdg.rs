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
fn a_runs_gradients_are_clustered_scored_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let [run, out] = ["run", "clusters"].map(|name| folder.path().join(format!("{name}.safetensors")));
    learned(&run);
    let args = ["qdg", text(&run), "--out", text(&out), "--samples=80", "--starts=5", "--k=4,8"];
    let table = good(&args);
    assert!(table.contains("absolute, average") && table.contains("same target") && table.contains("Mean cosine"), "{table}");
    let rows = good(&["qdg", "score", text(&out), "--json"]);
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Four similarities by four methods for two k, and by Leiden, which finds its own; then two baselines.
    assert_eq!(rows.len(), 4 * (4 * 2 + 1) + 2);
    for row in &rows {
        let ari = row["ari"].as_f64().unwrap();
        assert!(
            (-0.5..=1.0).contains(&ari) && row["ami"].is_number() && row["f1"].is_number() && row["purity"].is_number(),
            "{row}"
        );
        assert_eq!((&row["sample"], row["baseline"].is_null()), (&json!("balanced"), row["similarity"].is_string()));
    }
    let of = |similarity: &str, method: &str| {
        let found = rows.iter().find(|row| row["similarity"] == similarity && row["method"] == method && row["k"] != 8);
        found.unwrap_or_else(|| panic!("{similarity}, {method}"))["ari"].as_f64().unwrap()
    };
    let target = rows.iter().find(|row| row["baseline"] == "target").unwrap()["ari"].as_f64().unwrap();
    // The labels of one subtask have opposite gradients: only their absolute values see the subtask.
    let (absolute, signed) = (of("absolute", "spectral"), of("signed", "spectral"));
    assert!(absolute > signed && signed > target && target < 0.1, "{absolute}, {signed}, {target}");

    assert!(good(&["clusters", text(&out)]).starts_with("signed, spectral, k = 4\nrank"));
    let choice = ["clusters", text(&out), "--similarity=absolute", "--method=average", "--k=8"];
    let with = |more: &str| good(&[&choice[..], &[more]].concat());
    assert!(with("--show=1").lines().nth(2).is_some_and(|line| line.contains('▸')));
    assert_eq!(with("--csv").lines().count(), 81);
    let clusters: Vec<Value> = with("--json").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(clusters.iter().map(|cluster| cluster["samples"].as_array().unwrap().len()).sum::<usize>(), 80);
    // The weights move along each cluster's gradient; the file keeps what that did.
    let checked = folder.path().join("checked.safetensors");
    let which = ["--similarity=absolute", "--method=average", "--k=8"];
    let causal = |more: &[&str]| good(&[&["qdg", "causal", text(&out), text(&run)], &which[..], more].concat());
    let found: Value = serde_json::from_str(&causal(&["--json", "--out", text(&checked)])).unwrap();
    assert_eq!((found["scores"].as_array().unwrap().len(), &found["epsilon"], &found["k"]), (8, &json!(0.01), &json!(8)));
    // The two labels of a subtask have opposite gradients, so that its clusters are not all moved as one.
    assert!(found["median"].is_number() && found["random"].as_array().unwrap().len() == 8, "{found}");
    let table = causal(&[]);
    assert!(table.contains("absolute, average") && table.contains("of their norm"), "{table}");
    let kept = |more: &str| good(&[&["clusters", text(&checked)], &which[..], &[more]].concat());
    let listed: Vec<Value> = kept("--json").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(listed.iter().zip(found["scores"].as_array().unwrap()).all(|(row, score)| row["causal"] == *score), "{found}");
    assert!(kept("--csv").starts_with("sample,cluster,quantum,target,loss_nats,context,causal\n"));
    assert!(good(&["clusters", text(&checked), which[0], which[1], which[2]]).contains("  causal  family"));
    assert!(!good(&["clusters", text(&checked)]).contains("causal"), "of other clusterings it is not known");
    let labels = folder.path().join("labels.json");
    std::fs::write(&labels, with("--labels")).unwrap();
    good(&["qdg", "envelope", "--labels", text(&labels), "--ranks=1..4"]);
    // The file is still a run: its curves are there.
    assert!(good(&["fit", text(&out)]).contains("loss"));

    // Of several files the means over seeds.
    let other = folder.path().join("other.safetensors");
    good(&["qdg", text(&run), "--out", text(&other), "--samples=80", "--starts=5", "--k=4,8", "--seed=1"]);
    let means = good(&["qdg", "score", text(&out), text(&other), "--json"]);
    let means: Vec<Value> = means.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((means.len(), &means[0]["seeds"], &means[0]["k"]), (rows.len(), &json!(2), &json!([4, 4])));
    assert!(
        means[0]["ari_half_width"].as_f64().unwrap() > 0.0
            && good(&["qdg", "score", text(&out), text(&other)]).contains("2 seeds")
    );

    // Another run of other settings.
    let later = folder.path().join("later.safetensors");
    let mut record = quanta_core::record::Record::load(&run).unwrap();
    record.config.set("steps", "123456").unwrap();
    std::fs::write(&later, record.to_bytes().unwrap()).unwrap();
    let fresh = folder.path().join("fresh.safetensors");
    let few = folder.path().join("few.safetensors");
    good(&["qdg", text(&run), "--out", text(&few), "--samples=40", "--starts=2", "--method=average"]);
    for (args, part) in [
        (vec!["qdg", text(&run)], "--out"),
        (vec!["qdg", text(&run), "--out", text(&run)], "is not clusters"),
        (vec!["qdg", text(&run), "--out", text(&out), "--samples=1"], "at least two"),
        (vec!["qdg", text(&run), "--out", text(&out), "--samples=60", "--k=61"], "k must be from 1 to 60"),
        (vec!["qdg", text(&run), "--out", text(&out), "--below=little"], "--below"),
        (vec!["qdg", text(&run), "--out", text(&out), "--below=1e-30"], "train for longer"),
        (vec!["qdg", text(&out), "--out", text(&fresh)], "no weights"),
        (vec!["qdg", "score", text(&run)], "no clusters"),
        (vec!["qdg", "score", text(&out), text(&few)], "different settings"),
        (vec!["qdg", "causal", text(&out), text(&later)], "differ in `steps`"),
        (vec!["qdg", "causal", text(&out), text(&out)], "no weights"),
        (vec!["qdg", "causal", text(&out), text(&run), "--epsilon=0"], "--epsilon"),
        (vec!["qdg", "causal", text(&out), text(&run), "--k=77"], "no such clustering"),
        (vec!["qdg", "causal", text(&run), text(&run)], "no clusters"),
        (vec!["clusters", text(&out), "--method=leiden", "--k=79"], "no such clustering"),
        (vec!["clusters", text(&out), "--show=99"], "no cluster 99"),
    ] {
        let said = refused(&args);
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn clusters_are_ordered_by_stability_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let [run, out, plain] = ["run", "clusters", "plain"].map(|name| folder.path().join(format!("{name}.safetensors")));
    learned(&run);
    let usual = ["qdg", text(&run), "--samples=80", "--starts=2", "--k=4,6,8", "--similarity=absolute", "--method=average"];
    good(&[&usual[..], &["--out", text(&out), "--stability=4"]].concat());
    good(&[&usual[..], &["--out", text(&plain)]].concat());
    // Parts change no score, so that these still have a mean.
    good(&["qdg", "score", text(&out), text(&plain)]);

    let list = good(&["clusters", text(&out), "--sort=stability", "--k=8"]);
    assert!(list.contains("found again in 4 parts") && list.contains("stable"), "{list}");
    let objects = good(&["clusters", text(&out), "--k=8", "--json"]);
    let stability: Vec<f64> =
        objects.lines().filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["stability"].as_f64()).collect();
    assert!(stability.len() == 8 && stability.iter().all(|index| (0.0..=1.0).contains(index)), "{stability:?}");
    let best = stability.iter().copied().fold(0.0, f64::max);
    let first = list.lines().nth(3).unwrap();
    assert!(first.contains(&format!("{best:.2}")), "{first}: {stability:?}");
    assert!(good(&["clusters", text(&out), "--csv"]).starts_with("sample,cluster,quantum,target,loss_nats,context,stability\n"));
    let list = good(&["clusters", text(&plain), "--sort=stability"]);
    assert!(!list.contains("stable"), "{list}");

    for (name, words) in [
        ("matrix", "mean cosine between the samples of every two clusters"),
        ("map", "80 samples on a map"),
        ("envelope", "k = 4, 6, 8"),
        ("scores", "The best baseline"),
        ("pairs", "½ is chance"),
    ] {
        let [svg, png] = ["svg", "png"].map(|ending| folder.path().join(format!("{name}.{ending}")));
        let said = good(&["clusters", text(&out), "--figure", name, "--show=2", "--ranks=1..4", "--out", text(&svg)]);
        assert!(said.contains(words) && std::fs::read_to_string(&svg).unwrap().contains("<svg"), "{name}: {said}");
        let object =
            good(&["clusters", text(&out), "--figure", name, "--color=quantum", "--json", "--theme=dark", "--out", text(&png)]);
        let object: Value = serde_json::from_str(&object).unwrap();
        assert_eq!((&object["figure"], std::fs::read(&png).unwrap().starts_with(b"\x89PNG")), (&json!(name), true));
        assert!(!object["table"]["rows"].as_array().unwrap().is_empty(), "{object}");
    }
    let picture = folder.path().join("picture.svg");
    for (args, part) in [
        (vec!["clusters", text(&out), "--figure=matrix"], "--out"),
        (vec!["clusters", text(&out), "--out", text(&picture)], "--figure"),
        (vec!["clusters", text(&out), "--figure=matrix", "--show=99", "--out", text(&picture)], "no cluster 99"),
        (vec!["clusters", text(&out), "--figure=matrix", "--out", text(&out)], "must end in .svg or .png"),
    ] {
        let said = refused(&args);
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn a_stopped_analysis_goes_on_from_what_it_has_found() {
    let folder = tempfile::tempdir().unwrap();
    let [run, other, whole, stopped] =
        ["run", "other", "whole", "stopped"].map(|name| folder.path().join(format!("{name}.safetensors")));
    learned(&run);
    let asked = ["--samples=400", "--k=8", "--stability=20", "--similarity=signed,absolute,residual"];
    good(&[&["qdg", text(&run), "--out", text(&whole)], &asked[..]].concat());
    let running = Running::start(quanta(&[&["qdg", text(&run), "--out", text(&stopped)], &asked[..]].concat()));
    // It is written once all is found of the first similarity.
    wait_until("the first similarity", || stopped.exists());
    running.signal("INT");
    assert_eq!(running.end().2.code(), Some(130));
    let scored = terminal::run(&["qdg", "score", text(&stopped)]);
    let (table, remarks) = (stdout(&scored), stderr(&scored));
    assert!(table.contains("signed, spectral") && !table.contains("residual"), "{table}");
    assert!(remarks.contains("is unfinished, without ") && remarks.contains("residual; quanta qdg RUN --resume"), "{remarks}");
    // Only with the run that it is of, and as it was asked.
    learned_of(&other, "--n-tasks=4 --width=32 --seed=9");
    assert!(refused(&["qdg", text(&other), "--resume", text(&stopped)]).contains("is not the run that"));
    assert!(refused(&["qdg", text(&run), "--resume", text(&stopped), "--samples=9"]).contains("--samples"));
    good(&["qdg", text(&run), "--resume", text(&stopped)]);
    assert_eq!(std::fs::read(&stopped).unwrap(), std::fs::read(&whole).unwrap());
}

#[test]
fn clusters_are_read_over_training_and_size_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let [run, narrow, other, out] =
        ["run", "narrow", "other", "clusters"].map(|name| folder.path().join(format!("{name}.safetensors")));
    learned_of(&run, "--n-tasks=4 --width=32 --snapshots=4");
    learned_of(&narrow, "--n-tasks=4 --width=8");
    learned_of(&other, "--n-tasks=5 --width=32");
    good(&["qdg", text(&run), "--samples=60", "--k=4", "--similarity=absolute", "--method=average", "--out", text(&out)]);
    let svg = folder.path().join("figure.svg");
    let draw = |name: &str| good(&["clusters", text(&out), "--figure", name, "--show=1", "--out", text(&svg)]);
    assert!(draw("size").contains("quanta qdg read"), "without readers the way to them is said");
    let line = good(&["qdg", "read", text(&out), text(&run), text(&narrow), "--out", text(&out)]);
    assert!(line.starts_with("60 samples read by ") && line.trim_end().ends_with(" of training and 2 models"), "{line}");
    let drawn = draw("training");
    assert!(drawn.contains("against training step") && drawn.contains("at 1,500 it is "), "{drawn}");
    assert!(draw("size").contains("against parameters"), "by size");
    let said = refused(&["qdg", "read", text(&out), text(&other), "--out", text(&out)]);
    assert!(said.contains("learned another task") && said.contains("`n_tasks`") && said.contains(text(&other)), "{said}");
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

/// A text of words that the small models of `tests/models` read.
fn words(folder: &Path, name: &str, first: usize) -> PathBuf {
    let words = ["the", "cat", "sat", "on", "a", "mat", "two", "hats", "and", "dogs"];
    let text: String = (0..400).map(|at| format!("{} ", words[(first + at * at + at / 7) % words.len()])).collect();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn tokens_are_clustered_in_a_published_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/llama");
    let [cats, dogs] = [("cats.txt", 0), ("dogs.txt", 3)].map(|(name, first)| words(folder.path(), name, first));
    let out = folder.path().join("clusters.safetensors");
    let asked = ["--samples=24", "--below=100", "--context=16", "--method=spectral", "--k=4"];
    let args = [&["qdg", text(&model), "--text", text(&cats), text(&dogs), "--out", text(&out)], &asked[..]].concat();
    let table = good(&args);
    assert!(
        table.contains("signed, spectral") && table.contains("absolute, spectral") && table.contains("residual, spectral"),
        "{table}"
    );
    assert!(!table.contains("attribution") && table.contains("the scores are against the texts that they are from"), "{table}");
    let labels = good(&["clusters", text(&out), "--labels"]);
    let listed = good(&["clusters", text(&out), "--json"]);
    let sizes = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["size"].as_u64().unwrap());
    assert_eq!(sizes.sum::<u64>(), 24, "{listed}");
    let shown = good(&["clusters", text(&out), "--show=1"]);
    assert!(shown.contains('▸') && (shown.contains("cats") || shown.contains("dogs")), "{shown}");
    // The same seed finds the same; another draws others.
    let again = folder.path().join("again.safetensors");
    let again_args = |more: &[&str]| {
        let args = [&["qdg", text(&model), "--text", text(&cats), text(&dogs), "--out", text(&again)], &asked[..], more].concat();
        good(&args);
        good(&["clusters", text(&again), "--labels"])
    };
    assert_eq!(again_args(&[]), labels);
    std::fs::remove_file(&again).unwrap();
    assert_ne!(again_args(&["--seed=1"]), labels);
    std::fs::remove_file(&again).unwrap();
    // What cannot be done is said.
    let with = |more: &[&str]| refused(&[&["qdg", text(&model), "--out", text(&again)], more].concat());
    let said = with(&["--text", text(&cats), "--similarity=attribution"]);
    assert!(said.contains("compared signed, absolute or by residual"), "{said}");
    let short = folder.path().join("short.txt");
    std::fs::write(&short, "the cat sat").unwrap();
    let said = with(&["--text", text(&short)]);
    assert!(said.contains("short.txt has ") && said.contains("windows of 65 are cut out of it"), "{said}");
    let said = with(&["--text", text(&cats), "--context=4000"]);
    assert!(said.contains("a context of 4,000 tokens is none of this model"), "{said}");
    let said = with(&["--text", text(&cats), "--context=16", "--below=1e-9"]);
    assert!(said.contains("llama"), "{said}");
    let said = refused(&["qdg", text(&cats), "--text", text(&cats), "--out", text(&again)]);
    assert!(said.contains("cats.txt"), "{said}");
    assert!(!again.exists());
}
