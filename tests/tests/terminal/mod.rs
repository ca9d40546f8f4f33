//! The program `quanta`, as the tests of the terminal run it.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use quanta_core::event::Evaluation;
use quanta_core::record::Record;

/// A run of milliseconds.
pub const TINY: &[&str] = &[
    "--n-tasks=5",
    "--n-bits=10",
    "--k=2",
    "--width=16",
    "--batch-size=64",
    "--steps=200",
    "--eval-per-task=20",
    "--device=cpu",
];

/// The same, without an end.
pub const ENDLESS: &[&str] = &[
    "--n-tasks=5",
    "--n-bits=10",
    "--k=2",
    "--width=16",
    "--batch-size=64",
    "--steps=10000000",
    "--eval-per-task=20",
    "--device=cpu",
];

/// The program, built beside these tests: cargo does so for core's own test of it.
pub fn program() -> PathBuf {
    let mut folder = std::env::current_exe().expect("this test's own path");
    folder.pop();
    folder.pop();
    let program = folder.join(format!("quanta{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is missing: build it with cargo build --release -p quanta-core -p quanta-tests",
        program.display()
    );
    program
}

/// A command line, to be finished with more flags.
pub fn quanta(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs to the end.
pub fn run(args: &[&str]) -> Output {
    quanta(args).output().expect("it starts")
}

/// Runs to the end, which must be a good one; gives what it wrote to stdout.
pub fn good(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {} {}", output.status, stderr(&output));
    stdout(&output)
}

/// Runs to the end, which must be a refusal; gives what it wrote to stderr.
pub fn refused(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "", "{args:?}");
    stderr(&output)
}

/// What was written to stdout.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What was written to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A program under way, whose stdout is read line by line.
pub struct Running {
    /// The process.
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// The next line that `wanted` accepts.
    pub fn line(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        self.lines.by_ref().map(|line| line.expect("text")).find(|line| wanted(line)).expect("it says so before it ends")
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        kill(name, self.child.id());
    }

    /// Waits for the end; gives every line left, stderr and the status.
    pub fn end(self) -> (Vec<String>, String, std::process::ExitStatus) {
        let Self { child, lines } = self;
        let rest = lines.map(|line| line.expect("text")).collect();
        let output = child.wait_with_output().expect("it ends");
        (rest, stderr(&output), output.status)
    }

    /// Stops reading, as `head` does; gives stderr and the status.
    pub fn hang_up(self) -> (String, std::process::ExitStatus) {
        let Self { child, lines } = self;
        drop(lines);
        let output = child.wait_with_output().expect("it ends");
        (stderr(&output), output.status)
    }
}

/// Sends a signal to a process.
pub fn kill(name: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("kill is there");
    assert!(status.success());
}

/// The record in a file.
pub fn record(path: &Path) -> Record {
    Record::load(path).unwrap_or_else(|error| panic!("{error}"))
}

/// What a run showed, without how long it took.
pub fn curve(record: &Record) -> Vec<Evaluation> {
    record.evaluations.iter().map(|evaluation| Evaluation { seconds: 0.0, ..evaluation.clone() }).collect()
}

/// Waits until something is so; a test that waits a minute has failed.
pub fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A path as text, for a command line.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("plain")
}
