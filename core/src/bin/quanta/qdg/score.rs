//! `quanta qdg score`: clusterings against the true quanta, beside labels that know nothing and labels
//! that know the target alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::analysis::envelope::uniform_labels;
use quanta_core::analysis::labels::{Truth, count};
use quanta_core::analysis::scores::{Agreement, agreement, best_f1};
use quanta_core::fit::Estimate;
use quanta_core::rng::{Rng, Stream};
use serde_json::{Value, json};

use crate::failure::usage;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  quanta qdg score clusters.safetensors --json
      One object a line for each similarity and method, then the baselines in the same form.
  quanta qdg score --labels clusters.json --truth truth.json
  quanta qdg score --labels clusters.json --truth truth.json --json
      One object for each clustering, then the baselines in the same form, marked by “baseline”.

The truth is a JSON list of the quantum of each sample, or an object with the lists “quantum” and, where
known, “target” (the predicted word or label) and “family” (the kind of quantum). ARI and AMI are 0 for
chance and 1 for the truth; NMI and purity rise with k by chance alone. F1 is the mean over quanta, each
counted the same, of the best F1 that any cluster has.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("score")
        .about("Score clusterings against the true quanta, beside baselines")
        .arg(
            Arg::new("clusters")
                .value_name("CLUSTERS")
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["labels", "truth"])
                .help("Files that quanta qdg has written; of several the means over seeds"),
        )
        .arg(super::labels_arg().required(false).required_unless_present("clusters"))
        .arg(
            Arg::new("truth")
                .long("truth")
                .value_name("FILE")
                .required_unless_present("clusters")
                .value_parser(value_parser!(PathBuf))
                .help("The true quantum of each sample, in the order of the labels"),
        )
        .arg(super::draws_arg())
        .arg(super::seed_arg())
        .arg(super::json_arg())
        .after_help(EXAMPLES)
}

/// Scores of one clustering, or the means of several draws.
struct Row {
    baseline: Option<&'static str>,
    k: usize,
    draws: usize,
    scores: Agreement,
    /// Of the adjusted Rand index over draws.
    half_width: Option<f64>,
    f1: f64,
    families: BTreeMap<String, f64>,
}

/// Prints the scores.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let files: Vec<&PathBuf> = matches.get_many("clusters").unwrap_or_default().collect();
    if !files.is_empty() {
        return super::scores::run(&files, matches.get_flag("json"));
    }
    let clusterings = super::clusterings(matches)?;
    let truth = super::read(matches, "truth", Truth::from_json)?;
    let draws = matches.get_one::<u64>("draws").copied().unwrap_or(10);
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or_default();
    let mut rows = Vec::new();
    for (k, labels) in clusterings.iter() {
        rows.push(score(None, k, &truth, &[labels.to_vec()])?);
    }
    for k in clusterings.ks() {
        // Each k its own draws.
        let labels: Vec<Vec<u32>> = (0..draws)
            .map(|draw| uniform_labels(&mut Rng::new(seed, Stream::Nulls, (k as u64) << 32 | draw), k, clusterings.n()))
            .collect();
        rows.push(score(Some("uniform"), k, &truth, &labels)?);
    }
    if let Some(target) = &truth.target {
        rows.push(score(Some("target"), count(target), &truth, std::slice::from_ref(target))?);
    }
    if matches.get_flag("json") {
        return rows.iter().try_for_each(|row| output::line(&row.to_json().to_string()));
    }
    output::whole(&to_text(&rows))
}

fn score(baseline: Option<&'static str>, k: usize, truth: &Truth, draws: &[Vec<u32>]) -> anyhow::Result<Row> {
    let (mut scores, mut f1, mut families) = (Vec::new(), 0.0, BTreeMap::<String, f64>::new());
    let share = 1.0 / draws.len() as f64;
    for labels in draws {
        scores.push(agreement(&truth.quantum, labels).map_err(usage)?);
        let fit = best_f1(&truth.quantum, labels, truth.family.as_deref()).map_err(usage)?;
        f1 += share * fit.mean;
        fit.families.into_iter().for_each(|(name, mean)| *families.entry(name).or_default() += share * mean);
    }
    let mean = |of: fn(&Agreement) -> f64| share * scores.iter().map(of).sum::<f64>();
    let aris: Vec<f64> = scores.iter().map(|scores| scores.ari).collect();
    Ok(Row {
        baseline,
        k,
        draws: draws.len(),
        half_width: Estimate::of_seeds(&aris).and_then(|ari| ari.half_width()),
        scores: Agreement {
            ari: mean(|scores| scores.ari),
            ami: mean(|scores| scores.ami),
            nmi: mean(|scores| scores.nmi),
            purity: mean(|scores| scores.purity),
            clusters: scores.first().map_or(0, |scores| scores.clusters),
        },
        f1,
        families,
    })
}

impl Row {
    fn to_json(&self) -> Value {
        let Agreement { ari, ami, nmi, purity, clusters } = self.scores;
        let mut object = json!({
            "k": self.k, "clusters": clusters, "ari": ari, "ami": ami, "nmi": nmi, "purity": purity, "f1": self.f1,
        });
        if !self.families.is_empty() {
            object["families"] = json!(self.families);
        }
        if let Some(name) = self.baseline {
            object["baseline"] = json!(name);
        }
        if self.draws > 1 {
            object["draws"] = json!(self.draws);
            object["ari_half_width"] = json!(self.half_width);
        }
        object
    }
}

fn to_text(rows: &[Row]) -> String {
    let mut text = format!("{:<24}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "k", "ARI", "AMI", "NMI", "purity", "F1");
    for row in rows {
        let name = match row.baseline {
            None => "clusters",
            Some("uniform") => "uniform random labels",
            Some(_) => "same target",
        };
        let Agreement { ari, ami, nmi, purity, .. } = row.scores;
        text += &format!("{name:<24}{:>6}{ari:>9.3}{ami:>9.3}{nmi:>9.3}{purity:>9.3}{:>9.3}\n", row.k, row.f1);
    }
    let families: Vec<&String> = rows.first().map(|row| row.families.keys().collect()).unwrap_or_default();
    if !families.is_empty() {
        text += "\nF1 by family\n";
        for row in rows.iter().filter(|row| row.baseline.is_none()) {
            let each: Vec<String> = row.families.iter().map(|(name, f1)| format!("{name} {f1:.3}")).collect();
            text += &format!("k = {}: {}\n", row.k, each.join(", "));
        }
    }
    text
}
