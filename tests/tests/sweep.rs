//! Tests sweeps: trained, killed, resumed, shared between processes, repaired, collected.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::collections::BTreeMap;
use std::path::Path;

use quanta_core::event::Evaluation;
use quanta_core::record::{Record, Status};
use quanta_core::sweep::{Collected, Folder, State};
use serde_json::Value;
use terminal::*;

/// Arguments for a sweep of six runs. `steps` is the flag `--steps=N`.
fn six(dir: &Path, steps: &str, more: &[&str]) -> Vec<String> {
    let grid = ["sweep", "--dir", text(dir), "--over=width=8,16", "--over=seed=0,1,2", "--n-tasks=5", "--n-bits=10", "--k=2"];
    let rest = ["--batch-size=64", "--eval-per-task=20", "--device=cpu", "--json", steps];
    [&grid, &rest[..], more].concat().into_iter().map(str::to_owned).collect()
}

fn as_str(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

/// Returns the numbers of finished, running, failed and left runs.
fn status(dir: &Path) -> [u64; 4] {
    let counts: Value = serde_json::from_str(&good(&["status", text(dir), "--json"])).unwrap();
    ["finished", "running", "failed", "left"].map(|name| counts[name].as_u64().unwrap())
}

/// Loads every record of a sweep's folder, by its run's id.
fn records(dir: &Path) -> BTreeMap<String, Record> {
    let files = std::fs::read_dir(dir.join("runs")).unwrap().map(|file| file.unwrap().path());
    let records = files.filter(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    records.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), record(&path))).collect()
}

fn curves(dir: &Path) -> BTreeMap<String, Vec<Evaluation>> {
    records(dir).into_iter().map(|(id, record)| (id, curve(&record))).collect()
}

#[test]
fn a_finished_sweep_is_not_trained_again_and_can_be_collected() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("sweep");
    let args = six(&dir, "--steps=100", &[]);
    let events = lines(&good(&as_str(&args)));
    assert_eq!(events.len(), 6);
    for event in &events {
        assert_eq!((event["event"].as_str(), event["status"].as_str()), (Some("run"), Some("finished")));
        assert!(event["loss_bits"].is_f64() && event["learned"].is_u64() && event["step"] == 100, "{event}");
    }
    assert_eq!(status(&dir), [6, 0, 0, 0]);
    assert!(records(&dir).values().all(|record| record.status == Status::Finished && record.checkpoint.is_none()));
    // Nothing is left to train, with the full command or with the folder alone.
    assert_eq!(good(&as_str(&args)), "");
    assert_eq!(good(&["sweep", "--dir", text(&dir), "--device=cpu"]), "");
    // `train` gives the same run for the same settings.
    let alone = folder.path().join("alone.safetensors");
    let (_, manifest) = Folder::open(&dir).unwrap();
    let entry =
        manifest.runs.iter().find(|entry| entry.config.number("width") == Some(16.0) && entry.config.training.seed == 2).unwrap();
    good(&["train", "--url", &entry.config.to_query(), "--device=cpu", "--out", text(&alone)]);
    assert_eq!(curve(&record(&alone)), curves(&dir)[&entry.id]);

    let out = folder.path().join("sweep.safetensors");
    good(&["collect", text(&dir), "--out", text(&out)]);
    let collected = Collected::from_bytes(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(collected.manifest, manifest);
    assert!(manifest.command.starts_with("quanta sweep --over width=8,16 --over seed=0,1,2 "), "{}", manifest.command);
    assert_eq!(collected.runs.iter().map(|run| &run.entry).collect::<Vec<_>>(), manifest.runs.iter().collect::<Vec<_>>());
    let records = records(&dir);
    for run in &collected.runs {
        let record = &records[&run.entry.id];
        assert_eq!(run.losses, record.losses());
        assert_eq!(run.task_loss_last, record.last().unwrap().quantum_loss_bits);
        assert_eq!(run.best_loss(), record.best().unwrap().loss_bits);
    }
    // What the folder has lost is in the file.
    let again = folder.path().join("again.safetensors");
    std::fs::remove_file(dir.join("runs").join(format!("{}.safetensors", entry.id))).unwrap();
    good(&["collect", text(&dir), "--with", text(&out), "--out", text(&again)]);
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&out).unwrap());
}

#[test]
fn a_killed_sweep_resumes_every_run_from_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let [killed, whole] = ["killed", "whole"].map(|name| folder.path().join(name));
    let args = six(&killed, "--steps=4000", &["--checkpoint-every=0", "--jobs=2"]);
    let running = Running::start(quanta(&as_str(&args)));
    wait_until("a checkpoint", || {
        Folder::open(&killed).is_ok() && records(&killed).values().any(|record| record.checkpoint.is_some())
    });
    assert!(status(&killed)[1] > 0, "the status must show running runs");
    running.signal("KILL");
    running.end();
    let before: BTreeMap<String, Record> = records(&killed);
    let begun: Vec<_> = before.iter().filter(|(_, record)| record.checkpoint.as_ref().is_some_and(|c| c.step > 0)).collect();
    assert!(!begun.is_empty() && status(&killed)[0] < 6 && status(&killed)[1] == 0);

    good(&["sweep", "--dir", text(&killed), "--device=cpu"]);
    assert_eq!(status(&killed), [6, 0, 0, 0]);
    let after = records(&killed);
    for (id, record) in begun {
        let step = record.checkpoint.as_ref().unwrap().step;
        let kept = |record: &Record| record.evaluations.iter().filter(|e| e.step < step).cloned().collect::<Vec<_>>();
        // The times are equal too, so these evaluations were not repeated.
        assert_eq!(kept(&after[id]), kept(record), "{id}");
    }
    good(&as_str(&six(&whole, "--steps=4000", &[])));
    assert_eq!(curves(&killed), curves(&whole));
    let left: Vec<_> = std::fs::read_dir(killed.join("runs")).unwrap().map(|file| file.unwrap().file_name()).collect();
    // Six records and their locks: what interrupted writes left is gone.
    assert_eq!(left.len(), 12, "{left:?}");
}

#[test]
fn two_processes_share_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let args = six(folder.path(), "--steps=2000", &["--jobs=1"]);
    let both = [(); 2].map(|()| Running::start(quanta(&as_str(&args))));
    let done = both.map(|running| {
        let (lines, messages, status) = running.end();
        assert!(status.success(), "{messages}");
        lines
    });
    let mut ids: Vec<String> =
        done.iter().flatten().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].to_string()).collect();
    ids.sort();
    let runs = ids.len();
    ids.dedup();
    assert_eq!((runs, ids.len()), (6, 6), "each run must be trained once");
    assert_eq!(status(folder.path()), [6, 0, 0, 0]);
}

#[test]
fn damaged_records_are_moved_and_their_runs_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let args = six(folder.path(), "--steps=100", &[]);
    good(&as_str(&args));
    let before = curves(folder.path());
    let ids: Vec<&String> = before.keys().collect();
    let path = |id: &str| folder.path().join("runs").join(format!("{id}.safetensors"));
    let bytes = std::fs::read(path(ids[0])).unwrap();
    std::fs::write(path(ids[0]), &bytes[..bytes.len() / 2]).unwrap();
    // Flips a bit of one number.
    let mut bytes = std::fs::read(path(ids[1])).unwrap();
    let at = bytes.len() - 30;
    bytes[at] ^= 0x40;
    std::fs::write(path(ids[1]), bytes).unwrap();
    // Replaces a record with another run's.
    std::fs::copy(path(ids[3]), path(ids[2])).unwrap();
    assert_eq!(status(folder.path()), [3, 0, 0, 3]);

    let output = run(&as_str(&args));
    assert!(output.status.success());
    let events = lines(&stdout(&output));
    assert_eq!(events.len(), 3, "only the damaged runs must be repeated");
    for id in &ids[..3] {
        assert!(stderr(&output).contains(&format!("the record of {id} was damaged")), "{}", stderr(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path().join("damaged")).unwrap().count(), 3);
    assert_eq!(curves(folder.path()), before);
}

#[test]
fn a_failed_run_is_reported_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    // With these settings the weights change sign and grow a hundredfold at every step.
    let tiny = ["--n-tasks=5", "--n-bits=10", "--k=2", "--width=8", "--batch-size=64", "--steps=100", "--eval-per-task=20"];
    let grid = ["sweep", "--dir", text(folder.path()), "--over=weight_decay=0.0,10.0", "--lr=10", "--device=cpu", "--json"];
    for _ in 0..2 {
        let output = run(&[&grid, &tiny[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("weight_decay 10: failed: "), "{}", stderr(&output));
        assert!(lines(&stdout(&output)).iter().any(|event| event["status"] == "failed"));
        assert_eq!(status(folder.path()), [1, 0, 1, 0]);
    }
    let report = good(&["status", text(folder.path())]);
    assert!(report.contains("failed: weight_decay 10") && report.contains("no longer a number"), "{report}");
    let out = folder.path().join("out.safetensors");
    let output = run(&["collect", text(folder.path()), "--out", text(&out)]);
    assert!(output.status.success() && stderr(&output).contains("1 run not finished"), "{}", stderr(&output));
    // `train` fails in the same way, and saves the evaluations before the failure.
    let path = folder.path().join("failed.safetensors");
    let args = [&["train", "--lr=10", "--weight-decay=10", "--device=cpu", "--json", "--out", text(&path)], &tiny[..]].concat();
    let output = run(&args);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&stdout(&output)).last().unwrap()["event"], "failed");
    assert!(matches!(record(&path).status, Status::Failed(_)) && !record(&path).evaluations.is_empty());
}

#[test]
fn a_stopped_sweep_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let args = six(folder.path(), "--steps=4000", &["--jobs=2"]);
    let running = Running::start(quanta(&as_str(&args)));
    wait_until("the start of a run", || Folder::open(folder.path()).is_ok() && status(folder.path())[1] > 0);
    std::thread::sleep(std::time::Duration::from_millis(100));
    running.signal("TERM");
    let (_, messages, ended) = running.end();
    assert!(ended.code() == Some(143) && messages.contains("stopped"), "{ended} {messages}");
    let (sweep, manifest) = Folder::open(folder.path()).unwrap();
    let states: Vec<State> = manifest.runs.iter().map(|entry| sweep.state(entry).unwrap()).collect();
    assert!(states.iter().any(|state| matches!(state, State::Left(step) if *step > 0)), "{states:?}");
    good(&as_str(&args));
    assert_eq!(status(folder.path()), [6, 0, 0, 0]);
}

#[test]
fn shards_are_disjoint_and_complete() {
    let folder = tempfile::tempdir().unwrap();
    for (shard, finished) in [("--shard=1/4", 2), ("--shard=2/4", 4), ("--shard=1/4", 4), ("--shard=4/4", 5), ("--shard=3/4", 6)]
    {
        good(&as_str(&six(folder.path(), "--steps=50", &[shard])));
        assert_eq!(status(folder.path())[0], finished, "{shard}");
    }
}

#[test]
fn bad_sweeps_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = text(folder.path());
    let errors = |args: &[&str]| refused(&[&["sweep", "--dir", dir], args].concat());
    assert!(errors(&[]).contains("nothing to sweep"));
    assert!(errors(&["--over=width"]).contains("width=9,20,50"));
    assert!(errors(&["--over=widht=3"]).contains("unknown field"));
    assert!(errors(&["--over=width=3", "--width=4"]).contains("varied by the sweep"));
    assert!(errors(&["--over=width=3", "--over=width=4"]).contains("varied twice"));
    assert!(errors(&["--preset=fig3"]).contains("fig2-parameters"));
    assert!(errors(&["--manifest=/nowhere.json"]).contains("/nowhere.json"));
    assert!(errors(&["--over=width=3", "--shard=3/2"]).contains("1/4"));
    assert!(errors(&["--over=width=3", "--submit"]).contains("--slurm"));
    // All problems are reported together, one per line.
    let lines = errors(&["--over=k=60,70", "--over=seed=1", "--batch-size=0"]);
    assert_eq!(lines.lines().count(), 3, "two values of k, and the batch size once: {lines}");
    assert_eq!(errors(&["--over=k=3,many", "--over=seeds=1", "--n-bits=few"]).lines().count(), 3);
    assert_eq!(errors(&["--over=k=21,22", "--n-bits=20"]).lines().count(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a refused sweep must create no files");

    good(&as_str(&six(folder.path(), "--steps=50", &["--shard=1/6"])));
    assert!(errors(&["--over=width=3"]).contains("another sweep"));
    assert!(errors(&["--steps=60"]).contains("fixed by its manifest"));
    assert!(refused(&["status", "/nowhere"]).contains("/nowhere"));
    let missing = folder.path().join("missing/out.safetensors");
    assert!(refused(&["collect", dir, "--out", text(&missing)]).contains("no folder"));
}

#[test]
fn a_sweep_says_what_it_drops_before_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let notes = |more: &[&str]| {
        let dir = folder.path().join("sweep");
        let output = run(&[&["sweep", "--dir", text(&dir), "--over=seed=0,1", "--dry-run"], more].concat());
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(notes(&[]).contains("weights and moments of finished runs are dropped; --keep-weights keeps them"));
    assert!(!notes(&["--keep-weights"]).contains("dropped"));
    let moot = notes(&["--n-tasks=4", "--n-bits=8", "--samples=2000"]);
    assert_eq!(moot.matches("Only 1,024 different inputs exist").count(), 1, "once, not for each run: {moot}");
}

#[test]
fn collected_runs_say_when_and_on_what_they_were_trained() {
    let folder = tempfile::tempdir().unwrap();
    let [dir, out] = ["sweep", "sweep.safetensors"].map(|name| folder.path().join(name));
    good(&as_str(&six(&dir, "--steps=50", &[])));
    good(&["collect", text(&dir), "--out", text(&out)]);
    let bytes = std::fs::read(&out).unwrap();
    let collected = Collected::from_bytes(&bytes).unwrap();
    for run in &collected.runs {
        assert_eq!((run.parts.len(), &run.parts[0].device), (1, &run.device));
        assert!(run.finished >= run.parts[0].started && run.finished.is_some());
    }
    assert_eq!(collected.to_bytes().unwrap(), bytes);
}

#[test]
fn a_manifest_reproduces_a_sweep_in_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    good(&as_str(&six(&here, "--steps=50", &[])));
    good(&["sweep", "--dir", text(&there), "--manifest", text(&here.join("manifest.json")), "--device=cpu", "--jobs=1"]);
    assert_eq!(curves(&here), curves(&there));
}
