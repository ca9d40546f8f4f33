//! `quanta figure`: the paper's figures from sweeps and runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::figure::Figure;
use quanta_core::figure::sweep::{self, Resource, Sweep};
use quanta_core::figure::{self, losses};
use quanta_core::record::Record;
use serde_json::json;

use crate::failure::usage;
use crate::fit::{self, Row};
use crate::input::Source;
use crate::number::whole;
use crate::plot::{Format, bytes, check_out, look, look_args, options, out, out_arg, overlay_args, remark_undrawn, series, size};
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta figure fig2 --from widths.safetensors run.safetensors data.safetensors --out fig2.svg
      Loss against N, S and D above heat maps of subtask and resource: the paper's Fig 2.
  quanta figure scaling --from widths/ --fit-range 1e4..1e6 --out widths.svg
      One resource, straight from a sweep's folder.
  quanta figure fig9 --from fig9.safetensors --out fig9.png
      Subtasks learned against data for each α, with slopes near 1/(1+α).
  quanta figure fig3 --from family.losses.safetensors --out fig3.svg
      Mean loss of a text against parameters and steps (token-spread, token and token-shapes are Figs 3, 4, 11 and 12).
  quanta figure fig10 --from n.safetensors s.safetensors d.safetensors --out fig10.svg

What the figure shows is also printed: settings, fitted ranges, exponents with intervals, the
theory's, the truncated sum's and the paper's.";

/// Which figure, and so what it is made of.
#[derive(Clone, Copy)]
enum Which {
    Sweeps(sweep::Kind),
    Runs(figure::Kind),
    Losses(losses::Kind),
}

/// The paper's number of a figure, which names it too.
fn number(which: Which) -> Option<&'static str> {
    match which {
        Which::Runs(figure::Kind::Tasks) => Some("fig7"),
        Which::Runs(figure::Kind::Emergence) => Some("fig8"),
        Which::Losses(losses::Kind::Scaling) => Some("fig3"),
        Which::Losses(losses::Kind::Token) => Some("fig4"),
        Which::Sweeps(sweep::Kind::Learned) => Some("fig9"),
        Which::Sweeps(sweep::Kind::Exponents) => Some("fig10"),
        _ => None,
    }
}

fn all() -> impl Iterator<Item = (Which, &'static str, &'static str)> {
    let sweeps = sweep::Kind::ALL.into_iter().map(|kind| (Which::Sweeps(kind), kind.name(), kind.title()));
    let runs = figure::Kind::ALL.into_iter().map(|kind| (Which::Runs(kind), kind.name(), kind.title()));
    let losses = losses::Kind::ALL.into_iter().map(|kind| (Which::Losses(kind), kind.name(), kind.title()));
    sweeps.chain(runs).chain(losses)
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
        .arg(
            Arg::new("token")
                .long("token")
                .value_name("N")
                .value_parser(whole(1..=u32::MAX.into()))
                .default_value("1")
                .help("Of a table of losses: the token to draw, from 1"),
        )
        .arg(
            Arg::new("over-training")
                .long("over-training")
                .action(ArgAction::SetTrue)
                .help("Of a table of losses: how they are spread in the largest model over training, not over sizes"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print what it shows as one JSON object, with unrounded fits"),
        )
        .after_help(EXAMPLES)
}

/// Draws.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let named = matches.get_one::<String>("figure").map(String::as_str).unwrap_or_default();
    let found = all().find(|(which, name, _)| *name == named || number(*which) == Some(named));
    let Some(((kind, ..), path)) = found.zip(out(matches)) else { return Ok(()) };
    let format = check_out(path)?;
    if let Which::Losses(kind) = kind {
        return of_losses(kind, path, format, matches);
    }
    let sources = input::sources(matches, "from")?;
    let options = options(matches);
    let range = options.fit_range;
    let (figure, fits, several) = match kind {
        Which::Sweeps(kind) => {
            let sweeps = of_sweeps(sources, matches)?;
            remark_undrawn(format, sweeps.iter().map(|sweep| sweep.name.as_str()));
            let fits: Vec<Row> = sweeps.iter().map(|sweep| fit_of(kind, sweep, range)).collect();
            (kind.figure(sweeps, options), fits, matches!(kind, sweep::Kind::Composite))
        }
        Which::Runs(kind) => {
            let runs = of_runs(kind, sources)?;
            remark_undrawn(format, runs.iter().map(|(name, _)| name.as_str()));
            let fits: Vec<Row> = match kind {
                figure::Kind::Loss => runs.iter().map(|(name, record)| Row::loss(name, record, range)).collect(),
                figure::Kind::Emergence => runs.iter().map(|(name, record)| Row::emergence(name, record)).collect(),
                figure::Kind::Tasks | figure::Kind::Heat => Vec::new(),
            };
            (kind.figure(series(runs), options), fits, false)
        }
        Which::Losses(_) => unreachable!("drawn above"),
    };
    output::file(path, &bytes(&*figure, format, &look(matches), size(matches, several))?)?;
    say(&*figure, &fits, matches)
}

/// Draws a figure of a table of losses.
fn of_losses(kind: losses::Kind, path: &Path, format: Format, matches: &ArgMatches) -> anyhow::Result<()> {
    let mut from = matches.get_many::<PathBuf>("from").unwrap_or_default();
    let (Some(table), None) = (from.next(), from.next()) else {
        return Err(usage(format!("the figure “{}” is of one table of losses: give one file with --from", kind.name())));
    };
    let table = Arc::new(crate::losses::read(table)?);
    let token = matches.get_one::<u64>("token").map_or(0, |token| *token as usize - 1);
    if token >= table.tokens() {
        return Err(usage(format!("--token is {}, but the table has {} tokens", token + 1, table.tokens())));
    }
    let over = if matches.get_flag("over-training") { losses::Over::Training } else { losses::Over::Size };
    let figure = kind.figure(table, losses::Options { token, over, ..losses::Options::default() });
    let is_double = kind != losses::Kind::Shapes;
    output::file(path, &bytes(&*figure, format, &look(matches), size(matches, is_double))?)?;
    say(&*figure, &[], matches)
}

/// Prints what a figure shows.
fn say(figure: &dyn Figure, fits: &[Row], matches: &ArgMatches) -> anyhow::Result<()> {
    if !matches.get_flag("json") {
        return output::line(&figure.describe());
    }
    let table = figure.table();
    let said = json!({
        "figure": figure.name(),
        "title": figure.title(),
        "caption": figure.caption(),
        "description": figure.describe(),
        "table": { "header": table.header, "rows": table.rows },
        "fits": fits.iter().map(Row::to_json).collect::<Vec<_>>(),
    });
    output::line(&said.to_string())
}

/// The fit that a figure shows of a sweep.
fn fit_of(kind: sweep::Kind, sweep: &Sweep, range: Option<(f64, f64)>) -> Row {
    let name = fit::of_sweep(sweep.resource.name(), sweep);
    match kind {
        // Subtasks learned rise with the resource: their exponent is below zero.
        sweep::Kind::Learned => Row {
            theory: Some(-1.0 / sweep.resource.growth(sweep.alpha)),
            ..Row::new(name, "subtasks learned against the resource", sweep::growth(sweep, range))
        },
        _ => Row::of_sweep(name, sweep, range),
    }
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
