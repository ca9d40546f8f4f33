//! The worker: it owns Burn and trains what the page asks for. One run at a time, on one
//! thread, with a turn for the browser after every slice of steps.

mod mailbox;
mod session;
mod turn;

use quanta_core::device::{DeviceChoice, adapter};
use wasm_bindgen_futures::spawn_local;

use crate::protocol::{Command, Message, WebGpu};
use mailbox::Mailbox;

/// How long the browser may take to answer whether it has a GPU, in milliseconds.
const ADAPTER_LIMIT: u32 = 10_000;

/// Starts listening. Called once, by the worker's `main`.
pub fn start() {
    run_constructors();
    console_error_panic_hook::set_once();
    let mailbox = Mailbox::open();
    spawn_local(async move {
        let webgpu = match turn::within(ADAPTER_LIMIT, adapter()).await {
            None => WebGpu::NoAnswer,
            Some(None) => WebGpu::Missing,
            Some(Some(adapter)) if adapter.software => WebGpu::Software { name: adapter.name },
            Some(Some(adapter)) => WebGpu::Adapter { name: adapter.name },
        };
        let no_answer = webgpu == WebGpu::NoAnswer;
        mailbox.post(&Message::Ready { webgpu }, None);
        loop {
            // Between runs only a start means anything.
            if let (Command::Start { run, config, device, paused }, bytes) = mailbox.next().await {
                // Asking again could take for ever.
                let device = if no_answer && device == DeviceChoice::Auto { DeviceChoice::Cpu } else { device };
                session::session(&mailbox, run, &config, bytes, device, paused).await;
            }
        }
    });
}

/// Runs what crates want done before `main`: the kernels' compiler registers its operations so. A
/// program that nowhere calls this itself is taken for one that ends after `main`, and the linker
/// then puts it before every single call from JavaScript: milliseconds, thousands of times a second.
#[cfg(target_family = "wasm")]
fn run_constructors() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: the linker defines it in every module; it takes nothing and is called once, first of all.
    unsafe { __wasm_call_ctors() }
}

#[cfg(not(target_family = "wasm"))]
fn run_constructors() {}
