//! Turns errors into lines on stderr and an exit status.

use std::fmt;
use std::process::ExitCode;

use crate::remark::remark;

/// The exit statuses, for the help texts.
pub const STATUSES: &str = "\
Exit status: 0 done; 1 something failed, or results could not be written; 2 bad usage. A run or a
sweep that was stopped before its end has a checkpoint, and the status that shells give to signals:
130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 141 when the reader of its output went away.";

/// Bad usage, with one entry for each problem.
#[derive(Debug)]
pub struct Usage(pub Vec<String>);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Usage {}

/// Makes a [`Usage`] error with one problem.
pub fn usage(problem: impl fmt::Display) -> anyhow::Error {
    Usage(vec![problem.to_string()]).into()
}

/// The reader of stdout closed the pipe, as `head` does. A command that only prints ends quietly with
/// status 0; training ends as [`Stopped`].
#[derive(Debug)]
pub struct ReaderGone;

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the reader of stdout closed it")
    }
}

impl std::error::Error for ReaderGone {}

/// Training was stopped before its end by this signal, and has said so: commands that come next, as in
/// `sweep … && collect …`, must not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The signal's number.
    pub signal: u8,
}

impl Stopped {
    /// What a write to a closed pipe counts as: SIGPIPE.
    pub const READER_GONE: Self = Self { signal: 13 };
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "stopped by signal {}", self.signal)
    }
}

impl std::error::Error for Stopped {}

/// Prints the error, if there is one, and returns the exit status of [`STATUSES`].
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    if error.is::<ReaderGone>() {
        return ExitCode::SUCCESS;
    }
    if let Some(Stopped { signal }) = error.downcast_ref() {
        return ExitCode::from(128 + signal);
    }
    if let Some(Usage(problems)) = error.downcast_ref() {
        for problem in problems {
            remark(&format!("error: {problem}"));
        }
        return ExitCode::from(2);
    }
    remark(&format!("error: {error:#}"));
    ExitCode::FAILURE
}
