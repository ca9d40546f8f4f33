//! Requests to stop: Ctrl-C, and the signals of a batch system or a closing terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::Stopped;

/// A flag that is set when the program is asked to stop, and the signal that asked. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    requested: Arc<AtomicBool>,
    /// The last signal's number; 0 where none came.
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Installs the signal handlers. Ctrl-C, SIGTERM and SIGHUP set the flag; a Ctrl-C after that ends
    /// the program at once, with the shell's usual status 130. A repeated SIGTERM has no further
    /// effect, because batch systems send it both to a script and to its program, and the script
    /// passes it on.
    ///
    /// # Errors
    /// If a handler cannot be installed.
    pub fn listen() -> anyhow::Result<Self> {
        let stop = Self::default();
        // Must come first: this handler must see the flag before the handlers below set it.
        flag::register_conditional_shutdown(SIGINT, 128 + SIGINT, stop.requested.clone())?;
        for signal in signals() {
            flag::register_usize(signal, stop.signal.clone(), signal as usize)?;
            flag::register(signal, stop.requested.clone())?;
        }
        Ok(stop)
    }

    /// Requests a stop from within the program.
    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// Whether a stop has been requested.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// What stopped the program, if a signal did.
    pub fn stopped(&self) -> Option<Stopped> {
        let signal = self.signal.load(Ordering::Relaxed);
        u8::try_from(signal).ok().filter(|signal| *signal > 0).map(|signal| Stopped { signal })
    }
}

fn signals() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    if !hangup_is_ignored() {
        signals.push(signal_hook::consts::SIGHUP);
    }
    signals
}

/// Whether the program was started to ignore SIGHUP, as by `nohup`, and should outlive its terminal.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}
