//! `quanta fit`: fits exponents with their uncertainty, and prints the theory's beside them.

mod across;
mod row;

use clap::{Arg, ArgAction, ArgMatches, Command};
use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::{Resource, Sweep};
use quanta_core::number::read_range;
use quanta_core::record::Record;

use crate::input::Source;
use crate::text::count;
use crate::{input, output};

pub use row::Row;

const EXAMPLES: &str = "\
Examples:
  quanta fit quick.safetensors
      Fits loss against step, and emergence step against use frequency, for this run.
  quanta fit w500.safetensors --range 400..8900
      The paper's range; the paper reads a slope of about -0.45 off its Fig 2.
  quanta fit w*.safetensors --against parameters
      Fits the last loss of each run against its number of parameters.
  quanta fit d*.safetensors --against data
      Fits the lowest loss of each run against its number of training samples. A minimum over test
      losses is slightly optimistic; the paper uses it too.
  quanta fit widths
  quanta fit widths.safetensors --json
      Fits a sweep, from its folder or collected, as its figure does.

The model is loss = amplitude · x^-exponent, fitted in log-log, where each point counts by the stretch
of ln x that it stands for. With two or more seeds each is fitted for itself, and ± is the 95 % t
interval of their mean. The interval of one run comes from the scatter within it, and cannot see how
another seed would differ. Exponents depend on the range, so the output states it.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("fit")
        .about("Fit power laws to runs and sweeps")
        .arg(input::runs_arg().help("Runs, collected sweeps, and sweeps' folders"))
        .arg(Arg::new("against").long("against").value_name("RESOURCE").value_parser(Resource::ALL.map(Resource::name)).help(
            "Fit losses against the steps of each run, or against a resource that differs between runs \
                     [default: steps; of a sweep what its runs differ in]",
        ))
        .arg(range_arg(
            "range",
            "Fit from A to B [default: from the first emergence until a tenth of the loss is left, 0.1 bits]",
        ))
        .arg(
            Arg::new("despite-differences")
                .long("despite-differences")
                .action(ArgAction::SetTrue)
                .help("With --against, fit runs also if they differ in more than the resource and the seed, or are not finished"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object per fit and line"))
        .after_help(EXAMPLES)
}

/// Makes a flag that takes a range `A..B`.
pub fn range_arg(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("A..B").value_parser(read_range).help(help)
}

/// Fits the runs and prints the rows.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let range = matches.get_one::<(f64, f64)>("range").copied();
    let against = matches.get_one::<String>("against");
    let against = Resource::ALL.into_iter().find(|resource| against.is_some_and(|name| name == resource.name()));
    let (mut runs, mut rows) = (Vec::new(), Vec::new());
    for (name, source) in input::sources(matches, "run")? {
        match source {
            Source::Run(record) => runs.push((name, *record)),
            Source::Sweep(collected) => {
                let resource = against.unwrap_or_else(|| Resource::varied_in(&collected));
                let missing = collected.manifest.runs.len() - collected.runs.len();
                for sweep in Sweep::from_collected(&collected, resource) {
                    let mut row = Row::of_sweep(of_sweep(&name, &sweep), &sweep, range);
                    if missing > 0 {
                        row.remarks.push(format!("the sweep is not finished: {} left out", count(missing, "run")));
                    }
                    rows.push(row);
                }
            }
        }
    }
    match against {
        Some(resource @ (Resource::Parameters | Resource::Data)) if !runs.is_empty() => {
            rows.push(across::row(&runs, resource, range, matches.get_flag("despite-differences"))?);
        }
        _ => rows.extend(of_runs(&runs, range)),
    }
    for row in &rows {
        output::line(&if matches.get_flag("json") { row.to_json().to_string() } else { row.to_text() })?;
    }
    match rows.iter().find_map(|row| row.law.as_ref().err()) {
        // Fails only if no row could be fitted: a short run may have one of its two fits.
        Some(error) if rows.iter().all(|row| row.law.is_err()) => Err(anyhow::anyhow!("nothing could be fitted: {error}")),
        _ => Ok(()),
    }
}

/// The name of a sweep's row: the file's, and what sets it apart from others in the file.
pub fn of_sweep(file: &str, sweep: &Sweep) -> String {
    let seeds = match sweep.seeds() {
        0 | 1 => String::new(),
        seeds => format!(", {}", count(seeds, "seed")),
    };
    match sweep.name.as_str() {
        "" | "loss" => format!("{file}{seeds}"),
        name => format!("{file}, {name}{seeds}"),
    }
}

/// Two rows for each run, and two for each group of runs that differ in their seeds alone.
pub fn of_runs(runs: &[(String, Record)], range: Option<(f64, f64)>) -> Vec<Row> {
    let mut rows: Vec<Row> =
        runs.iter().flat_map(|(name, record)| [Row::loss(name, record, range), Row::emergence(name, record)]).collect();
    let mut groups: Vec<(RunConfig, Vec<&Record>)> = Vec::new();
    for (_, record) in runs {
        let mut shared = record.config.clone();
        shared.training.seed = 0;
        match groups.iter_mut().find(|(config, _)| *config == shared) {
            Some((_, seeds)) => {
                let repetition = |record: &Record| record.config.training.repetition();
                if seeds.iter().all(|other| repetition(other) != repetition(record)) {
                    seeds.push(record);
                }
            }
            None => groups.push((shared, vec![record])),
        }
    }
    for (_, seeds) in groups.iter().filter(|(_, seeds)| seeds.len() > 1) {
        rows.extend(Row::of_seeds(seeds, range));
    }
    rows
}
