//! A sweep's folder, in which several processes share the runs; any of them may be killed.
//!
//! ```text
//! DIR/manifest.json             the sweep's settings and runs
//! DIR/runs/ID.safetensors       a run's record, complete at every moment
//! DIR/runs/ID.safetensors.lock  locked by the process that trains the run
//! DIR/damaged/…                 unreadable records, moved here
//! ```
//!
//! The locks are file locks of the operating system, which releases them when a process ends in any
//! way. Lock files are never removed: if one were removed while another process opens it, the run
//! could get two owners.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use super::{Entry, Manifest, SweepError};
use crate::record::{FileLock, Record, RecordError, Status, is_lockless, remove_leftovers, write_whole};

/// A sweep's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// Whether runs are claimed without locks.
    lockless: bool,
}

/// The state of one run of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It took its last step, or stopped early as its settings ask.
    Finished,
    /// A process has claimed it.
    Running,
    /// It failed, for this reason.
    Failed(String),
    /// It is not finished, and resumes from this step.
    Left(u64),
}

/// The record that a claim found for its run.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// There is no record yet.
    Nothing,
    /// The record was unusable for the given reason, and was moved to this path.
    Damaged(PathBuf, String),
    /// The run's record, finished or not.
    Record(Box<Record>),
}

/// An exclusive claim to one run, released on drop.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    damaged: PathBuf,
    entry: Entry,
    /// Released on drop; `None` in a folder without locks.
    _lock: Option<FileLock>,
}

impl Folder {
    /// Creates the folder of a sweep, or opens it if it already holds the same sweep.
    ///
    /// # Errors
    /// [`SweepError::OtherSweep`] if the folder holds a sweep with other runs, [`SweepError::Lockless`] if
    /// its file system has no locks, or a file error.
    pub fn create(path: &Path, manifest: &Manifest) -> Result<Self, SweepError> {
        Self::make(path, manifest, false)
    }

    /// The same where no locks are taken, here and by [`claim`](Self::claim): the caller sees to it that
    /// no two processes train the same run.
    ///
    /// # Errors
    /// As [`create`](Self::create)'s.
    pub fn create_without_locks(path: &Path, manifest: &Manifest) -> Result<Self, SweepError> {
        Self::make(path, manifest, true)
    }

    fn make(path: &Path, manifest: &Manifest, lockless: bool) -> Result<Self, SweepError> {
        let folder = Self { path: path.to_owned(), lockless };
        for path in [folder.path.clone(), folder.path.join("runs")] {
            fs::create_dir_all(&path).map_err(|source| error(&path, source))?;
        }
        // Under this lock the first process writes the manifest and later ones read it.
        let lock = folder.path.join("manifest.json.lock");
        let _held = if lockless { None } else { Some(wait_for_lock(&lock, path)?) };
        match Self::open(path) {
            Ok((_, existing)) if existing.same_runs(manifest) => Ok(folder),
            Ok(_) => Err(SweepError::OtherSweep(path.display().to_string())),
            Err(SweepError::NoSweep(_)) => {
                let file = folder.manifest_path();
                write_whole(&file, manifest.to_json().as_bytes()).map_err(|source| error(&file, source))?;
                Ok(folder)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the folder of an existing sweep and reads its manifest.
    ///
    /// # Errors
    /// [`SweepError::NoSweep`] if there is no manifest, or an error if it cannot be read.
    pub fn open(path: &Path) -> Result<(Self, Manifest), SweepError> {
        let folder = Self { path: path.to_owned(), lockless: false };
        let file = folder.manifest_path();
        match fs::read_to_string(&file) {
            Ok(text) => Ok((folder, Manifest::from_json(&text, &file.display().to_string())?)),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Err(SweepError::NoSweep(path.display().to_string())),
            Err(source) => Err(error(&file, source)),
        }
    }

    /// The folder, whose runs are then claimed without locks.
    pub fn without_locks(self) -> Self {
        Self { lockless: true, ..self }
    }

    /// Checks that [`create`](Self::create) would find no other sweep, and creates nothing.
    ///
    /// # Errors
    /// As `create`'s, of those that show without writing.
    pub fn check(path: &Path, manifest: &Manifest) -> Result<(), SweepError> {
        match Self::open(path) {
            Ok((_, existing)) if existing.same_runs(manifest) => Ok(()),
            Ok(_) => Err(SweepError::OtherSweep(path.display().to_string())),
            Err(SweepError::NoSweep(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The path of the manifest.
    pub fn manifest_path(&self) -> PathBuf {
        self.path.join("manifest.json")
    }

    /// The path of a run's record.
    pub fn record_path(&self, entry: &Entry) -> PathBuf {
        self.path.join("runs").join(format!("{}.safetensors", entry.id))
    }

    /// Claims a run. Returns `None` if another process holds it.
    pub fn claim(&self, entry: &Entry) -> Result<Option<Claim>, SweepError> {
        let path = self.record_path(entry);
        let lock = path.with_extension("safetensors.lock");
        let damaged = self.path.join("damaged");
        let claim = |lock| Claim { path: path.clone(), damaged, entry: entry.clone(), _lock: lock };
        if self.lockless {
            return Ok(Some(claim(None)));
        }
        match FileLock::of(&lock) {
            Ok(Some(held)) => {
                remove_leftovers(&path);
                Ok(Some(claim(Some(held))))
            }
            Ok(None) => Ok(None),
            Err(source) if is_lockless(&source) => Err(SweepError::Lockless(self.path.display().to_string())),
            Err(source) => Err(error(&lock, source)),
        }
    }

    /// Returns the state of a run without changing anything. A run with an unreadable record counts as
    /// [`State::Left`].
    pub fn state(&self, entry: &Entry) -> Result<State, SweepError> {
        let path = self.record_path(entry);
        let lock = path.with_extension("safetensors.lock");
        // A process that claims the run during this look fails, and must try again before it leaves
        // the run to others.
        if FileLock::is_held(&lock) {
            return Ok(State::Running);
        }
        match load(&path, entry) {
            Ok(record) => Ok(match record.status {
                Status::Finished | Status::StoppedEarly(_) => State::Finished,
                Status::Failed(reason) => State::Failed(reason),
                Status::Unfinished => State::Left(record.checkpoint.map_or(0, |checkpoint| checkpoint.step)),
            }),
            Err(RecordError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(State::Left(0)),
            Err(problem) if is_damage(&problem) => Ok(State::Left(0)),
            Err(problem) => Err(problem.into()),
        }
    }

    /// Returns the record of a finished run, or `None` if the run is not finished.
    pub fn finished(&self, entry: &Entry) -> Option<Record> {
        load(&self.record_path(entry), entry).ok().filter(Record::is_finished)
    }
}

impl Claim {
    /// The claimed run.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The path of the run's record.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks for the run's record. A damaged record, or one with other settings, is moved to
    /// `DIR/damaged`.
    ///
    /// # Errors
    /// If the record has a newer version or the file system refuses to read it.
    pub fn find(&self) -> Result<Found, SweepError> {
        match load(&self.path, &self.entry) {
            Ok(record) => Ok(Found::Record(Box::new(record))),
            Err(RecordError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(problem) if is_damage(&problem) => Ok(Found::Damaged(self.move_aside()?, problem.to_string())),
            Err(problem) => Err(problem.into()),
        }
    }

    /// Moves the record to `DIR/damaged` under an unused name, and returns its new path.
    fn move_aside(&self) -> Result<PathBuf, SweepError> {
        fs::create_dir_all(&self.damaged).map_err(|source| error(&self.damaged, source))?;
        let name = |i: u32| self.damaged.join(format!("{}-{i}.safetensors", self.entry.id));
        let aside = (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0));
        fs::rename(&self.path, &aside).map_err(|source| error(&self.path, source))?;
        Ok(aside)
    }
}

/// Loads a record and checks that it has the run's settings.
fn load(path: &Path, entry: &Entry) -> Result<Record, RecordError> {
    let record = Record::load(path)?;
    if record.config == entry.config {
        Ok(record)
    } else {
        Err(RecordError::Damaged("its settings are not those of the run that its name stands for".into()))
    }
}

/// Whether an error means that the record is damaged and the run must be made again.
fn is_damage(problem: &RecordError) -> bool {
    !matches!(problem, RecordError::File { .. } | RecordError::NewerVersion(_))
}

/// Waits until no other process holds the lock file of the folder `path`.
fn wait_for_lock(lock: &Path, path: &Path) -> Result<File, SweepError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(lock).map_err(|source| error(lock, source))?;
    match file.lock() {
        Ok(()) => Ok(file),
        Err(source) if is_lockless(&source) => Err(SweepError::Lockless(path.display().to_string())),
        Err(source) => Err(error(lock, source)),
    }
}

fn error(path: &Path, source: std::io::Error) -> SweepError {
    SweepError::File { path: path.display().to_string(), source }
}
