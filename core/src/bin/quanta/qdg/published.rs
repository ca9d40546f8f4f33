//! `quanta qdg MODEL --text FILE… --out CLUSTERS`: clusters tokens by their gradients in a published language model.

use std::path::Path;

use clap::{Arg, ArgMatches};
use quanta_core::analysis::AnalysisError;
use quanta_core::analysis::gradients::PublishedModel;
use quanta_core::analysis::qdg::{self, Ask, Of, Similarity};
use quanta_core::config::TEXT;
use quanta_core::pretrained::Pretrained;
use quanta_core::record::Record;

use super::find::{Keeper, ask, tell};
use super::scores::to_text;
use crate::failure::usage;
use crate::number::whole;
use crate::signal::Stop;
use crate::{corpus, output};

/// Tokens of a window: enough for most skills, and a gradient takes time by each.
const CONTEXT: &str = "64";

/// How many samples there are to a cluster, where the number of clusters is not given: about as many as the paper
/// has (10,000 in 400).
const TO_A_CLUSTER: usize = 25;

/// `--context N`.
pub fn context_arg() -> Arg {
    Arg::new("context")
        .long("context")
        .value_name("N")
        .value_parser(whole(4..=4_096))
        .default_value(CONTEXT)
        .requires("text")
        .help("Of texts for a published model: predict each token from at most so many before it")
}

/// Makes the clusters and writes them.
pub fn run(matches: &ArgMatches, path: &Path, out: &Path) -> anyhow::Result<()> {
    let texts = corpus::texts(matches)?;
    let mut ask: Ask = ask(matches)?;
    if !matches.contains_id("similarity") {
        ask.similarities.retain(|one| *one != Similarity::Attribution);
    }
    if ask.k.is_empty() {
        ask.k = vec![(ask.samples / TO_A_CLUSTER).max(2).min(ask.samples)];
    }
    let context = matches.get_one::<u64>("context").map_or(0, |context| *context as usize);
    let pretrained = Pretrained::open(path).map_err(usage)?;
    let failed = |error: AnalysisError| usage(format!("{}: {error}", path.display()));
    let model = PublishedModel::new(&pretrained, &texts, context).map_err(failed)?;
    // A file of clusters is a record with curves; a published model brings none, and its settings are those of no run.
    let record = Record::new(TEXT.config());
    let stop = Stop::listen()?;
    let mut clusters = match (qdg::run_of(&model, &ask, Keeper { record: &record, out, stop: &stop }), stop.stopped()) {
        (Ok(clusters), _) => clusters,
        (Err(AnalysisError::Stopped), Some(stopped)) => return Err(stopped.into()),
        (Err(error), _) => return Err(failed(error)),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    clusters.model = Some(Of { name, family: pretrained.family.to_owned(), parameters: pretrained.parameters() as u64 });
    tell(&clusters, None);
    output::file(out, &clusters.kept_in(&record).to_bytes()?)?;
    output::whole(&to_text(&clusters)?)
}
