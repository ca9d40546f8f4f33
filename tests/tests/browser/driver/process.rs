//! Programs that run beside a test: drivers, and the screen of one of them.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A running program, which is ended on drop.
pub struct Process(Child);

impl Process {
    /// Starts a program, and waits until a line of its output makes `announced` return something: its
    /// port, for instance. Returns nothing if the program ends before.
    pub fn start<T>(command: &mut Command, announced: impl Fn(&str) -> Option<T>) -> Option<(Self, T)> {
        let mut process = Self::start_silent(command.stdout(Stdio::piped()));
        let mut lines = BufReader::new(process.output()).lines();
        let told = lines.by_ref().map_while(Result::ok).find_map(|line| announced(&line));
        // Drains the pipe, so that the program never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        Some((process, told?))
    }

    /// Starts a program that announces nothing.
    pub fn start_silent(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| {
            panic!("{} cannot be started ({error}): `./lab doctor` lists what is missing", command.get_program().display())
        }))
    }

    fn output(&mut self) -> ChildStdout {
        self.0.stdout.take().expect("the program's output")
    }

    /// Whether the program still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // On SIGTERM a driver closes its browser; if it were killed, the browser would keep running.
        let signalled = Command::new("kill").arg(self.0.id().to_string()).status();
        for _ in 0..50 {
            if signalled.is_err() || !self.runs() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the path of a program: the one that `variable` names, or else the first of `names` on PATH.
pub fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let named = env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
    named.or_else(|| {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
    })
}
