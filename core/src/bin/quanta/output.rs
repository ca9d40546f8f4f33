//! Where results go: stdout, whose reader may leave, and files, whose folder may not be there.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;

use crate::failure::{ReaderGone, usage};

/// Writes a line to stdout.
pub fn line(text: &str) -> anyhow::Result<()> {
    whole(&format!("{text}\n"))
}

/// Writes text to stdout as it is.
pub fn whole(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        written => written.context("cannot write to stdout"),
    }
}

/// Finds out, before any work is done, whether a file can be written at `path`.
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    // A device or a pipe would be replaced by the file, which nobody means.
    if path.file_name().is_none() || (path.exists() && !path.is_file()) {
        return Err(usage(format!("{shown} is no ordinary file, and cannot be replaced by one")));
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(usage(format!("{shown} cannot be written: there is no folder {}", folder.display())));
    }
    // Only trying tells: permissions, a full disk and a read-only mount look alike from outside.
    let trial = folder.join(format!(".quanta-{}.trial", std::process::id()));
    let tried = std::fs::write(&trial, b"quanta").and_then(|()| std::fs::remove_file(&trial));
    tried.map_err(|error| usage(format!("{shown} cannot be written: {error}")))
}

/// Writes `bytes` to the file, whole or not at all.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    quanta_core::record::write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
