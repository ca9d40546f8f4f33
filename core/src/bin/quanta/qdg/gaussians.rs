//! `quanta qdg gaussians`: the toy of Figs 16 and 17, in which the true sizes are known.

use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::analysis::Toy;
use quanta_core::analysis::envelope::paper_ranks;
use quanta_core::analysis::gaussian::Gaussians;
use quanta_core::fit::Estimate;
use serde_json::json;

use crate::failure::usage;
use crate::output;
use crate::remark::remark;

const EXAMPLES: &str = "\
Examples:
  quanta qdg gaussians
      Six toys, five seeds each, in a few minutes: the numbers of Figs 16 and 17 in quanta reproduce.
  quanta qdg gaussians --exponent 1.5 --spread 0.5 --samples 1000 --seeds 3 --json

Clusters are centred at standard normal points; a sample belongs to the cluster of rank r with probability
proportional to r^-EXPONENT and lies at a normal distance of SPREAD a dimension from its centre. The samples go
through the published clustering for every k. Slopes are those of ln size over ln rank, over the same part of
the ranks as in Fig 5.";

/// The subcommand's flags.
pub fn command() -> Command {
    let number = |name: &'static str, usual: &'static str, what: &'static str| {
        let arg = Arg::new(name).long(name).value_name("N").default_value(usual).help(what);
        arg.value_parser(value_parser!(u64).range(1..))
    };
    let list = |name: &'static str, usual: &'static str, what: &'static str| {
        Arg::new(name).long(name).value_name("N,…").value_delimiter(',').action(ArgAction::Append).default_value(usual).help(what)
    };
    Command::new("gaussians")
        .about("Cluster Gaussian clusters of known sizes, the toy of Figs 16 and 17")
        .arg(list("exponent", "1.2,1.4,1.8", "The exponents by which probabilities fall with rank"))
        .arg(list("spread", "0.3,1", "Standard deviations around a centre, in each dimension"))
        .arg(number("clusters", "1000", "How many clusters there are"))
        .arg(number("dimensions", "100", "How many dimensions a sample has"))
        .arg(number("samples", "2000", "How many samples are clustered"))
        .arg(list("k", "10,20,30,40,50,60,70,80,90,100,110", "Into how many clusters").value_parser(value_parser!(u64)))
        .arg(number("starts", "5", "Starts of k-means"))
        .arg(number("seeds", "5", "How many seeds"))
        .arg(super::seed_arg().help("The first seed"))
        .arg(super::json_arg())
        .after_help(EXAMPLES)
}

/// Computes the toys and prints them.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let whole = |name: &str| matches.get_one::<u64>(name).copied().unwrap_or_default() as usize;
    let numbers = |name: &str| {
        let words = matches.get_many::<String>(name).unwrap_or_default();
        let read =
            |word: &String| quanta_core::number::read(word).map_err(|why| usage(format!("--{name} must be {why}, not “{word}”")));
        words.map(read).collect::<anyhow::Result<Vec<f64>>>()
    };
    let k: Vec<usize> = matches.get_many::<u64>("k").unwrap_or_default().map(|k| *k as usize).collect();
    let ranks = paper_ranks(k.iter().copied().max().unwrap_or_default());
    if !matches.get_flag("json") {
        output::line(&format!(
            "{:>9}{:>8}{:>18}{:>12}{:>12}{:>8}",
            "exponent", "spread", "slope", "true sizes", "random", "ARI"
        ))?;
    }
    for exponent in numbers("exponent")? {
        for spread in numbers("spread")? {
            remark(&format!("exponent {exponent}, spread {spread} …"));
            let begun = Instant::now();
            let (clusters, samples, dimensions) = (whole("clusters"), whole("samples"), whole("dimensions"));
            let toy = Gaussians { clusters, samples, dimensions, exponent, spread, seed: whole("seed") as u64 };
            let found = toy.slopes(whole("seeds") as u64, &k, ranks, whole("starts")).map_err(usage)?;
            let found = Toy { seconds: begun.elapsed().as_secs_f64().round(), ..found };
            output::line(&if matches.get_flag("json") { json!(found).to_string() } else { to_text(&found) })?;
        }
    }
    Ok(())
}

fn to_text(toy: &Toy) -> String {
    let mean = |values: &[f64]| Estimate::of_seeds(values).map_or(f64::NAN, |mean| mean.value);
    let half = Estimate::of_seeds(&toy.slopes)
        .and_then(|slope| slope.half_width())
        .map_or(String::new(), |half| format!(" ± {half:.3}"));
    let slope = format!("{:.3}{half}", mean(&toy.slopes));
    let [truth, uniform, ari] = [&toy.truth, &toy.uniform, &toy.ari].map(|values| mean(values));
    format!("{:>9}{:>8}{slope:>18}{truth:>12.3}{uniform:>12.3}{ari:>8.2}", toy.exponent, toy.spread)
}
