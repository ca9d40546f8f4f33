//! Records as files: written beside, then renamed, so that a reader never meets half of one; and locks,
//! so that a file has one writer.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Error, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{Record, RecordError};

/// The ending of a file that is being written.
const PART: &str = ".part";

impl Record {
    /// Writes the record to `path`, whole or not at all. Nothing is written where there is no file to make of it.
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        write_whole(path, &self.to_bytes()?).map_err(|source| file_error(path, source))
    }

    /// Reads a record from `path`.
    pub fn load(path: &Path) -> Result<Self, RecordError> {
        Self::from_bytes(&fs::read(path).map_err(|source| file_error(path, source))?)
    }
}

/// Writes `bytes` to a temporary name in the same folder, flushes them to the disk, renames, and
/// flushes the folder, so that after a crash there is the old file or the new one. Where `path` is a
/// symbolic link, the file that it points to is replaced.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = &target(path);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Hosts that share a folder may have equal process ids, but not equal random numbers.
    name.push(format!(".{:016x}{PART}", RandomState::new().hash_one(std::process::id())));
    let part = path.with_file_name(name);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    match &written {
        // Some file systems cannot flush a folder; the file is whole all the same.
        Ok(()) => _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all()),
        // The write's own error is the one to report.
        Err(_) => _ = fs::remove_file(&part),
    }
    written
}

/// The file that `path` names: through symbolic links, where it is one to a file that exists.
fn target(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let target = is_link.then(|| fs::canonicalize(path).ok()).flatten();
    target.unwrap_or_else(|| path.to_owned())
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Sole ownership of a file among all processes that ask for it by [`FileLock`], until this is dropped or
/// the process ends in any way: a lock of the operating system on a file beside it.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    /// The lock file, to be removed on drop.
    remove: Option<PathBuf>,
}

impl FileLock {
    /// Locks the file at `path`, which need not exist, through `.NAME.lock` beside it, which is removed
    /// afterwards; `None` if another process has it. Removes what killed writers of it left behind.
    ///
    /// # Errors
    /// The system's; [`is_lockless`] tells whether the file system has no locks at all.
    pub fn of_file(path: &Path) -> std::io::Result<Option<Self>> {
        let path = &target(path);
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".lock");
        let lock = path.with_file_name(name);
        loop {
            let Some(mut held) = Self::of(&lock)? else { return Ok(None) };
            // The owner before may have removed the lock file after this process opened it, so that
            // a third one could lock a new file of that name.
            if is_same_file(&held.file, &lock) {
                held.remove = Some(lock);
                remove_leftovers(path);
                return Ok(Some(held));
            }
        }
    }

    /// Locks the lock file itself, which is made where there is none and stays: on a shared disk it is
    /// never safe to remove one. `None` if another process has it.
    ///
    /// # Errors
    /// As [`of_file`](Self::of_file)'s.
    pub fn of(lock: &Path) -> std::io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file, remove: None })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether a process holds the lock file.
    pub fn is_held(lock: &Path) -> bool {
        // The lock is shared, so that two processes that look do not mistake each other for an owner. A
        // process that claims the file during this look fails, and must try again.
        File::open(lock).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if let Some(lock) = &self.remove {
            // Before the lock is released: see `of_file`.
            let _ = fs::remove_file(lock);
        }
    }
}

/// Whether an error of a lock means that the file system has no locks, as Lustre without `flock` and
/// NFS without its lock service.
pub fn is_lockless(error: &Error) -> bool {
    // Rust has no kind for ENOLCK.
    let no_locks = if cfg!(target_os = "macos") { 77 } else { 37 };
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(no_locks)
}

/// Removes the temporary files of writers of `path` that were killed. Only for who owns the file.
pub fn remove_leftovers(path: &Path) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_leftover = |other: &str| {
        let middle = other.strip_prefix(&name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(PART));
        middle.is_some_and(|middle| middle.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let files = fs::read_dir(folder_of(path)).into_iter().flatten().flatten();
    for file in files.filter(|file| is_leftover(&file.file_name().to_string_lossy())) {
        let _ = fs::remove_file(file.path());
    }
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata().map(identity), fs::metadata(path).map(identity)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed, so that it stays the same.
#[cfg(not(unix))]
fn is_same_file(_: &File, _: &Path) -> bool {
    true
}

fn file_error(path: &Path, source: Error) -> RecordError {
    RecordError::File { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_owner_and_no_traces_of_it() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("run.safetensors");
        let lock = FileLock::of_file(&path)?;
        assert!(lock.is_some() && FileLock::of_file(&path)?.is_none());
        assert!(FileLock::of_file(&folder.path().join("other"))?.is_some());
        drop(lock);
        assert!(FileLock::of_file(&path)?.is_some());
        assert_eq!(fs::read_dir(folder.path())?.count(), 0);
        Ok(())
    }

    #[test]
    fn an_owner_removes_what_killed_writers_left() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["run.0123456789abcdef.part", "run.42.part", "run.my.part", "runs.42.part", "run"] {
            fs::write(at(name), name)?;
        }
        drop(FileLock::of_file(&at("run"))?);
        assert!(!at("run.0123456789abcdef.part").exists() && !at("run.42.part").exists());
        assert!(at("run.my.part").exists() && at("runs.42.part").exists() && at("run").exists());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_replaced_through_a_link_and_leaves_nothing_where_it_fails() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_whole(&file, b"old")?;
        std::os::unix::fs::symlink(&file, &link)?;
        write_whole(&link, b"new")?;
        assert_eq!(fs::read(&file)?, b"new");
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        assert!(write_whole(&folder.path().join("none/file"), b"").is_err());
        // A file cannot replace a folder.
        fs::create_dir(folder.path().join("folder"))?;
        assert!(write_whole(&folder.path().join("folder"), b"").is_err());
        assert_eq!(fs::read_dir(folder.path())?.count(), 3);
        Ok(())
    }

    #[test]
    fn a_file_system_without_locks_is_told_from_other_errors() {
        assert!(is_lockless(&Error::from(ErrorKind::Unsupported)));
        #[cfg(target_os = "linux")]
        assert!([37, 38, 95].into_iter().all(|number| is_lockless(&Error::from_raw_os_error(number))));
        assert!(!is_lockless(&Error::from(ErrorKind::PermissionDenied)));
    }
}
