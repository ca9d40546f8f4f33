//! The run itself.

use std::collections::VecDeque;
use std::f32::consts::LN_2;
use std::pin::Pin;
use std::rc::Rc;

use burn::tensor::Tensor;
use web_time::{Instant, SystemTime, UNIX_EPOCH};

use super::error::{TrainError, causes};
use super::learner::{Learn, learner, numbers, read};
use super::pace::{Clock, Pace};
use super::self_test::self_test;
use super::share::{Helpers, shares};
use crate::config::RunConfig;
use crate::device::{Kind, OpenDevice, fault};
use crate::event::{Evaluation, Event, Part, Progress, Started};
use crate::record::{Array, Checkpoint, Record, Status, program, timestamp};
use crate::workload::{Divided, Losses, Path};

/// The last batch's loss in a checkpoint, nats, `[1]`.
const BATCH_LOSS: &str = "batch_loss";

/// Called between two pieces of work: gives others their turn, and resolves to whether the work should
/// be broken off.
pub type Yield = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>;

/// A run of any workload: a model in training, and its record so far.
pub struct Run {
    record: Record,
    device: OpenDevice,
    path: Path,
    learner: Box<dyn Learn>,
    step: u64,
    /// Steps of evaluation still to come.
    evaluations: VecDeque<u64>,
    /// Steps at which the parameters are kept.
    snapshots: Vec<u64>,
    /// Mean loss of the last batch, nats, still on the device.
    batch_loss: Option<Tensor<1>>,
    /// The lowest test loss so far, bits.
    lowest: f32,
    /// Evaluations since the lowest test loss.
    stale: u64,
    pace: Pace,
    clock: Clock,
    yield_to: Option<Yield>,
    helpers: Option<Rc<dyn Helpers>>,
    over: bool,
}

impl Run {
    /// A run from its beginning.
    pub async fn start(config: RunConfig, device: OpenDevice) -> Result<Self, TrainError> {
        let path = Path::of(&config);
        Self::start_on_path(config, device, path).await
    }

    /// A run from its beginning on a path of the caller's choice. Where the fused kernels do not fit
    /// the model, the reference path is taken.
    pub async fn start_on_path(config: RunConfig, device: OpenDevice, path: Path) -> Result<Self, TrainError> {
        Self::build(Record::new(config.validated()?), device, path).await
    }

    /// A run from its record's checkpoint: on the same kind of device, to the same curve as if it had
    /// never stopped.
    pub async fn resume(mut record: Record, device: OpenDevice) -> Result<Self, TrainError> {
        let Some(checkpoint) = &record.checkpoint else {
            return Err(TrainError::NotResumable("its file holds no checkpoint".into()));
        };
        let step = checkpoint.step;
        if record.is_finished() || step > record.config.training.steps {
            return Err(TrainError::NotResumable("it has taken all its steps".into()));
        }
        // What lies past the checkpoint will be measured again.
        record.evaluations.retain(|evaluation| evaluation.step <= step);
        record.snapshots.retain(|snapshot| snapshot.step <= step);
        record.status = Status::Unfinished;
        let path = Path::of(&record.config);
        Self::build(record, device, path).await
    }

    pub(super) async fn build(mut record: Record, device: OpenDevice, path: Path) -> Result<Self, TrainError> {
        let config = &record.config;
        let path = if Path::of(config) == Path::Fused { path } else { Path::Reference };
        if device.kind() != Kind::Cpu {
            self_test(&device, path, config).await?;
        }
        let checkpoint = record.checkpoint.as_ref();
        let learner = learner(config, path, device.device(), checkpoint)?;
        let batch_loss = checkpoint.and_then(|checkpoint| checkpoint.arrays.get(BATCH_LOSS));
        let batch_loss = batch_loss.map(|array| Tensor::from_floats(array.values.as_slice(), device.device()));
        let step = checkpoint.map_or(0, |checkpoint| checkpoint.step);
        let done = record.evaluations.last().map(|evaluation| evaluation.step);
        let evaluations = config.log_steps().into_iter().filter(|at| done.is_none_or(|done| *at > done)).collect();
        let snapshots = config.measurement.snapshot_steps(config.training.steps);
        let seconds = record.evaluations.last().map_or(0.0, |evaluation| evaluation.seconds);
        record.begin_part(Part {
            from_step: step,
            device: device.describe().to_owned(),
            path: path.name().to_owned(),
            program: program(),
            started: Some(now()),
        });
        let mut run = Self {
            device,
            path,
            learner,
            step,
            evaluations,
            snapshots,
            batch_loss,
            lowest: f32::INFINITY,
            stale: 0,
            pace: Pace::new(),
            clock: Clock::new(seconds),
            yield_to: None,
            helpers: None,
            over: false,
            record,
        };
        for i in 0..run.record.evaluations.len() {
            run.count_stale(run.record.evaluations[i].loss_bits);
        }
        Ok(run)
    }

    /// Calls `yield_to` between pieces of work.
    pub fn set_yield(&mut self, yield_to: Yield) {
        self.yield_to = Some(yield_to);
    }

    /// Into how many shares a step falls that helpers could compute; nothing where it does not.
    pub fn shares(&self) -> Option<usize> {
        self.learner.divided().map(Divided::count)
    }

    /// Has helpers compute shares of every step from now on.
    pub fn set_helpers(&mut self, helpers: Rc<dyn Helpers>) {
        self.helpers = Some(helpers);
    }

    /// What it trains on, as an event.
    pub fn started(&self) -> Event {
        Event::Started(Started {
            step: self.step,
            steps: self.record.config.training.steps,
            parameters: self.record.config.parameters(),
            device: self.device.describe().to_owned(),
            path: self.path.name().to_owned(),
            parts: self.record.parts.clone(),
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

    /// Steps that take about 40 ms: what to ask [`advance`](Self::advance) for between two looks at
    /// what the user wants.
    pub fn slice(&self) -> u64 {
        self.pace.slice()
    }

    /// Takes up to `steps` steps, evaluating where the schedule says so, and waits for the device:
    /// when it returns, nothing is queued. Returns what happened, in order. After an error the record
    /// says why the run failed and keeps what was measured.
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
        let target = self.record.config.training.steps.min(self.step.saturating_add(steps));
        loop {
            if self.evaluations.front() == Some(&self.step) {
                match self.measure_and_record().await? {
                    // Broken off: the progress so far is reported all the same.
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
            self.train(self.evaluations.front().map_or(slice, |at| slice.min(*at))).await?;
        }
        events.push(Event::Progress(self.progress()));
        Ok(events)
    }

    /// Steps until `until`, then waits for the device and looks at the loss.
    pub(super) async fn train(&mut self, until: u64) -> Result<(), TrainError> {
        let (from, begun) = (self.step, Instant::now());
        while self.step < until {
            let shares = match &self.helpers {
                None => None,
                Some(helpers) => shares(&*self.learner, &**helpers, self.step).await.map_err(|error| self.execution(error))?,
            };
            self.batch_loss = Some(self.learner.step(self.step, shares));
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

    /// Measures the losses now, for the caller alone: nothing of it is recorded, counts for patience or
    /// changes what follows. Returns the recorded evaluation if the schedule has measured this step.
    pub async fn evaluate(&mut self) -> Result<Evaluation, TrainError> {
        if let Some(known) = self.record.evaluations.last().filter(|known| known.step == self.step) {
            return Ok(known.clone());
        }
        // Nothing interrupts while there is nobody to yield to, so that there is always an outcome.
        let yield_to = self.yield_to.take();
        let measured = self.measure().await;
        self.yield_to = yield_to;
        measured?.ok_or(TrainError::Execution { step: self.step, reason: "the evaluation was broken off".into() })
    }

    /// Refreshes the record's checkpoint.
    pub async fn checkpoint(&mut self) -> Result<Event, TrainError> {
        let mut parameters = self.learner.parameters();
        parameters.extend(self.learner.moments());
        let mut arrays = read(parameters).await.map_err(|error| self.execution(error))?;
        if let Some(loss) = &self.batch_loss {
            // An evaluation that is still to be made at this very step shows it.
            arrays.insert(BATCH_LOSS.to_owned(), Array { shape: vec![1], values: self.read(loss.clone()).await? });
        }
        self.record.checkpoint = Some(Checkpoint { step: self.step, arrays });
        Ok(Event::Checkpoint { step: self.step })
    }

    /// Takes the evaluation that the schedule has at this step, and records it; nothing where it was
    /// interrupted.
    async fn measure_and_record(&mut self) -> Result<Option<Evaluation>, TrainError> {
        let begun = Instant::now();
        let Some(evaluation) = self.measure().await? else { return Ok(None) };
        while self.evaluations.front().is_some_and(|at| *at <= self.step) {
            self.evaluations.pop_front();
        }
        self.record.evaluations.push(evaluation.clone());
        self.count_stale(evaluation.loss_bits);
        if self.snapshots.contains(&self.step) {
            let arrays = read(self.learner.parameters()).await.map_err(|error| self.execution(error))?;
            self.record.snapshots.push(Checkpoint { step: self.step, arrays });
        }
        self.pace.evaluated(begun.elapsed());
        Ok(Some(evaluation))
    }

    /// Measures the losses; nothing where it was interrupted.
    async fn measure(&self) -> Result<Option<Evaluation>, TrainError> {
        let Some(Losses { mean, quanta, accuracy }) = self.test().await? else { return Ok(None) };
        let in_bits = |nats: f64| (nats / std::f64::consts::LN_2) as f32;
        let loss_bits = in_bits(mean);
        if !loss_bits.is_finite() {
            return Err(TrainError::Diverged { step: self.step });
        }
        let train_loss_bits = match &self.batch_loss {
            Some(loss) => Some(self.read(loss.clone()).await?[0] / LN_2),
            None => None,
        };
        let quantum_loss_bits: Vec<f32> = quanta.iter().map(|nats| nats / LN_2).collect();
        Ok(Some(Evaluation {
            step: self.step,
            loss_bits,
            train_loss_bits,
            learned: self.record.quanta.learned(&quantum_loss_bits),
            quantum_loss_bits,
            quantum_accuracy: accuracy,
            seconds: self.clock.seconds(),
        }))
    }

    /// The test that the step names; nothing where it was interrupted.
    async fn test(&self) -> Result<Option<Losses>, TrainError> {
        let mut sums: Option<Tensor<1>> = None;
        for piece in 0..self.learner.test_pieces() {
            if let Some(yield_to) = &self.yield_to
                && yield_to().await
            {
                return Ok(None);
            }
            let piece = self.learner.test(self.step, piece);
            sums = Some(match sums {
                None => piece,
                Some(sums) => sums + piece,
            });
        }
        let Some(sums) = sums else { return Ok(None) };
        Ok(Some(self.learner.losses(&self.read(sums).await?)))
    }

    /// The event that ends the run, where this is its end.
    fn end(&mut self) -> Option<Event> {
        let config = &self.record.config;
        let stopped_early = if self.step >= config.training.steps {
            None
        } else if config.measurement.patience > 0 && self.stale >= config.measurement.patience {
            Some(format!("{} evaluations without a new minimum of the test loss", config.measurement.patience))
        } else {
            return None;
        };
        self.over = true;
        self.record.finished = Some(now());
        self.record.status = stopped_early.clone().map_or(Status::Finished, Status::StoppedEarly);
        Some(Event::Finished { step: self.step, seconds: self.clock.seconds(), stopped_early })
    }

    /// Counts one more evaluation without a new minimum, or begins anew at one.
    fn count_stale(&mut self, loss_bits: f32) {
        if loss_bits < self.lowest {
            (self.lowest, self.stale) = (loss_bits, 0);
        } else {
            self.stale += 1;
        }
    }

    fn progress(&self) -> Progress {
        let config = &self.record.config;
        Progress {
            step: self.step,
            steps: config.training.steps,
            steps_per_second: self.pace.per_second(),
            samples_per_second: self.pace.per_second() * config.batch() as f64,
            seconds_left: self.pace.seconds(config.training.steps - self.step, self.evaluations.len()),
        }
    }

    async fn read(&self, tensor: Tensor<1>) -> Result<Vec<f32>, TrainError> {
        let values = numbers(tensor).await.map_err(|error| self.execution(error))?;
        match fault() {
            None => Ok(values),
            Some(reason) => Err(TrainError::Execution { step: self.step, reason }),
        }
    }

    fn execution(&self, error: impl std::fmt::Display) -> TrainError {
        TrainError::Execution { step: self.step, reason: fault().unwrap_or_else(|| causes(&error.to_string())) }
    }
}

/// The present moment, as records write it. A clock before 1970 counts as 1970.
fn now() -> String {
    timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
