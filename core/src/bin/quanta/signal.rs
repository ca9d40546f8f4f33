//! Being asked to stop: Ctrl-C, and the signals of a batch system or a closing terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether the program has been asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens from now on. Ctrl-C, SIGTERM and SIGHUP ask; a Ctrl-C after that ends the program on
    /// the spot, with the shell's usual status 130. A repeated SIGTERM asks no more than the first:
    /// batch systems send it to a script and to its program, and the script passes it on.
    pub fn listen() -> anyhow::Result<Self> {
        let stop = Self::default();
        // The order matters: this is armed by what the lines below set.
        flag::register_conditional_shutdown(SIGINT, 128 + SIGINT, stop.0.clone())?;
        for signal in signals() {
            flag::register(signal, stop.0.clone())?;
        }
        Ok(stop)
    }

    /// Asks from within the program.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
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

/// Whether the program was started by `nohup`, and is to outlive its terminal.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}
