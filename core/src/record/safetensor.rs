//! To and from the bytes of a safetensors file.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::{Array, Checkpoint, Record, RecordError, Status, VERSION};
use crate::config::RunConfig;
use crate::event::Evaluation;
use crate::fit::EMERGENCE_BITS;

const FORMAT: &str = "quanta-lab-run";
const CHECKPOINT: &str = "checkpoint/";

impl Record {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (logs, tasks) = (self.evaluations.len(), self.config.n_tasks);
        let column = |value: &dyn Fn(&Evaluation) -> f32| self.evaluations.iter().map(value).collect::<Vec<f32>>();
        let table = |value: &dyn Fn(&Evaluation) -> Vec<f32>| self.evaluations.iter().flat_map(value).collect::<Vec<f32>>();
        let mut arrays = vec![
            ("step".to_owned(), vec![logs], column(&|e| e.step as f32)),
            ("loss".to_owned(), vec![logs], column(&|e| e.loss_bits)),
            ("train_loss".to_owned(), vec![logs], column(&|e| e.train_loss_bits.unwrap_or(f32::NAN))),
            ("seconds".to_owned(), vec![logs], column(&|e| e.seconds as f32)),
            ("task_loss".to_owned(), vec![logs, tasks], table(&|e| e.task_loss_bits.clone())),
            ("task_accuracy".to_owned(), vec![logs, tasks], table(&|e| e.task_accuracy.clone())),
        ];
        let mut metadata: HashMap<String, String> = [
            ("format", FORMAT.to_owned()),
            ("version", VERSION.to_string()),
            ("config", self.config.to_json()),
            ("unit", "bits".to_owned()),
            ("device", self.device.clone()),
            ("path", self.path.clone()),
            ("program", concat!("quanta ", env!("CARGO_PKG_VERSION")).to_owned()),
            ("status", serde_json::to_string(&self.status).unwrap_or_default()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        if let Some(checkpoint) = &self.checkpoint {
            metadata.insert("checkpoint_step".into(), checkpoint.step.to_string());
            arrays.extend(
                checkpoint
                    .arrays
                    .iter()
                    .map(|(name, array)| (format!("{CHECKPOINT}{name}"), array.shape.clone(), array.values.clone())),
            );
        }
        let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = arrays
            .into_iter()
            .map(|(name, shape, values)| (name, shape, values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        metadata.insert("checksum".into(), checksum(bytes.iter().map(|(name, _, data)| (name.as_str(), data.as_slice()))));
        let views = bytes.iter().filter_map(|(name, shape, data)| {
            // Shapes and lengths agree by construction, so every view is valid.
            TensorView::new(Dtype::F32, shape.clone(), data).ok().map(|view| (name, view))
        });
        serialize(views, Some(metadata)).unwrap_or_default()
    }

    /// Reads the file's bytes, whoever made them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let broken = |error: safetensors::SafeTensorError| RecordError::NotSafetensors(error.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |name: &'static str| metadata.get(name).ok_or(RecordError::Foreign(name));
        if entry("format")? != FORMAT {
            return Err(RecordError::Foreign("the format's name"));
        }
        let version = entry("version")?.parse().map_err(|_| RecordError::Damaged("its version is no number".into()))?;
        if version > VERSION {
            return Err(RecordError::NewerVersion(version));
        }
        let config = RunConfig::from_json(entry("config")?)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let views = tensors.tensors();
        let found = checksum(views.iter().map(|(name, view)| (name.as_str(), view.data())));
        // Files that others wrote have none.
        if metadata.get("checksum").is_some_and(|written| *written != found) {
            return Err(RecordError::Damaged("its arrays are not those that were written".into()));
        }
        let arrays = views.into_iter().map(|(name, view)| Ok((name.clone(), array(&name, &view)?)));
        let mut arrays: BTreeMap<String, Array> = arrays.collect::<Result<_, RecordError>>()?;

        let checkpoint = match metadata.get("checkpoint_step") {
            None => None,
            Some(step) => Some(Checkpoint {
                step: step.parse().map_err(|_| RecordError::Damaged("its checkpoint's step is no number".into()))?,
                arrays: arrays
                    .iter()
                    .filter_map(|(name, array)| Some((name.strip_prefix(CHECKPOINT)?.to_owned(), array.clone())))
                    .collect(),
            }),
        };
        let logs = arrays.get("step").ok_or(RecordError::Foreign("the array `step`"))?.values.len();
        let mut take = |name: &'static str, shape: &[usize]| {
            let array = arrays.remove(name).ok_or(RecordError::Foreign("one of its arrays"))?;
            if array.shape == shape {
                Ok(array.values)
            } else {
                Err(RecordError::Damaged(format!("`{name}` has shape {:?}, not {shape:?}", array.shape)))
            }
        };
        let tasks = config.n_tasks;
        let (step, loss, train_loss, seconds) =
            (take("step", &[logs])?, take("loss", &[logs])?, take("train_loss", &[logs])?, take("seconds", &[logs])?);
        let (task_loss, task_accuracy) = (take("task_loss", &[logs, tasks])?, take("task_accuracy", &[logs, tasks])?);
        if step.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(RecordError::Damaged("its steps do not rise".into()));
        }
        let evaluations = (0..logs)
            .map(|log| {
                let task_loss_bits = task_loss[log * tasks..][..tasks].to_vec();
                Evaluation {
                    step: step[log] as u64,
                    loss_bits: loss[log],
                    train_loss_bits: Some(train_loss[log]).filter(|loss| !loss.is_nan()),
                    learned: task_loss_bits.iter().filter(|loss| **loss < EMERGENCE_BITS).count(),
                    task_accuracy: task_accuracy[log * tasks..][..tasks].to_vec(),
                    task_loss_bits,
                    seconds: f64::from(seconds[log]),
                }
            })
            .collect();
        let status: Status = serde_json::from_str(entry("status")?).map_err(|e| RecordError::Damaged(e.to_string()))?;
        Ok(Self { config, device: entry("device")?.clone(), path: entry("path")?.clone(), status, evaluations, checkpoint })
    }
}

/// The FNV-1a hash of all arrays by the order of their names, in 32-bit words, as hexadecimal. It
/// finds a disk's or a transfer's damage inside the numbers, which no header shows.
fn checksum<'a>(arrays: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut arrays: Vec<_> = arrays.collect();
    arrays.sort_unstable_by_key(|(name, _)| *name);
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |word: u32| hash = (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3);
    for (name, data) in arrays {
        name.bytes().for_each(|byte| add(byte.into()));
        data.chunks_exact(4).for_each(|four| add(u32::from_le_bytes([four[0], four[1], four[2], four[3]])));
    }
    format!("{hash:016x}")
}

fn array(name: &str, view: &TensorView) -> Result<Array, RecordError> {
    if view.dtype() != Dtype::F32 {
        return Err(RecordError::Damaged(format!("`{name}` is {:?}, not F32", view.dtype())));
    }
    let values = view.data().chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    Ok(Array { shape: view.shape().to_vec(), values })
}
