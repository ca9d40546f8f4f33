//! `quanta qdg RUN --out CLUSTERS`: clusters a model's gradients.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::analysis::AnalysisError;
use quanta_core::analysis::qdg::{self, Ask, CausalAsk, Clusters, Draw, Method, Places, Similarity, Stage, Watch, check_task};
use quanta_core::record::Record;

use super::published;
use super::scores::{check_out, check_same, open, read, to_text};
use crate::failure::usage;
use crate::remark::remark;
use crate::signal::Stop;
use crate::text::{count, thousands};
use crate::{corpus, input, output};

/// What an analysis that goes on has been told already.
const ASKED: [&str; 15] = [
    "out",
    "samples",
    "samples-from",
    "sample",
    "below",
    "position",
    "layers",
    "projection",
    "similarity",
    "method",
    "k",
    "neighbours",
    "starts",
    "stability",
    "seed",
];

/// Adds the arguments of an analysis.
pub fn args(command: Command) -> Command {
    let usual = Ask::default();
    let word = |name: &'static str, words: &'static [&'static str]| {
        Arg::new(name).long(name).value_name("WORD").value_parser(PossibleValuesParser::new(words))
    };
    let words = |name, list| word(name, list).value_delimiter(',').action(ArgAction::Append);
    let number = |name: &'static str, usual: String| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u64)).default_value(usual)
    };
    command
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .value_parser(value_parser!(PathBuf))
                .help("A run with its weights: of quanta train, or of a sweep with --keep-weights"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("CLUSTERS.safetensors")
                .value_parser(value_parser!(PathBuf))
                .help("The file to write: the run's curves, with the samples and their clusters"),
        )
        .arg(
            Arg::new("resume")
                .long("resume")
                .value_name("CLUSTERS.safetensors")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(ASKED)
                .help("Go on with an analysis of this run that was stopped, as it was asked for"),
        )
        .arg(number("samples", usual.samples.to_string()).help("How many samples are clustered"))
        .arg(
            Arg::new("samples-from")
                .long("samples-from")
                .value_name("CLUSTERS.safetensors")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["samples", "sample", "below"])
                .help("Take the samples of these clusters, of another run of the same task, instead of drawing some"),
        )
        .arg(
            word("sample", Draw::WORDS)
                .default_value(usual.draw.word())
                .help("As many samples of every quantum, or as often as the task uses them"),
        )
        .arg(
            Arg::new("below")
                .long("below")
                .value_name("NATS")
                .default_value(usual.below.to_string())
                .help("Only samples with a smaller loss are taken"),
        )
        .arg(
            word("position", Places::WORDS)
                .default_value(usual.places.word())
                .help("Gradients at the place that predicts, or summed over all places, as published"),
        )
        .arg(
            Arg::new("layers")
                .long("layers")
                .value_name("NAME")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .help("Of which layers' weights: names, or parts of names, such as attention or blocks.1 [default: all]"),
        )
        .arg(number("projection", "0".to_owned()).help("Project each layer's gradient to N × N numbers; 0: not at all"))
        .arg(words("similarity", Similarity::WORDS).help("How samples are compared [default: every way]"))
        .arg(words("method", Method::WORDS).help("How they are clustered [default: every way]"))
        .arg(
            Arg::new("k")
                .long("k")
                .value_name("N")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .value_parser(value_parser!(u64))
                .help("Numbers of clusters [default: as many as there are quanta among the samples]"),
        )
        .arg(number("neighbours", usual.neighbours.to_string()).help("Neighbours of a sample in the graph of neighbours"))
        .arg(number("starts", usual.starts.to_string()).help("Starts of k-means"))
        .arg(
            number("stability", usual.stability.to_string()).value_name("PARTS").help(
                "Cluster so many random parts of 80 % of the samples anew, and say which clusters come again; 10 are enough",
            ),
        )
        .arg(number("seed", usual.seed.to_string()).help("Names the samples, the projection, the starts and the parts"))
        .arg(
            corpus::text_arg()
                .conflicts_with_all(["resume", "samples-from", "causal"])
                .help("Cluster tokens of these texts in a published model: RUN is its folder or its GGUF file"),
        )
        .arg(published::context_arg())
        .arg(
            Arg::new("causal")
                .long("causal")
                .action(ArgAction::SetTrue)
                .help("Also move the weights along each cluster's mean gradient and keep the scores, as the command causal does"),
        )
}

/// Makes the clusters and writes them.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let file = |name: &str| matches.get_one::<PathBuf>(name);
    let Some(path) = file("run") else {
        return Err(usage("which run? Give its file, or one of the commands: quanta qdg --help lists them"));
    };
    let begun = file("resume").map(|begun| open(begun).map(|(of, clusters)| (begun, of, clusters))).transpose()?;
    let Some(out) = file("resume").or(file("out")) else {
        return Err(usage("where to? --out names the file to write"));
    };
    check_out(out)?;
    if matches.contains_id("text") {
        return published::run(matches, path, out);
    }
    let ask = ask(matches)?;
    let record = input::record(path)?;
    let Some(weights) = record.weights() else {
        let shown = path.display();
        return Err(usage(format!(
            "{shown} holds no weights, only curves: a sweep keeps them with --keep-weights, and quanta train always does"
        )));
    };
    let stop = Stop::listen()?;
    let watch = Keeper { record: &record, out, stop: &stop };
    let drawn = file("samples-from").map(|from| read(from)).transpose()?;
    let clusters = match (begun, drawn) {
        (Some((begun, of, clusters)), _) => {
            check_same(begun, &of, path, &record)?;
            qdg::go_on(&record.config, weights, clusters, watch)
        }
        (None, Some((of, drawn))) => {
            let ask = Ask { draw: drawn.ask.draw, below: drawn.ask.below, ..ask };
            check_task(&of.config, &record.config).and_then(|()| qdg::run_on(&record.config, weights, drawn.samples, &ask, watch))
        }
        (None, None) => qdg::run(&record.config, weights, &ask, watch),
    };
    let mut clusters = match (clusters, stop.stopped()) {
        (Ok(clusters), _) => clusters,
        (Err(AnalysisError::Stopped), Some(stopped)) => return Err(stopped.into()),
        (Err(error), _) => return Err(usage(format!("{}: {error}", path.display()))),
    };
    tell(&clusters, file("samples-from"));
    if matches.get_flag("causal") {
        let ask = CausalAsk { seed: clusters.ask.seed, ..CausalAsk::default() };
        let all: Vec<usize> = (0..clusters.clusterings.len()).collect();
        super::causal::add(&record.config, weights, &mut clusters, &all, ask, &stop, path)?;
    }
    output::file(out, &clusters.kept_in(&record).to_bytes()?)?;
    let causal =
        if matches.get_flag("causal") { format!("\n{}", super::causal::to_text(&clusters, None)) } else { String::new() };
    output::whole(&(to_text(&clusters)? + &causal))
}

/// Says what is being done, and writes what is found after each similarity, so that no stop loses it.
pub(super) struct Keeper<'a> {
    pub record: &'a Record,
    pub out: &'a Path,
    pub stop: &'a Stop,
}

impl Watch for Keeper<'_> {
    fn begin(&mut self, stage: Stage) -> bool {
        remark(&format!("{stage} …"));
        !self.stop.is_requested()
    }

    fn keep(&mut self, so_far: &Clusters) {
        let bytes = so_far.kept_in(self.record).to_bytes().map_err(anyhow::Error::from);
        if let Err(error) = bytes.and_then(|bytes| output::file(self.out, &bytes)) {
            remark(&format!("note: what was found so far is not kept: {error:#}"));
        }
    }
}

/// The settings that the flags name.
pub(super) fn ask(matches: &ArgMatches) -> anyhow::Result<Ask> {
    let whole = |name: &str| matches.get_one::<u64>(name).map_or(0, |number| *number as usize);
    let below = matches.get_one::<String>("below").map_or("", String::as_str);
    let below = quanta_core::number::read(below).map_err(|error| usage(format!("--below must be {error}, not “{below}”")))?;
    let words = |name: &str| matches.get_many::<String>(name).map(|words| words.map(String::as_str).collect::<Vec<&str>>());
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let (similarities, methods) = (Similarity::ALL.iter().copied(), Method::ALL.iter().copied());
    let (wanted, how) = (words("similarity"), words("method"));
    Ok(Ask {
        samples: whole("samples"),
        draw: Draw::from_word(word("sample")).unwrap_or(Draw::Balanced),
        below,
        places: Places::from_word(word("position")).unwrap_or(Places::Predicting),
        layers: words("layers").unwrap_or_default().into_iter().map(str::to_owned).collect(),
        projection: whole("projection"),
        similarities: similarities.filter(|one| wanted.as_ref().is_none_or(|words| words.contains(&one.word()))).collect(),
        methods: methods.filter(|one| how.as_ref().is_none_or(|words| words.contains(&one.word()))).collect(),
        k: matches.get_many::<u64>("k").unwrap_or_default().map(|k| *k as usize).collect(),
        neighbours: whole("neighbours"),
        starts: whole("starts"),
        stability: whole("stability"),
        seed: whole("seed") as u64,
    })
}

/// What was drawn, or taken from elsewhere, and what was left out.
pub(super) fn tell(clusters: &Clusters, from: Option<&PathBuf>) {
    let samples = &clusters.samples;
    let drawn = match from {
        Some(from) => format!("those of {}", from.display()),
        None => format!("with a loss under {} nats", clusters.ask.below),
    };
    remark(&format!(
        "{} of {} {drawn}, at step {}",
        count(samples.len(), "sample"),
        samples.noun().count(samples.quanta(), &thousands(samples.quanta() as u64)),
        clusters.step
    ));
    if clusters.zeros > 0 {
        remark(&format!("{} left out: their gradient is zero", count(clusters.zeros, "sample")));
    }
}
