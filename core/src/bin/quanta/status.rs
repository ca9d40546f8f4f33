//! `quanta status`: counts a sweep's runs by state.

use clap::{Arg, ArgAction, ArgMatches, Command};
use quanta_core::sweep::State;
use serde_json::json;

use crate::input::{dir_arg, open_sweep};
use crate::output;
use crate::text::{count, thousands};

const EXAMPLES: &str = "\
Examples:
  quanta status fig2
  quanta status fig2 --json
      {\"failed\":0,\"finished\":20,\"left\":2,\"running\":2,\"runs\":24}";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("status")
        .about("Show how many of a sweep's runs are finished, running, failed and left")
        .arg(dir_arg().help("A sweep's folder"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object"))
        .after_help(EXAMPLES)
}

/// Counts the runs by state, and prints the counts.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(dir) = matches.get_one::<std::path::PathBuf>("dir") else { return Ok(()) };
    let (folder, manifest) = open_sweep(dir)?;
    let [mut finished, mut running, mut failed, mut left] = [0usize; 4];
    let mut remarks = Vec::new();
    for entry in &manifest.runs {
        let label = || format!("{} ({})", manifest.label(&entry.config), entry.id);
        match folder.state(entry)? {
            State::Finished => finished += 1,
            State::Running => {
                running += 1;
                remarks.push(format!("running: {}", label()));
            }
            State::Failed(reason) => {
                failed += 1;
                remarks.push(format!("failed: {}: {reason}", label()));
            }
            State::Left(step) => {
                left += 1;
                if step > 0 {
                    remarks.push(format!("left: {}, from step {} on", label(), thousands(step)));
                }
            }
        }
    }
    let runs = manifest.runs.len();
    if matches.get_flag("json") {
        let counts = json!({ "runs": runs, "finished": finished, "running": running, "failed": failed, "left": left });
        return output::line(&counts.to_string());
    }
    output::line(&format!("{}: {finished} finished, {running} running, {failed} failed, {left} left", count(runs, "run")))?;
    remarks.iter().try_for_each(|remark| output::line(&format!("  {remark}")))
}
