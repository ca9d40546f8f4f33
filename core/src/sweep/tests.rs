//! Tests of grids, manifests, folders and collected files.

use super::*;
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::record::{FileKind, Record, Status};
use proptest::prelude::*;

fn tiny() -> RunConfig {
    RunConfig::of("n_tasks=4&n_bits=6&k=2&width=3&batch_size=8&steps=20&eval_per_task=5")
}

fn dimensions(texts: &[&str]) -> Vec<Dimension> {
    texts.iter().map(|text| Dimension::parse(text).expect("a dimension")).collect()
}

fn manifest() -> Manifest {
    Manifest::grid(tiny(), dimensions(&["width=3,5", "seed=0,1,2"])).expect("a grid")
}

fn record(config: &RunConfig, evaluations: u64) -> Record {
    let mut record = Record::new(config.clone());
    record.device = "CPU".into();
    record.status = Status::Finished;
    record.evaluations = (0..evaluations)
        .map(|log| Evaluation {
            step: log * 10,
            // The lowest is the last but one.
            loss_bits: if log + 2 == evaluations { 0.3 } else { 1.0 - 0.05 * log as f32 },
            train_loss_bits: (log > 0).then_some(0.5),
            learned: (log.max(1) as usize - 1).min(config.quanta().len()),
            quantum_loss_bits: (0..config.quanta().len()).map(|task| if task as u64 + 1 < log { 0.05 } else { 1.0 }).collect(),
            quantum_accuracy: vec![0.5; config.quanta().len()],
            seconds: log as f64,
        })
        .collect();
    record
}

#[test]
fn a_grid_has_every_combination_and_its_first_dimension_varies_slowest() {
    let manifest = manifest();
    let pairs: Vec<(usize, u64)> = manifest
        .runs
        .iter()
        .map(|entry| (entry.config.number("width").expect("there") as usize, entry.config.training.seed))
        .collect();
    assert_eq!(pairs, [(3, 0), (3, 1), (3, 2), (5, 0), (5, 1), (5, 2)]);
    assert_eq!(manifest.label(&manifest.runs[4].config), "width 5, seed 1");
    assert_eq!(Manifest::grid(tiny(), vec![]).expect("one run").runs.len(), 1);
}

#[test]
fn identifiers_depend_only_on_the_settings() {
    let whole = manifest();
    let part = Manifest::grid(tiny().with("seed=2"), dimensions(&["width=5"])).expect("a grid");
    assert_eq!(part.runs[0].id, whole.runs[5].id);
    let mut ids: Vec<&str> = whole.runs.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 6);
}

#[test]
fn ranges_have_the_papers_values() {
    let widths = |text: &str| Dimension::parse(text).expect("a range").values.join(",");
    // int(2^x), but with exact ends: the paper's truncation makes the first value 9.
    assert_eq!(
        widths("width=log2:10..500:30"),
        "10,11,13,14,17,19,22,25,29,33,38,44,50,57,66,75,86,99,113,129,148,169,194,222,254,291,333,381,436,500"
    );
    assert_eq!(widths("width=lin:1..3:9"), "1,2,3");
    assert_eq!(widths("alpha=lin:0.1..0.8:8"), "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8");
    assert_eq!(widths("samples=log10:100..100000:4,7,100"), "100,1000,10000,100000,7");
    assert_eq!(widths("n-tasks=5"), "5");
    assert_eq!(widths("alpha=0.40,4e-1"), "0.4");
    assert_eq!(widths("optimizer=adam,adamw"), "adam,adamw");
}

#[test]
fn bad_dimensions_are_explained() {
    let message = |text: &str| Dimension::parse(text).expect_err(text).to_string();
    assert!(message("width").contains("width=9,20,50"));
    assert!(message("widht=3").contains("unknown field"));
    assert!(message("width=").contains("whole number"));
    assert!(message("width=3,,4").contains("whole number"));
    assert!(message("width=log2:0..4:3").contains("above 0"));
    assert!(message("width=log3:1..4:3").contains("begins with"));
    assert!(message("width=lin:1..4").contains("looks like"));
    assert!(message("width=lin:1..4:1").contains("2 to 10000"));
    assert!(message("alpha=lin:0..inf:3").contains("looks like"));
    assert!(message("optimizer=lin:1..4:3").contains("adamw"));
}

#[test]
fn commas_of_a_list_are_never_part_of_a_number() {
    let message = |text: &str| Dimension::parse(text).expect_err(text).to_string();
    assert!(message("alpha=0,4").contains("write 0.4 for one number, 0.0,4.0 for two"), "{}", message("alpha=0,4"));
    assert!(message("lr=0.1,0,001").contains("0.001"));
    assert!(message("samples=20,000").contains("write 20000, without a comma"));
    let values = |text: &str| Dimension::parse(text).expect("a list").values;
    assert_eq!(values("alpha=0.0,1.0"), ["0", "1"]);
    assert_eq!(values("width=20,500,100"), ["20", "500", "100"]);
    assert_eq!(values("samples=1e4,20000.0"), ["10000", "20000"]);
    for text in ["alpha=0.0,1.0,0.5", "seed=0,1", "optimizer=adam,adamw"] {
        let dimension = Dimension::parse(text).expect("a list");
        assert_eq!(dimension.to_text(), text);
        assert_eq!(Dimension::parse(&dimension.to_text()).expect("read back"), dimension);
    }
    let listed = |values: &str| {
        let text = format!(r#"{{"base": {{}}, "over": [{{"field": "alpha", "values": {values}}}]}}"#);
        Manifest::from_json(&text, "").map(|manifest| manifest.over[0].values.clone())
    };
    assert_eq!(listed("[0, 1]").expect("numbers"), ["0", "1"]);
    assert!(matches!(listed("\"0,1\""), Err(SweepError::Comma { .. })));
    assert!(listed("[\"0,1\"]").expect_err("a decimal comma").to_string().contains("write 0.1"));
}

#[test]
fn bad_grids_report_every_problem_once() {
    assert!(matches!(Manifest::grid(tiny(), dimensions(&["width=3", "width=4"])), Err(SweepError::Repeated("width"))));
    let huge = dimensions(&["width=lin:1..10000:10000", "seed=lin:1..10000:10000"]);
    assert!(matches!(Manifest::grid(tiny(), huge), Err(SweepError::TooMany(100_000_000))));
    let Err(SweepError::Invalid(problems)) = Manifest::grid(tiny(), dimensions(&["k=2,7,9", "seed=0,1"])) else {
        unreachable!("there are 6 bits");
    };
    assert_eq!(problems.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["7", "9"]);
}

#[test]
fn a_manifest_round_trips_through_json() {
    let mut manifest = manifest();
    (manifest.name, manifest.command) = ("test".into(), "quanta sweep …".into());
    assert_eq!(Manifest::from_json(&manifest.to_json(), "").expect("whole"), manifest);
    for preset in SWEEPS {
        let manifest = preset.manifest().expect(preset.name);
        assert_eq!(Manifest::from_json(&manifest.to_json(), "").expect("whole"), manifest);
    }
}

#[test]
fn a_manifest_may_be_written_by_hand() {
    let by_hand = r#"{"base": {"n_tasks": 4, "n_bits": 6, "k": 2, "width": 3, "batch_size": 8, "steps": 20, "eval_per_task": 5},
                      "over": [{"field": "width", "values": [3, 5]}, {"field": "seed", "values": "lin:0..2:3"}]}"#;
    assert!(Manifest::from_json(by_hand, "").expect("read").same_runs(&manifest()));
    let marked = format!("\u{feff}{by_hand}");
    assert!(Manifest::from_json(&marked, "").expect("read").same_runs(&manifest()), "a byte-order mark is no content");
    let listed = r#"{"runs": [{"set": {"width": 9}}, {"set": {"width": 20, "alpha": 0.6}}]}"#;
    let listed = Manifest::from_json(listed, "").expect("read");
    assert_eq!(listed.runs.len(), 2);
    assert_eq!(listed.label(&listed.runs[1].config), "alpha 0.6, width 20");
    let message = |text: &str| Manifest::from_json(text, "m.json").expect_err(text).to_string();
    assert!(message("[]").contains("m.json"));
    assert!(message(r#"{"rums": []}"#).contains("rums"));
    assert!(message(r#"{"version": 2}"#).contains("version 2"));
    assert!(message(r#"{"runs": []}"#).contains("no runs"));
    assert!(message(r#"{"runs": [{"set": {"widht": 9}}]}"#).contains("widht"));
    assert!(message(r#"{"runs": [{"set": {"width": 0}}]}"#).contains("width is 0"));
    assert!(message(r#"{"runs": [{"id": "abc", "set": {}}]}"#).contains("should have the id"));
    assert!(message(r#"{"runs": [{"set": {"seed": 1}}, {"set": {"seed": 1}}]}"#).contains("twice"));
}

#[test]
fn small_presets_take_under_an_hour_and_full_ones_have_the_papers_settings() {
    for preset in SWEEPS {
        let manifest = preset.manifest().expect(preset.name);
        let minutes = manifest.runs.iter().map(|entry| cost(&entry.config)).sum::<f64>() / 60.0;
        if preset.name == "text-family" {
            let sizes: Vec<u64> = manifest.runs.iter().map(|entry| entry.config.parameters()).collect();
            assert!(minutes < 400.0 && sizes.len() >= 5 && sizes[0] < 30_000 && sizes[8] > 2_500_000, "{minutes} {sizes:?}");
        } else if preset.name.ends_with("-small") {
            assert!(minutes < 40.0, "{}: {minutes:.0} minutes", preset.name);
            assert!(sweep_preset(preset.name.trim_end_matches("-small")).is_some(), "{}", preset.name);
        } else {
            assert!(manifest.base.training.steps >= 100_000 && manifest.base.training.batch_size == 20_000, "{}", preset.name);
            assert!(sweep_preset(&format!("{}-small", preset.name)).is_some(), "{}", preset.name);
        }
    }
    let widths = sweep_preset("fig2-parameters").expect("there").manifest().expect("a grid");
    assert_eq!(
        (widths.runs.len(), widths.runs[0].config.number("width"), widths.runs[29].config.number("width")),
        (30, Some(9.0), Some(500.0))
    );
}

#[test]
fn a_claim_is_exclusive_until_it_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = manifest();
    let [one, other] = [0, 1].map(|_| Folder::create(folder.path(), &manifest).expect("the same sweep"));
    let entry = &manifest.runs[0];
    let claim = one.claim(entry).expect("locks work").expect("free");
    assert!(other.claim(entry).expect("locks work").is_none());
    assert!(other.claim(&manifest.runs[1]).expect("locks work").is_some());
    assert_eq!(other.state(entry).expect("looked at"), State::Running);
    drop(claim);
    assert_eq!(other.state(entry).expect("looked at"), State::Left(0));
    assert!(other.claim(entry).expect("locks work").is_some());
}

#[test]
fn folders_with_another_sweep_or_none_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(Folder::open(folder.path()), Err(SweepError::NoSweep(_))));
    Folder::create(folder.path(), &manifest()).expect("created");
    assert_eq!(Folder::open(folder.path()).expect("there").1, manifest());
    let other = Manifest::grid(tiny(), dimensions(&["width=4"])).expect("a grid");
    assert!(matches!(Folder::create(folder.path(), &other), Err(SweepError::OtherSweep(_))));
}

#[test]
fn damaged_records_are_moved_aside() {
    let place = tempfile::tempdir().expect("a folder");
    let manifest = manifest();
    let folder = Folder::create(place.path(), &manifest).expect("created");
    let entry = &manifest.runs[0];
    let claim = folder.claim(entry).expect("locks work").expect("free");
    assert_eq!(claim.find().expect("looked at"), Found::Nothing);
    let whole = record(&entry.config, 5);
    let other = record(&manifest.runs[1].config, 5);
    let damages = [
        whole.to_bytes().expect("whole")[..200].to_vec(),
        b"something else".to_vec(),
        Vec::new(),
        other.to_bytes().expect("whole"),
    ];
    for (i, bytes) in damages.iter().enumerate() {
        std::fs::write(claim.path(), bytes).expect("written");
        let Found::Damaged(aside, _) = claim.find().expect("looked at") else { unreachable!("it is damaged") };
        assert_eq!(&std::fs::read(aside).expect("moved aside"), bytes);
        assert_eq!(std::fs::read_dir(place.path().join("damaged")).expect("there").count(), i + 1);
        assert_eq!(claim.find().expect("looked at"), Found::Nothing);
    }
    whole.save(claim.path()).expect("saved");
    assert_eq!(claim.find().expect("looked at"), Found::Record(Box::new(whole)));
    drop(claim);
    assert_eq!(folder.state(entry).expect("looked at"), State::Finished);
}

#[test]
fn states_follow_from_the_records() {
    let place = tempfile::tempdir().expect("a folder");
    let manifest = manifest();
    let folder = Folder::create(place.path(), &manifest).expect("created");
    let entry = &manifest.runs[0];
    let mut failed = record(&entry.config, 2);
    failed.status = Status::Failed("NaN".into());
    failed.save(&folder.record_path(entry)).expect("saved");
    assert_eq!(folder.state(entry).expect("looked at"), State::Failed("NaN".into()));
    failed.status = Status::Unfinished;
    failed.checkpoint = Some(crate::record::Checkpoint { step: 7, arrays: Default::default() });
    failed.save(&folder.record_path(entry)).expect("saved");
    assert_eq!(folder.state(entry).expect("looked at"), State::Left(7));
    assert_eq!(folder.finished(entry), None);
    failed.status = Status::StoppedEarly("patience".into());
    failed.save(&folder.record_path(entry)).expect("saved");
    assert_eq!(folder.state(entry).expect("looked at"), State::Finished);
}

/// A collected sweep whose runs differ in their numbers of evaluations and of subtasks.
fn collected(curves: bool) -> Collected {
    let manifest = Manifest::grid(tiny(), dimensions(&["n_tasks=4,3", "optimizer=adam,adamw"])).expect("a grid");
    let records = manifest.runs.iter().zip([5, 3, 4]);
    let runs = records
        .map(|(entry, n)| CollectedRun::new(entry.clone(), &record(&entry.config, n), curves).expect("it has evaluations"));
    Collected { runs: runs.collect(), manifest }
}

#[test]
fn a_collected_sweep_round_trips_through_bytes() {
    let [bare, before] = [false, true].map(collected);
    let after = Collected::from_bytes(&before.to_bytes().expect("whole")).expect("whole");
    // NaN is unlike itself: the first training loss of each run.
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    assert_eq!(format!("{:?}", Collected::from_bytes(&bare.to_bytes().expect("whole")).expect("whole")), format!("{bare:?}"));
    assert!(bare.runs[0].task_losses.is_empty() && after.runs[0].task_losses.len() == 5);
    let run = &after.runs[0];
    assert_eq!((run.best, run.best_loss(), run.last_loss()), (3, 0.3, 0.8));
    assert_eq!(run.emergence, [Some(20), Some(30), Some(40), None]);
    assert_eq!(after.runs[2].task_loss_last.len(), 3);
}

#[test]
fn collections_of_one_sweep_are_put_together_in_its_order() {
    let whole = collected(false);
    let part = |keep: &[usize]| {
        let runs = keep.iter().map(|run| whole.runs[*run].clone()).collect();
        Collected { runs, manifest: whole.manifest.clone() }
    };
    let mut one = part(&[2]);
    assert_eq!(one.take(part(&[1, 0])).expect("of one sweep"), 2);
    assert_eq!(one.to_bytes().expect("whole"), whole.to_bytes().expect("whole"));
    assert_eq!(one.take(whole.clone()).expect("of one sweep"), 0);
    // Runs of another sweep stay out.
    let manifest = Manifest::grid(tiny(), dimensions(&["n_tasks=5,6"])).expect("a grid");
    let mut other = Collected { runs: Vec::new(), manifest };
    assert_eq!(other.take(whole.clone()).expect("none"), 0);
    let mut curves = collected(true);
    curves.runs.truncate(1);
    assert!(curves.take(whole).expect_err("one lacks curves").to_string().contains("--curves"));
}

#[test]
fn every_truncation_of_a_collected_sweep_is_an_error() {
    let bytes = collected(true).to_bytes().expect("whole");
    for length in 0..bytes.len() {
        assert!(Collected::from_bytes(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    let run = record(&tiny(), 2).to_bytes().expect("whole");
    let error = Collected::from_bytes(&run).expect_err("a run");
    assert!(matches!(error, SweepError::Another(FileKind::Run)) && error.to_string().contains("one run"), "{error}");
    for (bytes, kind) in [(&b"PK\x03\x04"[..], FileKind::Zip), (b"<!doctype html>", FileKind::WebPage)] {
        assert!(matches!(Collected::from_bytes(bytes), Err(SweepError::Another(found)) if found == kind));
    }
}

#[test]
fn collecting_twice_gives_the_same_bytes() {
    let first = collected(true).to_bytes().expect("whole");
    for _ in 0..16 {
        assert_eq!(collected(true).to_bytes().expect("whole"), first);
    }
}

#[test]
fn what_is_counted_is_exact() {
    let over = dimensions(&["seed=9007199254740991", "samples=16777217,99999999"]);
    let manifest = Manifest::grid(tiny(), over).expect("a grid");
    let mut records: Vec<Record> = manifest.runs.iter().map(|entry| record(&entry.config, 4)).collect();
    records[0].evaluations[3].seconds = 123_456.789_012_345;
    let runs = manifest.runs.iter().zip(&records).filter_map(|(entry, record)| CollectedRun::new(entry.clone(), record, false));
    let sweep = Collected { runs: runs.collect(), manifest };
    let bytes = sweep.to_bytes().expect("whole");
    let back = Collected::from_bytes(&bytes).expect("whole");
    assert_eq!(back.runs[0].seconds[3], 123_456.789_012_345);
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("what others read too");
    let numbers = |name: &str| -> Vec<f64> {
        let view = tensors.tensor(name).expect(name);
        assert_eq!(view.dtype(), safetensors::Dtype::F64);
        view.data().as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    };
    assert_eq!(numbers("over/samples"), [16_777_217.0, 99_999_999.0]);
    assert_eq!(numbers("over/seed"), [9_007_199_254_740_991.0; 2]);
}

#[test]
fn damage_of_a_collected_sweep_is_noticed() {
    let mut bytes = collected(true).to_bytes().expect("whole");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(Collected::from_bytes(&bytes).expect_err("damaged").to_string().contains("damaged"));
}

/// Written by version 1 of this program: everything in it is F32.
#[test]
fn a_collected_sweep_of_version_1_is_read() {
    let sweep = Collected::from_bytes(include_bytes!("../../../tests/fixtures/version-1/sweep.safetensors")).expect("whole");
    assert_eq!(sweep.runs.len(), sweep.manifest.runs.len());
    assert!(sweep.runs.iter().all(|run| run.path == "fused" && run.steps.len() == run.seconds.len()));
    let again = Collected::from_bytes(&sweep.to_bytes().expect("whole")).expect("as version 2");
    assert_eq!(format!("{again:?}"), format!("{sweep:?}"));
}

proptest! {
    #[test]
    fn no_text_panics(text in ".*", from in any::<f64>(), to in any::<f64>(), n in 0u32..20) {
        let _ = Dimension::parse(&text);
        let _ = Dimension::parse(&format!("width={text}"));
        let _ = Manifest::from_json(&text, "");
        for scale in ["lin", "log2"] {
            let _ = Dimension::parse(&format!("seed={scale}:{from}..{to}:{n}"));
            let _ = Dimension::parse(&format!("alpha={scale}:{from}..{to}:{n}"));
        }
    }

    #[test]
    fn damage_of_a_collected_sweep_never_panics(at in 0usize..20_000, value: u8) {
        let mut bytes = collected(true).to_bytes().expect("whole");
        let at = at % bytes.len();
        bytes[at] = value;
        let _ = Collected::from_bytes(&bytes);
    }
}
