//! From a record to the bytes of a safetensors file.

use std::collections::BTreeMap;

use serde_json::json;

use super::container::{self, Column};
use super::read::{ARTIFACT, BITS, CHECKPOINT, FORMAT, SNAPSHOT};
use super::{Arrays, Record, RecordError, VERSION};
use crate::event::Evaluation;

/// The program, for records and `--version`: its version and the commit that it was built from,
/// `quanta 0.1.0 (1ddf7e5)`. The commit ends in `-dirty` where the sources differed from it, and is
/// `unknown` where they were no clone.
pub fn program() -> String {
    format!("quanta {} ({})", env!("CARGO_PKG_VERSION"), env!("QUANTA_COMMIT"))
}

impl Record {
    /// The file's bytes; equal records give equal bytes. Fails where an array's values do not fill its
    /// shape, or where a file cannot be made of the whole for another reason; the error says which.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        container::to_bytes(self.columns()?, self.metadata()?).map_err(RecordError::Unwritable)
    }

    fn columns(&self) -> Result<Vec<Column<'_>>, RecordError> {
        let (logs, quanta) = (self.evaluations.len(), self.quanta.len());
        let column = |value: &dyn Fn(&Evaluation) -> f32| self.evaluations.iter().map(value).collect::<Vec<f32>>();
        let table = |value: &dyn Fn(&Evaluation) -> Vec<f32>| self.evaluations.iter().flat_map(value).collect::<Vec<f32>>();
        let mut arrays = vec![
            Column::i64("step", vec![logs], self.evaluations.iter().map(|e| e.step as i64)),
            Column::f32("loss", vec![logs], column(&|e| e.loss_bits)),
            Column::f32("train_loss", vec![logs], column(&|e| e.train_loss_bits.unwrap_or(f32::NAN))),
            Column::f64("seconds", vec![logs], self.evaluations.iter().map(|e| e.seconds)),
            Column::f32("quantum_loss", vec![logs, quanta], table(&|e| e.quantum_loss_bits.clone())),
            Column::f32("quantum_accuracy", vec![logs, quanta], table(&|e| e.quantum_accuracy.clone())),
            Column::f32(
                "quanta/before",
                vec![quanta],
                self.quanta.losses().iter().map(|(before, _)| *before).collect::<Vec<f32>>(),
            ),
            Column::f32("quanta/after", vec![quanta], self.quanta.losses().iter().map(|(_, after)| *after).collect::<Vec<f32>>()),
        ];
        if !self.quanta.p().is_empty() {
            arrays.push(Column::f64("quanta/frequency", vec![quanta], self.quanta.p().iter().copied()));
        }
        if let Some(subsets) = self.config.subsets() {
            let k = subsets.first().map_or(0, Vec::len);
            arrays.push(Column::i32(BITS, vec![subsets.len(), k], subsets.into_iter().flatten().map(|bit| bit as i32)));
        }
        fn add<'a>(arrays: &mut Vec<Column<'a>>, prefix: &str, group: &'a Arrays) {
            arrays.extend(
                group
                    .iter()
                    .map(|(name, array)| Column::f32(format!("{prefix}{name}"), array.shape.clone(), array.values.as_slice())),
            );
        }
        if let Some(checkpoint) = &self.checkpoint {
            add(&mut arrays, CHECKPOINT, &checkpoint.arrays);
        }
        for snapshot in &self.snapshots {
            add(&mut arrays, &format!("{SNAPSHOT}{}/", snapshot.step), &snapshot.arrays);
        }
        for (name, artifact) in &self.artifacts {
            if name.is_empty() || name.contains('/') {
                return Err(RecordError::Unwritable(format!("“{name}” is no name for an artifact: it must be a word without /")));
            }
            arrays.extend(
                artifact
                    .arrays
                    .iter()
                    .map(|(of, array)| Column::compact(format!("{ARTIFACT}{name}/{of}"), array.shape.clone(), &array.values)),
            );
        }
        Ok(arrays)
    }

    fn metadata(&self) -> Result<BTreeMap<String, String>, RecordError> {
        let text = |value: serde_json::Value| value.to_string();
        let status = serde_json::to_value(&self.status).map_err(|error| RecordError::Unwritable(error.to_string()))?;
        let mut metadata: BTreeMap<String, String> = [
            ("format", FORMAT.to_owned()),
            ("version", VERSION.to_string()),
            ("config", self.config.to_json()),
            ("unit", "bits".to_owned()),
            ("device", self.device.clone()),
            ("path", self.path.clone()),
            ("devices", text(json!(self.devices()))),
            ("program", self.parts.last().map_or_else(program, |part| part.program.clone())),
            ("parts", text(json!(self.parts))),
            ("status", text(status)),
            ("quanta", text(json!({ "origin": self.quanta.origin(), "alpha": self.quanta.alpha() }))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        let started = self.parts.first().and_then(|part| part.started.clone());
        for (name, moment) in [("started", started), ("finished", self.finished.clone())] {
            metadata.extend(moment.map(|moment| (name.to_owned(), moment)));
        }
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
