//! One run in the worker, from its start to its end.

use std::rc::Rc;

use quanta_core::config::RunConfig;
use quanta_core::device::{DeviceChoice, Kind};
use quanta_core::record::{Record, RecordError, Status};
use quanta_core::train::{Run, TrainError};

use super::Mailbox;
use super::gpu::Gpu;
use super::team::Team;
use super::turn::turn;
use crate::protocol::{Command, Message, RunId, State};

/// Milliseconds between the checkpoints that the page keeps.
const CHECKPOINT_EVERY: f64 = 5_000.0;

/// What was asked for by [`Command::Start`].
pub struct Start {
    /// The run's id.
    pub run: RunId,
    /// The JSON of its settings.
    pub config: String,
    /// A record to go on from, where there is one.
    pub bytes: Option<Vec<u8>>,
    /// What to train on.
    pub device: DeviceChoice,
    /// Whether to wait before the first step.
    pub paused: bool,
}

/// Runs what was asked for, and says how it ended. Failures are told to the page.
pub async fn session(mailbox: &Mailbox, gpu: &Gpu, team: &Team, start: Start) {
    let line = Line { mailbox, run: start.run };
    match prepare(&line, gpu, &start.config, start.bytes, start.device).await {
        Ok(mut training) => {
            if let Some(shares) = training.shares() {
                team.begin(&training.record().config.to_json(), shares);
                training.set_helpers(Rc::new(team.clone()));
            }
            line.drive(training, start.paused).await;
        }
        Err(message) => line.state(State::Failed { message }),
    }
}

/// Opens the device and builds the run.
async fn prepare(line: &Line<'_>, gpu: &Gpu, config: &str, bytes: Option<Vec<u8>>, choice: DeviceChoice) -> Result<Run, String> {
    line.state(State::Compiling);
    // Before the engine is busy, so that the page shows the state while it is.
    turn().await;
    let device = gpu.open(choice).await?;
    if device.kind() != Kind::Cpu {
        line.state(State::SelfTest);
        turn().await;
    }
    let training = match bytes {
        Some(bytes) => Run::resume(Record::from_bytes(&bytes).map_err(|error| error.to_string())?, device).await,
        None => Run::start(RunConfig::from_json(config).map_err(|error| error.to_string())?, device).await,
    };
    training.map_err(|error| error.to_string())
}

/// What is said of one run.
struct Line<'a> {
    mailbox: &'a Mailbox,
    run: RunId,
}

impl Line<'_> {
    fn state(&self, state: State) {
        self.mailbox.post(&Message::State { run: self.run, state }, None);
    }

    fn events(&self, events: Vec<quanta_core::event::Event>) {
        for event in events {
            self.mailbox.post(&Message::Event { run: self.run, event }, None);
        }
    }

    fn record(&self, record: &Record) -> Result<(), RecordError> {
        let step = record.checkpoint.as_ref().map(|checkpoint| checkpoint.step);
        self.mailbox.post(&Message::Record { run: self.run, step }, Some(&record.to_bytes()?));
        Ok(())
    }

    async fn drive(&self, mut training: Run, paused: bool) {
        let mailbox = self.mailbox.clone();
        training.set_yield(Rc::new(move || {
            let mailbox = mailbox.clone();
            Box::pin(async move {
                turn().await;
                // What a training run breaks off for.
                mailbox
                    .has(|command| matches!(command, Command::Pause | Command::Stop | Command::Start { .. } | Command::Text {}))
            })
        }));
        self.events(vec![training.started()]);
        if let Err(error) = self.steps(&mut training, paused).await {
            let message = error.to_string();
            let mut record = training.record().clone();
            record.status = Status::Failed(message.clone());
            // A record that cannot be written is the failure that is reported already.
            let _ = self.record(&record);
            self.state(State::Failed { message });
        }
    }

    async fn steps(&self, training: &mut Run, mut paused: bool) -> Result<(), TrainError> {
        self.state(if paused { State::Paused } else { State::Running });
        let mut kept = js_sys::Date::now();
        loop {
            let letter = if paused { Some(self.mailbox.next().await) } else { self.mailbox.take() };
            match letter {
                Some((Command::Pause, _)) if !paused => {
                    paused = true;
                    self.keep(training).await?;
                    self.state(State::Paused);
                }
                Some((Command::Go, _)) if paused => {
                    paused = false;
                    self.state(State::Running);
                }
                Some((Command::Step, _)) if paused => {
                    self.events(training.advance(1).await?);
                    if !training.is_over() {
                        let evaluation = training.evaluate().await?;
                        self.mailbox.post(&Message::Look { run: self.run, evaluation }, None);
                    }
                    self.keep(training).await?;
                }
                Some((Command::Stop, _)) => {
                    self.keep(training).await?;
                    self.state(State::Stopped);
                    return Ok(());
                }
                Some(start @ (Command::Start { .. } | Command::Text {}, _)) => {
                    self.keep(training).await?;
                    self.state(State::Stopped);
                    self.mailbox.put_back(start);
                    return Ok(());
                }
                // What asks for the state that already is.
                Some(_) => {}
                None => {
                    self.events(training.advance(training.slice()).await?);
                    if js_sys::Date::now() - kept > CHECKPOINT_EVERY && !training.is_over() {
                        self.keep(training).await?;
                        kept = js_sys::Date::now();
                    }
                    turn().await;
                }
            }
            if training.is_over() {
                self.keep(training).await?;
                self.state(State::Finished);
                return Ok(());
            }
        }
    }

    /// Takes a checkpoint and sends the record to the page, which keeps it.
    async fn keep(&self, training: &mut Run) -> Result<(), TrainError> {
        training.checkpoint().await?;
        self.record(training.record())?;
        Ok(())
    }
}
