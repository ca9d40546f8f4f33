//! A collected sweep: one file with the data of every run that figures need.
//!
//! All arrays are `F32`. For R runs with at most L evaluations and at most T subtasks they are
//!
//! | name | shape | unit |
//! |---|---|---|
//! | `over/FIELD` | \[R\] | one for each varied numeric field, in the field's unit |
//! | `parameters` | \[R\] | number of parameters of the model |
//! | `step` | \[R, L\] | optimiser steps |
//! | `loss`, `train_loss` | \[R, L\] | bits, as in a record |
//! | `seconds` | \[R, L\] | seconds of training |
//! | `last_loss`, `best_loss` | \[R\] | bits: the last mean loss, and the lowest |
//! | `best_step` | \[R\] | the step of the lowest mean loss |
//! | `task_loss_last`, `task_loss_best` | \[R, T\] | bits: at the last step, and at `best_step` |
//! | `emergence_step` | \[R, T\] | the step of the first evaluation under 0.1 bits; NaN if there is none |
//! | `task_loss` | \[R, L, T\] | bits, at every evaluation; absent unless collected with curves |
//!
//! padded with NaN for runs with fewer evaluations or subtasks. The metadata holds `format`,
//! `version`, `unit`, `program`, `manifest` (the sweep's) and `runs`: a JSON list with each row's
//! `id`, `config` (as a link's query), `device`, `path` and `status`.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::{Entry, Manifest, SweepError};
use crate::config::{Kind, RunConfig};
use crate::fit::emergence_steps;
use crate::record::{Record, Status};

const FORMAT: &str = "quanta-lab-collected";

/// The finished runs of a sweep, in the manifest's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// The sweep's manifest, which also lists the runs that are not finished.
    pub manifest: Manifest,
    /// The finished runs.
    pub runs: Vec<CollectedRun>,
}

/// The collected data of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectedRun {
    /// Its id and settings.
    pub entry: Entry,
    /// The device, as described to people.
    pub device: String,
    /// How steps were computed: `structured` (fused) or `plain` (reference).
    pub path: String,
    /// How it ended.
    pub status: Status,
    /// The steps of the evaluations, `[L]`.
    pub steps: Vec<u64>,
    /// Mean test loss at each evaluation, in bits, `[L]`.
    pub losses: Vec<f32>,
    /// Mean loss of the last training batch before each evaluation, in bits, `[L]`; NaN at step 0.
    pub train_losses: Vec<f32>,
    /// Seconds of training up to each evaluation, `[L]`.
    pub seconds: Vec<f32>,
    /// Index of the evaluation with the lowest mean test loss. A minimum over test losses is slightly
    /// optimistic.
    pub best: usize,
    /// Each subtask's loss at the evaluation `best`, in bits, `[T]`.
    pub task_loss_best: Vec<f32>,
    /// Each subtask's loss at the last evaluation, in bits, `[T]`.
    pub task_loss_last: Vec<f32>,
    /// The step at which each subtask emerged: that of the first evaluation under 0.1 bits, `[T]`.
    pub emergence: Vec<Option<u64>>,
    /// Each subtask's loss at every evaluation, in bits, `[L][T]`; empty if collected without curves.
    pub task_losses: Vec<Vec<f32>>,
}

/// The metadata of one row.
#[derive(Serialize, Deserialize)]
struct Row {
    id: String,
    config: String,
    device: String,
    path: String,
    status: Status,
}

impl CollectedRun {
    /// Collects the data of a record; with `curves`, also every subtask's loss at every evaluation.
    /// Returns `None` if the record has no evaluation.
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
            // `f32`, as in the file, so that reading gives back what was written.
            seconds: record.evaluations.iter().map(|e| e.seconds as f32).collect(),
            best: record.evaluations.iter().position(|e| e.step == best.step)?,
            task_loss_best: best.quantum_loss_bits.clone(),
            task_loss_last: last.quantum_loss_bits.clone(),
            emergence: emergence_steps(record),
            task_losses: kept.iter().map(|evaluation| evaluation.quantum_loss_bits.clone()).collect(),
        })
    }

    /// The run's settings.
    pub fn config(&self) -> &RunConfig {
        &self.entry.config
    }

    /// The last mean test loss, in bits; NaN without evaluations.
    pub fn last_loss(&self) -> f32 {
        self.losses.last().copied().unwrap_or(f32::NAN)
    }

    /// The lowest mean test loss, in bits; NaN without evaluations.
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
            ("program", crate::record::program()),
            ("manifest", self.manifest.to_json()),
            ("runs", serde_json::to_string(&rows).unwrap_or_default()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// Reads a collected sweep from the bytes of its file.
    ///
    /// # Errors
    /// [`SweepError::Collected`] if the bytes are truncated, damaged, of another format or of another
    /// version; the manifest's or a config's error if one of them cannot be read.
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
            return Err(wrong(format!("it has version {}, but this program reads version 1", entry("version")?)));
        }
        let manifest = Manifest::from_json(entry("manifest")?, "the manifest in it")?;
        let rows: Vec<Row> = serde_json::from_str(entry("runs")?).map_err(|error| wrong(error.to_string()))?;
        let tables = Tables { tensors: SafeTensors::deserialize(bytes).map_err(broken)?, rows: rows.len() };
        let runs = rows.into_iter().enumerate().map(|(i, row)| tables.run(i, row)).collect::<Result<_, _>>()?;
        Ok(Self { manifest, runs })
    }
}

/// Reads the arrays row by row.
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
            best: best.ok_or_else(|| SweepError::Collected("best_step is not among its steps".into()))?,
            task_loss_best: first("task_loss_best", tasks)?,
            task_loss_last: first("task_loss_last", tasks)?,
            steps,
            emergence,
            task_losses,
        })
    }

    /// Returns row `i` of an array, padding included.
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
