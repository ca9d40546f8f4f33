//! The program in a terminal: what it refuses, what it prints, and how it is stopped.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use quanta_core::record::Status;
use serde_json::Value;
use terminal::*;

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}

#[test]
fn help_and_version_are_printed() {
    assert_eq!(good(&["--version"]).trim(), concat!("quanta ", env!("CARGO_PKG_VERSION")));
    let help = good(&["--help"]);
    for word in ["train", "fit", "plot", "theory", "export", "completions", "Examples:", "Exit status"] {
        assert!(help.contains(word), "{word}");
    }
    let help = good(&["train", "--help"]);
    for field in quanta_core::config::FIELDS {
        assert!(help.contains(&format!("--{} ", field.flag())), "{}", field.name);
    }
}

#[test]
fn everything_wrong_with_a_config_is_said_at_once() {
    let said = refused(&["train", "--width=0", "--k=many", "--lr", "-1", "--optimizer=sgd"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    for (line, words) in lines.iter().zip(["k is «many»", "optimizer is «sgd»", "width is 0", "lr is -1"]) {
        assert!(line.starts_with(&format!("error: {words}, but must be")), "{line}");
    }
    // Rules that compare fields come once each is in range: C(3, 2) = 3 subsets for 9 subtasks.
    assert!(refused(&["train", "--n-tasks=9", "--n-bits=3", "--k=2"]).contains("n_tasks is 9, but must be at most 3"));
}

#[test]
fn unknown_words_are_refused() {
    assert!(refused(&["train", "--widht=3"]).contains("--width"));
    assert!(refused(&["train", "--preset=quik"]).contains("quick"));
    assert!(refused(&["train", "--device=abacus"]).contains("cpu"));
    refused(&["fly"]);
    refused(&[]);
}

#[test]
fn bad_files_and_links_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    for (content, said) in [
        (r#"{"widht": 3, "steps": "many"}"#, "unknown field «widht»"),
        (r#"{"widht": 3, "steps": "many"}"#, "steps is «\"many\"»"),
        (r#"{"version": 99}"#, "version 99"),
        ("[1, 2]", "not a JSON object"),
        ("{", "not a JSON object"),
    ] {
        std::fs::write(&path, content).unwrap();
        assert!(refused(&["train", "--config", text(&path)]).contains(said), "{content}");
    }
    assert!(refused(&["train", "--config", "/nowhere/at/all.json"]).contains("/nowhere/at/all.json"));
    for (link, said) in [
        ("https://example.org/lab", "holds no settings"),
        ("https://example.org/?v=1&widht=3", "unknown field «widht»"),
        ("https://example.org/?v=99", "version 99"),
        ("https://example.org/?v=1&k=%4", "broken escape"),
        ("https://example.org/?v=1&k=2&k=3", "more than once"),
    ] {
        assert!(refused(&["train", "--url", link]).contains(said), "{link}");
    }
}

#[test]
fn preset_then_file_then_link_then_flags() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, r#"{"version": 1, "n_bits": 30, "width": 11, "seed": 1, "lr": 0.5}"#).unwrap();
    let link = "https://example.org/lab/?v=1&autostart=1&width=12&seed=2#top";
    let args = ["train", "--dry-run", "--preset=quick", "--config", text(&path), "--url", link, "--seed=3"];
    let config = json(&good(&args));
    let number = |name: &str| config[name].as_f64().unwrap();
    assert_eq!(["n_tasks", "n_bits", "width", "seed", "lr"].map(number), [20.0, 30.0, 12.0, 3.0, 0.5]);
}

#[test]
fn bad_outputs_are_found_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/run.safetensors");
    for (out, said) in
        [(text(&missing), "no folder"), (text(folder.path()), "no ordinary file"), ("/dev/null", "no ordinary file")]
    {
        let args = [&["train", "--out", out], ENDLESS].concat();
        assert!(refused(&args).contains(said), "{out}");
    }
    let taken = folder.path().join("notes.txt");
    std::fs::write(&taken, "mine").unwrap();
    assert!(refused(&[&["train", "--out", text(&taken)], ENDLESS].concat()).contains("--overwrite"));
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn json_is_one_event_a_line_and_nothing_else() {
    let output = run(&[&["train", "--json"], TINY].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let events: Vec<Value> = stdout(&output).lines().map(json).collect();
    let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
    assert_eq!(name(&events[0]), "started");
    assert_eq!(name(events.last().unwrap()), "finished");
    let evaluations: Vec<&Value> = events.iter().filter(|event| name(event) == "evaluation").collect();
    assert_eq!(evaluations[0]["step"], 0);
    assert_eq!(evaluations.last().unwrap()["step"], 200);
    for evaluation in &evaluations {
        assert!(evaluation["loss_bits"].is_f64() && evaluation["learned"].is_u64(), "{evaluation}");
    }
    let start = evaluations[0]["loss_bits"].as_f64().unwrap();
    assert!((start - 1.0).abs() < 0.2, "an untrained model knows nothing: {start} bits");
}

#[test]
fn without_json_there_is_a_line_a_log_and_no_bar_in_a_pipe() {
    let output = run(&[&["train"], TINY].concat());
    let lines: Vec<String> = stdout(&output).lines().map(str::to_owned).collect();
    assert!(lines.len() > 10);
    for line in &lines {
        assert!(line.starts_with("step ") && line.contains(" bits, ") && line.contains(" of 5 subtasks learned"), "{line}");
    }
    let said = stdout(&output) + &stderr(&output);
    assert!(!said.contains('\u{1b}') && !said.contains('\r'), "a pipe gets no bar: {said:?}");
}

#[test]
fn the_same_command_gives_the_same_curve_and_another_seed_another() {
    let folder = tempfile::tempdir().unwrap();
    let curves = ["--seed=1", "--seed=1", "--seed=2"].map(|seed| {
        let path = folder.path().join("run.safetensors");
        good(&[&["train", seed, "--overwrite", "--out", text(&path)], TINY].concat());
        curve(&record(&path))
    });
    assert_eq!(curves[0], curves[1]);
    assert_ne!(curves[0], curves[2]);
}

/// Stops an endless run with a signal once it has logged step 100, and gives its file.
fn interrupted(folder: &std::path::Path, signal: &str) -> std::path::PathBuf {
    let path = folder.join(format!("{signal}.safetensors"));
    let mut running = Running::start(quanta(&[&["train", "--json", "--out", text(&path)], ENDLESS].concat()));
    running.line(|line| json(line)["step"] == 100);
    running.signal(signal);
    let (rest, said, status) = running.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("stopped at step") && said.contains("--resume"), "{said}");
    assert_eq!(json(rest.last().unwrap())["event"], "checkpoint", "stdout holds events to the last");
    path
}

/// Whether whoever started the tests ignores SIGHUP, which every program it starts then does too.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim().to_owned();
    u64::from_str_radix(&ignored, 16).is_ok_and(|signals| signals & 1 == 1)
}

#[test]
fn a_stopped_run_goes_on_to_the_same_curve() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["INT", "TERM", "HUP"] {
        if signal == "HUP" && hangups_are_ignored() {
            eprintln!("NOT TESTED: these tests run under nohup, whose programs rightly ignore a hangup");
            continue;
        }
        let path = interrupted(folder.path(), signal);
        let stopped = record(&path);
        assert_eq!(stopped.status, Status::Unfinished);
        let steps = format!("--steps={}", stopped.checkpoint.unwrap().step + 150);
        good(&["train", "--device=cpu", "--resume", "--out", text(&path), &steps]);
        let whole = folder.path().join(format!("{signal}-whole.safetensors"));
        let shorter = ENDLESS.iter().map(|flag| if flag.starts_with("--steps") { &steps } else { *flag }).collect::<Vec<_>>();
        good(&[&["train", "--out", text(&whole)], &shorter[..]].concat());
        assert_eq!(record(&path).status, Status::Finished);
        assert_eq!(curve(&record(&path)), curve(&record(&whole)), "{signal}");
    }
}

#[test]
fn a_ctrl_c_after_a_signal_ends_it_on_the_spot() {
    // A step takes seconds, and the run would stop in good order only at its end.
    let slow = ["train", "--device=cpu", "--json", "--batch-size=1000000", "--width=2000", "--eval-per-task=1", "--steps=1000"];
    let mut running = Running::start(quanta(&slow));
    running.line(|line| json(line)["event"] == "evaluation");
    running.signal("TERM");
    std::thread::sleep(std::time::Duration::from_millis(200));
    running.signal("INT");
    let (_, _, status) = running.end();
    assert_eq!(status.code(), Some(128 + 2));
}

#[test]
fn a_run_of_nohup_outlives_its_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut command = std::process::Command::new("nohup");
    command.arg(program()).args(["train", "--json", "--out", text(&path)]).args(ENDLESS);
    let mut running = Running::start(command);
    running.line(|line| json(line)["step"] == 10);
    running.signal("HUP");
    running.line(|line| json(line)["step"] == 1_000);
    running.signal("TERM");
    assert!(running.end().2.success());
}

#[test]
fn a_reader_that_leaves_ends_the_run_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut running = Running::start(quanta(&[&["train", "--json", "--out", text(&path)], ENDLESS].concat()));
    running.line(|line| json(line)["event"] == "evaluation");
    let (said, status) = running.hang_up();
    assert!(status.success() && !said.contains("panicked"), "{status} {said}");
    assert!(record(&path).checkpoint.is_some());
    // Nothing that prints minds either.
    let mut running = Running::start(quanta(&["export", "--csv", text(&path)]));
    running.line(|_| true);
    let (said, status) = running.hang_up();
    assert!(status.success() && said.is_empty(), "{status} {said}");
}

#[test]
fn a_run_killed_outright_is_resumed_from_its_last_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let flags = ["train", "--json", "--checkpoint-every=0", "--out", text(&path)];
    let mut running = Running::start(quanta(&[&flags, ENDLESS].concat()));
    running.line(|line| json(line)["event"] == "checkpoint");
    running.line(|line| json(line)["event"] == "checkpoint");
    running.signal("KILL");
    running.end();
    let reached = record(&path).checkpoint.unwrap().step;
    assert!(reached > 0);
    let steps = format!("--steps={}", reached + 10);
    let line = good(&["train", "--json", "--device=cpu", "--resume", text(&path), &steps]).lines().next().unwrap().to_owned();
    assert_eq!(json(&line)["step"], reached);
}

#[test]
fn only_what_can_be_resumed_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    assert!(refused(&["train", "--resume"]).contains("--out"));
    assert!(refused(&["train", "--resume", "--out", text(&path)]).contains("run.safetensors"));
    good(&[&["train", "--out", text(&path)], TINY].concat());
    // Twice is refused, and so is another run under the same name.
    assert!(refused(&[&["train", "--out", text(&path)], TINY].concat()).contains("holds a run at step 200"));
    let said = refused(&["train", "--resume", text(&path), "--width=17", "--seed=4"]);
    assert!(said.contains("width is 17") && said.contains("seed is 4"), "{said}");
    assert!(refused(&["train", "--resume", text(&path), "--steps=100"]).contains("has taken 200"));
    // A finished run stays as it is, and goes on when more steps are asked for.
    let before = std::fs::read(&path).unwrap();
    assert!(good(&["train", "--json", "--resume", text(&path)]).contains("\"finished\""));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    good(&["train", "--device=cpu", "--resume", text(&path), "--steps=300"]);
    assert_eq!(record(&path).last().unwrap().step, 300);
}

#[test]
fn a_device_that_is_not_there_is_a_failure() {
    let output = run(&["train", "--device=cuda", "--steps=1"]);
    // Where the program has CUDA and the machine a GPU, it trains.
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).starts_with("error: "));
    }
}
