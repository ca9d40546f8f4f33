//! What version 1 of the program wrote is read, and means what it meant. The fixtures were written by
//! it: `quanta train --n-tasks 3 --n-bits 6 --k 2 --width 4 --batch-size 20 --steps 30 --eval-per-task 10
//! --seed 5 --out run.safetensors`, and `quanta sweep --dir sweep --over width=3,4` with the same task,
//! of which `sweep.safetensors` was collected with `--curves`. The folder has then lost its second run.

#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::{Path, PathBuf};

use quanta_core::config::RunConfig;
use quanta_core::losses::Losses;
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, Manifest};
use quanta_core::text::Corpus;
use terminal::{good, text};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/version-1").join(name)
}

#[test]
fn a_run_goes_on_from_where_version_1_left_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    std::fs::copy(fixture("run.safetensors"), &path).expect("copied");
    let before = Record::load(&path).expect("read");
    good(&["train", "--resume", text(&path), "--steps", "60", "--device", "cpu"]);
    let after = Record::load(&path).expect("read");
    assert_eq!(after.last().map(|last| last.step), Some(60));
    assert_eq!(after.evaluations[..before.evaluations.len()], before.evaluations[..]);
    // The same run from its beginning: nothing of the state was lost on the way through the old file.
    let whole = folder.path().join("whole.safetensors");
    let link = "v=1&n_tasks=3&n_bits=6&k=2&width=4&batch_size=20&steps=60&eval_per_task=10&seed=5";
    good(&["train", "--url", link, "--device", "cpu", "--out", text(&whole)]);
    let whole = Record::load(&whole).expect("read");
    let last = |record: &Record| record.last().map(|last| (last.step, last.loss_bits));
    assert_eq!(last(&whole), last(&after));
}

#[test]
fn a_sweeps_folder_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("sweep");
    std::fs::create_dir_all(dir.join("runs")).expect("made");
    for file in ["manifest.json", "runs/0535538282a1.safetensors"] {
        std::fs::copy(fixture("sweep").join(file), dir.join(file)).expect("copied");
    }
    let kept = std::fs::read(dir.join("runs/0535538282a1.safetensors")).expect("read");
    good(&["sweep", "--dir", text(&dir), "--device", "cpu"]);
    assert_eq!(std::fs::read(dir.join("runs/0535538282a1.safetensors")).expect("read"), kept, "made once");
    assert!(dir.join("runs/5f5a643bba1e.safetensors").exists());
    let collected = folder.path().join("sweep.safetensors");
    good(&["collect", text(&dir), "--out", text(&collected), "--curves"]);
    let ours = Collected::from_bytes(&std::fs::read(&collected).expect("read")).expect("a sweep");
    let theirs = Collected::from_bytes(&std::fs::read(fixture("sweep.safetensors")).expect("read")).expect("a sweep");
    // Version 1 added the subtasks' losses up in single precision, so that its means differ in the last digit.
    let losses = |collected: &Collected| collected.runs.iter().flat_map(|run| run.losses.clone()).collect::<Vec<_>>();
    let (our_losses, their_losses) = (losses(&ours), losses(&theirs));
    assert_eq!(our_losses.len(), their_losses.len());
    assert!(our_losses.iter().zip(&their_losses).all(|(a, b)| (a - b).abs() < 1e-6), "{our_losses:?} {their_losses:?}");
    assert_eq!(ours.manifest.runs, theirs.manifest.runs);
}

#[test]
fn manifests_written_by_hand_for_version_1_keep_the_names_of_their_runs() {
    let text = r#"{"base": {"version": 1, "n_tasks": 20}, "over": [{"field": "width", "values": [9, 20]}]}"#;
    let manifest = Manifest::from_json(text, "here").expect("read");
    let base = RunConfig::from_query("v=1&n_tasks=20", &[]).expect("read");
    let again = Manifest::grid(base, manifest.over.clone()).expect("a grid");
    assert!(manifest.same_runs(&again));
}

#[test]
fn every_published_result_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/results");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).expect("there") {
        let path = entry.expect("listed").path();
        if path.extension().is_some_and(|ending| ending == "safetensors") {
            let bytes = std::fs::read(&path).expect("read");
            let is_run = Collected::from_bytes(&bytes).is_ok() || Record::from_bytes(&bytes).is_ok();
            let is_of_text = Losses::from_bytes(&bytes).is_ok() || Corpus::from_bytes(&bytes).is_ok();
            assert!(is_run || is_of_text, "{}", path.display());
            found += 1;
        }
    }
    assert!(found > 3, "{found} results");
}
