//! `quanta clusters`: lists the clusters of a file, shows one with its samples, and exports them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::analysis::qdg::{Clusters, Contexts, Method, Order, Similarity, describe, to_csv, to_json};
use quanta_core::figure::clusters::{Color, Kind, Options};
use quanta_core::number::read_range;
use serde_json::{Value, json};

use crate::failure::usage;
use crate::output;
use crate::plot::{bytes, check_out, look, look_args, out, out_arg, size};
use crate::qdg::scores::read;
use crate::remark::remark;

const EXAMPLES: &str = "\
Examples:
  quanta clusters clusters.safetensors
      Lists the clusters of the first clustering, the largest first, each with its size, the quantum that
      most of its samples are of, and what they have in common.
  quanta clusters clusters.safetensors --sort stability
      Those first that come again from parts of the samples, where quanta qdg --stability measured it.
  quanta clusters clusters.safetensors --similarity absolute --method average --show 3
      Shows the samples of the third largest cluster in their contexts; the predicted token is marked.
  quanta clusters clusters.safetensors --figure matrix --out matrix.svg
      How alike clusters are; --figure map, envelope, scores and pairs draw the others. What a figure shows is
      printed in words, with --json as a table.
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
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| PossibleValue::new(kind.name()).help(kind.title())).collect();
    let flag = |name: &'static str, what: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(what).conflicts_with("show")
    };
    Command::new("clusters")
        .about("List the clusters that quanta qdg has found, show one, draw or export them")
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
        .arg(
            word("sort", Order::WORDS)
                .default_value(Order::default().word())
                .help("In which order they are listed; ranks are always by size"),
        )
        .arg(number("show", "Show the samples of the cluster of this rank, or set it apart in a figure; 1 is the largest"))
        .arg(number("most", "Show no more samples than this").default_value("20"))
        .arg(flag("json", "Write one JSON object a cluster and line; of a figure one that says what it shows"))
        .arg(flag("csv", "Write one line a sample").conflicts_with_all(["json", "figure"]))
        .arg(flag("labels", "Write the labels of every k as JSON").conflicts_with_all(["json", "csv", "figure"]))
        .arg(
            Arg::new("figure")
                .long("figure")
                .value_name("NAME")
                .value_parser(kinds)
                .requires("out")
                .help("Draw a figure: which one"),
        )
        .arg(out_arg().required(false).requires("figure"))
        .args(look_args())
        .arg(word("color", Color::WORDS).default_value(Color::default().word()).help("What the colours of the map are"))
        .arg(
            Arg::new("ranks")
                .long("ranks")
                .value_name("A..B")
                .value_parser(read_range)
                .help("The ranks over which the envelope’s slope is fitted [default: the paper’s, in proportion to k]"),
        )
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
    if let Some(kind) = matches.get_one::<String>("figure").and_then(|name| Kind::from_name(name)) {
        return draw(kind, &clusters, chosen, &contexts, matches);
    }
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
        if let Some(stability) = &one.stability {
            text += &format!(
                "found again in {} parts of 80 % of the samples: ARI {:.2}; of each cluster the mean Jaccard index is below\n",
                stability.draws, stability.ari
            );
        }
        // A column for what was measured of some clusterings alone.
        let column = |is_there: bool, width: usize| if is_there { width } else { 0 };
        let (stable, causal) = (column(one.stability.is_some(), 8), column(one.causal.is_some(), 8));
        let heading = |name: &'static str, width: usize| if width > 0 { name } else { "" };
        text += &format!(
            "{:>4}{:>7}{:>9}{:>8}{:>stable$}{:>causal$}  {:<12}{}\n",
            "rank",
            "size",
            clusters.samples.noun().one,
            "share",
            heading("stable", stable),
            heading("causal", causal),
            if clusters.model.is_some() { "its name" } else { "family" },
            "most frequent target"
        );
        let order = matches.get_one::<String>("sort").and_then(|word| Order::from_word(word)).unwrap_or_default();
        if order == Order::Stability && one.stability.is_none() {
            remark("note: no stability was measured here; quanta qdg --stability 10 measures it");
        }
        let cell = |number: Option<f64>, width: usize| match (number, width) {
            (_, 0) => String::new(),
            (Some(number), _) => format!("{number:.2}"),
            (None, _) => "–".to_owned(),
        };
        for cluster in order.sort(&described).into_iter().map(|at| &described[at]) {
            let (share, target) = (100.0 * cluster.quantum_share, contexts.token(cluster.target));
            text += &format!(
                "{:>4}{:>7}{:>9}{share:>7.0}%{:>stable$}{:>causal$}  {:<12}{target} ({:.0} %)\n",
                cluster.rank,
                cluster.members.len(),
                cluster.quantum,
                cell(cluster.stability, stable),
                cell(cluster.causal, causal),
                cluster.family.as_deref().unwrap_or(""),
                100.0 * cluster.target_share,
            );
        }
        return output::whole(&text);
    };
    let Some(cluster) = described.get(*rank as usize - 1) else { return Err(no_cluster(*rank, described.len())) };
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

/// Draws a figure, and prints what it shows.
fn draw(kind: Kind, clusters: &Clusters, chosen: usize, contexts: &Contexts, matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(path) = out(matches) else { return Ok(()) };
    let format = check_out(path)?;
    let color = matches.get_one::<String>("color").and_then(|word| Color::from_word(word)).unwrap_or_default();
    let ranks = matches.get_one::<(f64, f64)>("ranks").map(|(from, to)| (from.ceil().max(1.0) as usize, to.floor() as usize));
    let open = matches.get_one::<u64>("show").map(|rank| *rank as usize - 1);
    let all = clusters.members(chosen).len();
    if let Some(open) = open.filter(|open| *open >= all) {
        return Err(no_cluster(open as u64 + 1, all));
    }
    let figure = kind.figure(clusters, chosen, contexts, Options { open, color, ranks }).map_err(usage)?;
    output::file(path, &bytes(&*figure, format, &look(matches), size(matches, false))?)?;
    if !matches.get_flag("json") {
        return output::line(&figure.describe());
    }
    let table = figure.table();
    output::line(
        &json!({
            "figure": figure.name(), "title": figure.title(), "caption": figure.caption(),
            "description": figure.describe(), "table": { "header": table.header, "rows": table.rows },
        })
        .to_string(),
    )
}

fn no_cluster(rank: u64, all: usize) -> anyhow::Error {
    usage(format!("there is no cluster {rank}: this clustering has {all}"))
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
