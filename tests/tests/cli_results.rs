//! Tests the commands that read runs and sweeps: tables, fits, figures, the paper's numbers. The runs
//! are synthesised here, so that the answers are known.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::{Path, PathBuf};

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::record::{Record, Status};
use quanta_core::sweep::{Dimension, Folder, Manifest};
use quanta_core::theory::{Resource, Theory};
use serde_json::Value;
use terminal::*;

fn theory(config: &RunConfig) -> Theory {
    let subtasks = config.subtasks().unwrap();
    Theory::new(subtasks.n_tasks, subtasks.alpha)
}

/// An evaluation at which the first `learned` subtasks are learned.
fn evaluation(config: &RunConfig, step: u64, learned: f64) -> Evaluation {
    let theory = theory(config);
    let quantum_loss_bits: Vec<f32> = (1..=config.quanta().len()).map(|k| if k as f64 <= learned { 0.01 } else { 1.0 }).collect();
    Evaluation {
        step,
        loss_bits: theory.loss_after(learned) as f32,
        train_loss_bits: (step > 0).then_some(0.5),
        learned: quantum_loss_bits.iter().filter(|loss| **loss < 0.1).count(),
        quantum_accuracy: vec![1.0; config.quanta().len()],
        quantum_loss_bits,
        seconds: step as f64 / 100.0,
    }
}

/// A synthetic run that learns subtask k after 60·k^(α+1) steps.
fn synthetic(config: RunConfig) -> Record {
    let theory = theory(&config);
    let mut record = Record::new(config.clone());
    record.device = "synthetic".into();
    record.status = Status::Finished;
    let learned = |step: u64| theory.learned(Resource::Steps, step as f64, 60.0);
    record.evaluations = config.log_steps().into_iter().map(|step| evaluation(&config, step, learned(step))).collect();
    record
}

fn paper(steps: u64) -> RunConfig {
    RunConfig::from_query(&format!("n_tasks=500&n_bits=100&width=500&batch_size=20000&steps={}", steps), &[]).expect("valid")
}

fn saved(folder: &Path, name: &str, record: &Record) -> PathBuf {
    let path = folder.join(format!("{name}.safetensors"));
    record.save(&path).unwrap();
    path
}

/// Parameters that a synthetic network needs for a quantum.
const PARAMETERS_PER_QUANTUM: f64 = 1_300.0;

/// Creates the folder of a sweep over widths with all runs finished.
fn widths(folder: &Path) -> PathBuf {
    let dir = folder.join("widths");
    let over = ["width=log2:9..500:8", "seed=0,1"].map(|text| Dimension::parse(text).unwrap());
    let manifest = Manifest::grid(paper(1_000), over.to_vec()).unwrap();
    let sweep = Folder::create(&dir, &manifest).unwrap();
    for entry in &manifest.runs {
        let config = &entry.config;
        let learned = config.parameters() as f64 / PARAMETERS_PER_QUANTUM;
        let mut record = Record::new(config.clone());
        record.status = Status::Finished;
        record.evaluations = vec![evaluation(config, 0, 0.0), evaluation(config, config.training.steps, learned)];
        record.save(&sweep.record_path(entry)).unwrap();
    }
    dir
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

#[test]
fn a_run_is_exported_as_csv_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let record = synthetic(RunConfig::from_query("n_tasks=3&steps=100", &[]).expect("valid"));
    let path = saved(folder.path(), "run", &record);
    let csv = good(&["export", text(&path), "--csv"]);
    assert_eq!(csv.lines().next(), Some("step,loss_bits,train_loss_bits,learned,seconds,task_1,task_2,task_3"));
    assert_eq!(csv.lines().count(), 1 + record.evaluations.len());
    let out = folder.path().join("run.csv");
    assert_eq!(good(&["export", text(&path), "--csv", "--out", text(&out)]), "");
    assert_eq!(std::fs::read_to_string(out).unwrap(), csv);
    let json: Value = serde_json::from_str(&good(&["export", text(&path), "--json"])).unwrap();
    assert_eq!((&json["unit"], &json["config"]["n_tasks"]), (&Value::from("bits"), &Value::from(3)));
    assert_eq!(json["evaluations"].as_array().unwrap().len(), record.evaluations.len());
    refused(&["export", text(&path)]);
    refused(&["export", text(&path), "--csv", "--json"]);
}

#[test]
fn files_that_are_not_runs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.safetensors");
    std::fs::write(&foreign, "something else").unwrap();
    let short = folder.path().join("short.safetensors");
    let bytes = synthetic(paper(100)).to_bytes().unwrap();
    std::fs::write(&short, &bytes[..bytes.len() / 2]).unwrap();
    let out = folder.path().join("out.svg");
    for path in [text(&foreign), text(&short), "/nowhere/run.safetensors", text(folder.path())] {
        for args in [
            vec!["export", path, "--csv"],
            vec!["fit", path],
            vec!["plot", path, "--figure=loss", "--out", text(&out)],
            vec!["train", "--resume", path],
            vec!["reproduce", path],
            vec!["figure", "scaling", "--from", path, "--out", text(&out)],
        ] {
            assert!(refused(&args).contains(path), "{args:?}");
        }
    }
    assert!(!out.exists());
}

#[test]
fn fits_recover_the_exponents_of_synthetic_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "run", &synthetic(paper(20_000)));
    let found = rows(&good(&["fit", text(&path), "--json", "--range=400..8900"]));
    let [loss, emergence] = &found[..] else { panic!("{found:?}") };
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    assert!((number(loss, "exponent") - number(loss, "truncated_sum")).abs() < 0.02, "{loss}");
    assert!((number(loss, "theory") - 0.4 / 1.4).abs() < 1e-12);
    assert_eq!(loss["range"], serde_json::json!([400.0, 8_600.0]));
    assert!((number(emergence, "exponent") - 1.0).abs() < 0.05, "{emergence}");
    let table = good(&["fit", text(&path)]);
    assert!(
        table.contains("run: loss against step: exponent 0.") && table.contains("95 %") && table.contains("theory 0.286"),
        "{table}"
    );

    // Several runs of different widths, one point each.
    let dir = widths(folder.path());
    let files: Vec<PathBuf> = std::fs::read_dir(dir.join("runs")).unwrap().map(|file| file.unwrap().path()).collect();
    let args =
        ["fit", "--against=parameters", "--range=1e4..1e6", "--json"].into_iter().chain(files.iter().map(|path| text(path)));
    let found = rows(&good(&args.collect::<Vec<_>>()));
    let parameters: Vec<f64> = files
        .iter()
        .map(|path| Record::load(path).unwrap().config.parameters() as f64)
        .filter(|parameters| (1e4..=1e6).contains(parameters))
        .collect();
    assert!(parameters.len() >= 8 && found[0]["points"] == parameters.len(), "{found:?}");
    // The truncated sum at the same points; the files hold losses to seven digits.
    let expected = Theory::new(500, 0.4).exponent_at(Resource::Parameters, &parameters, PARAMETERS_PER_QUANTUM).unwrap();
    assert!((number(&found[0], "exponent") - expected).abs() < 1e-4, "{expected}, but {found:?}");
    assert!(refused(&["fit", "--against=data", text(&path)]).contains("fresh data"));
    assert!(refused(&["fit", text(&path), "--range=5"]).contains("400..8900"));
    // A run with too few points is a failure (1), not bad usage (2).
    let short = saved(folder.path(), "short", &synthetic(paper(10)));
    let output = run(&["fit", text(&short)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("no fit") && stderr(&output).contains("nothing could be fitted"));
}

#[test]
fn figures_of_runs_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "run", &synthetic(paper(2_000)));
    for figure in ["loss", "tasks", "heat", "emergence"] {
        let out = folder.path().join(format!("{figure}.svg"));
        good(&[
            "plot",
            text(&path),
            "--figure",
            figure,
            "--theme=dark",
            "--follow=2",
            "--pure-law",
            "--nam",
            "--out",
            text(&out),
        ]);
        let svg = std::fs::read_to_string(&out).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && svg.len() > 2_000, "{figure}");
    }
    let out = folder.path().join("loss.png");
    good(&["plot", text(&path), text(&path), "--figure=loss", "--size=400x300", "--scale=1", "--out", text(&out)]);
    let png = std::fs::read(&out).unwrap();
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((&png[1..4], side(16), side(20)), (&b"PNG"[..], 400, 300));
    let bad = folder.path().join("loss.gif");
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&bad)]).contains(".svg or .png"));
    assert!(refused(&["plot", text(&path), "--figure=pie", "--out", text(&out)]).contains("emergence"));
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&out), "--follow=501"]).contains("500 subtasks"));
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&out), "--size=9"]).contains("720x480"));
}

#[test]
fn figures_of_sweeps_are_drawn_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let dir = widths(folder.path());
    let run = saved(folder.path(), "run", &synthetic(paper(2_000)));
    let collected = folder.path().join("collected.safetensors");
    good(&["collect", text(&dir), "--out", text(&collected)]);
    let out = folder.path().join("figure.svg");
    // The folder and the collected file give the same figure.
    let pictures = [text(&dir), text(&collected)].map(|from| {
        let caption = good(&["figure", "scaling", "--from", from, "--fit-range=1e4..1e6", "--out", text(&out)]);
        assert!(caption.contains("500 subtasks at α = 0.4") && caption.contains("loss falls as N"), "{caption}");
        std::fs::read_to_string(&out).unwrap()
    });
    assert_eq!(pictures[0], pictures[1]);
    for figure in ["staircase", "learned", "exponents", "fig2", "fig9", "fig10"] {
        good(&["figure", figure, "--from", text(&collected), text(&run), "--out", text(&out)]);
    }
    let caption = good(&["figure", "fig8", "--from", text(&run), "--out", text(&out)]);
    assert!(!caption.trim().is_empty());
    assert!(refused(&["figure", "fig7", "--from", text(&collected), "--out", text(&out)]).contains("single runs"));
    assert!(refused(&["figure", "fig2", "--out", text(&out)]).contains("--from"));
    assert!(refused(&["figure", "scaling", "--resource=data", "--from", text(&collected), "--out", text(&out)]).contains("no"));
}

#[test]
fn the_papers_numbers_are_compared_with_results() {
    let folder = tempfile::tempdir().unwrap();
    let dir = widths(folder.path());
    let published = folder.path().join("public/results");
    std::fs::create_dir_all(&published).unwrap();
    good(&["collect", text(&dir), "--out", text(&published.join("widths.safetensors"))]);
    synthetic(paper(20_000)).save(&published.join("run.safetensors")).unwrap();
    // The results are found from a subfolder.
    let output = quanta(&["reproduce"]).current_dir(&dir).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let table = stdout(&output);
    for words in
        ["loss at width 9, bits", "0.640", "exponent α_S over steps 400 to 8,900", "20,000 of 200,000 steps", "not run yet"]
    {
        assert!(table.contains(words), "{words} in {table}");
    }
    let found = rows(&stdout(&quanta(&["reproduce", "--json"]).current_dir(folder.path()).output().unwrap()));
    let width = found.iter().find(|row| row["quantity"] == "loss at width 500, bits").unwrap();
    assert!(width["paper"] == 0.13 && width["ours"].is_f64() && width["deviation"].is_f64(), "{width}");
    let table = stdout(&quanta(&["reproduce", "--markdown"]).current_dir(folder.path()).output().unwrap());
    assert!(table.lines().count() == found.len() + 2 && table.lines().all(|line| line.starts_with('|')), "{table}");
    let nowhere = tempfile::tempdir().unwrap();
    let output = quanta(&["reproduce"]).current_dir(nowhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_theory_is_printed() {
    let theory: Value = serde_json::from_str(&good(&["theory", "--alpha=1", "--n-tasks=3", "--json"])).unwrap();
    assert_eq!((&theory["exponents"]["parameters"], &theory["exponents"]["steps"]), (&Value::from(1.0), &Value::from(0.5)));
    // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
    let after_one = theory["staircase"][0]["loss_bits"].as_f64().unwrap();
    assert!((after_one - 13.0 / 49.0).abs() < 1e-12);
    assert!(good(&["theory"]).contains("data D"));
    assert_eq!(refused(&["theory", "--alpha=-1", "--n-tasks=0", "--before=0"]).lines().count(), 3);
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = good(&["completions", shell]);
        assert!(script.contains("reproduce") && script.contains("n-tasks"), "{shell}");
    }
    refused(&["completions", "cmd"]);
}
