//! `quanta reproduce`: prints the paper's numbers beside the theory's and ours.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::record::{FileKind, recognise};
use quanta_core::reproduce::{Results, Row, table};
use serde_json::{Value, json};

use crate::failure::usage;
use crate::output;
use crate::text::duration;

const EXAMPLES: &str = "\
Examples:
  quanta reproduce
      Uses the results published with the project, in public/results.
  quanta reproduce my/fig2.safetensors my/run.safetensors
      Uses your own sweeps (collected with `quanta collect`) and runs.

“paper” is read off the paper's figures to ±2 %. “theory” assumes infinitely many quanta; “sum” the
task's number of quanta, over the same range. “apart” is the difference between our value and the
paper's in units of their combined standard error; the standard error of a fit does not include the
variation between seeds.";

/// The folder of published results.
const PUBLISHED: &str = "public/results";

/// The subcommand's flags.
pub fn command() -> Command {
    let switch = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("reproduce")
        .about("Print the paper's numbers beside the theory's and ours")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .num_args(0..)
                .value_parser(value_parser!(PathBuf))
                .help("Runs and collected sweeps [default: those in public/results]"),
        )
        .arg(switch("json", "Write one JSON object per row and line"))
        .arg(switch("markdown", "Write the table as Markdown").conflicts_with("json"))
        .after_help(EXAMPLES)
}

/// Prints the table.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let given: Vec<PathBuf> = matches.get_many("file").unwrap_or_default().cloned().collect();
    let paths = if given.is_empty() { published()? } else { given.clone() };
    let mut results = Results::default();
    for path in &paths {
        let bytes = std::fs::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What the published tables of losses say is kept with the program.
        if given.is_empty() && matches!(recognise(&bytes), Some(FileKind::Losses | FileKind::Corpus)) {
            continue;
        }
        results.add(&name, &bytes).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    }
    let rows = table(&results);
    if matches.get_flag("json") {
        return rows.iter().try_for_each(|row| output::line(&to_json(row)?.to_string()));
    }
    let cells: Vec<[String; 9]> = rows.iter().map(cells).collect();
    output::whole(&if matches.get_flag("markdown") { markdown(&cells) } else { aligned(&cells) })
}

/// Lists the published results, in the current folder or the nearest folder above it.
fn published() -> anyhow::Result<Vec<PathBuf>> {
    let here = std::env::current_dir()?;
    let Some(folder) = here.ancestors().map(|folder| folder.join(PUBLISHED)).find(|folder| folder.is_dir()) else {
        return Err(usage(format!("there is no folder {PUBLISHED} here or in a folder above: name the files to use")));
    };
    let listed = std::fs::read_dir(&folder).map_err(|error| usage(format!("{}: {error}", folder.display())))?;
    let is_result = |path: &Path| path.extension().is_some_and(|ending| ending == "safetensors");
    let mut paths: Vec<PathBuf> = listed.filter_map(|file| Some(file.ok()?.path())).filter(|path| is_result(path)).collect();
    paths.sort();
    Ok(paths)
}

const HEADINGS: [&str; 9] = ["figure", "quantity", "paper", "theory", "sum", "ours", "apart", "trained for", "what was run"];

fn cells(row: &Row) -> [String; 9] {
    let number = |x: Option<f64>| x.map_or("–".to_owned(), |x| format!("{x:.3}"));
    let ours = row.ours_in_words().unwrap_or_else(|| "–".to_owned());
    [
        row.figure.to_owned(),
        row.quantity.clone(),
        number(row.paper),
        number(row.theory),
        number(row.truncated),
        ours,
        row.deviation().map_or("–".to_owned(), |apart| format!("{apart:+.1}")),
        if row.source.is_some() { duration(row.seconds) } else { "–".to_owned() },
        row.remark.clone(),
    ]
}

fn aligned(rows: &[[String; 9]]) -> String {
    let all = || std::iter::once(HEADINGS.map(str::to_owned)).chain(rows.iter().cloned());
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    all().fold(String::new(), |mut text, row| {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "{cell:<width$}  ");
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    })
}

fn markdown(rows: &[[String; 9]]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(HEADINGS.len()));
    line(&HEADINGS.map(str::to_owned)) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
}

fn to_json(row: &Row) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(row)?;
    value["deviation"] = json!(row.deviation());
    Ok(value)
}
