//! From the bytes of a safetensors file to a record, whoever wrote them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Deserialize;

use super::{Array, Arrays, Artifact, Checkpoint, FileKind, Record, RecordError, Status, VERSION, recognise};
use crate::config::RunConfig;
use crate::event::{Evaluation, Part};
use crate::hash::Fnv;
use crate::quanta::{Origin, Quanta};

pub(super) const FORMAT: &str = "quanta-lab-run";
pub(super) const CHECKPOINT: &str = "checkpoint/";
pub(super) const SNAPSHOT: &str = "snapshot/";
pub(super) const ARTIFACT: &str = "artifact/";
pub(super) const BITS: &str = "quanta/bits";

/// The metadata's entry `quanta`.
#[derive(Deserialize)]
struct About {
    origin: Origin,
    alpha: Option<f64>,
}

impl Record {
    /// Reads the file's bytes, of this version of the format or an earlier one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let broken = |error: safetensors::SafeTensorError| match recognise(bytes) {
            Some(kind) if kind != FileKind::Run => RecordError::Another(kind),
            _ => RecordError::NotSafetensors(error.to_string()),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |name: &'static str| metadata.get(name).ok_or(RecordError::Foreign(name));
        match entry("format")?.as_str() {
            FORMAT => {}
            super::COLLECTED => return Err(RecordError::Another(FileKind::Collected)),
            _ => return Err(RecordError::Foreign("the format's name")),
        }
        let version: u64 = entry("version")?.parse().map_err(|_| RecordError::Damaged("its version is no number".into()))?;
        if version > VERSION {
            return Err(RecordError::NewerVersion(version));
        }
        let config = RunConfig::from_json(entry("config")?)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let file = File { tensors: &tensors, metadata: &metadata, version };
        file.check()?;
        let quanta = Arc::new(file.quanta(&config)?);
        file.check_task(&config, &quanta)?;
        let evaluations = file.evaluations(&quanta)?;
        let (checkpoint, snapshots) = file.checkpoints()?;
        let status: Status = serde_json::from_str(entry("status")?).map_err(|e| RecordError::Damaged(e.to_string()))?;
        // What version 1 called structured is called fused now.
        let path = entry("path")?.replace("structured", "fused");
        let device = entry("device")?.clone();
        let parts = file.parts(&device, &path)?;
        Ok(Self {
            config,
            quanta,
            device,
            path,
            parts,
            finished: metadata.get("finished").cloned(),
            status,
            evaluations,
            checkpoint,
            snapshots,
            artifacts: file.artifacts()?,
        })
    }
}

/// The parts of a file.
struct File<'a> {
    tensors: &'a SafeTensors<'a>,
    metadata: &'a HashMap<String, String>,
    version: u64,
}

impl File<'_> {
    /// Compares the checksum. A file that others wrote has none.
    fn check(&self) -> Result<(), RecordError> {
        let empty = HashMap::new();
        let covered = if self.version == 1 { &empty } else { self.metadata };
        let is_whole = self.metadata.get("checksum").is_none_or(|written| *written == sum_of(self.tensors, covered));
        if is_whole { Ok(()) } else { Err(RecordError::Damaged("its content is not what was written".into())) }
    }

    fn quanta(&self, config: &RunConfig) -> Result<Quanta, RecordError> {
        let Some(text) = self.metadata.get("quanta") else { return Ok(config.quanta()) };
        let about: About = serde_json::from_str(text).map_err(|error| RecordError::Damaged(error.to_string()))?;
        let before = self.numbers("quanta/before")?;
        let after = self.numbers("quanta/after")?;
        let p = if self.tensors.tensor("quanta/frequency").is_ok() { self.numbers("quanta/frequency")? } else { Vec::new() };
        let lengths_agree = before.len() == after.len();
        let losses = before.into_iter().zip(after).map(|(before, after)| (before as f32, after as f32)).collect();
        let quanta = Quanta::described(about.origin, about.alpha, p, losses).filter(|_| lengths_agree);
        quanta.ok_or_else(|| RecordError::Damaged("what it says of its quanta does not fit together".into()))
    }

    /// Compares what the file says of the task with what the settings make of it: the task that a resumed
    /// run would train, and that figures explain.
    fn check_task(&self, config: &RunConfig, quanta: &Quanta) -> Result<(), RecordError> {
        let differs = |what: &str| Err(RecordError::Damaged(format!("{what} are not those that its settings name")));
        if self.tensors.tensor(BITS).is_ok() {
            let known = config.subsets().unwrap_or_default();
            if !known.iter().flatten().map(|bit| f64::from(*bit)).eq(self.numbers(BITS)?) {
                return differs("the bits of its subtasks");
            }
        }
        let task = config.quanta();
        if quanta.origin() == Origin::Planted && task.len() == quanta.len() {
            // Not to the bit: others may have written the file from their own powers.
            let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-6 * b;
            if !quanta.p().iter().zip(task.p()).all(is_near) {
                return differs("the use frequencies of its quanta");
            }
        }
        Ok(())
    }

    /// The parts in which it was trained. Files that do not tell have one of which no more is known than
    /// the device.
    fn parts(&self, device: &str, path: &str) -> Result<Vec<Part>, RecordError> {
        match self.metadata.get("parts") {
            Some(text) => serde_json::from_str(text).map_err(|error| RecordError::Damaged(error.to_string())),
            None => {
                let program = self.metadata.get("program").cloned().unwrap_or_default();
                Ok(vec![Part { from_step: 0, device: device.to_owned(), path: path.to_owned(), program, started: None }])
            }
        }
    }

    fn evaluations(&self, quanta: &Quanta) -> Result<Vec<Evaluation>, RecordError> {
        let count = quanta.len();
        let [losses, accuracies] =
            if self.version == 1 { ["task_loss", "task_accuracy"] } else { ["quantum_loss", "quantum_accuracy"] };
        let step = self.numbers("step")?;
        let logs = step.len();
        let take = |name: &'static str, shape: &[usize]| {
            let view = self.view(name)?;
            if view.shape() != shape {
                return Err(RecordError::Damaged(format!("`{name}` has shape {:?}, not {shape:?}", view.shape())));
            }
            numbers(name, &view)
        };
        let (loss, train_loss, seconds) = (take("loss", &[logs])?, take("train_loss", &[logs])?, take("seconds", &[logs])?);
        let (quantum_loss, accuracy) = (take(losses, &[logs, count])?, take(accuracies, &[logs, count])?);
        // Written so that NaN is refused too.
        let rise = step.windows(2).all(|pair| pair[0] < pair[1]) && step.iter().all(|step| *step >= 0.0);
        if !rise {
            return Err(RecordError::Damaged("its steps do not rise".into()));
        }
        let row = |table: &[f64], log: usize| table[log * count..][..count].iter().map(|x| *x as f32).collect::<Vec<f32>>();
        let evaluation = |log: usize| {
            let quantum_loss_bits = row(&quantum_loss, log);
            Evaluation {
                step: step[log] as u64,
                loss_bits: loss[log] as f32,
                train_loss_bits: Some(train_loss[log] as f32).filter(|loss| !loss.is_nan()),
                learned: quanta.learned(&quantum_loss_bits),
                quantum_accuracy: row(&accuracy, log),
                quantum_loss_bits,
                seconds: seconds[log],
            }
        };
        Ok((0..logs).map(evaluation).collect())
    }

    fn checkpoints(&self) -> Result<(Option<Checkpoint>, Vec<Checkpoint>), RecordError> {
        let wrong = || RecordError::Damaged("a checkpoint's step is no number".into());
        let checkpoint = match self.metadata.get("checkpoint_step") {
            None => None,
            Some(step) => Some(Checkpoint { step: step.parse().map_err(|_| wrong())?, arrays: self.group(CHECKPOINT)? }),
        };
        let mut snapshots: BTreeMap<u64, Arrays> = BTreeMap::new();
        for (name, array) in self.group(SNAPSHOT)? {
            let (step, name) = name.split_once('/').ok_or_else(wrong)?;
            snapshots.entry(step.parse().map_err(|_| wrong())?).or_default().insert(name.to_owned(), array);
        }
        let snapshots = snapshots.into_iter().map(|(step, arrays)| Checkpoint { step, arrays }).collect();
        Ok((checkpoint, snapshots))
    }

    fn artifacts(&self) -> Result<BTreeMap<String, Artifact>, RecordError> {
        let Some(text) = self.metadata.get("artifacts") else { return Ok(BTreeMap::new()) };
        let made_by: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|error| RecordError::Damaged(error.to_string()))?;
        let artifact = |(name, made_by): (String, serde_json::Value)| {
            let arrays = self.group(&format!("{ARTIFACT}{name}/"))?;
            Ok((name, Artifact { made_by, arrays }))
        };
        made_by.into_iter().map(artifact).collect()
    }

    /// The arrays under a prefix, by the rest of their names.
    fn group(&self, prefix: &str) -> Result<Arrays, RecordError> {
        let mut arrays = Arrays::new();
        for (name, view) in self.tensors.tensors() {
            if let Some(rest) = name.strip_prefix(prefix) {
                let values = numbers(&name, &view)?.into_iter().map(|x| x as f32).collect();
                arrays.insert(rest.to_owned(), Array { shape: view.shape().to_vec(), values });
            }
        }
        Ok(arrays)
    }

    fn view(&self, name: &'static str) -> Result<TensorView<'_>, RecordError> {
        self.tensors.tensor(name).map_err(|_| RecordError::Foreign("one of its arrays"))
    }

    fn numbers(&self, name: &'static str) -> Result<Vec<f64>, RecordError> {
        numbers(name, &self.view(name)?)
    }
}

/// The numbers of an array. Every F32 and every step below 2^53 is exact in F64.
fn numbers(name: &str, view: &TensorView) -> Result<Vec<f64>, RecordError> {
    fn read<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        data.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
    }
    match view.dtype() {
        Dtype::F32 => Ok(read(view.data(), |bytes| f64::from(f32::from_le_bytes(bytes)))),
        Dtype::F64 => Ok(read(view.data(), f64::from_le_bytes)),
        Dtype::I32 => Ok(read(view.data(), |bytes| f64::from(i32::from_le_bytes(bytes)))),
        Dtype::I64 => Ok(read(view.data(), |bytes| i64::from_le_bytes(bytes) as f64)),
        Dtype::U8 => Ok(view.data().iter().copied().map(f64::from).collect()),
        other => Err(RecordError::Damaged(format!("`{name}` is {other:?}, which no array of a run is"))),
    }
}

/// The FNV-1a hash of all arrays by the order of their names, in 32-bit words and what is left of one in bytes, then of all metadata
/// but the checksum itself, as hexadecimal. It finds a disk's or a transfer's damage inside the
/// numbers, which no header shows.
pub(super) fn checksum<'a>(
    arrays: impl Iterator<Item = (&'a str, &'a [u8])>,
    metadata: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> String {
    let mut arrays: Vec<_> = arrays.collect();
    arrays.sort_unstable_by_key(|(name, _)| *name);
    let mut hash = Fnv::new();
    for (name, data) in arrays {
        name.bytes().for_each(|byte| hash.add(byte));
        let (words, rest) = data.as_chunks::<4>();
        words.iter().for_each(|four| hash.add(u32::from_le_bytes(*four)));
        rest.iter().for_each(|byte| hash.add(*byte));
    }
    let mut entries: Vec<_> = metadata.into_iter().filter(|(key, _)| *key != "checksum").collect();
    entries.sort_unstable();
    for (key, value) in entries {
        key.bytes().chain(value.bytes()).for_each(|byte| hash.add(byte));
    }
    format!("{:016x}", hash.value())
}

/// Whether a file's content is what was written, by its checksum. A file that others wrote has none.
pub(crate) fn is_whole(tensors: &SafeTensors, metadata: &HashMap<String, String>) -> bool {
    metadata.get("checksum").is_none_or(|written| *written == sum_of(tensors, metadata))
}

/// The checksum of the arrays and the metadata of a file that was read.
fn sum_of(tensors: &SafeTensors, metadata: &HashMap<String, String>) -> String {
    let views = tensors.tensors();
    checksum(views.iter().map(|(name, view)| (name.as_str(), view.data())), metadata)
}
