//! Runs the commands that help texts and the README publish, as they are written. Training is asked for
//! with `--dry-run`, which refuses what the real call refuses.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use quanta_core::config::{RunConfig, preset};
use quanta_core::record::Record;
use terminal::synthetic::*;
use terminal::*;

/// Commands that take longer than seconds.
const SLOW: &[&str] = &["quanta bench --n-tasks 500"];

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The commands in a text: lines that begin with one, with their continuations.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).map(|line| line.split("  #").next().unwrap_or_default().trim());
    let is_command = |line: &&str| line.starts_with("quanta ") || line.starts_with("mkdir ");
    lines.filter(is_command).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The commands in the shell blocks of a Markdown text.
fn in_markdown(text: &str) -> Vec<String> {
    text.split("```sh\n").skip(1).flat_map(|rest| commands(rest.split("```").next().unwrap_or_default())).collect()
}

/// A small run of that width and as many samples.
fn small(width: u32, samples: u32) -> Record {
    synthetic(RunConfig::from_query(&format!("width={width}&samples={samples}&steps=2000"), &[]).expect("valid"))
}

/// Makes what a command reads, in the folder it is run in.
fn prepare(folder: &Path, command: &str) {
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_end_matches('/')).collect();
    let is_output = |i: usize| i > 0 && words[i - 1] == "--out";
    for (i, word) in words.iter().enumerate() {
        let path = folder.join(word);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.exists() || is_output(i) && !command.contains("--resume") {
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if words[1] == "tokens" {
            published_model(&path, i == 2);
        } else if word.ends_with(".txt") {
            std::fs::write(folder.join(word.replace('*', "one")), long_text()).unwrap();
        } else if word.ends_with(".corpus.safetensors") {
            a_corpus(&path);
        } else if word.ends_with(".losses.safetensors") {
            let (made, corpus) = (folder.join("made"), folder.join("of.corpus.safetensors"));
            family(&made);
            good(&["losses", text(&made), "--corpus", text(&corpus), "--out", text(&path)]);
        } else if words[1] == "losses" && i == 2 {
            family(&path);
        } else if let Some(letter) = word.strip_suffix("*.safetensors") {
            for amount in [100, 200, 400, 800, 1600, 3200] {
                let record = if letter == "d" { small(50, amount) } else { small(amount / 10, 0) };
                saved(folder, &format!("{letter}{amount}"), &record);
            }
        } else if word.ends_with(".json") && words[1] == "qdg" {
            labels(&path, stem == "truth");
        } else if word.ends_with(".safetensors") {
            let published = |name: &str| _ = std::fs::copy(root().join("public/results").join(name), &path).unwrap();
            match stem.as_str() {
                // Beside published clusters stand those of their samples, and a model of their task.
                _ if words[2] == "agree" && command.contains("public/") => published("language-clusters.safetensors"),
                _ if command.contains("--samples-from public/") => published("language-model.safetensors"),
                _ if words[1] == "clusters" || words[1] == "qdg" && words[2] == "score" => clustered(&path),
                _ if words[1] == "qdg" && ["agree", "causal", "read"].contains(&words[2]) && stem.contains("clusters") => {
                    clustered(&path)
                }
                _ if words[1] == "qdg" && ["--resume", "--samples-from"].contains(&words[i - 1]) => clustered(&path),
                _ if words[1] == "qdg" || words.contains(&"--model") => learned(&path),
                "language" => {
                    let config = preset("language").unwrap().config();
                    _ = saved(path.parent().unwrap(), &stem, &synthetic(config));
                }
                "run" | "quick" | "a" | "b" | "w500" => _ = saved(path.parent().unwrap(), &stem, &synthetic(paper(9_000))),
                _ => {
                    let sweep = tempfile::tempdir().unwrap();
                    good(&["collect", text(&widths(sweep.path())), "--out", text(&path)]);
                }
            }
        } else if i > 1 && words.len() > 2 && is_sweep(&words, i) {
            std::fs::rename(widths(&folder.join("made")), &path).unwrap();
        }
    }
}

/// Makes what `quanta tokens` reads: a small model in the place of a published one, or a text.
fn published_model(path: &Path, is_model: bool) {
    let models = root().join("tests/models");
    match path.extension() {
        Some(extension) if extension == "gguf" => _ = std::fs::copy(models.join("gguf/llama-q4_1.gguf"), path).unwrap(),
        Some(extension) if extension == "txt" => std::fs::write(path, "One, two, three.\n").unwrap(),
        None if is_model => std::os::unix::fs::symlink(models.join("neox"), path).unwrap(),
        _ => {}
    }
}

/// Writes a corpus.
fn a_corpus(path: &Path) {
    let source = path.with_file_name("source.txt");
    std::fs::write(&source, long_text()).unwrap();
    good(&["corpus", "--text", text(&source), "--out", text(path)]);
}

/// Trains two small models of a text, whose weights are kept.
fn family(path: &Path) {
    let corpus = path.with_file_name("of.corpus.safetensors");
    a_corpus(&corpus);
    let args = ["sweep", "--dir", text(path), "--over=seed=0,1", "--keep-weights", "--corpus", text(&corpus)];
    good(&[&args[..], SMALL_TEXT].concat());
}

/// Writes the quantum of each of 2,200 samples, or clusterings of them.
fn labels(path: &Path, is_truth: bool) {
    let list = |k: usize| (0..2_200).map(|sample| (sample % k).to_string()).collect::<Vec<_>>().join(", ");
    let text =
        if is_truth { format!("[{}]", list(100)) } else { format!("{{\"100\": [{}], \"1100\": [{}]}}", list(100), list(1_100)) };
    std::fs::write(path, text).unwrap();
}

/// Makes the clusters of a small run.
fn clustered(path: &Path) {
    let run = path.with_file_name("learned.safetensors");
    learned(&run);
    good(&["qdg", text(&run), "--out", text(path), "--samples=60", "--starts=2"]);
    std::fs::remove_file(&run).unwrap();
}

/// Whether a word names the folder of a sweep that is there already.
fn is_sweep(words: &[&str], i: usize) -> bool {
    let sweeps = words[1] == "sweep" && words[i - 1] == "--dir" && words.len() == 4;
    let reads = ["status", "collect", "fit"].contains(&words[i - 1]) || words[i - 1] == "--from";
    sweeps || (reads && !words[i].contains('.'))
}

/// Runs the commands, each in a folder of its own.
fn run_all(commands: Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::fs::write(bin.join("sbatch"), "#!/bin/sh\necho 1\n").unwrap();
    std::fs::set_permissions(bin.join("sbatch"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let programs = program().parent().unwrap().display().to_string();
    for command in commands.iter().filter(|command| !SLOW.iter().any(|slow| command.starts_with(slow))) {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root().join("public"), folder.path().join("public")).unwrap();
        prepare(folder.path(), command);
        let trains = command.starts_with("quanta train") || command.starts_with("quanta sweep");
        let line = if trains { format!("{command} --dry-run") } else { command.clone() };
        let mut shell = Command::new("bash");
        shell.args(["-c", &line]).current_dir(folder.path()).env("HOME", home.path());
        let output = shell.env("PATH", format!("{programs}:{}:/usr/bin:/bin", bin.display())).output().unwrap();
        // Commands for a program with CUDA are refused, by name, by one without.
        let needs_cuda = command.contains("--device cuda") && stderr(&output).contains("built without CUDA");
        assert!(output.status.success() || needs_cuda, "{line}: {}\n{}", output.status, stderr(&output));
    }
}

#[test]
fn commands_of_help_texts_run_as_written() {
    let help = good(&["--help"]);
    let mut all = commands(&help);
    let names = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let found = commands(&good(&[name, "--help"]));
        assert!(!found.is_empty(), "{name} shows no example");
        all.extend(found);
    }
    assert!(all.len() > 25, "{all:?}");
    run_all(all);
}

#[test]
fn commands_of_the_readme_run_as_written() {
    let found = in_markdown(&std::fs::read_to_string(root().join("README.md")).unwrap());
    assert!(found.len() > 5, "{found:?}");
    run_all(found);
}

#[test]
fn a_dry_run_refuses_what_the_real_call_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("sweep");
    good(&["sweep", "--dir", text(&dir), "--over=seed=0,1", "--slurm", "--device=cpu"]);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let run = saved(folder.path(), "run", &small(50, 0));
    let under = file.join("sweep");
    let mut calls: Vec<Vec<&str>> = vec![
        vec!["sweep", "--dir", text(&dir), "--over=seed=0,1,2"],
        vec!["sweep", "--dir", text(&under), "--over=seed=0,1"],
        vec!["sweep", "--dir", text(&dir), "--slurm", "--time=1"],
        vec!["train", "--preset=quick", "--out", text(&run)],
        vec!["train", "--preset=quick", "--out", "/nowhere/run.safetensors"],
        vec!["train", "--resume", text(&run), "--seed=5"],
    ];
    let new = folder.path().join("new");
    if !terminal::run(&["train", "--device=cuda", "--dry-run"]).status.success() {
        calls.push(vec!["sweep", "--dir", text(&new), "--over=seed=0,1", "--device=cuda", "--slurm"]);
    }
    for call in calls {
        let real = refused(&call);
        assert_eq!(refused(&[&call[..], &["--dry-run"]].concat()), real, "{call:?}");
    }
    assert!(!new.exists());
}
