//! The folder of a sweep: where several processes share its runs, and any of them may die.
//!
//! ```text
//! DIR/manifest.json             the whole truth of the sweep
//! DIR/runs/ID.safetensors       a run's record, whole at every moment
//! DIR/runs/ID.safetensors.lock  locked by the process that works on it
//! DIR/damaged/…                 records that could not be read, moved aside
//! ```
//!
//! Locks are the system's: it frees them when a process ends, however it ends. The lock files
//! themselves stay, for removing one while another process opens it would give two owners.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::{Entry, Manifest, SweepError};
use crate::record::{Record, RecordError, Status, write_whole};

/// A sweep's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// Where a run of a sweep stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Done, to its last step or to where it was meant to stop.
    Finished,
    /// Somebody works on it.
    Running,
    /// It could not go on; why, in words.
    Failed(String),
    /// Still to do, from this step on.
    Left(u64),
}

/// What there is of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Nothing yet.
    Nothing,
    /// Nothing usable: what was there is now in this file, for this reason.
    Damaged(PathBuf, String),
    /// Its record, finished or not.
    Record(Box<Record>),
}

/// The right to work on one run, until it is dropped.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    damaged: PathBuf,
    entry: Entry,
    /// Holds the lock.
    _lock: File,
}

impl Folder {
    /// Sets up the folder for a sweep, or joins the same sweep that is there already.
    pub fn create(path: &Path, manifest: &Manifest) -> Result<Self, SweepError> {
        let folder = Self { path: path.to_owned() };
        for path in [folder.path.clone(), folder.path.join("runs")] {
            fs::create_dir_all(&path).map_err(|source| error(&path, source))?;
        }
        // Whoever comes first writes; whoever comes second reads what stands there.
        let lock = folder.path.join("manifest.json.lock");
        let file = open_lock(&lock)?;
        file.lock().map_err(|source| error(&lock, source))?;
        match Self::open(path) {
            Ok((_, there)) if there.same_runs(manifest) => Ok(folder),
            Ok(_) => Err(SweepError::OtherSweep(path.display().to_string())),
            Err(SweepError::NoSweep(_)) => {
                let file = folder.manifest_path();
                write_whole(&file, manifest.to_json().as_bytes()).map_err(|source| error(&file, source))?;
                Ok(folder)
            }
            Err(error) => Err(error),
        }
    }

    /// The sweep that is there.
    pub fn open(path: &Path) -> Result<(Self, Manifest), SweepError> {
        let folder = Self { path: path.to_owned() };
        let file = folder.manifest_path();
        match fs::read_to_string(&file) {
            Ok(text) => Ok((folder, Manifest::from_json(&text, &file.display().to_string())?)),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Err(SweepError::NoSweep(path.display().to_string())),
            Err(source) => Err(error(&file, source)),
        }
    }

    /// Its manifest's file.
    pub fn manifest_path(&self) -> PathBuf {
        self.path.join("manifest.json")
    }

    /// A run's file.
    pub fn record_path(&self, entry: &Entry) -> PathBuf {
        self.path.join("runs").join(format!("{}.safetensors", entry.id))
    }

    /// Claims a run; nothing where somebody else has it.
    pub fn claim(&self, entry: &Entry) -> Result<Option<Claim>, SweepError> {
        let path = self.record_path(entry);
        let lock = path.with_extension("safetensors.lock");
        let file = open_lock(&lock)?;
        match file.try_lock() {
            Ok(()) => {
                let damaged = self.path.join("damaged");
                Ok(Some(Claim { path, damaged, entry: entry.clone(), _lock: file }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(error(&lock, source)),
        }
    }

    /// Where a run stands. Looks only; what cannot be read counts as left.
    pub fn state(&self, entry: &Entry) -> Result<State, SweepError> {
        let path = self.record_path(entry);
        let lock = path.with_extension("safetensors.lock");
        // Shared, so that two who look do not take each other for one who works. Who claims at
        // this very moment finds it taken, and must ask again before leaving it to others.
        if let Ok(file) = File::open(&lock)
            && let Err(TryLockError::WouldBlock) = file.try_lock_shared()
        {
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

    /// A finished run's record; nothing where it is not finished.
    pub fn finished(&self, entry: &Entry) -> Option<Record> {
        load(&self.record_path(entry), entry).ok().filter(Record::is_finished)
    }
}

impl Claim {
    /// The run.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Where its record belongs.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What there is of it. A record that cannot be read, or is of other settings, is moved aside;
    /// one of a newer version, or that the system will not give, is an error.
    pub fn find(&self) -> Result<Found, SweepError> {
        match load(&self.path, &self.entry) {
            Ok(record) => Ok(Found::Record(Box::new(record))),
            Err(RecordError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(problem) if is_damage(&problem) => Ok(Found::Damaged(self.move_aside()?, problem.to_string())),
            Err(problem) => Err(problem.into()),
        }
    }

    /// Moves the record to the damaged ones, under a name that is free.
    fn move_aside(&self) -> Result<PathBuf, SweepError> {
        fs::create_dir_all(&self.damaged).map_err(|source| error(&self.damaged, source))?;
        let name = |i: u32| self.damaged.join(format!("{}-{i}.safetensors", self.entry.id));
        let aside = (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0));
        fs::rename(&self.path, &aside).map_err(|source| error(&self.path, source))?;
        Ok(aside)
    }
}

/// The record, if it is this run's.
fn load(path: &Path, entry: &Entry) -> Result<Record, RecordError> {
    let record = Record::load(path)?;
    if record.config == entry.config {
        Ok(record)
    } else {
        Err(RecordError::Damaged("its settings are not those of the run it is named for".into()))
    }
}

/// Whether running again helps.
fn is_damage(problem: &RecordError) -> bool {
    !matches!(problem, RecordError::File { .. } | RecordError::NewerVersion(_))
}

fn open_lock(path: &Path) -> Result<File, SweepError> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|source| error(path, source))
}

fn error(path: &Path, source: std::io::Error) -> SweepError {
    SweepError::File { path: path.display().to_string(), source }
}
