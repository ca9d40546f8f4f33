//! Writes a sweep as a Slurm job array: one script, each of whose tasks trains one shard.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ArgMatches;
use quanta_core::device::DeviceChoice;
use quanta_core::sweep::Manifest;

use crate::failure::usage;
use crate::remark::remark;
use crate::text::{count, thousands};
use crate::train::device_choice;
use crate::{output, quiet};

/// The largest array where Slurm's `MaxArraySize` is not known: its default allows indices to 1000.
const LARGEST_ARRAY: usize = 1_000;

/// Seconds before the time limit at which Slurm signals the script.
const WARNING: u64 = 120;

/// The shortest time limit, in seconds. Slurm may signal a minute early, and a task that is signalled as
/// it starts would be requeued for ever.
const SHORTEST: u64 = 300;

/// A job array, checked and ready to be written.
pub struct Job {
    dir: PathBuf,
    script: String,
    runs: usize,
    tasks: usize,
}

impl Job {
    /// Makes the script.
    ///
    /// # Errors
    /// Usage, for options that Slurm would refuse or that could not work.
    pub fn plan(matches: &ArgMatches, dir: &Path, manifest: &Manifest) -> anyhow::Result<Self> {
        let absolute = || dir.canonicalize().or_else(|_| std::path::absolute(dir));
        let dir = absolute().map_err(|error| usage(format!("{}: {error}", dir.display())))?;
        if matches.get_flag("submit") && !is_in_path("sbatch") {
            return Err(usage("--submit needs Slurm's sbatch, which is not in the PATH"));
        }
        let runs = manifest.runs.len();
        let known = max_array_size().map(|size| size.saturating_sub(1).max(1));
        let largest = known.unwrap_or(LARGEST_ARRAY);
        let chunk = matches.get_one::<u64>("chunk").map(|chunk| *chunk as usize);
        let tasks = runs.div_ceil(chunk.unwrap_or_else(|| runs.div_ceil(largest)));
        if tasks > largest {
            let problem = format!(
                "--chunk makes {}, but an array may have {}: --chunk {} or more is needed",
                count(tasks, "task"),
                thousands(largest as u64),
                runs.div_ceil(largest)
            );
            match known {
                Some(_) => return Err(usage(problem)),
                None => remark(&format!("note: with Slurm's default MaxArraySize {problem}")),
            }
        }
        Ok(Self { script: script(matches, &dir, manifest, tasks)?, dir, runs, tasks })
    }

    /// Writes the script, and submits it if asked to.
    pub fn write(self, submit: bool) -> anyhow::Result<()> {
        let Self { dir, script, runs, tasks } = self;
        let logs = dir.join("slurm");
        std::fs::create_dir_all(&logs).with_context(|| logs.display().to_string())?;
        let path = dir.join("slurm.sh");
        output::file(&path, script.as_bytes())?;
        let array = format!("{} as {}", count(runs, "run"), count(tasks, "task"));
        if !submit {
            remark(&format!("{array}; submit with"));
            return output::line(&format!("sbatch {}", quoted(&path.display().to_string())));
        }
        let sbatch = quiet::command("sbatch").arg("--parsable").arg(&path).output();
        let sbatch = sbatch.context("sbatch cannot be started: is Slurm installed?")?;
        if !sbatch.status.success() {
            bail!("sbatch refused: {}", String::from_utf8_lossy(&sbatch.stderr).trim());
        }
        let job = String::from_utf8_lossy(&sbatch.stdout).trim().to_owned();
        remark(&format!("submitted {array}, job {job}; quanta status {} shows the progress", dir.display()));
        output::line(&job)
    }
}

fn script(matches: &ArgMatches, dir: &Path, manifest: &Manifest, tasks: usize) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("cannot find the path of this program")?;
    let device = device_choice(matches);
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let gpu = matches!(device, DeviceChoice::Gpu | DeviceChoice::Cuda) || text("gpus").is_some();
    let jobs = matches.get_one::<u64>("jobs").copied();
    let cpus = matches.get_one::<u64>("cpus").copied().unwrap_or(if gpu { 4 } else { 2 });
    let largest = manifest.runs.iter().map(|entry| entry.config.memory_bytes()).max().unwrap_or(0);
    let side_by_side = jobs.unwrap_or(cpus);
    // 512 MiB for the program and its device, and twice the estimate for each run.
    let mebibytes = 512 + side_by_side * ((2 * largest) >> 20).max(64);
    let time = text("time").unwrap_or_default();
    check_time(&time)?;
    let mut options = vec![
        format!("--job-name={}", job_name(&manifest.name)),
        match matches.get_one::<u64>("at-once") {
            Some(most) => format!("--array=1-{tasks}%{most}"),
            None => format!("--array=1-{tasks}"),
        },
        format!("--cpus-per-task={cpus}"),
        format!("--mem={}", word(&text("mem").unwrap_or(format!("{mebibytes}M")))?),
        format!("--time={}", word(&time)?),
        "--requeue".into(),
        "--open-mode=append".into(),
        format!("--output=\"{}/%A_%a.log\"", option_path(&dir.join("slurm"))?),
        // Slurm signals the script alone (B).
        format!("--signal=B:USR1@{WARNING}"),
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
    for flag in ["keep-weights", "without-locks"].into_iter().filter(|flag| matches.get_flag(flag)) {
        let _ = write!(command, " --{flag}");
    }
    let header: String = options.iter().map(|option| format!("#SBATCH {option}\n")).collect();
    Ok(format!(
        "#!/bin/bash\n{header}
# Trains one part of a sweep. Submit the script again to continue cancelled and failed runs: finished
# runs are kept, and unfinished ones resume from their checkpoints.

# Slurm sends SIGTERM to a task that is cancelled, preempted or requeued; its runs then write
# checkpoints, and the program ends with status 143. A signal may come before the program has started.
quanta=
stopping=
stop() {{
    stopping=yes
    [ -z \"$quanta\" ] || kill -TERM \"$quanta\" 2>/dev/null
}}
trap stop TERM
# Near the time limit the task stops in the same way and is requeued.
again=
trap 'again=yes; stop' USR1

{command} &
quanta=$!
[ -z \"$stopping\" ] || stop

# A signal interrupts `wait`, so wait until the program has ended, and ask for its status then.
while kill -0 \"$quanta\" 2>/dev/null; do
    wait \"$quanta\"
done
wait \"$quanta\"
status=$?
# A task that was done in time is not requeued. By array index: the last task's own job id is that of
# the whole array.
if [ -n \"$again\" ] && [ \"$status\" -eq 143 ]; then
    scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID\"
fi
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

/// A sweep's name as the name of a job.
fn job_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' }).collect();
    if plain.is_empty() { "quanta".to_owned() } else { plain }
}

/// A path as Slurm reads it in an option of a script: in double quotes, because outside of them it
/// splits at a space even after a backslash, and `%` twice, because it begins a placeholder.
fn option_path(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let text = path.to_str().filter(|text| !text.chars().any(|c| c.is_control() || c == '\\'));
    let text =
        text.ok_or_else(|| usage(format!("{shown} cannot be used in a Slurm script: choose a folder with a plainer name")))?;
    let escaped = |c: char| match c {
        '%' => "%%".to_owned(),
        '"' => "\\\"".to_owned(),
        c => c.to_string(),
    };
    Ok(text.chars().map(escaped).collect::<String>())
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Checks a time limit: one that Slurm knows, and long enough for the signal before it.
fn check_time(text: &str) -> anyhow::Result<()> {
    if ["unlimited", "infinite"].contains(&text.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    match seconds(text) {
        None => Err(usage(format!("--time is “{text}”, but must look like 30 (minutes), 04:00:00 or 2-12:00:00"))),
        Some(seconds) if seconds < SHORTEST => Err(usage(format!(
            "--time is {text}, but must be 5 minutes or more: {} minutes before its end a task is stopped and requeued",
            WARNING / 60
        ))),
        Some(_) => Ok(()),
    }
}

/// The seconds of one of Slurm's times: `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M` or `D-H:M:S`.
fn seconds(text: &str) -> Option<u64> {
    let numbers = |text: &str| text.split(':').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>();
    let (days, [hours, minutes, seconds]) = match text.split_once('-') {
        Some((days, rest)) => {
            let clock = match numbers(rest)?[..] {
                [h] => [h, 0, 0],
                [h, m] => [h, m, 0],
                [h, m, s] => [h, m, s],
                _ => return None,
            };
            (days.parse().ok()?, clock)
        }
        None => match numbers(text)?[..] {
            [m] => (0, [0, m, 0]),
            [m, s] => (0, [0, m, s]),
            [h, m, s] => (0, [h, m, s]),
            _ => return None,
        },
    };
    let parts: [(u64, u64); 4] = [(days, 86_400), (hours, 3_600), (minutes, 60), (seconds, 1)];
    parts.iter().try_fold(0u64, |sum, (n, unit)| sum.checked_add(n.checked_mul(*unit)?))
}

/// Slurm's `MaxArraySize`, one more than the largest index of an array; `None` where Slurm does not say.
fn max_array_size() -> Option<usize> {
    let output = quiet::command("scontrol").args(["show", "config"]).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = text.lines().find_map(|line| line.trim_start().strip_prefix("MaxArraySize")?.trim_start().strip_prefix('='))?;
    value.trim().parse().ok()
}

fn is_in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_slurm_reads_them() {
        let times = ["30", "30:10", "04:00:00", "1-0", "1-12:30", "2-00:00:05"];
        assert_eq!(times.map(seconds), [1_800, 1_810, 14_400, 86_400, 131_400, 172_805].map(Some));
        for bad in ["", "soon", "1:2:3:4", "-5", "1-", "1h"] {
            assert!(check_time(bad).is_err(), "{bad}");
        }
        assert!(check_time("4:59").is_err() && check_time("00:02:00").is_err() && check_time("2").is_err());
        assert!(check_time("5").is_ok() && check_time("UNLIMITED").is_ok());
    }

    #[test]
    fn paths_are_escaped_for_options() {
        let path = |text: &str| option_path(Path::new(text)).ok();
        assert_eq!(path("/a b/it's 100%").as_deref(), Some("/a b/it's 100%%"));
        assert_eq!(path("/a \"b\"").as_deref(), Some(r#"/a \"b\""#));
        assert_eq!(path("/plain/ä-1.2").as_deref(), Some("/plain/ä-1.2"));
        assert_eq!((path("/a\nb"), path("/a\\b")), (None, None));
    }

    #[test]
    fn names_of_jobs_are_plain() {
        assert_eq!([job_name(""), job_name("my sweep/2")], ["quanta", "my-sweep-2"]);
    }
}
