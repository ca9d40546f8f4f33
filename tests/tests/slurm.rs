//! Tests sweeps on Slurm. The test starts its own Slurm on this machine, trains a sweep as a job
//! array, cancels one task and requeues others.
//!
//! If Slurm is not installed (Debian: `apt-get install slurm-wlm`), the test reports that it was
//! skipped, and why.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use quanta_core::sweep::{Folder, State};
use serde_json::Value;
use terminal::*;

/// Slurm's daemons, which end when this is dropped.
struct Slurm {
    folder: tempfile::TempDir,
    daemons: Vec<Child>,
}

impl Slurm {
    /// Starts munged, slurmctld and slurmd with their own configuration. Returns the reason if that
    /// is not possible.
    fn start() -> Result<Self, String> {
        let [munged, slurmctld, slurmd] = ["munged", "slurmctld", "slurmd"].map(program_in_path);
        let (Some(munged), Some(slurmctld), Some(slurmd)) = (munged, slurmctld, slurmd) else {
            return Err("munged, slurmctld or slurmd is not installed (Debian: slurm-wlm)".into());
        };
        let user = output_of("id", &["-un"]);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["state", "spool", "munge"] {
            std::fs::create_dir(at(name)).unwrap();
        }
        std::fs::write(at("munge/key"), [7u8; 128]).unwrap();
        std::fs::set_permissions(at("munge/key"), std::fs::Permissions::from_mode(0o400)).unwrap();
        // Ports that are free at this moment.
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|l| l.local_addr().unwrap().port());
        let cores = std::thread::available_parallelism().unwrap().get();
        let host = output_of("hostname", &["-s"]);
        let configuration = format!(
            "ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={}
SlurmdPort={}
AuthType=auth/munge
AuthInfo=socket={},cred_expire=8
CryptoType=crypto/munge
StateSaveLocation={}
SlurmdSpoolDir={}
SlurmctldPidFile={}
SlurmdPidFile={}
SlurmctldLogFile={}
SlurmdLogFile={}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
MailProg=/bin/true
KillWait=10
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=1024 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
",
            ports[0],
            ports[1],
            at("munge/socket"),
            at("state"),
            at("spool"),
            at("slurmctld.pid"),
            at("slurmd.pid"),
            at("slurmctld.log"),
            at("slurmd.log"),
        );
        std::fs::write(at("slurm.conf"), configuration).unwrap();
        // Without this file slurmd reads the one in /etc.
        std::fs::write(at("cgroup.conf"), "CgroupPlugin=autodetect\n").unwrap();

        let mut slurm = Self { folder, daemons: Vec::new() };
        let munge = ["--foreground", "--force", "--num-threads=1"].map(str::to_owned).into_iter().chain(
            [("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed")]
                .map(|(flag, file)| format!("--{flag}={}", slurm.at(&format!("munge/{file}")))),
        );
        slurm.daemon(&munged, munge.collect());
        wait_until("munged's socket", || Path::new(&slurm.at("munge/socket")).exists());
        let configured = |rest: &[&str]| -> Vec<String> {
            let flags = ["-D", "-f", &slurm.at("slurm.conf")].map(str::to_owned);
            flags.into_iter().chain(rest.iter().map(|flag| (*flag).to_owned())).collect()
        };
        let (controller, node) = (configured(&["-c"]), configured(&["-N", &host]));
        slurm.daemon(&slurmctld, controller);
        slurm.daemon(&slurmd, node);
        for _ in 0..300 {
            if slurm.query("sinfo", &["--noheader", "--format=%t"]).is_some_and(|state| state.trim() == "idle") {
                return Ok(slurm);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let tail = |name: &str| {
            let log = std::fs::read_to_string(slurm.at(name)).unwrap_or_default();
            log.lines().rev().take(6).map(|line| format!("\n    {name}: {line}")).collect::<String>()
        };
        Err(format!("Slurm is installed, but does not start:{}{}", tail("slurmctld.log"), tail("slurmd.log")))
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn daemon(&mut self, program: &Path, args: Vec<String>) {
        let mut command = Command::new(program);
        command
            .args(args)
            .env("SLURM_CONF", self.at("slurm.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.daemons.push(command.spawn().unwrap());
    }

    /// Runs a client of this Slurm and returns its stdout, if it succeeds.
    fn query(&self, program: &str, args: &[&str]) -> Option<String> {
        let output = Command::new(program).args(args).env("SLURM_CONF", self.at("slurm.conf")).output().ok()?;
        output.status.success().then(|| stdout(&output))
    }

    /// Returns the states of a job's queued tasks, as `INDEX STATE`.
    fn queue(&self, job: &str) -> Vec<String> {
        let tasks = self.query("squeue", &["--noheader", "--array", "--format=%K %T", "--jobs", job]).unwrap_or_default();
        tasks.lines().map(|line| line.trim().to_owned()).collect()
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        let _ = self.query("scancel", &["--user", &output_of("id", &["-un"])]);
        for daemon in self.daemons.iter_mut().rev() {
            // slurmd cleans up after its jobs on SIGTERM, but not if it is killed.
            kill("TERM", daemon.id());
            let _ = daemon.wait();
        }
    }
}

fn output_of(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    stdout(&output).trim().to_owned()
}

fn program_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    // Daemons are in folders that are not in an ordinary user's PATH.
    let folders = path.split(':').chain(["/usr/sbin", "/sbin", "/usr/local/sbin"]);
    folders.map(|folder| Path::new(folder).join(name)).find(|program| program.is_file())
}

/// Returns the numbers of finished, running, failed and left runs.
fn counts(dir: &Path) -> [u64; 4] {
    let counts: Value = serde_json::from_str(&good(&["status", text(dir), "--json"])).unwrap();
    ["finished", "running", "failed", "left"].map(|name| counts[name].as_u64().unwrap())
}

/// Returns the step from which the run of width `width` would resume, or 0.
fn reached(dir: &Path, width: usize) -> u64 {
    let (folder, manifest) = Folder::open(dir).unwrap();
    let entry = manifest.runs.iter().find(|entry| entry.config.number("width") == Some(width as f64)).unwrap();
    match folder.state(entry).unwrap() {
        State::Left(step) => step,
        _ => 0,
    }
}

#[test]
fn a_job_array_resumes_cancelled_and_requeued_tasks() {
    let slurm = match Slurm::start() {
        Ok(slurm) => slurm,
        Err(reason) => return quanta_tests::skip::skipped("a sweep on Slurm", reason),
    };
    // Slurm must write its logs into a folder of any name.
    let dir = slurm.folder.path().join("it's 100% #1");
    let grid = ["sweep", "--dir", text(&dir), "--over=width=8,16,24", "--n-tasks=5", "--n-bits=10", "--k=2", "--batch-size=64"];
    // The runs never end by themselves, so that every task is stopped while it trains.
    let endless = ["--eval-per-task=20", "--steps=10000000", "--device=cpu"];
    let slurm_flags = ["--slurm", "--submit", "--cpus=1", "--mem=64M", "--time=00:10:00", "--partition=all"];
    let mut submit = quanta(&[&grid, &endless[..], &slurm_flags].concat());
    let output = submit.env("SLURM_CONF", slurm.at("slurm.conf")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let job = stdout(&output).trim().to_owned();
    let log = |task: usize| std::fs::read_to_string(dir.join(format!("slurm/{job}_{task}.log"))).unwrap_or_default();
    wait_until("the start of all three runs", || counts(&dir)[1] == 3);

    // The costliest run comes first, so task 1 has width 24.
    slurm.query("scancel", &[&format!("{job}_1")]).unwrap();
    wait_until("the end of the cancelled task", || !slurm.queue(&job).iter().any(|line| line.starts_with("1 ")));
    wait_until("its checkpoint", || reached(&dir, 24) > 0);
    assert!(log(1).contains("stopped; the same command resumes the sweep"), "{}", log(1));
    assert_eq!(counts(&dir), [0, 2, 0, 1]);

    slurm.query("scontrol", &["requeue", &format!("{job}_2")]).unwrap();
    // Slurm sends this signal near a time limit, to the script alone, which then requeues its task.
    slurm.query("scancel", &["--batch", "--signal=USR1", &format!("{job}_3")]).unwrap();
    wait_until("the requeued tasks' checkpoints", || reached(&dir, 16) > 0 && reached(&dir, 8) > 0);
    let before = [16, 8].map(|width| reached(&dir, width));
    // Slurm delays requeued tasks until their credential expires.
    wait_until("the restart of the requeued tasks", || counts(&dir)[1] == 2);
    assert_eq!(counts(&dir), [0, 2, 0, 1], "{}{}", log(2), log(3));
    slurm.query("scancel", &[&job]).unwrap();
    wait_until("the end of the job", || slurm.queue(&job).is_empty());
    wait_until("its checkpoints", || counts(&dir) == [0, 0, 0, 3]);
    assert!(
        reached(&dir, 16) > before[0] && reached(&dir, 8) > before[1],
        "the requeued runs must resume from their checkpoints"
    );
}

#[test]
fn the_script_requests_the_given_resources() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a sweep");
    let grid = ["sweep", "--dir", text(&dir), "--over=seed=lin:0..9:10", "--slurm", "--chunk=4", "--at-once=2", "--time=1-00"];
    let command = good(&[&grid[..], &["--device=gpu", "--gpus=gpu:h100:1", "--account=physics"]].concat());
    let path = dir.join("slurm.sh");
    assert_eq!(command.trim(), format!("sbatch '{}'", path.canonicalize().unwrap().display()));
    let script = std::fs::read_to_string(&path).unwrap();
    for line in
        ["--array=1-3%2", "--time=1-00", "--gres=gpu:h100:1", "--account=physics", "--requeue", "--cpus-per-task=4", "--mem="]
    {
        assert!(script.contains(&format!("#SBATCH {line}")), "{line} in {script}");
    }
    assert!(script.contains("--shard \"$SLURM_ARRAY_TASK_ID/3\" --device gpu"), "{script}");
    assert_eq!(Command::new("bash").args(["-n", text(&path)]).status().unwrap().code(), Some(0));
    assert!(refused(&["sweep", "--dir", text(&dir), "--slurm", "--time=2"]).contains("5 minutes or more"));
    assert!(refused(&["sweep", "--dir", text(&dir), "--slurm", "--time=soon"]).contains("04:00:00"));
    assert!(refused(&["sweep", "--dir", text(&dir), "--slurm", "--account=a b", "--dry-run"]).contains("Slurm option"));
    assert!(refused(&["sweep", "--dir", text(&dir), "--slurm", "--account=a b"]).contains("cannot be used in a Slurm option"));
}

#[test]
fn an_array_keeps_within_what_the_cluster_allows() {
    let folder = tempfile::tempdir().unwrap();
    let (bin, dir) = (folder.path().join("bin"), folder.path().join("sweep"));
    std::fs::create_dir(&bin).unwrap();
    let scontrol = bin.join("scontrol");
    std::fs::write(&scontrol, "#!/bin/sh\necho 'MaxArraySize            = 5'\n").unwrap();
    std::fs::set_permissions(&scontrol, std::fs::Permissions::from_mode(0o755)).unwrap();
    let on_cluster = |more: &[&str]| {
        let grid = ["sweep", "--dir", text(&dir), "--over=seed=lin:0..9:10", "--slurm"];
        quanta(&[&grid, more].concat()).env("PATH", format!("{}:/usr/bin:/bin", bin.display())).output().unwrap()
    };
    // Indices go from 1 to MaxArraySize - 1.
    let output = on_cluster(&["--chunk=2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--chunk 3 or more"), "{}", stderr(&output));
    assert!(!dir.exists(), "what is refused makes no folder");
    assert!(on_cluster(&[]).status.success());
    assert!(std::fs::read_to_string(dir.join("slurm.sh")).unwrap().contains("--array=1-4"));
}

#[test]
fn a_script_ends_with_the_status_of_its_program_and_requeues_what_was_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("sweep");
    good(&["sweep", "--dir", text(&dir), "--over=seed=0,1", "--slurm", "--device=cpu"]);
    let script = std::fs::read_to_string(dir.join("slurm.sh")).unwrap();
    let started = script.lines().find(|line| line.ends_with(" &")).unwrap();
    let stand_in = |program: &str| {
        let path = folder.path().join("stand-in.sh");
        let queue = "scontrol() { echo \"scontrol $*\"; }\nSLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=2\n";
        std::fs::write(&path, format!("{queue}{}", script.replace(started, &format!("{program} &")))).unwrap();
        let mut command = Command::new("bash");
        command.arg(path);
        Running::start(command)
    };
    let trapping = |status: u8| format!("bash -c 'trap \"exit {status}\" TERM; echo ready; while :; do sleep 0.05; done'");
    for (status, requeued) in [(143, true), (0, false), (1, false)] {
        let mut running = stand_in(&trapping(status));
        running.line(|line| line == "ready");
        running.signal("USR1");
        let (lines, messages, ended) = running.end();
        assert_eq!(ended.code(), Some(i32::from(status)), "{messages}");
        assert_eq!(lines == ["scontrol requeue 7_2"], requeued, "{status}: {lines:?}");
    }
    let mut running = stand_in(&trapping(143));
    running.line(|line| line == "ready");
    running.signal("TERM");
    let (lines, _, ended) = running.end();
    assert!(ended.code() == Some(143) && lines.is_empty(), "a cancelled task is not requeued: {lines:?}");
}
