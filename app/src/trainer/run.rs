//! A run as the page knows it.

use std::sync::Arc;

use quanta_core::config::RunConfig;
use quanta_core::event::Evaluation;
use quanta_core::record::{Record, Status};
use serde::{Deserialize, Serialize};

use crate::facts;
use crate::protocol::RunId;
use crate::words;

/// How many colours runs are told apart by; the palette's length.
pub const COLORS: usize = 7;

/// What is known of a kept run without reading its record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Names it.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// Its colour's place in the palette.
    pub color: usize,
    /// Whether the figures leave it out.
    pub hidden: bool,
    /// When it was made here, in milliseconds since 1970. Runs of before have none: their id is the second.
    #[serde(default)]
    pub made: f64,
}

/// One run.
#[derive(Clone)]
pub struct Run {
    /// Names it here, in the worker and in the store.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// Its colour's place in the palette.
    pub color: usize,
    /// Whether the figures leave it out.
    pub hidden: bool,
    /// When it was made here, in milliseconds since 1970.
    pub made: f64,
    /// Its settings and evaluations, without the checkpoint.
    pub record: Arc<Record>,
    /// What was measured after the last step that was asked for by hand; no part of the record.
    pub look: Option<Evaluation>,
    /// The step it can go on from.
    pub checkpoint: Option<u64>,
    /// The whole record as the worker wrote it, where the store does not hold it yet.
    pub bytes: Option<Arc<Vec<u8>>>,
}

impl Run {
    /// A run about to start.
    pub fn new(line: Line, config: RunConfig) -> Self {
        Self::from_record(line, Record::new(config))
    }

    /// A run as its record has it.
    pub fn from_record(line: Line, mut record: Record) -> Self {
        let checkpoint = record.checkpoint.take().map(|checkpoint| checkpoint.step);
        let Line { id, name, color, hidden, made } = line;
        let made = if made > 0.0 { made } else { id.0 as f64 * 1_000.0 };
        Self { id, name, color, hidden, made, record: Arc::new(record), look: None, checkpoint, bytes: None }
    }

    /// The store's line about it.
    pub fn line(&self) -> Line {
        Line { id: self.id, name: self.name.clone(), color: self.color, hidden: self.hidden, made: self.made }
    }

    /// Its settings.
    pub fn config(&self) -> &RunConfig {
        &self.record.config
    }

    /// The step from which it can be resumed, where it has not ended. A run whose loss is no number any
    /// more would only fail again, at the same step.
    pub fn resumable_at(&self) -> Option<u64> {
        self.checkpoint.filter(|_| !self.record.is_finished() && !self.record.has_diverged())
    }

    /// Whether anything of it has been trained.
    pub fn is_begun(&self) -> bool {
        self.checkpoint.is_some() || self.record.last().is_some()
    }

    /// What was measured last, whether the schedule asked for it or a step by hand.
    pub fn latest(&self) -> Option<&Evaluation> {
        let recorded = self.record.last();
        self.look.as_ref().filter(|look| recorded.is_none_or(|recorded| look.step > recorded.step)).or(recorded)
    }

    /// The step of its last evaluation.
    pub fn step(&self) -> u64 {
        facts::last_step(&self.record)
    }

    /// Where it is, in a few words.
    pub fn standing(&self) -> String {
        match &self.record.status {
            Status::Finished => "finished".to_owned(),
            Status::StoppedEarly(why) => format!("ended early: {why}"),
            Status::Failed(why) => format!("failed: {why}"),
            Status::Unfinished => {
                let step = self.checkpoint.unwrap_or_else(|| self.step());
                format!("at step {} of {}", words::thousands(step), words::thousands(facts::steps(self.config())))
            }
        }
    }

    /// What was measured last as one sentence, for those who cannot see the figures.
    pub fn summary(&self) -> Option<String> {
        let last = self.latest()?;
        Some(format!(
            "step {}: loss {}, {} of {} {} learned",
            words::thousands(last.step),
            words::bits(facts::mean_loss(last)),
            words::thousands(facts::learned(last) as u64),
            words::thousands(facts::quanta_count(self.config()) as u64),
            facts::noun(self.config()).many,
        ))
    }
}
