//! The flags of `quanta sweep`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, value_parser};
use quanta_core::config::presets;
use quanta_core::number::read_whole;
use quanta_core::sweep::SWEEPS;

use crate::input::dir_arg;
use crate::number::whole;
use crate::{drive, settings, train};

/// Part `index` of `of` parts, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The part's number, from 1.
    pub index: usize,
    /// The number of parts.
    pub of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((read_whole(i).ok()?, read_whole(n).ok()?)));
        match parts {
            Some((index, of)) if index >= 1 && index <= of => {
                Ok(Self { index: usize::try_from(index).unwrap_or(usize::MAX), of: usize::try_from(of).unwrap_or(usize::MAX) })
            }
            _ => Err("a shard looks like 1/4, from 1/4 to 4/4".into()),
        }
    }
}

impl Shard {
    /// Returns the part's items of a list: every `of`-th one.
    pub fn of_list<T>(self, list: Vec<T>) -> Vec<T> {
        list.into_iter().skip(self.index - 1).step_by(self.of).collect()
    }
}

/// Adds all flags to the command.
pub fn all(command: Command) -> Command {
    let switch = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let jobs = Arg::new("jobs")
        .long("jobs")
        .value_name("N")
        .value_parser(whole(1..=u16::MAX.into()))
        .help("Number of runs to train at the same time [default: one per core if memory allows; one on a GPU]");
    let shard = Arg::new("shard").long("shard").value_name("I/N").value_parser(Shard::from_str);
    command
        .arg(dir_arg().long("dir").help("The sweep's folder, created if it does not exist"))
        .args(what())
        .args(settings::args())
        .args([train::device_arg(), jobs, drive::every_arg()])
        .arg(shard.help("Train only the I-th of N parts of the sweep, for use with other schedulers"))
        .arg(switch("keep-weights", "Keep weights and moments in finished records"))
        .arg(switch("json", "Write one JSON object per finished or failed run and line to stdout"))
        .arg(switch("dry-run", "Refuse what training would refuse, list the runs, and stop"))
        .arg(switch(
            "without-locks",
            "Claim runs without file locks; for file systems that have none, and no two processes on the same runs",
        ))
        .args(slurm().map(|arg| arg.help_heading("Slurm")))
}

fn what() -> [Arg; 3] {
    let sweeps = SWEEPS.iter().map(|preset| PossibleValue::new(preset.name).help(preset.look_for));
    let runs = presets().map(|preset| PossibleValue::new(preset.name).help(preset.look_for));
    let preset = Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .value_parser(sweeps.chain(runs).collect::<Vec<_>>())
        .help("A named sweep, or named settings of a run, which --over then varies");
    let manifest = Arg::new("manifest")
        .long("manifest")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .conflicts_with_all(["preset", "over"])
        .help("Train the runs of a manifest, written by another sweep or by hand");
    let over = Arg::new("over")
        .long("over")
        .value_name("FIELD=VALUES")
        .action(ArgAction::Append)
        .help("Vary a field: width=9,20,50 or width=log2:10..500:30. Repeat it to cross fields");
    [preset, manifest, over].map(|arg| arg.help_heading("What to sweep"))
}

fn slurm() -> [Arg; 10] {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).requires("slurm")
    };
    let number = |name: &'static str, help: &'static str| text(name, "N", help).value_parser(whole(1..=u32::MAX.into()));
    [
        Arg::new("slurm")
            .long("slurm")
            .action(ArgAction::SetTrue)
            .help("Write DIR/slurm.sh, a job array that trains the sweep, instead of training here"),
        Arg::new("submit").long("submit").action(ArgAction::SetTrue).requires("slurm").help("Submit the script with sbatch"),
        number("chunk", "Runs per task [default: 1, or as many as keep the array within Slurm's MaxArraySize]"),
        number("cpus", "Cores per task [default: 2; on a GPU 4]"),
        text("mem", "SIZE", "Memory per task [default: estimated from the largest run]"),
        text("time", "TIME", "Time limit per task, 5 minutes or more; a task that needs longer is requeued and resumes")
            .default_value("04:00:00"),
        text("gpus", "SPEC", "The value of --gres for a task on a GPU [default: gpu:1]"),
        text("partition", "NAME", "The partition to use"),
        text("account", "NAME", "The account to use"),
        number("at-once", "Tasks that may run at the same time [default: all]"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_every_nth() {
        let shards = ["1/3", "2/3", "3/3"].map(|text| text.parse::<Shard>().expect("a shard"));
        assert_eq!(shards.map(|shard| shard.of_list((0..7).collect())), [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        assert_eq!("1e1/1,000".parse(), Ok(Shard { index: 10, of: 1_000 }));
        for bad in ["", "0/3", "4/3", "1", "1/0", "a/b", "-1/2"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
