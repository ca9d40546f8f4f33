//! What the page asks of the analyst, and what it is told.
//!
//! A message travels as those of [`protocol`](crate::protocol) do: JSON, and the bytes of a record where it
//! carries one.

use quanta_core::analysis::reading::{Course, Near, Reading, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the page asks. Each is answered before the next is read; to end one, the worker is ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Take up the run in the message's bytes, for what is asked from now on.
    Open {},
    /// How well is each token of a text predicted, at every step that was kept?
    Read {
        /// The text.
        text: Text,
    },
    /// How did the mean loss of the last tokens of these documents fall over training?
    Course {
        /// The documents, each of at least two tokens.
        documents: Vec<Vec<u32>>,
    },
    /// Which clusters do its gradients form? Where the message has bytes they are the record of [`Answer::SoFar`], and
    /// what is left is found.
    Find {
        /// The JSON of an [`Ask`](quanta_core::analysis::qdg::Ask).
        ask: Value,
    },
    /// Which clusters are the tokens of a text nearest to? The message's bytes are the record with the clusters.
    Near {
        /// The clustering's place among those of the record.
        clustering: usize,
        /// The documents, each `[t + 1]` tokens.
        documents: Vec<Vec<u32>>,
    },
}

/// What the page is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The analyst has loaded. Said once.
    Ready {},
    /// The run is taken up.
    Opened {
        /// The step of its checkpoint.
        step: u64,
    },
    /// The text as the run reads it.
    Reading {
        /// The JSON of the run's `RunConfig`.
        config: String,
        /// Its losses.
        reading: Reading,
    },
    /// The mean loss at every step that was kept.
    Course {
        /// The steps and the losses.
        course: Course,
    },
    /// What is being done for [`Question::Find`].
    Stage {
        /// Stages done.
        done: usize,
        /// Stages in all.
        of: usize,
        /// The one that begins, in words.
        doing: String,
    },
    /// The message's bytes are the run with the clusters that are found so far, of fewer similarities than were asked
    /// for.
    SoFar {},
    /// The message's bytes are the run with its clusters, without its weights.
    Found {},
    /// The nearest cluster of each predicted token, document by document.
    Near {
        /// One list a document, `[t]`.
        near: Vec<Vec<Option<Near>>>,
    },
    /// The question has no answer.
    Failed {
        /// Why, and what to do, for people.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use quanta_core::analysis::reading::Passage;

    #[test]
    fn questions_and_answers_arrive_as_they_were_sent() {
        let questions = [
            Question::Open {},
            Question::Read { text: Text::Documents(3) },
            Question::Read { text: Text::Words("count 1 \"2\"".to_owned()) },
            Question::Course { documents: vec![vec![0, 4], vec![0, 1, 2]] },
            Question::Find { ask: serde_json::json!({ "samples": 7, "below_nats": 0.1 }) },
            Question::Near { clustering: 3, documents: vec![vec![0, 4], vec![]] },
        ];
        for question in questions {
            let json = serde_json::to_string(&question).unwrap();
            assert_eq!(serde_json::from_str::<Question>(&json).unwrap(), question, "{json}");
        }
        let passage = Passage {
            tokens: vec![0, 3, 1],
            quanta: vec![None, Some(7)],
            least: vec![1.25, 0.0],
            losses: vec![vec![3.5, 0.001], vec![3.0, 1e-9]],
        };
        let near = Near { cluster: 2, cosine: 0.75, samples: vec![(19, 0.99), (4, 0.5)] };
        let answers = [
            Answer::Ready {},
            Answer::Opened { step: 1_200 },
            Answer::Reading {
                config: "{}".to_owned(),
                reading: Reading { steps: vec![10, 1_200], families: vec!["fact".to_owned()], passages: vec![passage] },
            },
            Answer::Course { course: Course { steps: vec![1, 10], losses: vec![2.5, 0.125] } },
            Answer::Stage { done: 1, of: 4, doing: "comparing".to_owned() },
            Answer::SoFar {},
            Answer::Found {},
            Answer::Near { near: vec![vec![None, Some(near)]] },
            Answer::Failed { message: "why".to_owned() },
        ];
        for answer in answers {
            let json = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), answer, "{json}");
        }
    }
}
