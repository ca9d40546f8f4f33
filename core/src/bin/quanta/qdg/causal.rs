//! `quanta qdg causal`: whose loss changes when the weights move along a cluster's mean gradient?

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::analysis::AnalysisError;
use quanta_core::analysis::qdg::{ARTIFACT, Causal, CausalAsk, Clustering, Clusters, Method, Similarity, causal};
use quanta_core::config::RunConfig;
use quanta_core::record::Checkpoint;
use serde_json::{Value, json};

use super::scores::{check_out, check_same, read};
use crate::failure::usage;
use crate::remark::remark;
use crate::signal::Stop;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta qdg causal clusters.safetensors run.safetensors
      Every clustering in the file: the median score of its clusters, and of random ones.
  quanta qdg causal clusters.safetensors run.safetensors --similarity absolute --method spectral --json
      The scores of that clustering's clusters, one object a line.
  quanta qdg causal clusters.safetensors run.safetensors --out checked.safetensors
      Keeps them in a file, where quanta clusters shows them.

The samples of a cluster are split into halves. The weights are moved by ±ε of their norm along the mean of one
half's gradients, and the score is the mean change of the other half's loss, half the difference between the two
ways, over the mean size of the change on samples of other clusters. Beside it stands the same of random clusters
of equal sizes. Clusters of one sample have no score.";

/// The subcommand's flags.
pub fn command() -> Command {
    let usual = CausalAsk::default();
    let file = |name: &'static str, shown: &'static str, help: &'static str| {
        Arg::new(name).value_name(shown).required(true).value_parser(value_parser!(PathBuf)).help(help)
    };
    let word = |name: &'static str, words: &'static [&'static str]| {
        Arg::new(name).long(name).value_name("WORD").value_parser(PossibleValuesParser::new(words))
    };
    let number = |name: &'static str| Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u64));
    Command::new("causal")
        .about("Move the weights along each cluster's mean gradient, and see whose loss changes")
        .arg(file("clusters", "CLUSTERS", "A file that quanta qdg has written"))
        .arg(file("run", "RUN", "The run that the clusters were made of, with its weights"))
        .arg(word("similarity", Similarity::WORDS).help("Only of this similarity"))
        .arg(word("method", Method::WORDS).help("Only of this method"))
        .arg(number("k").help("Only of so many clusters"))
        .arg(
            Arg::new("epsilon")
                .long("epsilon")
                .value_name("SHARE")
                .default_value(usual.epsilon.to_string())
                .help("How far the weights are moved, as a share of their norm"),
        )
        .arg(
            number("others")
                .default_value(usual.others.to_string())
                .help("On how many samples of other clusters the change elsewhere is measured, at most"),
        )
        .arg(number("seed").default_value("0").help("Names the halves, the other samples and the random clusters"))
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("CLUSTERS.safetensors")
                .value_parser(value_parser!(PathBuf))
                .help("Write the clusters with their scores to this file, which may be the one they came from"),
        )
        .arg(super::json_arg())
        .after_help(EXAMPLES)
}

/// Computes the scores, prints them, and keeps them where a file is named.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (Some(path), Some(of)) = (matches.get_one::<PathBuf>("clusters"), matches.get_one::<PathBuf>("run")) else {
        return Ok(());
    };
    let epsilon = matches.get_one::<String>("epsilon").map_or("", String::as_str);
    let epsilon = quanta_core::number::read(epsilon).ok().filter(|epsilon| epsilon.is_finite() && *epsilon > 0.0);
    let epsilon = epsilon.ok_or_else(|| usage("--epsilon must be a number above 0, such as 0.01"))?;
    let whole = |name: &str| matches.get_one::<u64>(name).map_or(0, |number| *number);
    let ask = CausalAsk { epsilon, others: whole("others") as usize, seed: whole("seed") };
    let out = matches.get_one::<PathBuf>("out");
    if let Some(out) = out {
        check_out(out)?;
    }
    let (mut record, mut clusters) = read(path)?;
    let chosen = choose(&clusters, matches);
    if chosen.is_empty() {
        return Err(usage(format!("{}: no such clustering is there; quanta qdg score lists them", path.display())));
    }
    let model = input::record(of)?;
    check_same(path, &record, of, &model)?;
    let Some(weights) = model.weights() else {
        return Err(usage(format!("{} holds no weights, only curves, so there is nothing to move", of.display())));
    };
    let stop = Stop::listen()?;
    add(&model.config, weights, &mut clusters, &chosen, ask, &stop, of)?;
    if let Some(out) = out {
        record.artifacts.insert(ARTIFACT.to_owned(), clusters.to_artifact());
        output::file(out, &record.to_bytes()?)?;
    }
    if matches.get_flag("json") {
        let objects = chosen.iter().filter_map(|place| to_json(clusters.clusterings.get(*place)?));
        return objects.into_iter().try_for_each(|object| output::line(&object.to_string()));
    }
    output::whole(&to_text(&clusters, Some(&chosen)))
}

/// The places of the clusterings that the flags name.
fn choose(clusters: &Clusters, matches: &ArgMatches) -> Vec<usize> {
    let word = |name: &str, of: &str| matches.get_one::<String>(name).is_none_or(|word| word == of);
    let fits = |one: &Clustering| {
        let k = matches.get_one::<u64>("k").is_none_or(|k| *k as usize == one.k);
        word("similarity", one.similarity.word()) && word("method", one.method.word()) && k
    };
    (0..clusters.clusterings.len()).filter(|place| fits(&clusters.clusterings[*place])).collect()
}

/// Adds the causal scores of the clusterings at these places.
pub fn add(
    config: &RunConfig,
    checkpoint: &Checkpoint,
    clusters: &mut Clusters,
    places: &[usize],
    ask: CausalAsk,
    stop: &Stop,
    path: &Path,
) -> anyhow::Result<()> {
    for place in places {
        let one = &clusters.clusterings[*place];
        remark(&format!("moving the weights along clusters: {}, {}, k = {} …", one.similarity.word(), one.method.word(), one.k));
        match (causal(config, checkpoint, clusters, *place, ask, |_, _| !stop.is_requested()), stop.stopped()) {
            (Ok(found), _) => clusters.clusterings[*place].causal = Some(found),
            (Err(AnalysisError::Stopped), Some(stopped)) => return Err(stopped.into()),
            (Err(error), _) => return Err(usage(format!("{}: {error}", path.display()))),
        }
    }
    Ok(())
}

fn to_json(one: &Clustering) -> Option<Value> {
    let found = one.causal.as_ref()?;
    let [median, random] = found.medians();
    let mut object = json!({ "similarity": one.similarity.word(), "method": one.method.word(), "k": one.k });
    object["median"] = json!(median);
    object["median_random"] = json!(random);
    for (name, value) in json!(found).as_object()? {
        object[name] = value.clone();
    }
    Some(object)
}

/// A line a clustering: the median scores, how many of its clusters are above every random one, and how many
/// have none. Of those at these places, or of all that have scores.
pub fn to_text(clusters: &Clusters, places: Option<&[usize]>) -> String {
    let mut text =
        format!("{:<36}{:>6}{:>9}{:>9}{:>14}{:>9}\n", "causal score, median", "k", "clusters", "random", "above random", "none");
    let mut epsilon = None;
    for (place, one) in clusters.clusterings.iter().enumerate() {
        let Some(found) = one.causal.as_ref().filter(|_| places.is_none_or(|places| places.contains(&place))) else { continue };
        epsilon = Some(found.ask.epsilon);
        let number = |score: Option<f64>| score.map_or("–".to_owned(), |score| format!("{score:.2}"));
        let [median, random] = found.medians().map(number);
        let name = format!("{}, {}", one.similarity.word(), one.method.word());
        let none = found.scores.iter().filter(|score| score.is_none()).count();
        text += &format!("{name:<36}{:>6}{median:>9}{random:>9}{:>14}{none:>9}\n", one.k, above(found));
    }
    if let Some(epsilon) = epsilon {
        text += &format!("\nweights moved by ±{epsilon} of their norm; clusters of one sample have no score\n");
    }
    text
}

/// How many clusters of those with a score are above every random one: “31 of 40”.
fn above(found: &Causal) -> String {
    let most = found.random.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let scores: Vec<f64> = found.scores.iter().flatten().copied().collect();
    format!("{} of {}", scores.iter().filter(|score| **score > most).count(), scores.len())
}
