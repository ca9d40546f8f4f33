//! What happens in a run while it trains. The terminal prints these events, the page draws them.

use serde::{Deserialize, Serialize};
use serde_json::json;

/// A part of a run, from one start of the program to the next: on what it was trained, by what, since
/// when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Optimiser steps that were taken before it.
    pub from_step: u64,
    /// The device, in words.
    pub device: String,
    /// `fused` or `reference`: how its steps were computed.
    pub path: String,
    /// The program, with its version and commit.
    pub program: String,
    /// When it began, in UTC ([`timestamp`](crate::record::timestamp)); nothing where that was not written down.
    pub started: Option<String>,
}

/// The losses at one step. All losses are in bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Optimiser steps taken so far.
    pub step: u64,
    /// Mean test loss: Σ p_k · loss of quantum k, the quanta in their exact proportions.
    pub loss_bits: f32,
    /// Mean loss of the training batch of the last step, over all that it predicts: of a language also the
    /// tokens that belong to no quantum. Nothing before the first.
    pub train_loss_bits: Option<f32>,
    /// Quanta whose loss is under their [threshold](crate::quanta::Quanta::threshold): 0.1 bits for
    /// a subtask.
    pub learned: usize,
    /// Test loss of each quantum, most frequent first; empty where there are none.
    pub quantum_loss_bits: Vec<f32>,
    /// Share of right answers of each quantum, 0 to 1.
    pub quantum_accuracy: Vec<f32>,
    /// Seconds of training so far, evaluation included, pauses not.
    pub seconds: f64,
}

/// One thing that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The device is up and the model built.
    Started(Started),
    /// Steps went by; sent a few times a second.
    Progress(Progress),
    /// The losses were measured.
    Evaluation(Evaluation),
    /// A checkpoint was taken at `step`.
    Checkpoint {
        /// Steps taken at the checkpoint.
        step: u64,
    },
    /// The run is over.
    Finished {
        /// Steps taken.
        step: u64,
        /// Seconds of training.
        seconds: f64,
        /// Why it ended before the configured number of steps, if it did.
        stopped_early: Option<String>,
    },
    /// The run cannot go on; what it recorded is kept.
    Failed {
        /// Steps taken.
        step: u64,
        /// What was wrong and what to do, for people.
        message: String,
    },
}

/// What a run trains on, known once the device is up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Where it begins: 0, or the checkpoint's step.
    pub step: u64,
    /// Steps it will take in all.
    pub steps: u64,
    /// Parameters of the model.
    pub parameters: u64,
    /// The device in words, with the adapter's own name.
    pub device: String,
    /// `fused` or `reference`: how a step is computed.
    pub path: String,
    /// The parts of the run's training up to now, this one last.
    pub parts: Vec<Part>,
    /// Remarks worth showing: a fallback, a self-test's outcome.
    pub notes: Vec<String>,
}

/// How fast a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps taken.
    pub step: u64,
    /// Steps the run will take in all.
    pub steps: u64,
    /// Steps a second, lately.
    pub steps_per_second: f64,
    /// Samples a second, lately.
    pub samples_per_second: f64,
    /// Seconds left at this speed, evaluation included.
    pub seconds_left: f64,
}

impl Event {
    /// The event as one line of JSON that names it inside: `{"event":"checkpoint","step":120}`.
    pub fn to_json_line(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Line<'a, T> {
            event: &'static str,
            #[serde(flatten)]
            what: &'a T,
        }
        fn line<T: Serialize>(event: &'static str, what: &T) -> serde_json::Result<String> {
            serde_json::to_string(&Line { event, what })
        }
        match self {
            Self::Started(started) => line("started", started),
            Self::Progress(progress) => line("progress", progress),
            Self::Evaluation(evaluation) => line("evaluation", evaluation),
            Self::Checkpoint { step } => line("checkpoint", &json!({ "step": step })),
            Self::Finished { step, seconds, stopped_early } => {
                line("finished", &json!({ "step": step, "seconds": seconds, "stopped_early": stopped_early }))
            }
            Self::Failed { step, message } => line("failed", &json!({ "step": step, "message": message })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_event_and_holds_its_fields() {
        let progress = Progress { step: 1, steps: 2, steps_per_second: 0.5, samples_per_second: 10.0, seconds_left: 2.0 };
        let lines = [
            (Event::Checkpoint { step: 120 }, r#"{"event":"checkpoint","step":120}"#),
            (
                Event::Progress(progress),
                r#"{"event":"progress","step":1,"steps":2,"steps_per_second":0.5,"samples_per_second":10.0,"seconds_left":2.0}"#,
            ),
            (Event::Failed { step: 3, message: "why \"so\"".into() }, r#"{"event":"failed","message":"why \"so\"","step":3}"#),
        ];
        for (event, line) in lines {
            // Fields may come in any order, but people look for the name at the beginning.
            let said = event.to_json_line().unwrap_or_default();
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
            assert_eq!(value(&said), value(line));
            assert!(said.starts_with(r#"{"event":"#), "{said}");
        }
    }
}
