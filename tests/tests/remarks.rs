//! Tests what happens to a run whose output cannot be written, whose file another process has, or which
//! would replace something.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::fs::OpenOptions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use quanta_core::record::Status;
use terminal::*;

/// A file that takes nothing, as one on a full disk.
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// The flags of a sweep of four short runs.
fn four(dir: &Path) -> Vec<String> {
    let flags = ["sweep", "--dir", text(dir), "--over=seed=0,1,2,3", "--jobs=2", "--checkpoint-every=0"];
    let shape = TINY.iter().copied().filter(|flag| !flag.starts_with("--steps"));
    flags.into_iter().chain(shape).chain(["--steps=2000"]).map(str::to_owned).collect()
}

fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn remarks_that_cannot_be_written_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let args = [&["train", "--out", text(&path)], TINY].concat();
    assert_eq!(quanta(&args).stdout(Stdio::null()).stderr(full()).status().unwrap().code(), Some(0));
    assert_eq!(record(&path).status, Status::Finished);
    // Errors are remarks too.
    assert_eq!(quanta(&["train", "--width=0"]).stderr(full()).status().unwrap().code(), Some(2));
    assert_eq!(quanta(&["fly"]).stderr(full()).status().unwrap().code(), Some(2));
    let dir = folder.path().join("sweep");
    let args = four(&dir);
    assert_eq!(quanta(&strs(&args)).stdout(Stdio::null()).stderr(full()).status().unwrap().code(), Some(0));
    assert!(good(&["status", text(&dir)]).starts_with("4 runs: 4 finished"));
    // A closed stderr, and one whose reader has gone.
    for ending in ["2>&-", "2>&1 | head -2"] {
        let line = format!("\"$0\" \"$@\" {ending}");
        let path = folder.path().join(format!("{}.safetensors", ending.len()));
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).arg(program()).args(["train", "--json", "--out", text(&path)]).args(TINY);
        let output = shell.output().unwrap();
        assert!(!stdout(&output).contains("panicked") && !stderr(&output).contains("panicked"), "{ending}");
        let record = record(&path);
        assert!(record.is_finished() || record.checkpoint.is_some(), "{ending}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_end_a_run_after_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let args = [&["train", "--json", "--out", text(&path)], ENDLESS].concat();
    for resume in [&[][..], &["--resume"]] {
        let output = quanta(&[&args[..], resume].concat()).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("cannot write to stdout") && stderr(&output).contains("--resume"),
            "{}",
            stderr(&output)
        );
        assert!(record(&path).checkpoint.is_some(), "the run can go on");
    }
    let dir = folder.path().join("sweep");
    let sweep = four(&dir);
    let output = quanta(&strs(&sweep)).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    good(&strs(&sweep));
    assert!(good(&["status", text(&dir)]).starts_with("4 runs: 4 finished"));
    assert_eq!(quanta(&["--help"]).stdout(full()).status().unwrap().code(), Some(1));
    assert_eq!(quanta(&["export", text(&path), "--csv"]).stdout(full()).status().unwrap().code(), Some(1));
}

#[test]
fn a_sweep_whose_reader_has_gone_stops_and_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("sweep");
    let args = ["sweep", "--dir", text(&dir), "--over=seed=lin:0..19:20", "--json", "--jobs=2"];
    let mut running = Running::start(quanta(&[&args, TINY].concat()));
    running.line(|line| line.contains("finished"));
    let (messages, status) = running.close_stdout();
    assert!(status.code() == Some(141) && !messages.contains("panicked"), "{status} {messages}");
}

#[test]
fn a_file_has_one_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let args = [&["train", "--json", "--out", text(&path)], ENDLESS].concat();
    let mut running = Running::start(quanta(&args));
    running.line(|line| line.contains("evaluation"));
    for second in [&args[..], &["train", "--dry-run", "--out", text(&path)], &["train", "--out", text(&path), "--overwrite"]] {
        assert!(refused(second).contains("another process is training into"), "{second:?}");
    }
    running.signal("INT");
    assert_eq!(running.end().2.code(), Some(130));
    let args = ["train", "--json", "--device=cpu", "--resume", text(&path)];
    let mut running = Running::start(quanta(&args));
    running.line(|line| line.contains("started"));
    assert!(refused(&args).contains("another process is training into"));
    running.signal("TERM");
    assert_eq!(running.end().2.code(), Some(143));
    // The lock leaves nothing behind.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_killed_writer_blocks_nobody_and_its_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut running =
        Running::start(quanta(&[&["train", "--json", "--checkpoint-every=0", "--out", text(&path)], ENDLESS].concat()));
    running.line(|line| line.contains("\"checkpoint\""));
    running.signal("KILL");
    running.end();
    std::fs::write(folder.path().join("run.safetensors.0123456789abcdef.part"), "half").unwrap();
    let reached = record(&path).checkpoint.unwrap().step;
    good(&["train", "--device=cpu", "--resume", text(&path), &format!("--steps={}", reached + 10)]);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["run.safetensors"]);
}

#[test]
fn a_file_is_asked_for_before_it_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, new] = ["a", "b", "new"].map(|name| folder.path().join(format!("{name}.safetensors")));
    let stop_early = TINY.iter().map(|flag| if flag.starts_with("--steps") { "--steps=100" } else { *flag });
    good(&["train", "--out", text(&a)].into_iter().chain(stop_early).collect::<Vec<_>>());
    good(&[&["train", "--out", text(&b), "--seed=7"], TINY].concat());
    let before = std::fs::read(&b).unwrap();
    let resume = ["train", "--device=cpu", "--resume", text(&a), "--steps=200", "--out", text(&b)];
    let problem = refused(&resume);
    assert!(problem.contains("holds a run at step 200") && problem.contains("--overwrite"), "{problem}");
    assert!(refused(&[&resume[..], &["--dry-run"]].concat()).contains("--overwrite"));
    assert_eq!(std::fs::read(&b).unwrap(), before);
    good(&[&resume[..], &["--overwrite"]].concat());
    assert_eq!((record(&b).last().unwrap().step, record(&a).last().unwrap().step), (200, 100));
    // What is finished is copied.
    good(&["train", "--device=cpu", "--resume", text(&a), "--out", text(&folder.path().join("copy.safetensors"))]);
    assert_eq!(record(&folder.path().join("copy.safetensors")), record(&a));
    // There is nothing to resume yet: it starts, and the same command then resumes.
    let output = run(&[&["train", "--resume", "--out", text(&new)], TINY].concat());
    assert!(output.status.success() && stderr(&output).contains("starts at step 0"), "{}", stderr(&output));
    assert_eq!(record(&new).last().unwrap().step, 200);
    let output = run(&[&["train", "--resume", "--out", text(&new)], TINY].concat());
    assert!(stderr(&output).contains("is finished, at step 200"), "{}", stderr(&output));
    // Results do not replace runs.
    assert!(refused(&["export", text(&a), "--csv", "--out", text(&a)]).contains("remove it first"));
    let svg = folder.path().join("notes.svg");
    std::fs::write(&svg, "my notes").unwrap();
    assert!(refused(&["plot", text(&a), "--figure=loss", "--out", text(&svg)]).contains("remove it first"));
    assert_eq!(std::fs::read_to_string(&svg).unwrap(), "my notes");
}

#[test]
fn a_run_in_a_folder_that_cannot_be_written_is_resumed_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    std::fs::create_dir(&archive).unwrap();
    let a = archive.join("a.safetensors");
    good(&[&["train", "--out", text(&a)], TINY].concat());
    std::fs::set_permissions(&archive, std::fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = std::fs::write(archive.join("trial"), "").is_ok();
    let b = folder.path().join("b.safetensors");
    let resume = ["train", "--device=cpu", "--steps=300", "--resume", text(&a)];
    if !is_root {
        assert!(refused(&resume).contains("cannot be written"));
    }
    good(&[&resume[..], &["--out", text(&b)]].concat());
    std::fs::set_permissions(&archive, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(record(&b).last().unwrap().step, 300);
}

#[test]
fn the_end_of_a_run_counts_subtasks_as_a_fit_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let output = run(&[&["train", "--lr=0.01", "--out", text(&path)], TINY].concat());
    let emerged = quanta_core::fit::emerged_count(&record(&path));
    assert!(stderr(&output).contains(&format!("; {emerged} of 5 subtasks emerged")), "{}", stderr(&output));
}

#[test]
fn nothing_but_the_program_writes_to_stderr() {
    let mut command = quanta(&[&["train", "--device=auto"], &TINY[..7]].concat());
    command.env_remove("XDG_RUNTIME_DIR").env_remove("WAYLAND_DISPLAY");
    let output = command.output().unwrap();
    assert!(output.status.success() && !stderr(&output).contains("XDG_RUNTIME_DIR"), "{}", stderr(&output));
}
