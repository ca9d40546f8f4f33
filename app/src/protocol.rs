//! What the page and the worker say to each other: with `quanta_core`, all that they share.
//!
//! A message travels as a JS array of two: its JSON, and the bytes of a record (a `Uint8Array`)
//! where it carries one, else `null`. In JSON a message is named from outside,
//! `{"record":{"run":1,"step":2}}`: reading that takes a page much less code than a name inside.

use quanta_core::device::DeviceChoice;
use quanta_core::event::Event;
use serde::{Deserialize, Serialize};

/// What the page asks of the worker. A run has a number of the page's choosing; what the worker
/// says of a run bears its number, so that late words of a stopped run are told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Begin a run. With bytes: a record to go on from at its checkpoint's step.
    Start {
        /// The run's number.
        run: u32,
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
    /// While paused: take one step, and evaluate.
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
    /// The first steps are compared with the CPU's.
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
    Ready {
        /// What WebGPU offers here.
        webgpu: WebGpu,
    },
    /// A run changed its state.
    State {
        /// The run's number.
        run: u32,
        /// Where it is now.
        state: State,
    },
    /// Something happened in a run.
    Event {
        /// The run's number.
        run: u32,
        /// What happened.
        event: Event,
    },
    /// The run as a record, with its checkpoint: the message's bytes. Sent every few seconds, and
    /// before `Paused`, `Stopped`, `Finished` and `Failed`.
    Record {
        /// The run's number.
        run: u32,
        /// The checkpoint's step.
        step: u64,
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use quanta_core::config::RunConfig;
    use quanta_core::event::{Evaluation, Started};

    fn commands() -> Vec<Command> {
        let config = RunConfig { seed: 7, ..RunConfig::default() }.to_json();
        vec![
            Command::Start { run: 3, config, device: DeviceChoice::Gpu, paused: true },
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
            task_loss_bits: vec![0.01, 1.0],
            task_accuracy: vec![1.0, 0.5],
            seconds: 1.25,
        };
        let started = Started {
            step: 0,
            steps: 10,
            parameters: 5,
            device: "CPU «flex»".into(),
            path: "plain".into(),
            notes: vec!["a note".into()],
        };
        let state = |state| Message::State { run: 3, state };
        vec![
            Message::Ready { webgpu: WebGpu::Adapter { name: "a \"GPU\"".into() } },
            Message::Ready { webgpu: WebGpu::Software { name: "SwiftShader".into() } },
            Message::Ready { webgpu: WebGpu::Missing },
            state(State::Compiling),
            state(State::SelfTest),
            state(State::Running),
            state(State::Paused),
            state(State::Stopped),
            state(State::Finished),
            state(State::Failed { message: "out of memory:\nsmaller, please".into() }),
            Message::Event { run: 3, event: Event::Started(started) },
            Message::Event { run: 3, event: Event::Evaluation(evaluation) },
            Message::Event { run: 3, event: Event::Finished { step: 10, seconds: 2.5, stopped_early: Some("patience".into()) } },
            Message::Record { run: 3, step: 120 },
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
        let failed = json(&Message::State { run: 1, state: State::Failed { message: "why".into() } });
        assert_eq!(failed["state"]["run"], 1);
        assert_eq!(failed["state"]["state"]["failed"]["message"], "why");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for json in ["", "{}", r#"{"sate":{"run":1}}"#, r#"{"record":{"run":-1,"step":2}}"#] {
            assert!(serde_json::from_str::<Message>(json).is_err(), "{json}");
        }
    }
}
