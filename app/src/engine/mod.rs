//! The worker: it owns Burn and trains what the page asks for. One run at a time, with a turn for the
//! browser after every slice of steps. It trains on one thread, with helpers where steps can be shared.

mod gpu;
mod helper;
mod session;
mod team;
mod turn;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

use crate::protocol::{ALONE, Command, HELPER, Message};
use gpu::Gpu;
use session::Start;
use team::Team;

/// The engine's end of the line.
type Mailbox = crate::mailbox::Mailbox<Command, Message>;

/// Starts listening. Called once, by the worker's `main`.
pub fn start() {
    run_constructors();
    console_error_panic_hook::set_once();
    let name = js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>().name();
    if name == HELPER {
        spawn_local(helper::help());
        return;
    }
    let mailbox = Mailbox::open();
    spawn_local(async move {
        mailbox.post(&Message::Ready {}, None);
        let (gpu, team) = (Gpu::ask(&mailbox), Team::new(name == ALONE));
        loop {
            // Between runs only a start and what it needs mean anything.
            match mailbox.next().await {
                (Command::Start { run, config, device, paused }, bytes) => {
                    session::session(&mailbox, &gpu, &team, Start { run, config, bytes, device, paused }).await;
                }
                (Command::Text {}, Some(bytes)) => team.keep_text(bytes),
                _ => {}
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
