//! What the page and the worker say to each other: with `quanta_core`, all that they share.
//!
//! A message travels as a JS array of two: its JSON, and the bytes of a record (a `Uint8Array`)
//! where it carries one, else `null`.

use quanta_core::device::DeviceChoice;
use quanta_core::event::Event;
use serde::{Deserialize, Serialize};

/// What the page asks of the worker. A run has a number of the page's choosing; what the worker
/// says of a run bears its number, so that late words of a stopped run are told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
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
#[serde(tag = "state", rename_all = "snake_case")]
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
#[serde(tag = "message", rename_all = "snake_case")]
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
#[serde(tag = "webgpu", rename_all = "snake_case")]
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
