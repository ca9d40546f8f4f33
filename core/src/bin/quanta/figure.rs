//! `quanta figure`: the paper's figures from sweeps and runs.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::figure::sweep::{self, Resource, Sweep};
use quanta_core::figure::{self, Options, Series};
use quanta_core::record::Record;
use quanta_core::sweep::{Collected, Folder};

use crate::failure::usage;
use crate::plot::{Format, check_out, look_args, options, out, out_arg, overlay_args, scale, size};
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

/// A figure by any of its names.
#[derive(Clone, Copy)]
enum Figure {
    OfSweeps(sweep::Kind),
    OfRuns(figure::Kind),
}

/// The paper's number of a figure, which names it too.
fn number(figure: Figure) -> Option<&'static str> {
    match figure {
        Figure::OfRuns(figure::Kind::Tasks) => Some("fig7"),
        Figure::OfRuns(figure::Kind::Emergence) => Some("fig8"),
        Figure::OfSweeps(sweep::Kind::Learned) => Some("fig9"),
        Figure::OfSweeps(sweep::Kind::Exponents) => Some("fig10"),
        _ => None,
    }
}

fn all() -> impl Iterator<Item = (Figure, &'static str, &'static str)> {
    let sweeps = sweep::Kind::ALL.into_iter().map(|kind| (Figure::OfSweeps(kind), kind.name(), kind.title()));
    sweeps.chain(figure::Kind::ALL.into_iter().map(|kind| (Figure::OfRuns(kind), kind.name(), kind.title())))
}

/// The subcommand's flags.
pub fn command() -> Command {
    let names = all().map(|(figure, name, title)| match number(figure) {
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
    let found = all().find(|(figure, name, _)| *name == named || number(*figure) == Some(named));
    let Some(((kind, ..), path)) = found.zip(out(matches)) else { return Ok(()) };
    let format = check_out(path)?;
    let sources: Vec<(String, Source)> =
        matches.get_many::<PathBuf>("from").unwrap_or_default().map(|p| read(p)).collect::<Result<_, _>>()?;
    let options = options(matches);
    let look = Look {
        format,
        options,
        size: size(matches, matches!(kind, Figure::OfSweeps(sweep::Kind::Composite))),
        scale: scale(matches),
    };
    let (bytes, text) = match kind {
        Figure::OfSweeps(kind) => of_sweeps(kind, sources, matches, &look)?,
        Figure::OfRuns(kind) => of_runs(kind, &sources, &look)?,
    };
    output::file(path, &bytes)?;
    output::line(&text)
}

/// How a figure is to be drawn.
struct Look {
    format: Format,
    options: Options,
    size: (u32, u32),
    scale: f32,
}

fn of_sweeps(
    kind: sweep::Kind,
    sources: Vec<(String, Source)>,
    matches: &ArgMatches,
    look: &Look,
) -> anyhow::Result<(Vec<u8>, String)> {
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
    // Colours tell apart what shares a plot.
    for resource in Resource::ALL {
        let sharing = sweeps.iter_mut().filter(|sweep| sweep.resource == resource);
        sharing.enumerate().for_each(|(color, sweep)| sweep.color = color);
    }
    let bytes = match look.format {
        Format::Svg => sweep::svg(kind, &sweeps, &look.options, look.size).map(String::into_bytes),
        Format::Png => sweep::png(kind, &sweeps, &look.options, look.size, look.scale),
    };
    Ok((
        bytes.with_context(|| format!("the figure «{}» cannot be drawn", kind.name()))?,
        sweep::describe(kind, &sweeps, &look.options),
    ))
}

fn of_runs(kind: figure::Kind, sources: &[(String, Source)], look: &Look) -> anyhow::Result<(Vec<u8>, String)> {
    let mut series: Vec<Series> = Vec::new();
    for (name, source) in sources {
        match source {
            Source::Run(record) => series.push(Series { name, record, color: series.len() }),
            Source::Sweep(_) => {
                return Err(usage(format!(
                    "{name} is a sweep, but the figure «{}» is of single runs: those in DIR/runs, say",
                    kind.name()
                )));
            }
        }
    }
    let bytes = match look.format {
        Format::Svg => figure::svg(kind, &series, &look.options, look.size).map(String::into_bytes),
        Format::Png => figure::png(kind, &series, &look.options, look.size, look.scale),
    };
    Ok((
        bytes.with_context(|| format!("the figure «{}» cannot be drawn", kind.name()))?,
        figure::describe(kind, &series, &look.options),
    ))
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
