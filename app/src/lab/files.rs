//! Runs as files: saved.

use leptos::task::spawn_local;

use crate::protocol::RunId;
use crate::trainer::{About, Notices, RunCommands, Runs};
use crate::view::browser;
use crate::words;

/// Saves a whole run: it can be opened here, resumed in a terminal, and read in Python.
pub fn save_run(runs: Runs, commands: RunCommands, notices: Notices, id: RunId) {
    spawn_local(async move {
        let name = runs.with_untracked(id, |run| words::file_name(&run.name)).unwrap_or_default();
        match commands.bytes(id).await {
            Ok(bytes) => browser::download(&format!("{name}.safetensors"), "application/octet-stream", &bytes),
            Err(why) => notices.warn(About::Runs, format!("The run cannot be saved: {why}.")),
        }
    });
}

/// Saves a run's curves as a table.
pub fn save_csv(runs: Runs, id: RunId) {
    if let Some((name, table)) = runs.with_untracked(id, |run| (words::file_name(&run.name), run.record.to_csv())) {
        browser::download(&format!("{name}.csv"), "text/csv", table.as_bytes());
    }
}
