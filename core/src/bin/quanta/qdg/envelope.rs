//! `quanta qdg envelope`: the slope of cluster sizes over rank, beside the slopes of labels that know
//! nothing.

use std::fmt::Write as _;

use clap::{Arg, ArgMatches, Command};
use quanta_core::analysis::envelope::{EnvelopeWithNulls, NullSlopes, with_nulls};
use quanta_core::analysis::labels::Clusterings;
use quanta_core::fit::FitError;
use quanta_core::number::read_range;
use quanta_core::paper;
use serde_json::json;

use crate::failure::usage;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  quanta qdg envelope --labels clusters.json
      The paper's ranks, 101 to 1,000, over which its Fig 5 has a slope of -1.24.
  quanta qdg envelope --labels clusters.json --ranks 5..40 --json

For each rank the envelope takes the largest cluster of that rank over all k; the slope is that of
ln size over ln rank by plain least squares, as in the paper. Two nulls go through the same with the
same k and the same number of samples: each sample's label drawn uniformly from k, and k clusters of
equal size. Both have slopes near -1, since n/k samples a cluster is itself a power law of rank: a slope
says something about the samples only as far as it differs from theirs.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("envelope")
        .about("Fit the rank–frequency envelope of any clusterings, beside nulls")
        .arg(super::labels_arg())
        .arg(
            Arg::new("ranks")
                .long("ranks")
                .value_name("A..B")
                .default_value("101..1000")
                .value_parser(read_range)
                .help("The first and the last rank to fit"),
        )
        .arg(super::draws_arg())
        .arg(super::seed_arg())
        .arg(super::json_arg())
        .after_help(EXAMPLES)
}

/// Prints the slopes.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let clusterings = super::clusterings(matches)?;
    let (paper_from, paper_to) = paper::RANKS;
    let (from, to) = matches.get_one::<(f64, f64)>("ranks").copied().unwrap_or((paper_from as f64, paper_to as f64));
    let ranks = (from.ceil().max(1.0) as usize, to.floor() as usize);
    let draws = matches.get_one::<u64>("draws").copied().unwrap_or(10) as usize;
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or_default();
    let found = with_nulls(&clusterings, ranks, draws, seed).map_err(|error| not_fitted(error, &clusterings))?;
    match matches.get_flag("json") {
        true => output::line(&to_json(&found, &clusterings).to_string()),
        false => output::whole(&to_text(&found, &clusterings)),
    }
}

/// Ranks that no clustering reaches are bad usage.
fn not_fitted(error: FitError, clusterings: &Clusterings) -> anyhow::Error {
    let most = clusterings.ks().last().copied().unwrap_or_default();
    usage(format!("no slope: {error}. The largest k is {most}, so there are no ranks above it; choose others by --ranks"))
}

fn to_json(found: &EnvelopeWithNulls, clusterings: &Clusterings) -> serde_json::Value {
    let beside = |found: &NullSlopes| {
        json!({
            "slope": found.slope.value,
            "half_width": found.slope.half_width(),
            "deviation": found.deviation,
            "draws": found.slopes.len(),
            "slopes": found.slopes,
        })
    };
    json!({
        "slope": found.slope.slope,
        "ranks": [found.slope.ranks.0, found.slope.ranks.1],
        "k": clusterings.ks(),
        "samples": clusterings.n(),
        "nulls": { "uniform": beside(&found.uniform), "equal": beside(&found.equal) },
        "envelope": found.envelope.sizes,
    })
}

fn to_text(found: &EnvelopeWithNulls, clusterings: &Clusterings) -> String {
    let (ks, (first, last)) = (clusterings.ks(), found.slope.ranks);
    let named: Vec<String> = ks.iter().map(ToString::to_string).collect();
    let mut text = String::new();
    let _ = writeln!(text, "{} samples, k = {}; ranks {first} to {last}\n", clusterings.n(), named.join(", "));
    let _ = writeln!(text, "{:<28}{:>8.3}", "these clusters", found.slope.slope);
    let spread = found.uniform.deviation.map_or(String::new(), |deviation| {
        format!("  (standard deviation {deviation:.3} over {} draws)", found.uniform.slopes.len())
    });
    let _ = writeln!(text, "{:<28}{:>8.3}{spread}", "uniform random labels", found.uniform.slope.value);
    let _ = writeln!(text, "{:<28}{:>8.3}", "clusters of equal size", found.equal.slope.value);
    text
}
