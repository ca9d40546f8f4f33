//! What goes wrong, as lines on stderr and an exit status.

use std::fmt;
use std::process::ExitCode;

/// Bad usage: everything wrong with what was asked for, one problem an entry.
#[derive(Debug)]
pub struct Usage(pub Vec<String>);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Usage {}

/// Bad usage with one problem.
pub fn usage(problem: impl fmt::Display) -> anyhow::Error {
    Usage(vec![problem.to_string()]).into()
}

/// The reader of stdout went away, as `head` does when it has enough. No failure: the program
/// tidies up and ends.
#[derive(Debug)]
pub struct ReaderGone;

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("nobody reads the output any more")
    }
}

impl std::error::Error for ReaderGone {}

/// Says what went wrong, if anything, and gives the status that says it to a script.
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
