//! From a record to the bytes of a safetensors file.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::json;

use super::read::{ARTIFACT, CHECKPOINT, FORMAT, SNAPSHOT};
use super::{Arrays, Record, RecordError, VERSION};
use crate::event::Evaluation;

/// The program, for records and `--version`: its version and, where the build set `QUANTA_COMMIT`, its
/// commit: `quanta 0.1.0 (1ddf7e5)`.
pub fn program() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match option_env!("QUANTA_COMMIT").filter(|commit| !commit.is_empty()) {
        Some(commit) => format!("quanta {version} ({commit})"),
        None => format!("quanta {version}"),
    }
}

/// One array as it is written.
struct Written {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Written {
    fn f32(name: impl Into<String>, shape: Vec<usize>, values: impl IntoIterator<Item = f32>) -> Self {
        let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
        Self { name: name.into(), dtype: Dtype::F32, shape, bytes }
    }

    fn f64(name: &str, shape: Vec<usize>, values: impl IntoIterator<Item = f64>) -> Self {
        let bytes = values.into_iter().flat_map(f64::to_le_bytes).collect();
        Self { name: name.into(), dtype: Dtype::F64, shape, bytes }
    }

    fn i64(name: &str, shape: Vec<usize>, values: impl IntoIterator<Item = i64>) -> Self {
        let bytes = values.into_iter().flat_map(i64::to_le_bytes).collect();
        Self { name: name.into(), dtype: Dtype::I64, shape, bytes }
    }
}

impl Record {
    /// The file's bytes. Fails where an array's values do not fill its shape, or where a file cannot
    /// be made of the whole for another reason; the error says which.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        let arrays = self.written()?;
        let mut metadata = self.metadata()?;
        let views = arrays
            .iter()
            .map(|array| {
                let view = TensorView::new(array.dtype, array.shape.clone(), &array.bytes);
                view.map(|view| (array.name.as_str(), view))
                    .map_err(|error| RecordError::Unwritable(format!("`{}`: {error}", array.name)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let sum = super::read::checksum(views.iter().map(|(name, view)| (*name, view.data())), &metadata);
        metadata.insert("checksum".into(), sum);
        serialize(views, Some(metadata)).map_err(|error| RecordError::Unwritable(error.to_string()))
    }

    fn written(&self) -> Result<Vec<Written>, RecordError> {
        let (logs, quanta) = (self.evaluations.len(), self.quanta.len());
        let column = |value: &dyn Fn(&Evaluation) -> f32| self.evaluations.iter().map(value).collect::<Vec<f32>>();
        let table = |value: &dyn Fn(&Evaluation) -> Vec<f32>| self.evaluations.iter().flat_map(value).collect::<Vec<f32>>();
        let mut arrays = vec![
            Written::i64("step", vec![logs], self.evaluations.iter().map(|e| e.step as i64)),
            Written::f32("loss", vec![logs], column(&|e| e.loss_bits)),
            Written::f32("train_loss", vec![logs], column(&|e| e.train_loss_bits.unwrap_or(f32::NAN))),
            Written::f64("seconds", vec![logs], self.evaluations.iter().map(|e| e.seconds)),
            Written::f32("quantum_loss", vec![logs, quanta], table(&|e| e.quantum_loss_bits.clone())),
            Written::f32("quantum_accuracy", vec![logs, quanta], table(&|e| e.quantum_accuracy.clone())),
            Written::f32("quanta/before", vec![quanta], self.quanta.losses().iter().map(|(before, _)| *before)),
            Written::f32("quanta/after", vec![quanta], self.quanta.losses().iter().map(|(_, after)| *after)),
        ];
        if !self.quanta.p().is_empty() {
            arrays.push(Written::f64("quanta/frequency", vec![quanta], self.quanta.p().iter().copied()));
        }
        let mut add = |prefix: &str, group: &Arrays| {
            for (name, array) in group {
                arrays.push(Written::f32(format!("{prefix}{name}"), array.shape.clone(), array.values.iter().copied()));
            }
        };
        if let Some(checkpoint) = &self.checkpoint {
            add(CHECKPOINT, &checkpoint.arrays);
        }
        for snapshot in &self.snapshots {
            add(&format!("{SNAPSHOT}{}/", snapshot.step), &snapshot.arrays);
        }
        for (name, artifact) in &self.artifacts {
            if name.is_empty() || name.contains('/') {
                return Err(RecordError::Unwritable(format!("“{name}” is no name for an artifact: it must be a word without /")));
            }
            add(&format!("{ARTIFACT}{name}/"), &artifact.arrays);
        }
        Ok(arrays)
    }

    fn metadata(&self) -> Result<HashMap<String, String>, RecordError> {
        let text = |value: serde_json::Value| value.to_string();
        let status = serde_json::to_value(&self.status).map_err(|error| RecordError::Unwritable(error.to_string()))?;
        let mut metadata: HashMap<String, String> = [
            ("format", FORMAT.to_owned()),
            ("version", VERSION.to_string()),
            ("config", self.config.to_json()),
            ("unit", "bits".to_owned()),
            ("device", self.device.clone()),
            ("path", self.path.clone()),
            ("program", program()),
            ("status", text(status)),
            ("quanta", text(json!({ "origin": self.quanta.origin(), "alpha": self.quanta.alpha() }))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        if let Some(checkpoint) = &self.checkpoint {
            metadata.insert("checkpoint_step".into(), checkpoint.step.to_string());
        }
        if !self.artifacts.is_empty() {
            let made_by = self.artifacts.iter().map(|(name, artifact)| (name.clone(), artifact.made_by.clone()));
            metadata.insert("artifacts".into(), text(serde_json::Value::Object(made_by.collect())));
        }
        Ok(metadata)
    }
}
