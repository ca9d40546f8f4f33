//! A run as the page knows it, and what it shows in numbers.

use std::sync::Arc;

use quanta_core::config::RunConfig;
use quanta_core::record::{Record, Status};

use super::store::Line;
use crate::words;

/// How many colours runs are told apart by; the palette's length.
pub const COLORS: usize = 7;

/// One run on the page.
#[derive(Clone)]
pub struct Run {
    /// Its number, here, in the worker and in the store.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its colour's place in the palette.
    pub color: usize,
    /// Whether the figures leave it out.
    pub hidden: bool,
    /// Its settings and logs, without the checkpoint.
    pub record: Arc<Record>,
    /// The step it can go on from.
    pub checkpoint: Option<u64>,
    /// The whole record as last written, where the store does not hold it.
    pub bytes: Option<Arc<Vec<u8>>>,
}

impl Run {
    /// A run about to start.
    pub fn new(id: u32, name: String, color: usize, config: RunConfig) -> Self {
        Self { id, name, color, hidden: false, record: Arc::new(Record::new(config)), checkpoint: None, bytes: None }
    }

    /// A run read from a record.
    pub fn read(line: Line, mut record: Record) -> Self {
        let checkpoint = record.checkpoint.take().map(|checkpoint| checkpoint.step);
        let Line { id, name, color, hidden } = line;
        Self { id, name, color, hidden, record: Arc::new(record), checkpoint, bytes: None }
    }

    /// The store's line about it.
    pub fn line(&self) -> Line {
        Line { id: self.id, name: self.name.clone(), color: self.color, hidden: self.hidden }
    }

    /// The step from which it can be resumed, where it has not ended.
    pub fn resumable_at(&self) -> Option<u64> {
        self.checkpoint.filter(|_| !self.record.is_finished())
    }

    /// The last logged step.
    pub fn step(&self) -> u64 {
        self.record.last().map_or(0, |evaluation| evaluation.step)
    }

    /// How it stands, in a few words.
    pub fn standing(&self) -> String {
        let steps = self.record.config.steps;
        match &self.record.status {
            Status::Finished => "finished".to_owned(),
            Status::StoppedEarly(why) => format!("ended early: {why}"),
            Status::Failed(why) => format!("failed: {why}"),
            Status::Unfinished => match self.checkpoint {
                Some(step) => format!("at step {} of {}", words::thousands(step), words::thousands(steps)),
                None => format!("at step {} of {}", words::thousands(self.step()), words::thousands(steps)),
            },
        }
    }

    /// The state at its last log as one sentence, for those who cannot see the figures.
    pub fn summary(&self) -> Option<String> {
        let last = self.record.last()?;
        Some(format!(
            "step {}: loss {}, {} of {} subtasks learned",
            words::thousands(last.step),
            words::bits(f64::from(last.loss_bits)),
            words::thousands(last.learned as u64),
            words::thousands(self.record.config.n_tasks as u64),
        ))
    }
}
