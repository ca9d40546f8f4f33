//! Writes results to stdout and to files.

use std::hash::{BuildHasher as _, RandomState};
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
    try_writing(folder).map_err(|error| usage(format!("{shown} cannot be written: {error}")))
}

/// Checks that files can be written in a folder, or that the folder can be made: in the nearest folder
/// above it that exists.
pub fn check_folder(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let whole = std::path::absolute(path).map_err(|error| usage(format!("{shown}: {error}")))?;
    match whole.ancestors().find(|folder| folder.exists()) {
        Some(folder) if !folder.is_dir() => Err(usage(format!("{shown} cannot be a folder: {} is a file", folder.display()))),
        Some(folder) => try_writing(folder).map_err(|error| usage(format!("{shown} cannot be written: {error}"))),
        None => Ok(()),
    }
}

/// Writes a trial file, because permissions, a full disk and a read-only mount cannot be detected
/// reliably in any other way.
fn try_writing(folder: &Path) -> std::io::Result<()> {
    // In one name for all processes a second one could find the first's.
    let name = RandomState::new().hash_one(std::process::id());
    let trial = folder.join(format!(".quanta-{name:016x}.trial"));
    let tried = std::fs::write(&trial, b"quanta");
    let removed = std::fs::remove_file(&trial);
    tried.and(removed)
}

/// Checks that what a file at `path` already holds may be replaced by a result: that it is one of the
/// same kind. A run is days of work, and a name is quickly mistyped.
pub fn check_replaceable(path: &Path, what: &str, is_one: impl Fn(&[u8]) -> bool) -> anyhow::Result<()> {
    match std::fs::read(path) {
        Ok(bytes) if bytes.is_empty() || is_one(&bytes) => Ok(()),
        Ok(_) => Err(usage(format!("{} exists and is not {what}: remove it first, or choose another name", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(usage(format!("{}: {error}", path.display()))),
    }
}

/// Writes `bytes` to the file atomically: it holds either all of them or what it held before.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    quanta_core::record::write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
