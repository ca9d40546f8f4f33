//! `quanta clusters`: lists the clusters of a file, shows one with its samples, and exports them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::analysis::qdg::{Clusters, Contexts, Method, Similarity, describe, to_csv, to_json};
use serde_json::{Value, json};

use crate::failure::usage;
use crate::output;
use crate::qdg::scores::read;

const EXAMPLES: &str = "\
Examples:
  quanta clusters clusters.safetensors
      Lists the clusters of the first clustering, the largest first, each with its size, the quantum that
      most of its samples are of, and what they have in common.
  quanta clusters clusters.safetensors --similarity absolute --method average --show 3
      Shows the samples of the third largest cluster in their contexts; the predicted token is marked.
  quanta clusters clusters.safetensors --json
      One object a cluster, with its samples.
  quanta clusters clusters.safetensors --csv
      One line a sample: its cluster, quantum, target, loss and context.
  quanta clusters clusters.safetensors --labels > labels.json
      The labels of every k, for `quanta qdg envelope`.";

/// The subcommand's flags.
pub fn command() -> Command {
    let word = |name: &'static str, words: &'static [&'static str]| {
        Arg::new(name).long(name).value_name("WORD").value_parser(PossibleValuesParser::new(words))
    };
    let number = |name: &'static str, what: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u64).range(1..)).help(what)
    };
    let flag = |name: &'static str, what: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(what).conflicts_with("show")
    };
    Command::new("clusters")
        .about("List the clusters that quanta qdg has found, show one, or export them")
        .arg(
            Arg::new("clusters")
                .value_name("CLUSTERS")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A file that quanta qdg has written"),
        )
        .arg(word("similarity", Similarity::WORDS).help("Of which similarity [default: the first in the file]"))
        .arg(word("method", Method::WORDS).help("Of which method [default: the first in the file]"))
        .arg(number("k", "Of how many clusters [default: the first in the file]"))
        .arg(number("show", "Show the samples of the cluster of this rank; 1 is the largest"))
        .arg(number("most", "Show no more samples than this").default_value("20"))
        .arg(flag("json", "Write one JSON object a cluster and line"))
        .arg(flag("csv", "Write one line a sample").conflicts_with("json"))
        .arg(flag("labels", "Write the labels of every k as JSON").conflicts_with_all(["json", "csv"]))
        .after_help(EXAMPLES)
}

/// Prints what was asked for.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(path) = matches.get_one::<PathBuf>("clusters") else { return Ok(()) };
    let (record, clusters) = read(path)?;
    let chosen = choose(&clusters, matches).map_err(|why| usage(format!("{}: {why}", path.display())))?;
    if matches.get_flag("labels") {
        return output::line(&labels(&clusters, chosen).to_string());
    }
    let contexts = Contexts::new(&record.config, &clusters.samples);
    if matches.get_flag("csv") {
        return output::whole(&to_csv(&clusters, chosen, &contexts));
    }
    if matches.get_flag("json") {
        let objects = to_json(&clusters, chosen, &contexts);
        return objects.iter().try_for_each(|object| output::line(&object.to_string()));
    }
    let described = describe(&clusters, chosen);
    let one = &clusters.clusterings[chosen];
    let mut text = format!("{}, {}, k = {}\n", one.similarity.word(), one.method.word(), one.k);
    let Some(rank) = matches.get_one::<u64>("show") else {
        // A column for what was measured of some clusterings alone.
        let (heading, causal): (_, &dyn Fn(Option<f64>) -> String) = match one.causal {
            Some(_) => ("  causal", &|score| format!("{:>8}", score.map_or("–".to_owned(), |score| format!("{score:.2}")))),
            None => ("", &|_| String::new()),
        };
        text += &format!(
            "{:>4}{:>7}{:>9}{:>8}{heading}  {:<12}{}\n",
            "rank", "size", "quantum", "share", "family", "most frequent target"
        );
        for cluster in &described {
            let (share, target) = (100.0 * cluster.quantum_share, contexts.token(cluster.target));
            text += &format!(
                "{:>4}{:>7}{:>9}{share:>7.0}%{}  {:<12}{target} ({:.0} %)\n",
                cluster.rank,
                cluster.members.len(),
                cluster.quantum,
                causal(cluster.causal),
                cluster.family.as_deref().unwrap_or(""),
                100.0 * cluster.target_share,
            );
        }
        return output::whole(&text);
    };
    let Some(cluster) = described.get(*rank as usize - 1) else {
        return Err(usage(format!("there is no cluster {rank}: this clustering has {}", described.len())));
    };
    let most = matches.get_one::<u64>("most").map_or(20, |most| *most as usize);
    text += &format!("cluster {rank}: {} samples\n", cluster.members.len());
    for sample in cluster.members.iter().take(most) {
        let samples = &clusters.samples;
        text += &format!("{:>8}  {:>6.3}  {}\n", samples.quantum[*sample] + 1, samples.loss[*sample], contexts.marked(*sample));
    }
    if cluster.members.len() > most {
        text += &format!("and {} more\n", cluster.members.len() - most);
    }
    output::whole(&text)
}

/// The place of the clustering that the flags name; the first that fits them.
fn choose(clusters: &Clusters, matches: &ArgMatches) -> Result<usize, String> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (similarity, method, k) = (word("similarity"), word("method"), matches.get_one::<u64>("k").map(|k| *k as usize));
    clusters.find(similarity, method, k).ok_or_else(|| {
        let there = clusters.clusterings.iter().map(|one| format!("{} {} {}", one.similarity.word(), one.method.word(), one.k));
        format!("no such clustering is there, only (similarity, method, k) {}", there.collect::<Vec<_>>().join(", "))
    })
}

/// From k to the labels, of the chosen similarity and method.
fn labels(clusters: &Clusters, chosen: usize) -> Value {
    let chosen = &clusters.clusterings[chosen];
    let same = clusters.clusterings.iter().filter(|one| (one.similarity, one.method) == (chosen.similarity, chosen.method));
    json!(same.map(|one| (one.k.to_string(), &one.labels)).collect::<BTreeMap<String, &Vec<u32>>>())
}
