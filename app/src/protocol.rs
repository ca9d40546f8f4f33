//! What the page and the worker say to each other: with `quanta_core`, all that they share.
//!
//! A message travels as a JS array of two: its JSON, and the bytes of a record (a `Uint8Array`)
//! where it carries one, else `null`. In JSON a message is named from outside,
//! `{"record":{"run":"8c6e21f0a4b7d935","step":2}}`: reading that takes a page much less code than
//! a name inside.

use std::fmt;
use std::str::FromStr;

use quanta_core::device::DeviceChoice;
use quanta_core::event::{Evaluation, Event};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names a run on the page, in the worker and in the browser's store: 64 random bits.
///
/// It is written as sixteen hexadecimal digits, because a JavaScript number holds 53 bits at most.
/// A plain number is read too: that is how runs were named before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The text is not sixteen hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a run's id has sixteen hexadecimal digits")]
pub struct NotAnId;

impl FromStr for RunId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAnId);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAnId)
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = RunId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("sixteen hexadecimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RunId, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RunId, E> {
                Ok(RunId(number))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// What the page asks of the worker. The page names each run; every message of the worker about a
/// run carries that name, so that late messages of a stopped run can be told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Keep a corpus open, for runs that learn it: the message's bytes.
    Text {},
    /// Begin a run. With bytes: a record to go on from at its checkpoint's step.
    Start {
        /// The run's id.
        run: RunId,
        /// The JSON of its `RunConfig`.
        config: String,
        /// What to train on.
        device: DeviceChoice,
        /// Whether to wait for `Go` or `Step` before the first step.
        paused: bool,
    },
    /// Take no further step; a checkpoint follows.
    Pause,
    /// Go on.
    Go,
    /// While paused: take one step, and measure the losses for a [`Message::Look`].
    Step,
    /// End the run where it is; a checkpoint follows, then `State::Stopped`.
    Stop,
}

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The device is being asked for and its kernels compiled.
    Compiling,
    /// Gradients and a step are compared with the CPU's.
    SelfTest,
    /// Steps are being taken.
    Running,
    /// No steps are being taken; the worker waits for `Go`, `Step` or `Stop`.
    Paused,
    /// Ended by `Stop`; its last record can be resumed.
    Stopped,
    /// Every step was taken, or patience ran out.
    Finished,
    /// It cannot go on.
    Failed {
        /// What was wrong and what to do, for people.
        message: String,
    },
}

/// What the worker tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// The engine has loaded. Said once.
    Ready {},
    /// What WebGPU offers here, as soon as the browser has answered or has taken too long; and again
    /// when that has changed.
    WebGpu {
        /// What it offers.
        webgpu: WebGpu,
    },
    /// A run changed its state.
    State {
        /// The run's id.
        run: RunId,
        /// Where it is now.
        state: State,
    },
    /// Something happened in a run.
    Event {
        /// The run's id.
        run: RunId,
        /// What happened.
        event: Event,
    },
    /// The losses after a step that was asked for by hand: to be shown, and no part of the record.
    Look {
        /// The run's id.
        run: RunId,
        /// What was measured.
        evaluation: Evaluation,
    },
    /// The run as a record, with its checkpoint: the message's bytes. Sent every few seconds, and
    /// before `Paused`, `Stopped`, `Finished` and `Failed`.
    Record {
        /// The run's id.
        run: RunId,
        /// The checkpoint's step; nothing where the run failed before its first one.
        step: Option<u64>,
    },
}

/// The script of the program that trains, beside the page.
pub const ENGINE_SCRIPT: &str = "worker.js";

/// The name of a worker of that program that helps another.
pub const HELPER: &str = "helper";

/// The name of one that trains without helpers, to be compared with one that has them.
pub const ALONE: &str = "alone";

/// What the engine sends its helpers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToHelper {
    /// Keep a corpus open, for the run that is begun next: the message's bytes.
    Text {},
    /// The run whose steps are shared from now on.
    Begin {
        /// The JSON of its `RunConfig`.
        config: String,
    },
    /// Compute shares of a step. The message's bytes are the parameters, in one row.
    Share {
        /// Names what is asked for.
        asked: u64,
        /// The step.
        step: u64,
        /// The first share that is wanted.
        first: usize,
        /// The first that is not wanted any more.
        end: usize,
    },
}

/// What a helper tells the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromHelper {
    /// It can be asked. Said once.
    Ready {},
    /// What was asked for: the message's bytes.
    Shares {
        /// Names what was asked for.
        asked: u64,
    },
}

/// What WebGPU offers in this browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebGpu {
    /// A GPU.
    Adapter {
        /// Its name, as far as the browser tells.
        name: String,
    },
    /// Only a software adapter, which is slower than the CPU path.
    Software {
        /// Its name.
        name: String,
    },
    /// None.
    Missing,
    /// The browser was asked for a GPU and has not answered yet. Runs that may choose go on the CPU.
    NoAnswer,
}

#[cfg(test)]
mod tests {
    use super::*;
    use quanta_core::config::RunConfig;
    use quanta_core::event::Part;
    use quanta_core::event::Started;

    fn commands() -> Vec<Command> {
        let config = RunConfig::from_query("seed=7", &[]).expect("valid").to_json();
        vec![
            Command::Start { run: RunId(3), config, device: DeviceChoice::Gpu, paused: true },
            Command::Text {},
            Command::Pause,
            Command::Go,
            Command::Step,
            Command::Stop,
        ]
    }

    fn messages() -> Vec<Message> {
        let evaluation = Evaluation {
            step: 120,
            loss_bits: 0.481,
            train_loss_bits: None,
            learned: 1,
            quantum_loss_bits: vec![0.01, 1.0],
            quantum_accuracy: vec![1.0, 0.5],
            seconds: 1.25,
        };
        let started = Started {
            step: 0,
            steps: 10,
            parameters: 5,
            device: "CPU “flex”".into(),
            path: "plain".into(),
            parts: vec![Part {
                from_step: 0,
                device: "CPU “flex”".into(),
                path: "plain".into(),
                program: "quanta 0 (0)".into(),
                started: Some("2026-11-25T08:44:01Z".into()),
            }],
            notes: vec!["a note".into()],
        };
        let state = |state| Message::State { run: RunId(3), state };
        vec![
            Message::Ready {},
            Message::WebGpu { webgpu: WebGpu::Adapter { name: "a \"GPU\"".into() } },
            Message::WebGpu { webgpu: WebGpu::Software { name: "SwiftShader".into() } },
            Message::WebGpu { webgpu: WebGpu::Missing },
            Message::WebGpu { webgpu: WebGpu::NoAnswer },
            state(State::Compiling),
            state(State::SelfTest),
            state(State::Running),
            state(State::Paused),
            state(State::Stopped),
            state(State::Finished),
            state(State::Failed { message: "out of memory:\nsmaller, please".into() }),
            Message::Event { run: RunId(3), event: Event::Started(started) },
            Message::Look { run: RunId(3), evaluation: evaluation.clone() },
            Message::Event { run: RunId(3), event: Event::Evaluation(evaluation) },
            Message::Event {
                run: RunId(3),
                event: Event::Finished { step: 10, seconds: 2.5, stopped_early: Some("patience".into()) },
            },
            Message::Record { run: RunId(3), step: Some(120) },
        ]
    }

    #[test]
    fn commands_arrive_as_they_were_sent() {
        for command in commands() {
            let json = serde_json::to_string(&command).unwrap();
            assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command, "{json}");
        }
    }

    #[test]
    fn messages_arrive_as_they_were_sent() {
        for message in messages() {
            let json = serde_json::to_string(&message).unwrap();
            assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message, "{json}");
        }
    }

    #[test]
    fn every_message_names_what_it_is() {
        let json = |message: &Message| serde_json::to_value(message).unwrap();
        let failed = json(&Message::State { run: RunId(1), state: State::Failed { message: "why".into() } });
        assert_eq!(failed["state"]["run"], "0000000000000001");
        assert_eq!(failed["state"]["state"]["failed"]["message"], "why");
    }

    #[test]
    fn an_id_keeps_all_its_bits() {
        for id in [RunId(0), RunId(1), RunId(u64::MAX), RunId(0x8c6e_21f0_a4b7_d935)] {
            assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<RunId>(&json).unwrap(), id, "{json}");
        }
        // An id as it was kept before.
        assert_eq!(serde_json::from_str::<RunId>("1764037200").unwrap(), RunId(1_764_037_200));
        for text in ["", "1", "+000000000000001", "8c6e21f0a4b7d93x", "08c6e21f0a4b7d935"] {
            assert_eq!(text.parse::<RunId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let id = r#"{"record":{"run":"8c6e","step":2}}"#;
        for json in ["", "{}", r#"{"sate":{"run":1}}"#, r#"{"record":{"run":-1,"step":2}}"#, id] {
            assert!(serde_json::from_str::<Message>(json).is_err(), "{json}");
        }
    }
}
