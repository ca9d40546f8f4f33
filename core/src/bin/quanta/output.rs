//! Writes results to stdout and to files.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;

use crate::failure::{ReaderGone, usage};

/// Writes a line to stdout. A closed pipe gives [`ReaderGone`].
pub fn line(text: &str) -> anyhow::Result<()> {
    whole(&format!("{text}\n"))
}

/// Writes text to stdout unchanged. A closed pipe gives [`ReaderGone`].
pub fn whole(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        written => written.context("cannot write to stdout"),
    }
}

/// Checks that a file can be written at `path`, so that a bad path is refused before any work is done.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    // Saving would replace a device or a pipe with a file.
    if path.file_name().is_none() || (path.exists() && !path.is_file()) {
        return Err(usage(format!("{shown} is not an ordinary file, and cannot be replaced by one")));
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(usage(format!("{shown} cannot be written: there is no folder {}", folder.display())));
    }
    // Writes a trial file, because permissions, a full disk and a read-only mount cannot be detected
    // reliably in any other way.
    let trial = folder.join(format!(".quanta-{}.trial", std::process::id()));
    let tried = std::fs::write(&trial, b"quanta").and_then(|()| std::fs::remove_file(&trial));
    tried.map_err(|error| usage(format!("{shown} cannot be written: {error}")))
}

/// Writes `bytes` to the file atomically: it holds either all of them or what it held before.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    quanta_core::record::write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
