//! Helpers to run the program `quanta` in the terminal's tests.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod synthetic;

use std::io::{BufRead, BufReader, Lines, PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use quanta_core::event::Evaluation;
use quanta_core::record::Record;

/// Trains a run of four subtasks until all are learned, in less than a second, and keeps it at `path`.
pub fn learned(path: &Path) {
    learned_of(path, "--n-tasks=4 --width=32");
}

/// The same with other flags for its task and its width.
pub fn learned_of(path: &Path, flags: &str) {
    let settings = "--n-bits=12 --k=2 --batch-size=200 --steps=1500 --eval-per-task=50 --lr=0.01 --device=cpu";
    let mut args = vec!["train"];
    args.extend(settings.split(' ').chain(flags.split(' ')));
    args.extend(["--out", text(path)]);
    good(&args);
}

/// A text of some 600 thousand bytes: numbered lines of made-up words.
pub fn long_text() -> String {
    let word = |mut number: u64| {
        let mut word = String::new();
        for syllable in 0..3 {
            word.push(char::from(b'a' + (number % 19) as u8));
            word.push(['a', 'e', 'i', 'o', 'u'][(number / 19 % 5) as usize]);
            number = number / 95 + syllable;
        }
        word
    };
    (0..24_000u64).map(|line| format!("{line}: {} {} {}\n", word(line * 7_919), word(line % 50), word(line * line))).collect()
}

/// Flags of a run of a text that takes a second.
pub const SMALL_TEXT: &[&str] = &[
    "--preset=text",
    "--width=8",
    "--depth=1",
    "--batch-size=4",
    "--context=32",
    "--eval-tokens=40",
    "--steps=3",
    "--device=cpu",
];

/// Flags of a run that takes milliseconds.
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

/// The same run with so many steps that it never ends by itself.
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

/// Returns the path of the program, which cargo builds beside these tests for core's test `binary`.
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

/// Makes a command of the program with these arguments.
pub fn quanta(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(args: &[&str]) -> Output {
    quanta(args).output().expect("it starts")
}

/// Runs the program, asserts success, and returns its stdout.
pub fn good(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {} {}", output.status, stderr(&output));
    stdout(&output)
}

/// Runs the program, asserts that it refuses the arguments (status 2), and returns its stderr.
pub fn refused(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "", "{args:?}");
    stderr(&output)
}

/// Returns the program's stdout as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Returns the program's stderr as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running program, whose stdout is read line by line.
pub struct Running {
    /// The process.
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The end of a full stderr that would have to be read.
    _unread: Option<PipeReader>,
}

impl Running {
    /// Starts the command.
    pub fn start(mut command: Command) -> Self {
        command.stderr(Stdio::piped());
        Self::spawn(command, None)
    }

    /// Starts the command with a stderr that takes nothing more until the program has ended.
    pub fn with_full_stderr(mut command: Command) -> Self {
        let (unread, mut full) = std::io::pipe().expect("there are pipes");
        command.stderr(full.try_clone().expect("it can be shared"));
        // Writes until the pipe is full, then waits as the program does.
        std::thread::spawn(move || while full.write_all(&[b'.'; 4096]).is_ok() {});
        Self::spawn(command, Some(unread))
    }

    fn spawn(mut command: Command, unread: Option<PipeReader>) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines, _unread: unread }
    }

    /// Reads lines until `wanted` accepts one, and returns it.
    pub fn line(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        self.lines
            .by_ref()
            .map(|line| line.expect("text"))
            .find(|line| wanted(line))
            .expect("the line comes before the program ends")
    }

    /// Sends a signal, given by name.
    pub fn signal(&self, name: &str) {
        kill(name, self.child.id());
    }

    /// Waits for the program to end; returns the remaining lines, stderr and the status.
    pub fn end(self) -> (Vec<String>, String, std::process::ExitStatus) {
        let Self { child, lines, _unread } = self;
        let rest = lines.map(|line| line.expect("text")).collect();
        let output = child.wait_with_output().expect("it ends");
        (rest, stderr(&output), output.status)
    }

    /// Closes stdout as `head` does, and waits; returns stderr and the status.
    pub fn close_stdout(self) -> (String, std::process::ExitStatus) {
        let Self { child, lines, _unread } = self;
        drop(lines);
        let output = child.wait_with_output().expect("it ends");
        (stderr(&output), output.status)
    }
}

/// Sends a signal, given by name, to a process.
pub fn kill(name: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("kill is there");
    assert!(status.success());
}

/// Loads the record in a file.
pub fn record(path: &Path) -> Record {
    Record::load(path).expect("the record can be read")
}

/// Returns a run's evaluations with the times set to 0, so that runs can be compared.
pub fn curve(record: &Record) -> Vec<Evaluation> {
    record.evaluations.iter().map(|evaluation| Evaluation { seconds: 0.0, ..evaluation.clone() }).collect()
}

/// Waits until `condition` holds; fails after a minute. `what` names what is awaited.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(60), "waited a minute in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Returns a path as text, for a command line.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}
