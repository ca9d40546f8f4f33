//! Records as files: written beside, then renamed, so that a reader never meets half of one.

use std::io::Write as _;
use std::path::Path;

use super::{Record, RecordError};

impl Record {
    /// Writes the record to `path`, whole or not at all. Nothing is written where there is no file to make of it.
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        write_whole(path, &self.to_bytes()?).map_err(|source| file_error(path, source))
    }

    /// Reads a record from `path`.
    pub fn load(path: &Path) -> Result<Self, RecordError> {
        Self::from_bytes(&std::fs::read(path).map_err(|source| file_error(path, source))?)
    }
}

/// Writes `bytes` to a temporary name in the same folder, flushes them to the disk, and renames.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = (|| {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    })();
    if written.is_err() {
        // The write's own error is the one to report.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn file_error(path: &Path, source: std::io::Error) -> RecordError {
    RecordError::File { path: path.display().to_string(), source }
}
