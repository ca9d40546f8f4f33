//! `quanta figure`: the paper's figures from sweeps and runs.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::figure;
use quanta_core::figure::sweep::{self, Resource, Sweep};
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, Folder};

use crate::failure::usage;
use crate::plot::{bytes, check_out, look, look_args, options, out, out_arg, overlay_args, series, size};
use crate::{collect, input, output};

const EXAMPLES: &str = "\
Examples:
  quanta figure fig2 --from widths.safetensors run.safetensors data.safetensors --out fig2.svg
      Loss against N, S and D above heat maps of subtask and resource: the paper's Fig 2.
  quanta figure scaling --from widths/ --fit-range 1e4..1e6 --out widths.svg
      One resource, straight from a sweep's folder.
  quanta figure fig9 --from fig9.safetensors --out fig9.png
      Subtasks learned against data for each α, with slopes near 1/(1+α).
  quanta figure fig10 --from n.safetensors s.safetensors d.safetensors --out fig10.svg

What the figure shows is also printed: settings, fitted ranges, exponents with intervals, the
theory's, the truncated sum's and the paper's.";

/// Which figure, and so what it is made of.
#[derive(Clone, Copy)]
enum Which {
    OfSweeps(sweep::Kind),
    OfRuns(figure::Kind),
}

/// The paper's number of a figure, which names it too.
fn number(which: Which) -> Option<&'static str> {
    match which {
        Which::OfRuns(figure::Kind::Tasks) => Some("fig7"),
        Which::OfRuns(figure::Kind::Emergence) => Some("fig8"),
        Which::OfSweeps(sweep::Kind::Learned) => Some("fig9"),
        Which::OfSweeps(sweep::Kind::Exponents) => Some("fig10"),
        _ => None,
    }
}

fn all() -> impl Iterator<Item = (Which, &'static str, &'static str)> {
    let sweeps = sweep::Kind::ALL.into_iter().map(|kind| (Which::OfSweeps(kind), kind.name(), kind.title()));
    sweeps.chain(figure::Kind::ALL.into_iter().map(|kind| (Which::OfRuns(kind), kind.name(), kind.title())))
}

/// The subcommand's flags.
pub fn command() -> Command {
    let names = all().map(|(which, name, title)| match number(which) {
        Some(number) => PossibleValue::new(name).alias(number).help(format!("{title} ({number})")),
        None => PossibleValue::new(name).help(title),
    });
    let from = Arg::new("from").long("from").value_name("FILE").num_args(1..).required(true);
    Command::new("figure")
        .about("Draw the paper's figures from sweeps and runs")
        .arg(Arg::new("figure").value_name("NAME").required(true).value_parser(names.collect::<Vec<_>>()).help("Which figure"))
        .arg(from.value_parser(value_parser!(PathBuf)).help("Collected sweeps, sweeps' folders, and runs"))
        .arg(
            Arg::new("resource")
                .long("resource")
                .value_name("RESOURCE")
                .value_parser(Resource::ALL.map(Resource::name))
                .help("What points are drawn against [default: what a sweep's runs differ in]"),
        )
        .arg(out_arg())
        .args(look_args())
        .args(overlay_args())
        .after_help(EXAMPLES)
}

/// What a file of `--from` holds.
enum Source {
    Sweep(Box<Collected>),
    Run(Box<Record>),
}

/// Draws.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let named = matches.get_one::<String>("figure").map(String::as_str).unwrap_or_default();
    let found = all().find(|(which, name, _)| *name == named || number(*which) == Some(named));
    let Some(((kind, ..), path)) = found.zip(out(matches)) else { return Ok(()) };
    let format = check_out(path)?;
    let sources: Vec<(String, Source)> =
        matches.get_many::<PathBuf>("from").unwrap_or_default().map(|p| read(p)).collect::<Result<_, _>>()?;
    let options = options(matches);
    let (figure, several) = match kind {
        Which::OfSweeps(kind) => (kind.figure(of_sweeps(sources, matches)?, options), matches!(kind, sweep::Kind::Composite)),
        Which::OfRuns(kind) => (kind.figure(series(of_runs(kind, sources)?), options), false),
    };
    output::file(path, &bytes(&*figure, format, &look(matches), size(matches, several))?)?;
    output::line(&figure.describe())
}

/// The sources as sweeps, each with a colour of its own among those that share a plot.
fn of_sweeps(sources: Vec<(String, Source)>, matches: &ArgMatches) -> anyhow::Result<Vec<Sweep>> {
    let wanted = matches.get_one::<String>("resource");
    let wanted = Resource::ALL.into_iter().find(|resource| wanted.is_some_and(|name| name == resource.name()));
    let mut sweeps: Vec<Sweep> = Vec::new();
    for (name, source) in sources {
        match source {
            Source::Sweep(collected) => {
                let resource = wanted.unwrap_or_else(|| Resource::varied_in(&collected));
                sweeps.extend(Sweep::from_collected(&collected, resource));
            }
            Source::Run(record) => sweeps.push(Sweep::from_record(name, &record)),
        }
    }
    sweeps.retain(|sweep| !sweep.points.is_empty());
    if sweeps.is_empty() {
        return Err(usage("none of these files has a point to draw"));
    }
    for resource in Resource::ALL {
        let sharing = sweeps.iter_mut().filter(|sweep| sweep.resource == resource);
        sharing.enumerate().for_each(|(color, sweep)| sweep.color = color);
    }
    Ok(sweeps)
}

/// The sources, all of which must be runs.
fn of_runs(kind: figure::Kind, sources: Vec<(String, Source)>) -> anyhow::Result<Vec<(String, Record)>> {
    let run = |(name, source)| match source {
        Source::Run(record) => Ok((name, *record)),
        Source::Sweep(_) => {
            Err(usage(format!("{name} is a sweep, but the figure “{}” is of single runs: those in DIR/runs, say", kind.name())))
        }
    };
    sources.into_iter().map(run).collect()
}

/// A collected sweep, a sweep's folder, or a run.
fn read(path: &Path) -> anyhow::Result<(String, Source)> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if path.is_dir() {
        let (folder, manifest) = Folder::open(path).map_err(usage)?;
        return Ok((name, Source::Sweep(Box::new(collect::finished(&folder, manifest, true)))));
    }
    let bytes = std::fs::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    if let Ok(record) = Record::from_bytes(&bytes) {
        return Ok((name, Source::Run(Box::new(record))));
    }
    match Collected::from_bytes(&bytes) {
        Ok(collected) => Ok((name, Source::Sweep(Box::new(collected)))),
        // What is wrong with a run is said better by its own reader.
        Err(error) if error.to_string().contains("quanta-lab-run") => {
            input::record(path).map(|record| (name, Source::Run(Box::new(record))))
        }
        Err(error) => Err(usage(format!("{}: {error}", path.display()))),
    }
}
