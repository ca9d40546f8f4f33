//! Round trips, and what a damaged file says.

use super::*;
use proptest::prelude::*;

fn evaluation(step: u64, tasks: usize) -> Evaluation {
    let quantum_loss_bits: Vec<f32> = (0..tasks).map(|t| if (t as u64) < step { 0.01 } else { 1.0 }).collect();
    Evaluation {
        step,
        loss_bits: 0.5,
        train_loss_bits: (step > 0).then_some(0.25),
        learned: quantum_loss_bits.iter().filter(|l| **l < 0.1).count(),
        quantum_accuracy: vec![0.75; tasks],
        quantum_loss_bits,
        seconds: 1.5,
    }
}

fn part(from_step: u64, device: &str) -> Part {
    let started = Some("2026-11-25T08:44:01Z".to_owned());
    Part { from_step, device: device.into(), path: "fused".into(), program: "quanta 0.0 (1234567)".into(), started }
}

fn record(logs: u64) -> Record {
    let config = RunConfig::of("n_tasks=4&width=3");
    let mut record = Record::new(config);
    record.device = "CPU".into();
    record.path = "fused".into();
    record.parts = vec![part(0, "a GPU"), part(40, "CPU")];
    record.finished = Some("2026-11-25T09:00:00Z".into());
    record.evaluations = (0..logs).map(|step| evaluation(step, 4)).collect();
    let array = Array { shape: vec![2, 3], values: vec![0.0, -1.0, f32::MIN_POSITIVE, 1e30, 0.5, 2.0] };
    record.checkpoint = Some(Checkpoint { step: 7, arrays: [("bias".to_owned(), array)].into() });
    record
}

#[test]
fn bytes_give_the_record_back() {
    for record in [record(5), record(0), record(3).without_checkpoint()] {
        assert_eq!(Record::from_bytes(&record.to_bytes().expect("whole")).expect("whole"), record);
    }
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = record(3).to_bytes().expect("whole");
    for len in 0..bytes.len() {
        assert!(Record::from_bytes(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
}

#[test]
fn foreign_files_are_named_as_such() {
    let text = |bytes: &[u8]| Record::from_bytes(bytes).expect_err("refused").to_string();
    assert!(text(b"\x89PNG something else entirely").contains("not a whole safetensors file"));
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).expect("one number");
    let foreign = safetensors::serialize([("weight", view)], None).expect("written");
    assert!(text(&foreign).contains("no run of the quanta lab"));
}

#[test]
fn a_file_of_another_kind_says_what_it_is() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 4\n";
    let kinds: [(&[u8], FileKind, &str); 8] = [
        (pointer, FileKind::LfsPointer, "git lfs pull"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><title>404</title>", FileKind::WebPage, "web page"),
        (b"<html>", FileKind::WebPage, "web page"),
        (b"{\n  \"version\": 2, \"width\": 9}", FileKind::Json, "JSON"),
        (b"PK\x03\x04\x14", FileKind::Zip, "zip archive"),
        (b"\x1f\x8b\x08", FileKind::Gzip, "gzip"),
        (b"", FileKind::Empty, "empty"),
        (include_bytes!("../../../tests/fixtures/version-1/sweep.safetensors"), FileKind::Collected, "a collected sweep"),
    ];
    for (bytes, kind, words) in kinds {
        assert_eq!(recognise(bytes), Some(kind));
        let error = Record::from_bytes(bytes).expect_err("refused");
        assert!(matches!(error, RecordError::Another(found) if found == kind), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(recognise(&record(2).to_bytes().expect("whole")), Some(FileKind::Run));
    assert_eq!(recognise(b"something else"), None);
    assert_eq!(recognise(b"{\0\0\0 a header's length"), None);
}

#[test]
fn the_same_content_is_the_same_bytes() {
    let mut record = record(3);
    record.snapshots = vec![Checkpoint { step: 1, arrays: record.checkpoint.clone().expect("there").arrays }];
    let first = record.to_bytes().expect("whole");
    // The order of a hash map differs from one map to the next, also within one process.
    for _ in 0..16 {
        assert_eq!(record.to_bytes().expect("whole"), first);
    }
    let header = std::str::from_utf8(&first[8..])
        .unwrap_or_else(|error| std::str::from_utf8(&first[8..8 + error.valid_up_to()]).expect("valid up to there"));
    let keys = ["\"checksum\"", "\"config\"", "\"device\"", "\"format\"", "\"path\"", "\"status\"", "\"version\""];
    let places: Vec<_> = keys.iter().map(|key| header.find(key).expect("in the header")).collect();
    assert!(places.is_sorted(), "{header}");
}

#[test]
fn a_newer_version_is_refused() {
    let mut bytes = record(1).to_bytes().expect("whole");
    let at = bytes.windows(13).position(|w| w == b"\"version\":\"2\"").expect("in the header");
    bytes[at + 11] = b'9';
    assert!(matches!(Record::from_bytes(&bytes), Err(RecordError::NewerVersion(9))));
}

#[test]
fn damage_inside_the_numbers_is_noticed() {
    let whole = record(3);
    let bytes = whole.to_bytes().expect("whole");
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    for at in header..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(matches!(Record::from_bytes(&bytes), Err(RecordError::Damaged(_))), "{at}");
    }
}

#[test]
fn csv_has_a_line_a_log() {
    let csv = record(3).to_csv();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("step,loss_bits,train_loss_bits,learned,seconds,task_1,task_2,task_3,task_4"));
    assert_eq!(lines.next(), Some("0,0.5,,0,1.500,1,1,1,1"));
    assert_eq!(lines.count(), 2);
}

#[test]
fn a_file_is_written_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    record(2).save(&path).expect("written");
    record(5).save(&path).expect("replaced");
    assert_eq!(Record::load(&path).expect("read"), record(5));
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
    assert!(record(1).save(&folder.path().join("missing/run.safetensors")).is_err());
}

proptest! {
    #[test]
    fn damage_never_panics(at in 0usize..2_000, value: u8) {
        let mut bytes = record(3).to_bytes().expect("whole");
        let at = at % bytes.len();
        bytes[at] = value;
        let _ = Record::from_bytes(&bytes);
    }
}

#[test]
fn snapshots_and_artifacts_come_back_with_what_made_them() {
    let mut record = record(3);
    let array = |x: f32| Array { shape: vec![2], values: vec![x, -x] };
    let snapshot = |step| Checkpoint { step, arrays: [("layers.0.weight".to_owned(), array(step as f32))].into() };
    record.snapshots = vec![snapshot(1), snapshot(20), snapshot(300)];
    let made_by = serde_json::json!({ "analysis": "clusters", "checkpoint": 300, "k": 8 });
    record.artifacts.insert("qdg".into(), Artifact { made_by, arrays: [("labels".to_owned(), array(4.0))].into() });
    let bytes = record.to_bytes().expect("written");
    assert_eq!(Record::from_bytes(&bytes).expect("whole"), record);
    assert_eq!(record.clone().without_checkpoint().snapshots.len(), 3);
    assert_eq!(record.weights(), record.checkpoint.as_ref());
    let model = record.clone().into_model();
    assert_eq!((&model.checkpoint, &model.evaluations), (&None, &record.evaluations));
    let (weights, newest) = (model.weights().unwrap(), record.checkpoint.as_ref().unwrap());
    assert_eq!(weights.step, newest.step.max(record.snapshots.last().unwrap().step));
    assert!(weights.arrays.keys().all(|name| !name.contains(".moment")), "{:?}", weights.arrays.keys());
    record.artifacts.insert("a/b".into(), Artifact { made_by: serde_json::Value::Null, arrays: Arrays::new() });
    assert!(record.to_bytes().expect_err("refused").to_string().contains("a/b"));
}

#[test]
fn whole_numbers_of_artifacts_take_a_byte_each_and_damage_in_the_last_is_noticed() {
    let mut record = record(3);
    let array = |values: &[f32]| Array { shape: vec![values.len()], values: values.to_vec() };
    let arrays = [("bytes", array(&[0.0, 255.0, 7.0, 1.0, 2.0])), ("whole", array(&[256.0])), ("less", array(&[-1.0, f32::NAN]))];
    let arrays: Arrays = arrays.into_iter().map(|(name, array)| (name.to_owned(), array)).collect();
    record.artifacts.insert("qdg".into(), Artifact { made_by: serde_json::Value::Null, arrays });
    let bytes = record.to_bytes().expect("written");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("opened");
    let dtype = |name: &str| tensors.tensor(&format!("artifact/qdg/{name}")).expect("there").dtype();
    use safetensors::Dtype::{F32, U8};
    assert_eq!((dtype("bytes"), dtype("whole"), dtype("less")), (U8, F32, F32));
    let read = Record::from_bytes(&bytes).expect("whole").artifacts.remove("qdg").expect("there").arrays;
    assert_eq!(read["bytes"].values, [0.0, 255.0, 7.0, 1.0, 2.0]);
    assert!(read["less"].values[1].is_nan() && read["whole"].values == [256.0]);
    let mut changed = bytes.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    assert!(Record::from_bytes(&changed).expect_err("noticed").to_string().contains("damaged"));
}

#[test]
fn damage_in_the_settings_is_noticed() {
    let bytes = record(3).to_bytes().expect("whole");
    let needle = br#"width\": 3"#;
    let at = bytes.windows(needle.len()).position(|window| window == needle).expect("in the header");
    let mut changed = bytes.clone();
    changed[at + needle.len() - 1] = b'4';
    let error = Record::from_bytes(&changed).expect_err("noticed").to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn a_record_that_no_file_can_hold_is_an_error_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let mut broken = record(2);
    broken.checkpoint =
        Some(Checkpoint { step: 1, arrays: [("w".to_owned(), Array { shape: vec![3], values: vec![1.0] })].into() });
    let error = broken.save(&path).expect_err("refused").to_string();
    assert!(error.contains("checkpoint/w"), "{error}");
    assert!(!path.exists());
}

#[test]
fn steps_and_seconds_are_exact() {
    let mut record = record(0);
    record.evaluations = vec![evaluation(16_777_217, 4), evaluation(9_007_199_254_740_991, 4)];
    record.evaluations[0].seconds = 123_456.789_012_345;
    let back = Record::from_bytes(&record.to_bytes().expect("written")).expect("whole");
    assert_eq!(back, record);
}

/// Written by version 1 of this program, by `quanta train --n-tasks 3 --n-bits 6 --k 2 --width 4
/// --batch-size 20 --steps 30 --eval-per-task 10 --seed 5 --out run.safetensors`.
#[test]
fn a_run_of_version_1_is_read_as_what_it_was() {
    let record = Record::from_bytes(include_bytes!("../../../tests/fixtures/version-1/run.safetensors")).expect("whole");
    assert_eq!(record.config, RunConfig::of("n_tasks=3&n_bits=6&k=2&width=4&batch_size=20&steps=30&eval_per_task=10&seed=5"));
    assert_eq!((record.status.clone(), record.path.as_str(), record.quanta.len()), (Status::Finished, "fused", 3));
    assert_eq!((record.devices(), record.parts[0].started.clone()), (vec![record.device.as_str()], None));
    assert_eq!(record.last().map(|last| last.step), Some(30));
    let checkpoint = record.checkpoint.clone().expect("kept");
    assert_eq!((checkpoint.step, checkpoint.arrays["layers.0.weight"].shape.clone()), (30, vec![9, 4]));
}

/// The bytes with an array's bytes changed by `change`, and without the checksum, which would notice.
fn changed(mut bytes: Vec<u8>, name: &str, change: impl Fn(&mut [u8])) -> Vec<u8> {
    let (header, _) = safetensors::SafeTensors::read_metadata(&bytes).expect("whole");
    let range = {
        let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("whole");
        let view = tensors.tensor(name).expect("there");
        let begin = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
        begin..begin + view.data().len()
    };
    change(&mut bytes[range]);
    let at = bytes[..8 + header].windows(10).position(|window| window == b"\"checksum\"").expect("in the header");
    bytes[at + 8] = b'n';
    bytes
}

#[test]
fn a_record_says_which_bits_each_subtask_uses() {
    let record = record(2);
    let bytes = record.to_bytes().expect("written");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("whole");
    let view = tensors.tensor("quanta/bits").expect("there");
    assert_eq!((view.dtype(), view.shape()), (safetensors::Dtype::I32, &[4, 3][..]));
    let bits: Vec<u32> = view.data().as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
    let task = record.config.subsets().expect("it has some");
    assert_eq!(bits, task.concat());
    assert_eq!(tensors.tensor("quanta/frequency").expect("there").shape(), [4]);
}

#[test]
fn a_record_of_another_task_than_its_settings_name_is_refused() {
    let bytes = record(2).to_bytes().expect("written");
    assert!(Record::from_bytes(&changed(bytes.clone(), "loss", |data| data[3] ^= 0x80)).is_ok());
    let refuse = |name: &str, change: fn(&mut [u8])| {
        Record::from_bytes(&changed(bytes.clone(), name, change)).expect_err("refused").to_string()
    };
    let error = refuse("quanta/bits", |data| data[0] ^= 1);
    assert!(error.contains("the bits of its subtasks are not those that its settings name"), "{error}");
    let error = refuse("quanta/frequency", |data| data[6] ^= 1);
    assert!(error.contains("the use frequencies of its quanta"), "{error}");
    // A changed seed in the settings names another task too.
    let mut other = bytes;
    let at = other.windows(10).position(|window| window == b"seed\\\": 0,").expect("in the settings");
    other[at + 8] = b'5';
    let error = Record::from_bytes(&changed(other, "loss", |_| ())).expect_err("refused").to_string();
    assert!(error.contains("the bits of its subtasks"), "{error}");
}

#[test]
fn a_record_says_when_on_what_and_by_what_it_was_trained() {
    let bytes = record(2).to_bytes().expect("written");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).expect("whole");
    let metadata = header.metadata().clone().expect("there");
    let entry = |name: &str| metadata[name].as_str();
    assert_eq!(entry("devices"), r#"["a GPU","CPU"]"#);
    assert_eq!((entry("started"), entry("finished")), ("2026-11-25T08:44:01Z", "2026-11-25T09:00:00Z"));
    assert_eq!(entry("program"), "quanta 0.0 (1234567)", "that which trained it, not that which writes it");
    assert!(entry("parts").contains(r#""from_step":40"#), "{}", entry("parts"));
    // Resumed: what it had is kept, but for a part that left nothing.
    let mut resumed = Record::from_bytes(&bytes).expect("whole");
    resumed.begin_part(part(40, "another GPU"));
    resumed.begin_part(part(60, "a GPU"));
    assert_eq!(resumed.devices(), ["a GPU", "another GPU"]);
    assert_eq!((resumed.parts.len(), resumed.device.as_str(), resumed.finished.clone()), (3, "a GPU", None));
}

#[test]
fn the_program_names_its_commit() {
    let program = program();
    let commit =
        program.strip_prefix(concat!("quanta ", env!("CARGO_PKG_VERSION"), " (")).and_then(|rest| rest.strip_suffix(')'));
    let commit = commit.map(|commit| commit.trim_end_matches("-dirty")).unwrap_or_default();
    let is_hash = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_hash || commit == "unknown" || option_env!("QUANTA_COMMIT") == Some(commit), "{program}");
}
