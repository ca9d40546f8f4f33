//! A sweep as one file: what its figures need of every run.
//!
//! The arrays are all `F32`; R runs with at most L logs and at most T subtasks give
//!
//! | name | shape | unit |
//! |---|---|---|
//! | `over/FIELD` | \[R\] | each varied field that is a number, in its unit |
//! | `parameters` | \[R\] | parameters of the model |
//! | `step` | \[R, L\] | optimiser steps |
//! | `loss`, `train_loss` | \[R, L\] | bits, as in a record |
//! | `seconds` | \[R, L\] | seconds of training |
//! | `last_loss`, `best_loss` | \[R\] | bits: at the last log, and the lowest |
//! | `best_step` | \[R\] | the step of the lowest |
//! | `task_loss_last`, `task_loss_best` | \[R, T\] | bits: at the last log, and at that of the lowest mean |
//! | `emergence_step` | \[R, T\] | the first log under 0.1 bits; NaN where there was none |
//! | `task_loss` | \[R, L, T\] | bits, at every log; left out where only ends were asked for |
//!
//! padded with NaN where a run has fewer logs or subtasks. The metadata holds `format`, `version`,
//! `unit`, `program`, `manifest` (the sweep's) and `runs`: a JSON list of each row's `id`,
//! `config` (its link's query), `device`, `path` and `status`.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::{Entry, Manifest, SweepError};
use crate::config::{Kind, RunConfig};
use crate::fit::emergence_steps;
use crate::record::{Record, Status};

const FORMAT: &str = "quanta-lab-collected";

/// A sweep's finished runs, in the manifest's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// The sweep, with the runs that are not here too.
    pub manifest: Manifest,
    /// What was run.
    pub runs: Vec<CollectedRun>,
}

/// What is kept of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectedRun {
    /// Its name and settings.
    pub entry: Entry,
    /// The device, in words.
    pub device: String,
    /// `structured` or `plain`.
    pub path: String,
    /// How it ended.
    pub status: Status,
    /// The logged steps.
    pub steps: Vec<u64>,
    /// Mean test losses, in bits, one a log.
    pub losses: Vec<f32>,
    /// Mean losses of the last training batch, in bits; NaN before the first.
    pub train_losses: Vec<f32>,
    /// Seconds of training.
    pub seconds: Vec<f32>,
    /// Which log had the lowest mean test loss. A minimum over test losses is a little optimistic.
    pub best: usize,
    /// Each subtask's loss at the log of the lowest mean, in bits.
    pub task_loss_best: Vec<f32>,
    /// Each subtask's loss at the last log, in bits.
    pub task_loss_last: Vec<f32>,
    /// The first log at which each subtask's loss was under 0.1 bits.
    pub emergence: Vec<Option<u64>>,
    /// Each subtask's loss at every log, in bits; empty where it is not kept.
    pub task_losses: Vec<Vec<f32>>,
}

/// What a row is, in the metadata.
#[derive(Serialize, Deserialize)]
struct Row {
    id: String,
    config: String,
    device: String,
    path: String,
    status: Status,
}

impl CollectedRun {
    /// What a record shows, if it has a log; with `curves`, every subtask's loss at every log too.
    pub fn new(entry: Entry, record: &Record, curves: bool) -> Option<Self> {
        let (best, last) = (record.best()?, record.last()?);
        let kept = if curves { record.evaluations.as_slice() } else { &[] };
        Some(Self {
            entry,
            device: record.device.clone(),
            path: record.path.clone(),
            status: record.status.clone(),
            steps: record.steps(),
            losses: record.losses(),
            train_losses: record.evaluations.iter().map(|e| e.train_loss_bits.unwrap_or(f32::NAN)).collect(),
            // As a file holds them, so that reading gives back what was written.
            seconds: record.evaluations.iter().map(|e| e.seconds as f32).collect(),
            best: record.evaluations.iter().position(|e| e.step == best.step)?,
            task_loss_best: best.quantum_loss_bits.clone(),
            task_loss_last: last.quantum_loss_bits.clone(),
            emergence: emergence_steps(record),
            task_losses: kept.iter().map(|evaluation| evaluation.quantum_loss_bits.clone()).collect(),
        })
    }

    /// Its settings.
    pub fn config(&self) -> &RunConfig {
        &self.entry.config
    }

    /// The last mean test loss, in bits.
    pub fn last_loss(&self) -> f32 {
        self.losses.last().copied().unwrap_or(f32::NAN)
    }

    /// The lowest mean test loss, in bits.
    pub fn best_loss(&self) -> f32 {
        self.losses.get(self.best).copied().unwrap_or(f32::NAN)
    }
}

impl Collected {
    /// The file's bytes. Fails where no file can be made of the whole; the error says why.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SweepError> {
        let logs = self.runs.iter().map(|run| run.steps.len()).max().unwrap_or(0);
        let tasks = self.runs.iter().map(|run| run.task_loss_last.len()).max().unwrap_or(0);
        let mut arrays: Vec<(String, Vec<usize>, Vec<f32>)> = Vec::new();
        let mut column = |name: &str, value: &dyn Fn(&CollectedRun) -> f32| {
            arrays.push((name.to_owned(), vec![self.runs.len()], self.runs.iter().map(value).collect()));
        };
        for dimension in &self.manifest.over {
            if RunConfig::field(dimension.field).is_some_and(|field| !matches!(field.kind, Kind::Choice(_))) {
                let value = |run: &CollectedRun| run.config().number(dimension.field).unwrap_or(f64::NAN) as f32;
                column(&format!("over/{}", dimension.field), &value);
            }
        }
        column("parameters", &|run| run.config().parameters() as f32);
        column("last_loss", &CollectedRun::last_loss);
        column("best_loss", &CollectedRun::best_loss);
        column("best_step", &|run| run.steps.get(run.best).map_or(f32::NAN, |step| *step as f32));
        let mut table = |name: &str, width: usize, row: &dyn Fn(&CollectedRun) -> Vec<f32>| {
            let padded = self.runs.iter().flat_map(|run| {
                let mut row = row(run);
                row.resize(width, f32::NAN);
                row
            });
            arrays.push((name.to_owned(), vec![self.runs.len(), width], padded.collect()));
        };
        table("step", logs, &|run| run.steps.iter().map(|step| *step as f32).collect());
        table("loss", logs, &|run| run.losses.clone());
        table("train_loss", logs, &|run| run.train_losses.clone());
        table("seconds", logs, &|run| run.seconds.clone());
        table("task_loss_last", tasks, &|run| run.task_loss_last.clone());
        table("task_loss_best", tasks, &|run| run.task_loss_best.clone());
        let emergence = |run: &CollectedRun| run.emergence.iter().map(|step| step.map_or(f32::NAN, |step| step as f32)).collect();
        table("emergence_step", tasks, &emergence);
        if self.runs.iter().any(|run| !run.task_losses.is_empty()) {
            let padded = self.runs.iter().flat_map(|run| {
                let value = |log: usize, task: usize| run.task_losses.get(log).and_then(|losses| losses.get(task)).copied();
                (0..logs * tasks).map(move |i| value(i / tasks, i % tasks).unwrap_or(f32::NAN))
            });
            arrays.push(("task_loss".to_owned(), vec![self.runs.len(), logs, tasks], padded.collect()));
        }
        let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = arrays
            .into_iter()
            .map(|(name, shape, values)| (name, shape, values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let unwritable = |error: safetensors::SafeTensorError| SweepError::Unwritable(error.to_string());
        let views = bytes
            .iter()
            .map(|(name, shape, data)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), data).map_err(unwritable)?)))
            .collect::<Result<Vec<_>, SweepError>>()?;
        serialize(views, Some(self.metadata())).map_err(unwritable)
    }

    fn metadata(&self) -> HashMap<String, String> {
        let row = |run: &CollectedRun| Row {
            id: run.entry.id.clone(),
            config: run.config().to_query(),
            device: run.device.clone(),
            path: run.path.clone(),
            status: run.status.clone(),
        };
        let rows: Vec<Row> = self.runs.iter().map(row).collect();
        [
            ("format", FORMAT.to_owned()),
            ("version", "1".to_owned()),
            ("unit", "bits".to_owned()),
            ("program", concat!("quanta ", env!("CARGO_PKG_VERSION")).to_owned()),
            ("manifest", self.manifest.to_json()),
            ("runs", serde_json::to_string(&rows).unwrap_or_default()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// Reads the file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SweepError> {
        let wrong = |reason: String| SweepError::Collected(reason);
        let broken =
            |error: safetensors::SafeTensorError| wrong(format!("the file may be cut short or of another kind ({error})"));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |name: &str| metadata.get(name).ok_or_else(|| wrong(format!("its metadata lack {name}")));
        if entry("format")? != FORMAT {
            return Err(wrong(format!("its format is {}", entry("format")?)));
        }
        if entry("version")? != "1" {
            return Err(wrong(format!("it is of version {}, and this program knows version 1", entry("version")?)));
        }
        let manifest = Manifest::from_json(entry("manifest")?, "the manifest in it")?;
        let rows: Vec<Row> = serde_json::from_str(entry("runs")?).map_err(|error| wrong(error.to_string()))?;
        let tables = Tables { tensors: SafeTensors::deserialize(bytes).map_err(broken)?, rows: rows.len() };
        let runs = rows.into_iter().enumerate().map(|(i, row)| tables.run(i, row)).collect::<Result<_, _>>()?;
        Ok(Self { manifest, runs })
    }
}

/// The arrays, read row by row.
struct Tables<'a> {
    tensors: SafeTensors<'a>,
    rows: usize,
}

impl Tables<'_> {
    fn run(&self, i: usize, row: Row) -> Result<CollectedRun, SweepError> {
        let config = RunConfig::from_query(&row.config, &[])?;
        let tasks = config.quanta().len();
        let steps: Vec<u64> = self.row("step", i)?.into_iter().filter(|x| x.is_finite()).map(|x| x as u64).collect();
        let logs = steps.len();
        let best_step = self.row("best_step", i)?.first().copied().unwrap_or(f32::NAN);
        let best = steps.iter().position(|step| *step as f32 == best_step);
        let first = |name: &str, length: usize| match self.row(name, i) {
            Ok(values) if values.len() >= length => Ok(values[..length].to_vec()),
            Ok(_) => Err(SweepError::Collected(format!("`{name}` is too short"))),
            Err(error) => Err(error),
        };
        let task_losses = match self.row("task_loss", i) {
            Ok(values) => {
                let width = values.len() / self.row("step", i)?.len().max(1);
                if width < tasks {
                    return Err(SweepError::Collected("`task_loss` is too short".into()));
                }
                values.chunks(width.max(1)).take(logs).map(|losses| losses[..tasks].to_vec()).collect()
            }
            Err(_) if self.tensors.tensor("task_loss").is_err() => Vec::new(),
            Err(error) => return Err(error),
        };
        let emergence = first("emergence_step", tasks)?.into_iter().map(|x| x.is_finite().then_some(x as u64)).collect();
        Ok(CollectedRun {
            entry: Entry { id: row.id, config },
            device: row.device,
            path: row.path,
            status: row.status,
            losses: first("loss", logs)?,
            train_losses: first("train_loss", logs)?,
            seconds: first("seconds", logs)?,
            best: best.ok_or_else(|| SweepError::Collected("its lowest loss is at no log".into()))?,
            task_loss_best: first("task_loss_best", tasks)?,
            task_loss_last: first("task_loss_last", tasks)?,
            steps,
            emergence,
            task_losses,
        })
    }

    /// One row of an array, all of it.
    fn row(&self, name: &str, i: usize) -> Result<Vec<f32>, SweepError> {
        let view = self.tensors.tensor(name).map_err(|error| SweepError::Collected(error.to_string()))?;
        let (shape, data) = (view.shape(), view.data());
        if view.dtype() != Dtype::F32 || shape.first() != Some(&self.rows) {
            return Err(SweepError::Collected(format!(
                "`{name}` is {:?} of {shape:?}, not F32 of {} rows",
                view.dtype(),
                self.rows
            )));
        }
        let width: usize = 4 * shape[1..].iter().product::<usize>();
        let row = &data[i * width..(i + 1) * width];
        Ok(row.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
    }
}
