//! Turns errors into lines on stderr and an exit status.

use std::fmt;
use std::process::ExitCode;

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

/// The reader of stdout closed the pipe, as `head` does. This is not a failure: the program saves its
/// work and ends with status 0.
#[derive(Debug)]
pub struct ReaderGone;

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the reader of stdout closed it")
    }
}

impl std::error::Error for ReaderGone {}

/// Prints the error, if there is one, and returns the exit status: 0 on success, 1 on failure, 2 on
/// bad usage.
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    if error.is::<ReaderGone>() {
        return ExitCode::SUCCESS;
    }
    if let Some(Usage(problems)) = error.downcast_ref() {
        for problem in problems {
            eprintln!("error: {problem}");
        }
        return ExitCode::from(2);
    }
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}
