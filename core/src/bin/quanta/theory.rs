//! `quanta theory`: prints the predictions of the quantization model.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Command};
use quanta_core::settings::Section as _;
use quanta_core::task::Subtasks;
use quanta_core::theory::{Resource, Theory};
use serde_json::json;

use crate::failure::Usage;
use crate::number::{real, whole};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  quanta theory
      At α = 0.4: exponents 0.400, 0.286, 0.286, and the losses after n of 500 quanta are learned.
  quanta theory --alpha 0.8 --n-tasks 100 --json

The pure law is the sum over infinitely many quanta. For finitely many the sum is truncated and
falls faster, most of all at small α: compare the two columns of losses.";

/// The subcommand's flags.
pub fn command() -> Command {
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        let arg = Arg::new(name).long(name).value_name("X").default_value(default).help(help);
        arg.value_parser(real(f64::NEG_INFINITY..=f64::INFINITY)).allow_negative_numbers(true)
    };
    Command::new("theory")
        .about("Print the model's exponents, and its losses by the truncated sum and the pure law")
        .arg(number("alpha", "0.4", "The paper's α: the use frequency of quantum k is proportional to k^-(α+1)"))
        .arg(
            Arg::new("n-tasks")
                .long("n-tasks")
                .value_name("N")
                .default_value("500")
                .value_parser(whole(0..=u64::MAX))
                .help("Number of quanta"),
        )
        .arg(number("before", "1", "b: a sample's loss before its quantum is learned, in bits"))
        .arg(number("after", "0", "a: a sample's loss after its quantum is learned, in bits"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Write one JSON object"))
        .after_help(EXAMPLES)
}

/// Prints the predictions.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let number = |name: &str| matches.get_one::<f64>(name).copied().unwrap_or_default();
    let n_tasks = matches.get_one::<u64>("n-tasks").copied().unwrap_or(500);
    let n_tasks = usize::try_from(n_tasks).unwrap_or(usize::MAX);
    check(n_tasks, number("alpha"), number("before"), number("after"))?;
    let theory = Theory::new(n_tasks, number("alpha")).with_losses(number("before"), number("after"));
    let rows: Vec<usize> = staircase(n_tasks);
    if matches.get_flag("json") { output::line(&to_json(&theory, &rows)) } else { output::whole(&to_text(&theory, &rows)) }
}

/// Checks the arguments, and reports all problems together.
fn check(n_tasks: usize, alpha: f64, before: f64, after: f64) -> anyhow::Result<()> {
    // The ranges are those of a run.
    let settings = Subtasks { n_tasks, alpha, ..Subtasks::default() };
    let mut problems: Vec<String> = settings.problems().iter().map(ToString::to_string).collect();
    if !(before.is_finite() && after.is_finite() && before > after && after >= 0.0) {
        problems.push(format!("before is {before} and after is {after}, but must be finite with before > after >= 0"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Usage(problems).into()) }
}

/// Returns the numbers of learned quanta to print: 1, 2, 5, 10, … up to all of them.
fn staircase(n_tasks: usize) -> Vec<usize> {
    let decades = (0..).map(|d| 10usize.pow(d)).take_while(|ten| *ten <= n_tasks);
    let mut rows: Vec<usize> = decades.flat_map(|ten| [ten, 2 * ten, 5 * ten]).filter(|n| *n < n_tasks).collect();
    rows.push(n_tasks);
    rows
}

fn to_text(theory: &Theory, rows: &[usize]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} quanta, p_k proportional to k^-{}\n", theory.n_tasks(), theory.alpha() + 1.0);
    let _ = writeln!(text, "{:<16}{:<20}{:>20}", "resource", "quanta learned", "exponent of loss");
    for resource in Resource::ALL {
        let learned = match resource {
            Resource::Parameters => "N/C",
            Resource::Steps => "(S/T)^(1/(α+1))",
            Resource::Data => "(D/τ)^(1/(α+1))",
        };
        let name = format!("{} {}", resource.name(), resource.letter());
        let _ = writeln!(text, "{name:<16}{learned:<20}{:>20.3}", resource.exponent(theory.alpha()));
    }
    let _ = writeln!(text, "\n{:>9}{:>13}{:>18}{:>18}", "learned n", "p_n", "truncated sum", "pure law");
    for n in rows {
        let (sum, pure) = (theory.loss_after(*n as f64), theory.pure_loss_after(*n as f64));
        let _ = writeln!(text, "{n:>9}{:>13.3e}{sum:>13.4} bits{pure:>13.4} bits", theory.p()[n - 1]);
    }
    text
}

fn to_json(theory: &Theory, rows: &[usize]) -> String {
    let exponents: serde_json::Map<String, serde_json::Value> =
        Resource::ALL.iter().map(|resource| (resource.name().to_owned(), json!(resource.exponent(theory.alpha())))).collect();
    let staircase: Vec<_> = rows
        .iter()
        .map(|n| {
            let at = *n as f64;
            let (sum, pure) = (theory.loss_after(at), theory.pure_loss_after(at));
            json!({ "learned": n, "p": theory.p()[n - 1], "loss_bits": sum, "pure_loss_bits": pure })
        })
        .collect();
    json!({ "alpha": theory.alpha(), "n_tasks": theory.n_tasks(), "exponents": exponents, "staircase": staircase }).to_string()
}
