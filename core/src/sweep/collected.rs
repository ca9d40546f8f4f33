//! A collected sweep: one file with the data of every run that figures need.
//!
//! For R runs with at most L evaluations and at most T subtasks the arrays are
//!
//! | name | type and shape | unit |
//! |---|---|---|
//! | `over/FIELD` | F64 \[R\] | one for each varied numeric field, in the field's unit |
//! | `parameters` | F64 \[R\] | number of parameters of the model |
//! | `step` | F64 \[R, L\] | optimiser steps |
//! | `loss`, `train_loss` | F32 \[R, L\] | bits, as in a record |
//! | `seconds` | F64 \[R, L\] | seconds of training |
//! | `last_loss`, `best_loss` | F32 \[R\] | bits: the last mean loss, and the lowest |
//! | `best_step` | F64 \[R\] | the step of the lowest mean loss |
//! | `task_loss_last`, `task_loss_best` | F32 \[R, T\] | bits: at the last step, and at `best_step` |
//! | `emergence_step` | F64 \[R, T\] | the step of the first evaluation under 0.1 bits; NaN if there is none |
//! | `task_loss` | F32 \[R, L, T\] | bits, at every evaluation; absent unless collected with curves |
//!
//! padded with NaN for runs with fewer evaluations or subtasks. Losses have the precision that they
//! have in a record; everything counted is exact up to 2^53. The metadata holds `format`, `version`,
//! `unit`, `program`, `manifest` (the sweep's), `runs` (a JSON list with each row's `id`, `config` as a
//! link's query, `device`, `path`, `status`, `parts` and `finished`, the last two as in a record) and
//! `checksum`. Equal sweeps give equal bytes.
//!
//! Version 1 of the format, still read, has F32 throughout and no checksum.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::{Entry, Manifest, SweepError};
use crate::config::{Kind, RunConfig};
use crate::event::Part;
use crate::fit::emergence_steps;
use crate::record::container::{self, Column};
use crate::record::{COLLECTED, FileKind, Record, Status, is_whole, recognise};

/// The version written into files. A reader refuses a newer one.
const VERSION: u64 = 2;

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
    /// How steps were computed: `fused` or `plain` (reference).
    pub path: String,
    /// How it ended.
    pub status: Status,
    /// The parts in which it was trained, as in its record.
    pub parts: Vec<Part>,
    /// When it took its last step, in UTC, where that is known.
    pub finished: Option<String>,
    /// The steps of the evaluations, `[L]`.
    pub steps: Vec<u64>,
    /// Mean test loss at each evaluation, in bits, `[L]`.
    pub losses: Vec<f32>,
    /// Mean loss of the last training batch before each evaluation, in bits, `[L]`; NaN at step 0.
    pub train_losses: Vec<f32>,
    /// Seconds of training up to each evaluation, `[L]`.
    pub seconds: Vec<f64>,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finished: Option<String>,
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
            parts: record.parts.clone(),
            finished: record.finished.clone(),
            steps: record.steps(),
            losses: record.losses(),
            train_losses: record.evaluations.iter().map(|e| e.train_loss_bits.unwrap_or(f32::NAN)).collect(),
            seconds: record.evaluations.iter().map(|e| e.seconds).collect(),
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
    /// Takes runs of this sweep that are not here yet from another collection of it, made elsewhere or earlier.
    /// Returns how many there were.
    ///
    /// # Errors
    /// If subtasks' losses at every evaluation are here, but not there.
    pub fn take(&mut self, other: Self) -> Result<usize, SweepError> {
        let place = |manifest: &Manifest, run: &CollectedRun| manifest.runs.iter().position(|entry| *entry == run.entry);
        let before = self.runs.len();
        for run in other.runs {
            let is_new = self.runs.iter().all(|here| here.entry != run.entry);
            if !is_new || place(&self.manifest, &run).is_none() {
                continue;
            }
            if run.task_losses.is_empty() && self.runs.iter().any(|here| !here.task_losses.is_empty()) {
                return Err(SweepError::Collected("it was collected without --curves, and this one is with them".into()));
            }
            self.runs.push(run);
        }
        let manifest = &self.manifest;
        self.runs.sort_by_key(|run| place(manifest, run));
        Ok(self.runs.len() - before)
    }

    /// The file's bytes. Fails where no file can be made of the whole; the error says why.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SweepError> {
        container::to_bytes(self.columns(), self.metadata()).map_err(SweepError::Unwritable)
    }

    fn columns(&self) -> Vec<Column<'static>> {
        let rows = self.runs.len();
        let logs = self.runs.iter().map(|run| run.steps.len()).max().unwrap_or(0);
        let tasks = self.runs.iter().map(|run| run.task_loss_last.len()).max().unwrap_or(0);
        let loss = |name: &str, value: &dyn Fn(&CollectedRun) -> f32| {
            Column::f32(name, vec![rows], self.runs.iter().map(value).collect::<Vec<_>>())
        };
        let count =
            |name: String, value: &dyn Fn(&CollectedRun) -> f64| Column::f64(name, vec![rows], self.runs.iter().map(value));
        let losses = |name: &str, width: usize, row: &dyn Fn(&CollectedRun) -> Vec<f32>| {
            let padded = self.runs.iter().flat_map(|run| padded(row(run), width, f32::NAN));
            Column::f32(name, vec![rows, width], padded.collect::<Vec<_>>())
        };
        let counts = |name: &str, width: usize, row: &dyn Fn(&CollectedRun) -> Vec<f64>| {
            Column::f64(name, vec![rows, width], self.runs.iter().flat_map(|run| padded(row(run), width, f64::NAN)))
        };
        let emergence = |run: &CollectedRun| run.emergence.iter().map(|step| step.map_or(f64::NAN, |step| step as f64)).collect();
        let is_numeric = |name: &str| RunConfig::field(name).is_some_and(|field| !matches!(field.kind, Kind::Choice(_)));
        let varied = self.manifest.over.iter().map(|dimension| dimension.field).filter(|name| is_numeric(name));
        let mut columns: Vec<Column> =
            varied.map(|name| count(format!("over/{name}"), &|run| run.config().number(name).unwrap_or(f64::NAN))).collect();
        columns.extend([
            count("parameters".into(), &|run| run.config().parameters() as f64),
            loss("last_loss", &CollectedRun::last_loss),
            loss("best_loss", &CollectedRun::best_loss),
            count("best_step".into(), &|run| run.steps.get(run.best).map_or(f64::NAN, |step| *step as f64)),
            counts("step", logs, &|run| run.steps.iter().map(|step| *step as f64).collect()),
            losses("loss", logs, &|run| run.losses.clone()),
            losses("train_loss", logs, &|run| run.train_losses.clone()),
            counts("seconds", logs, &|run| run.seconds.clone()),
            losses("task_loss_last", tasks, &|run| run.task_loss_last.clone()),
            losses("task_loss_best", tasks, &|run| run.task_loss_best.clone()),
            counts("emergence_step", tasks, &emergence),
        ]);
        if self.runs.iter().any(|run| !run.task_losses.is_empty()) {
            let padded = self.runs.iter().flat_map(|run| {
                let value = |log: usize, task: usize| run.task_losses.get(log).and_then(|losses| losses.get(task)).copied();
                (0..logs * tasks).map(move |i| value(i / tasks, i % tasks).unwrap_or(f32::NAN))
            });
            columns.push(Column::f32("task_loss", vec![rows, logs, tasks], padded.collect::<Vec<_>>()));
        }
        columns
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        let row = |run: &CollectedRun| Row {
            id: run.entry.id.clone(),
            config: run.config().to_query(),
            device: run.device.clone(),
            path: run.path.clone(),
            status: run.status.clone(),
            parts: run.parts.clone(),
            finished: run.finished.clone(),
        };
        let rows: Vec<Row> = self.runs.iter().map(row).collect();
        [
            ("format", COLLECTED.to_owned()),
            ("version", VERSION.to_string()),
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
    /// [`SweepError::Another`] if the file is of another kind that is known; [`SweepError::Collected`] if
    /// the bytes are truncated, damaged, of another format or of a newer version; the manifest's or a
    /// config's error if one of them cannot be read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SweepError> {
        let wrong = |reason: String| SweepError::Collected(reason);
        let broken =
            |error: safetensors::SafeTensorError| wrong(format!("the file may be cut short or of another kind ({error})"));
        if let Some(kind) = recognise(bytes).filter(|kind| *kind != FileKind::Collected) {
            return Err(SweepError::Another(kind));
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = |name: &str| metadata.get(name).ok_or_else(|| wrong(format!("its metadata lack {name}")));
        if entry("format")? != COLLECTED {
            return Err(wrong(format!("its format is {}", entry("format")?)));
        }
        if entry("version")?.parse::<u64>().ok().is_none_or(|version| version > VERSION) {
            let version = entry("version")?;
            return Err(wrong(format!("it has version {version}, but this program reads versions up to {VERSION}")));
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        if !is_whole(&tensors, &metadata) {
            return Err(wrong("it is damaged: its content is not what was written".into()));
        }
        let manifest = Manifest::from_json(entry("manifest")?, "the manifest in it")?;
        let rows: Vec<Row> = serde_json::from_str(entry("runs")?).map_err(|error| wrong(error.to_string()))?;
        let tables = Tables { tensors, rows: rows.len() };
        let runs = rows.into_iter().enumerate().map(|(i, row)| tables.run(i, row)).collect::<Result<_, _>>()?;
        Ok(Self { manifest, runs })
    }
}

/// A row filled up or cut to a width.
fn padded<T: Clone>(mut row: Vec<T>, width: usize, filler: T) -> Vec<T> {
    row.resize(width, filler);
    row
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
        let best_step = self.row("best_step", i)?.first().copied().unwrap_or(f64::NAN);
        let best = steps.iter().position(|step| *step as f64 == best_step);
        let first = |name: &str, length: usize| match self.row(name, i) {
            Ok(values) if values.len() >= length => Ok(values[..length].to_vec()),
            Ok(_) => Err(SweepError::Collected(format!("`{name}` is too short"))),
            Err(error) => Err(error),
        };
        let losses = |name: &str, length: usize| first(name, length).map(narrowed);
        let task_losses = match self.row("task_loss", i) {
            Ok(values) => {
                let width = values.len() / self.row("step", i)?.len().max(1);
                if width < tasks {
                    return Err(SweepError::Collected("`task_loss` is too short".into()));
                }
                values.chunks(width.max(1)).take(logs).map(|losses| narrowed(losses[..tasks].to_vec())).collect()
            }
            Err(_) if self.tensors.tensor("task_loss").is_err() => Vec::new(),
            Err(error) => return Err(error),
        };
        let emergence = first("emergence_step", tasks)?.into_iter().map(|x| x.is_finite().then_some(x as u64)).collect();
        Ok(CollectedRun {
            entry: Entry { id: row.id, config },
            device: row.device,
            // What version 1 called structured is called fused now.
            path: row.path.replace("structured", "fused"),
            status: row.status,
            parts: row.parts,
            finished: row.finished,
            losses: losses("loss", logs)?,
            train_losses: losses("train_loss", logs)?,
            seconds: first("seconds", logs)?,
            best: best.ok_or_else(|| SweepError::Collected("best_step is not among its steps".into()))?,
            task_loss_best: losses("task_loss_best", tasks)?,
            task_loss_last: losses("task_loss_last", tasks)?,
            steps,
            emergence,
            task_losses,
        })
    }

    /// Returns row `i` of an array, padding included.
    fn row(&self, name: &str, i: usize) -> Result<Vec<f64>, SweepError> {
        let view = self.tensors.tensor(name).map_err(|error| SweepError::Collected(error.to_string()))?;
        let (shape, dtype) = (view.shape(), view.dtype());
        let size = match dtype {
            Dtype::F32 => 4,
            Dtype::F64 => 8,
            _ => 0,
        };
        if size == 0 || shape.first() != Some(&self.rows) {
            let rows = self.rows;
            return Err(SweepError::Collected(format!("`{name}` is {dtype:?} of {shape:?}, not F32 or F64 of {rows} rows")));
        }
        let width: usize = size * shape[1..].iter().product::<usize>();
        let row = &view.data()[i * width..(i + 1) * width];
        Ok(match size {
            4 => row.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect(),
            _ => row.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect(),
        })
    }
}

/// Losses, which are `F32` in the file: exact.
fn narrowed(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|x| x as f32).collect()
}
