//! `quanta fit`: fits exponents with their uncertainty, and prints the theory's beside them.

use clap::{Arg, ArgAction, ArgMatches, Command};
use quanta_core::fit::{self, FitError, PowerLaw};
use quanta_core::record::Record;
use quanta_core::theory::{Resource, Theory, calibrate};
use serde_json::json;

use crate::failure::usage;
use crate::text::{count, thousands};
use crate::{input, output};

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

The model is loss = amplitude · x^-exponent, fitted by least squares in log-log. ± is the standard
error; the interval is a 95 % bootstrap over the points. Exponents depend on the range, so the
output states it.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("fit")
        .about("Fit power laws to runs")
        .arg(input::runs_arg())
        .arg(
            Arg::new("against")
                .long("against")
                .value_name("RESOURCE")
                .value_parser(Resource::ALL.map(Resource::name))
                .default_value(Resource::Steps.name())
                .help("Fit losses against the steps of each run, or against a resource that differs between runs"),
        )
        .arg(range_arg("range", "Fit from A to B [default: from each run's first emergence until its loss falls below 0.1 bits]"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object per fit and line"))
        .after_help(EXAMPLES)
}

/// Makes a flag that takes a range `A..B`.
pub fn range_arg(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("A..B").value_parser(range).help(help)
}

/// Parses a range `A..B` with 0 ≤ A < B.
pub fn range(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once("..").and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    match ends {
        Some((a, b)) if a >= 0.0 && b > a => Ok((a, b)),
        _ => Err("a range looks like 400..8900".into()),
    }
}

/// One fit, and the theory's values for comparison.
struct Row {
    run: String,
    quantity: &'static str,
    law: Result<PowerLaw, FitError>,
    /// The exponent of the pure power law.
    theory: f64,
    /// The exponent of the truncated sum at the fitted points.
    truncated: Option<f64>,
    remark: String,
}

/// Fits the runs and prints the rows.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let runs = input::runs(matches)?;
    let range = matches.get_one::<(f64, f64)>("range").copied();
    let against = matches.get_one::<String>("against").map(String::as_str).unwrap_or_default();
    let rows = match Resource::ALL.into_iter().find(|resource| resource.name() == against) {
        Some(Resource::Steps) | None => {
            runs.iter().flat_map(|(name, record)| [loss_row(name, record, range), emergence_row(name, record)]).collect()
        }
        Some(resource) => vec![across_row(&runs, resource, range)?],
    };
    for row in &rows {
        output::line(&if matches.get_flag("json") { to_json(row) } else { to_text(row) })?;
    }
    match rows.iter().find_map(|row| row.law.as_ref().err()) {
        // Fails only if no row could be fitted: a short run may have one of its two fits.
        Some(error) if rows.iter().all(|row| row.law.is_err()) => Err(anyhow::anyhow!("nothing could be fitted: {error}")),
        _ => Ok(()),
    }
}

fn loss_row(name: &str, record: &Record, range: Option<(f64, f64)>) -> Row {
    let alpha = record.quanta.alpha().unwrap_or_default();
    let law = fit::loss_law(record, range);
    let emerged = fit::emergence_steps(record);
    let ranks = emerged.iter().enumerate().filter_map(|(task, step)| Some((task + 1, (*step)? as f64)));
    let truncated = law.as_ref().ok().zip(calibrate(Resource::Steps, alpha, ranks)).and_then(|(law, constant)| {
        let steps = record.steps().into_iter().map(|step| step as f64);
        let fitted: Vec<f64> = steps.filter(|step| (law.range.0..=law.range.1).contains(step)).collect();
        Theory::new(record.quanta.len(), alpha).exponent_at(Resource::Steps, &fitted, constant)
    });
    let quantity = "loss against step";
    Row { run: name.to_owned(), quantity, law, theory: Resource::Steps.exponent(alpha), truncated, remark: String::new() }
}

fn emergence_row(name: &str, record: &Record) -> Row {
    let emerged = fit::emerged_count(record);
    Row {
        run: name.to_owned(),
        quantity: "emergence step against use p",
        law: fit::emergence_law(record),
        theory: 1.0,
        truncated: None,
        remark: format!("{emerged} of {} emerged", count(record.quanta.len(), "subtask")),
    }
}

/// Fits one point per run: its parameters or samples, and its last or lowest loss.
fn across_row(runs: &[(String, Record)], resource: Resource, range: Option<(f64, f64)>) -> anyhow::Result<Row> {
    let point = |(name, record): &(String, Record)| {
        let (x, evaluation) = match resource {
            Resource::Data => (record.config.training.samples as f64, record.best()),
            _ => (record.config.parameters() as f64, record.last()),
        };
        match evaluation {
            None => Err(usage(format!("{name} has no evaluations yet"))),
            Some(_) if x == 0.0 => Err(usage(format!("{name} was trained on fresh data, not on a fixed number of samples"))),
            Some(evaluation) => Ok((x, f64::from(evaluation.loss_bits))),
        }
    };
    let (x, y): (Vec<f64>, Vec<f64>) = runs.iter().map(point).collect::<anyhow::Result<Vec<_>>>()?.into_iter().unzip();
    let alpha = runs.first().map_or(0.0, |(_, record)| record.quanta.alpha().unwrap_or_default());
    if let Some((name, _)) = runs.iter().find(|(_, record)| record.quanta.alpha().unwrap_or_default() != alpha) {
        return Err(usage(format!("{name} has another α than the first run: one exponent cannot stand for both")));
    }
    Ok(Row {
        run: count(runs.len(), "run"),
        quantity: match resource {
            Resource::Data => "lowest loss against samples",
            _ => "last loss against parameters",
        },
        law: fit::power_law(&x, &y, range.unwrap_or((0.0, f64::INFINITY))),
        theory: resource.exponent(alpha),
        truncated: None,
        remark: String::new(),
    })
}

fn to_text(row: &Row) -> String {
    let theory = format!("theory {:.3}", row.theory);
    let truncated = row.truncated.map(|x| format!(", truncated sum {x:.3}")).unwrap_or_default();
    let remark = if row.remark.is_empty() { String::new() } else { format!("; {}", row.remark) };
    let fitted = match &row.law {
        Ok(law) => format!(
            "exponent {} over {} to {}, {}",
            law.estimate(),
            number(law.range.0),
            number(law.range.1),
            count(law.points, "point")
        ),
        Err(error) => format!("no fit: {error}"),
    };
    format!("{}: {}: {fitted}; {theory}{truncated}{remark}", row.run, row.quantity)
}

fn number(x: f64) -> String {
    if x >= 10.0 { thousands(x.round() as u64) } else { format!("{x:.3e}") }
}

fn to_json(row: &Row) -> String {
    let mut object = json!({
        "run": row.run,
        "quantity": row.quantity,
        "theory": row.theory,
        "truncated_sum": row.truncated,
    });
    match &row.law {
        Ok(law) => {
            object["exponent"] = json!(law.exponent);
            object["uncertainty"] = json!(law.uncertainty);
            object["interval"] = json!(law.estimate().interval());
            object["amplitude"] = json!(law.amplitude);
            object["range"] = json!(law.range);
            object["points"] = json!(law.points);
        }
        Err(error) => object["error"] = json!(error.to_string()),
    }
    object.to_string()
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_parsed_or_refused() {
        assert_eq!(range("400..8900"), Ok((400.0, 8_900.0)));
        assert_eq!(range("1e2 .. 1e4"), Ok((100.0, 10_000.0)));
        for bad in ["", "400", "..", "5..5", "9..1", "-1..4", "a..b", "1..NaN"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
