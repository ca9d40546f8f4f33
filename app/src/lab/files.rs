//! Runs as files: saved, picked, dropped.

use leptos::task::spawn_local;
use web_sys::{DragEvent, FileList};

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

/// Opens every file of a list.
pub fn open_all(commands: RunCommands, files: &FileList) {
    for i in 0..files.length() {
        if let Some(file) = files.get(i) {
            commands.open_file(file);
        }
    }
}

/// Lets a file be dropped anywhere on the page.
pub fn allow_drop(event: DragEvent) {
    let carries_files = event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    if carries_files {
        event.prevent_default();
    }
}

/// Opens the files that were dropped.
pub fn drop_file(commands: RunCommands, event: DragEvent) {
    let Some(files) = event.data_transfer().and_then(|data| data.files()) else { return };
    if files.length() > 0 {
        event.prevent_default();
    }
    open_all(commands, &files);
}
