//! Writes a sweep as a Slurm job array: one script, each of whose tasks trains one shard.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use clap::ArgMatches;
use quanta_core::device::DeviceChoice;
use quanta_core::sweep::Manifest;

use crate::failure::usage;
use crate::output;
use crate::text::count;
use crate::train::device_choice;

/// The maximum number of tasks. Slurm's default limit on the size of an array is 1001.
const LARGEST_ARRAY: usize = 1_000;

/// Writes the script, and submits it if `--submit` is given.
pub fn run(matches: &ArgMatches, dir: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let dir = dir.canonicalize().with_context(|| dir.display().to_string())?;
    let logs = dir.join("slurm");
    std::fs::create_dir_all(&logs).with_context(|| logs.display().to_string())?;
    let path = dir.join("slurm.sh");
    let chunk = matches.get_one::<u32>("chunk").map(|chunk| *chunk as usize);
    let chunk = chunk.unwrap_or_else(|| manifest.runs.len().div_ceil(LARGEST_ARRAY));
    let tasks = manifest.runs.len().div_ceil(chunk);
    output::file(&path, script(matches, &dir, manifest, tasks)?.as_bytes())?;
    if !matches.get_flag("submit") {
        eprintln!("{} as {}; submit with", count(manifest.runs.len(), "run"), count(tasks, "task"));
        return output::line(&format!("sbatch {}", quoted(&path.display().to_string())));
    }
    let sbatch =
        Command::new("sbatch").arg("--parsable").arg(&path).output().context("sbatch cannot be started: is Slurm installed?")?;
    if !sbatch.status.success() {
        bail!("sbatch refused: {}", String::from_utf8_lossy(&sbatch.stderr).trim());
    }
    let job = String::from_utf8_lossy(&sbatch.stdout).trim().to_owned();
    eprintln!(
        "submitted {} as {}, job {job}; quanta status {} shows the progress",
        count(manifest.runs.len(), "run"),
        count(tasks, "task"),
        dir.display()
    );
    output::line(&job)
}

fn script(matches: &ArgMatches, dir: &Path, manifest: &Manifest, tasks: usize) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("cannot find the path of this program")?;
    let device = device_choice(matches);
    let gpu = matches!(device, DeviceChoice::Gpu | DeviceChoice::Cuda);
    let jobs = matches.get_one::<u16>("jobs").copied();
    let cpus = matches.get_one::<u32>("cpus").copied().unwrap_or(if gpu { 4 } else { 2 });
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let largest = manifest.runs.iter().map(|entry| entry.config.memory_bytes()).max().unwrap_or(0);
    let side_by_side = u64::from(jobs.map_or(cpus, u32::from));
    // 512 MiB for the program and its device, and twice the estimate for each run.
    let mebibytes = 512 + side_by_side * ((2 * largest) >> 20).max(64);
    let mut options = vec![
        format!("--job-name={}", word(if manifest.name.is_empty() { "quanta" } else { &manifest.name })?),
        match matches.get_one::<u32>("at-once") {
            Some(most) => format!("--array=1-{tasks}%{most}"),
            None => format!("--array=1-{tasks}"),
        },
        format!("--cpus-per-task={cpus}"),
        format!("--mem={}", word(&text("mem").unwrap_or(format!("{mebibytes}M")))?),
        format!("--time={}", word(&text("time").unwrap_or_default())?),
        "--requeue".into(),
        "--open-mode=append".into(),
        format!("--output={}", dir.join("slurm/%A_%a.log").display()),
        // Slurm signals the script alone (B) two minutes before the time limit.
        "--signal=B:USR1@120".into(),
    ];
    if gpu {
        options.push(format!("--gres={}", word(&text("gpus").unwrap_or("gpu:1".into()))?));
    }
    for name in ["partition", "account"] {
        if let Some(value) = text(name) {
            options.push(format!("--{name}={}", word(&value)?));
        }
    }
    let mut command = format!(
        "{} sweep --dir {} --shard \"$SLURM_ARRAY_TASK_ID/{tasks}\" --device {}",
        quoted(&program.display().to_string()),
        quoted(&dir.display().to_string()),
        device.word()
    );
    if let Some(jobs) = jobs {
        let _ = write!(command, " --jobs {jobs}");
    }
    if matches.get_flag("keep-weights") {
        command += " --keep-weights";
    }
    let header: String = options.iter().map(|option| format!("#SBATCH {option}\n")).collect();
    Ok(format!(
        "#!/bin/bash\n{header}
# Trains one part of a sweep. Submit the script again to continue cancelled and failed runs: finished
# runs are kept, and unfinished ones resume from their checkpoints.
{command} &
quanta=$!

# Slurm sends SIGTERM to a task that is cancelled, preempted or requeued; its runs then write
# checkpoints.
trap 'kill -TERM \"$quanta\"' TERM
# Near the time limit the task stops in the same way and is requeued.
again=
trap 'again=yes; kill -TERM \"$quanta\"' USR1

# A signal interrupts `wait`, so wait until the program has ended.
status=0
while kill -0 \"$quanta\" 2>/dev/null; do
    wait \"$quanta\"
    status=$?
done
# Requeue by array index: the last task's own job id is that of the whole array.
[ -z \"$again\" ] || scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID\"
exit \"$status\"
"
    ))
}

/// Checks that a value can be written into an option of the script without quoting.
fn word(text: &str) -> anyhow::Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":_-.,=%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        Ok(text)
    } else {
        Err(usage(format!("“{text}” cannot be used in a Slurm option")))
    }
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
