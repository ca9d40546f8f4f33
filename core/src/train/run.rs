//! The run itself.

use std::collections::VecDeque;
use std::f32::consts::LN_2;
use std::pin::Pin;
use std::rc::Rc;

use burn::tensor::Tensor;
use web_time::Instant;

use super::pace::{Clock, Pace};
use super::path::Path;
use super::self_test::self_test;
use super::update::{Learn, Start, read, values};
use crate::config::{ConfigError, RunConfig};
use crate::device::{DeviceError, Kind, OpenDevice, fault};
use crate::event::{Evaluation, Event, Progress, Started};
use crate::fit::EMERGENCE_BITS;
use crate::record::{Array, Checkpoint, Record, Status};
use crate::task::{self, Task};

/// Test samples that are evaluated in one go; between two such pieces a run can be interrupted.
const EVALUATION_PIECE: usize = 32_768;

/// The last batch's loss in a checkpoint, nats, `[1]`.
const BATCH_LOSS: &str = "batch_loss";

/// Asked between two pieces of work: lets others have their turn, and says whether to break off.
pub type Breath = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>;

/// Why a run cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The settings cannot be run.
    #[error("these settings cannot be run: {0}")]
    Config(#[from] ConfigError),
    /// No device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// There is nothing to go on from.
    #[error("this run cannot be resumed: {0}")]
    NotResumable(String),
    /// The loss is no number any more.
    #[error("the loss is no longer a number at step {step}; a smaller learning rate may help")]
    Diverged {
        /// The step at which it was seen.
        step: u64,
    },
    /// The device gave up.
    #[error("the device failed at step {step}: {reason}; resume from the last checkpoint, or choose the CPU")]
    Execution {
        /// The step at which it was seen.
        step: u64,
        /// What it said.
        reason: String,
    },
}

/// A run: a model, its task, and what has been seen so far.
pub struct Run {
    record: Record,
    task: Box<dyn Task>,
    device: OpenDevice,
    path: Path,
    learner: Box<dyn Learn>,
    step: u64,
    /// Logs still to come.
    logs: VecDeque<u64>,
    /// Mean loss of the last batch, nats, still on the device.
    batch_loss: Option<Tensor<1>>,
    /// Logs since the lowest test loss.
    stale_logs: u64,
    pace: Pace,
    clock: Clock,
    breath: Option<Breath>,
    over: bool,
}

impl Run {
    /// A run from its beginning.
    pub async fn start(config: RunConfig, device: OpenDevice) -> Result<Self, TrainError> {
        let path = Path::of(&config);
        Self::start_on_path(config, device, path).await
    }

    /// A run from its beginning on a path of the caller's choice; the structured one needs a config
    /// that [fits](RunConfig::is_structured) and is not taken for another.
    pub async fn start_on_path(config: RunConfig, device: OpenDevice, path: Path) -> Result<Self, TrainError> {
        let config = config.validated()?;
        let start = Start::fresh(&config, device.device());
        Self::build(Record::new(config), device, path, start, 0).await
    }

    /// A run from its record's checkpoint, to the same curve as if it had never stopped.
    pub async fn resume(mut record: Record, device: OpenDevice) -> Result<Self, TrainError> {
        let Some(checkpoint) = record.checkpoint.take() else {
            return Err(TrainError::NotResumable("its file holds no checkpoint".into()));
        };
        if record.is_finished() || checkpoint.step > record.config.steps {
            return Err(TrainError::NotResumable("it has taken all its steps".into()));
        }
        let start = Start::resume(&record.config, &checkpoint, device.device()).map_err(TrainError::NotResumable)?;
        // Logs past the checkpoint will be met again.
        record.evaluations.retain(|evaluation| evaluation.step <= checkpoint.step);
        record.status = Status::Unfinished;
        let (step, path) = (checkpoint.step, Path::of(&record.config));
        let batch_loss =
            checkpoint.arrays.get(BATCH_LOSS).map(|array| Tensor::from_floats(array.values.as_slice(), device.device()));
        record.checkpoint = Some(checkpoint);
        let mut run = Self::build(record, device, path, start, step).await?;
        run.batch_loss = batch_loss;
        Ok(run)
    }

    pub(super) async fn build(
        mut record: Record,
        device: OpenDevice,
        path: Path,
        start: Start,
        step: u64,
    ) -> Result<Self, TrainError> {
        let config = &record.config;
        let path = if config.is_structured() { path } else { Path::Plain };
        if device.kind() != Kind::Cpu {
            self_test(&device, path, config).await?;
        }
        let learner = path.learner(config, start);
        let done = record.evaluations.last().map(|evaluation| evaluation.step);
        let logs = config.log_steps().into_iter().filter(|log| done.is_none_or(|done| *log > done)).collect();
        let task = task::of(config);
        record.device = device.describe().to_owned();
        record.path = path.name().to_owned();
        let seconds = record.evaluations.last().map_or(0.0, |evaluation| evaluation.seconds);
        let mut run = Self {
            task,
            device,
            path,
            learner,
            step,
            logs,
            batch_loss: None,
            stale_logs: 0,
            pace: Pace::new(),
            clock: Clock::new(seconds),
            breath: None,
            over: false,
            record,
        };
        run.stale_logs = run.count_stale_logs();
        Ok(run)
    }

    /// Asks `breath` between pieces of work.
    pub fn set_breath(&mut self, breath: Breath) {
        self.breath = Some(breath);
    }

    /// What it trains on.
    pub fn started(&self) -> Event {
        Event::Started(Started {
            step: self.step,
            steps: self.record.config.steps,
            parameters: self.record.config.parameters(),
            device: self.device.describe().to_owned(),
            path: self.path.name().to_owned(),
            notes: self.device.notes().to_vec(),
        })
    }

    /// The record so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Optimiser steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// How its steps are computed.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Whether there is nothing left to do.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Steps that take some 40 ms: what to ask [`advance`](Self::advance) for, to stay heard.
    pub fn slice(&self) -> u64 {
        self.pace.slice()
    }

    /// Takes up to `steps` steps, evaluating at every log on the way, and waits for the device:
    /// when it returns, nothing is queued. Says what happened, in order. After an error the record
    /// says why the run failed and keeps what it saw.
    pub async fn advance(&mut self, steps: u64) -> Result<Vec<Event>, TrainError> {
        self.clock.start();
        let outcome = self.advance_steps(steps).await;
        self.clock.stop();
        if let Err(error) = &outcome {
            self.record.status = Status::Failed(error.to_string());
        }
        outcome
    }

    async fn advance_steps(&mut self, steps: u64) -> Result<Vec<Event>, TrainError> {
        let mut events = Vec::new();
        if self.over {
            return Ok(events);
        }
        let target = self.record.config.steps.min(self.step.saturating_add(steps));
        loop {
            if self.logs.front() == Some(&self.step) {
                match self.measure().await? {
                    // Broken off; how far it came is said all the same.
                    None => break,
                    Some(evaluation) => events.push(Event::Evaluation(evaluation)),
                }
                if let Some(end) = self.end() {
                    events.push(end);
                    return Ok(events);
                }
            }
            if self.step >= target {
                break;
            }
            // Never further than a slice, whatever was asked: the queue stays short.
            let slice = target.min(self.step + self.pace.slice());
            self.train(self.logs.front().map_or(slice, |log| slice.min(*log))).await?;
        }
        events.push(Event::Progress(self.progress()));
        Ok(events)
    }

    /// Steps until `until`, then waits for the device and looks at the loss.
    pub(super) async fn train(&mut self, until: u64) -> Result<(), TrainError> {
        let (from, begun) = (self.step, Instant::now());
        while self.step < until {
            self.train_step();
            self.step += 1;
        }
        if let Some(loss) = &self.batch_loss {
            let loss = self.read(loss.clone()).await?;
            if !loss[0].is_finite() {
                return Err(TrainError::Diverged { step: self.step });
            }
        }
        self.pace.steps(self.step - from, begun.elapsed());
        Ok(())
    }

    fn train_step(&mut self) {
        let batch = self.task.training_batch(self.step);
        let loss = self.path.loss(self.learner.model(), batch, &self.record.config, self.device.device());
        let gradients = loss.backward();
        self.batch_loss = Some(loss.inner());
        self.learner.step(gradients);
    }

    /// Measures the losses now. A new step is recorded; one that has been measured is measured
    /// again only in words.
    pub async fn evaluate(&mut self) -> Result<Evaluation, TrainError> {
        if let Some(known) = self.record.evaluations.last().filter(|known| known.step == self.step) {
            return Ok(known.clone());
        }
        self.clock.start();
        // Without a breath nothing interrupts, and there is always an outcome.
        let breath = self.breath.take();
        let measured = self.measure().await;
        self.breath = breath;
        self.clock.stop();
        measured?.ok_or(TrainError::Execution { step: self.step, reason: "the evaluation was broken off".into() })
    }

    /// Refreshes the record's checkpoint.
    pub async fn checkpoint(&mut self) -> Result<Event, TrainError> {
        let mut arrays = read(self.learner.arrays()).await.map_err(|error| self.execution(error))?;
        if let Some(loss) = &self.batch_loss {
            // A log that is still to be measured at this very step shows it.
            arrays.insert(BATCH_LOSS.to_owned(), Array { shape: vec![1], values: self.read(loss.clone()).await? });
        }
        self.record.checkpoint = Some(Checkpoint { step: self.step, arrays });
        Ok(Event::Checkpoint { step: self.step })
    }

    /// Measures and records; nothing where it was interrupted.
    async fn measure(&mut self) -> Result<Option<Evaluation>, TrainError> {
        let begun = Instant::now();
        let Some((task_loss, task_right)) = self.test().await? else { return Ok(None) };
        let per_task = self.record.config.eval_per_task as f32;
        let task_loss_bits: Vec<f32> = task_loss.iter().map(|sum| sum / per_task / LN_2).collect();
        let loss_bits = self.task.frequencies().mean(&task_loss_bits) as f32;
        if !loss_bits.is_finite() {
            return Err(TrainError::Diverged { step: self.step });
        }
        let train_loss_bits = match &self.batch_loss {
            Some(loss) => Some(self.read(loss.clone()).await?[0] / LN_2),
            None => None,
        };
        let evaluation = Evaluation {
            step: self.step,
            loss_bits,
            train_loss_bits,
            learned: task_loss_bits.iter().filter(|loss| **loss < EMERGENCE_BITS).count(),
            task_loss_bits,
            task_accuracy: task_right.iter().map(|right| right / per_task).collect(),
            seconds: self.clock.seconds(),
        };
        while self.logs.front().is_some_and(|log| *log <= self.step) {
            self.logs.pop_front();
        }
        self.record.evaluations.push(evaluation.clone());
        self.stale_logs = self.count_stale_logs();
        self.pace.evaluated(begun.elapsed());
        Ok(Some(evaluation))
    }

    /// Σ loss (nats) and right answers of each subtask; nothing where it was interrupted.
    async fn test(&self) -> Result<Option<(Vec<f32>, Vec<f32>)>, TrainError> {
        let (config, device) = (&self.record.config, self.device.device());
        let model = self.learner.model();
        let tasks_at_once = (EVALUATION_PIECE / config.eval_per_task).max(1);
        let mut sums: Option<Tensor<2>> = None;
        for first in (0..config.n_tasks).step_by(tasks_at_once) {
            if let Some(breath) = &self.breath
                && breath().await
            {
                return Ok(None);
            }
            let tasks = first..config.n_tasks.min(first + tasks_at_once);
            let batch = self.task.test_batch(self.step, tasks, config.eval_per_task);
            let piece = self.path.sums(model, batch, config, device);
            sums = Some(match sums {
                None => piece,
                Some(sums) => sums + piece,
            });
        }
        let Some(sums) = sums else { return Ok(None) };
        let mut loss = self.read(sums).await?;
        let right = loss.split_off(config.n_tasks);
        Ok(Some((loss, right)))
    }

    /// The event that ends the run, where this is its end.
    fn end(&mut self) -> Option<Event> {
        let config = &self.record.config;
        let stopped_early = if self.step >= config.steps {
            None
        } else if config.patience > 0 && self.stale_logs >= config.patience {
            Some(format!("{} logs without a new minimum of the test loss", config.patience))
        } else {
            return None;
        };
        self.over = true;
        self.record.status = stopped_early.clone().map_or(Status::Finished, Status::StoppedEarly);
        Some(Event::Finished { step: self.step, seconds: self.clock.seconds(), stopped_early })
    }

    fn count_stale_logs(&self) -> u64 {
        let losses = self.record.losses();
        let best = losses.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i);
        losses.len().saturating_sub(best + 1) as u64
    }

    fn progress(&self) -> Progress {
        let config = &self.record.config;
        Progress {
            step: self.step,
            steps: config.steps,
            steps_per_second: self.pace.per_second(),
            samples_per_second: self.pace.per_second() * config.batch() as f64,
            seconds_left: self.pace.seconds(config.steps - self.step, self.logs.len()),
        }
    }

    async fn read<const D: usize>(&self, tensor: Tensor<D>) -> Result<Vec<f32>, TrainError> {
        let values = values(tensor).await.map_err(|error| self.execution(error))?;
        match fault() {
            None => Ok(values),
            Some(reason) => Err(TrainError::Execution { step: self.step, reason }),
        }
    }

    fn execution(&self, error: impl std::fmt::Display) -> TrainError {
        let reason = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        TrainError::Execution { step: self.step, reason: fault().unwrap_or(reason) }
    }
}
