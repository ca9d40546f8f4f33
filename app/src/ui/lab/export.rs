//! Runs as files: saved whole or as a table, and opened by being dropped.

use leptos::task::spawn_local;
use web_sys::DragEvent;

use super::state::Lab;
use crate::ui::shared::browser;
use crate::words;

/// Saves a run, whole: it can be opened here, resumed in a terminal, and read in Python.
pub fn run_file(lab: Lab, id: u32) {
    spawn_local(async move {
        let name = lab.with_run_untracked(Some(id), |run| words::file_name(&run.name)).unwrap_or_default();
        match lab.bytes(id).await {
            Ok(bytes) => browser::download(&format!("{name}.safetensors"), "application/octet-stream", &bytes),
            Err(why) => lab.tell(true, format!("The run cannot be saved: {why}."), None),
        }
    });
}

/// Saves a run's curves as a table.
pub fn csv(lab: Lab, id: u32) {
    let table = lab.with_run_untracked(Some(id), |run| (words::file_name(&run.name), run.record.to_csv()));
    if let Some((name, table)) = table {
        browser::download(&format!("{name}.csv"), "text/csv", table.as_bytes());
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
pub fn drop_file(lab: Lab, event: DragEvent) {
    let Some(files) = event.data_transfer().and_then(|data| data.files()) else { return };
    if files.length() > 0 {
        event.prevent_default();
    }
    for i in 0..files.length() {
        if let Some(file) = files.get(i) {
            lab.open_file(file);
        }
    }
}
