//! `quanta corpus`: cuts texts into tokens; and the flags `--corpus` and `--text` of commands that learn one.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::config::RunConfig;
use quanta_core::sweep::Manifest;
use quanta_core::text::{BytePairs, Corpus, Text, keep, kept};

use crate::failure::{Usage, usage};
use crate::number::whole;
use crate::output;
use crate::remark::remark;
use crate::text::thousands;

const EXAMPLES: &str = "\
Examples:
  quanta corpus --text chapter.txt --tokens 512 --out chapter.corpus.safetensors
      Learns a vocabulary of 512 tokens from the text, cuts the text into them, and holds out a twentieth for tests.
  quanta train --preset text --corpus chapter.corpus.safetensors --out chapter.safetensors
      Trains a transformer on it; each tested token has a curve of its own.

Every text falls into blocks of some four thousand bytes, which end where a line does; of twenty blocks the tenth is
held out. A vocabulary has a token for each byte, and byte pairs that were joined in the order of their frequency.
The same texts give the same file, byte for byte.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("corpus")
        .about("Cut texts into tokens, for a model to learn")
        .arg(text_arg().required(true))
        .arg(
            Arg::new("tokens")
                .long("tokens")
                .value_name("N")
                .value_parser(whole(257..=65_534))
                .default_value("1024")
                .conflicts_with("vocabulary-of")
                .help("Learn a vocabulary of so many tokens"),
        )
        .arg(
            Arg::new("vocabulary-of")
                .long("vocabulary-of")
                .value_name("CORPUS.safetensors")
                .value_parser(value_parser!(PathBuf))
                .help("Take the vocabulary of another corpus, so that one model reads both"),
        )
        .arg(Arg::new("title").long("title").value_name("TITLE").help("What to call it [default: the name of the file of --out]"))
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("CORPUS.safetensors")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The file to write"),
        )
        .after_help(EXAMPLES)
}

/// `--text FILE…`.
pub fn text_arg() -> Arg {
    Arg::new("text")
        .long("text")
        .value_name("FILE")
        .num_args(1..)
        .value_parser(value_parser!(PathBuf))
        .help("Texts in UTF-8, one after another")
}

/// The flags of commands that learn a text.
pub fn args() -> [Arg; 2] {
    let corpus = Arg::new("corpus").long("corpus").value_name("FILE").value_parser(value_parser!(PathBuf));
    let corpus = corpus.help("Learn the text of a file that `quanta corpus` wrote");
    let text = text_arg().conflicts_with("corpus").help("Learn these texts, as `quanta corpus` would cut them into --tokens");
    [corpus, text].map(|arg| arg.help_heading("Settings"))
}

/// Writes the corpus.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(out) = matches.get_one::<PathBuf>("out") else { return Ok(()) };
    output::check_writable(out)?;
    output::check_replaceable(out, "a corpus", |bytes| Corpus::from_bytes(bytes).is_ok())?;
    let texts = texts(matches)?;
    let pairs = match matches.get_one::<PathBuf>("vocabulary-of") {
        Some(path) => read(path)?.pairs,
        None => learn(&texts, matches.get_one::<u64>("tokens").map_or(1_024, |tokens| *tokens as usize))?,
    };
    let title = matches.get_one::<String>("title").cloned().unwrap_or_else(|| title_of(out));
    let corpus = Corpus::new(&title, &texts, pairs);
    output::file(out, &corpus.to_bytes().map_err(usage)?)?;
    let bytes: u64 = corpus.sources.iter().map(|source| source.bytes).sum();
    let all = corpus.training.len() + corpus.held_out.len();
    let [tokens, training, held_out] =
        [corpus.pairs.len(), corpus.training.len(), corpus.held_out.len()].map(|count| thousands(count as u64));
    output::line(&format!(
        "{title}: {} bytes in {tokens} tokens, {:.2} bytes a token; {training} to train on, {held_out} held out; number {}",
        thousands(bytes),
        bytes as f64 / all.max(1) as f64,
        corpus.number()
    ))
}

/// Opens the text that `--corpus` or `--text` names, and sets what follows from it: the task, and what the text is
/// written in.
pub fn open(matches: &ArgMatches, config: &mut RunConfig) -> anyhow::Result<()> {
    let corpus = match (matches.get_one::<PathBuf>("corpus"), matches.contains_id("text")) {
        (Some(path), _) => read(path)?,
        (None, true) => {
            let asked = matches.get_one::<String>("tokens").cloned().or_else(|| config.get("tokens"));
            let asked = asked.or_else(|| RunConfig::default_of("tokens")).unwrap_or_default();
            let tokens = quanta_core::number::read_whole(&asked).map_err(|error| usage(format!("--tokens: {error}")))?;
            let texts = texts(matches)?;
            let title = texts.iter().map(|text| text.name.as_str()).collect::<Vec<_>>().join(", ");
            let pairs = learn(&texts, usize::try_from(tokens).unwrap_or(usize::MAX))?;
            Corpus::new(&title, &texts, pairs)
        }
        (None, false) => return Ok(()),
    };
    let tokens = corpus.pairs.len().to_string();
    let number = keep(corpus).to_string();
    for (name, value) in [("task", "text"), ("corpus_id", &number), ("tokens", &tokens)] {
        config.set(name, value).map_err(usage)?;
    }
    Ok(())
}

/// Refuses settings of a text that is not open, or does not fit them.
pub fn check(config: &RunConfig) -> anyhow::Result<()> {
    config.task.text().map_or(Ok(()), |text| text.corpus().map(drop)).map_err(usage)
}

/// Reads a corpus file.
pub fn read(path: &Path) -> anyhow::Result<Corpus> {
    let bytes = std::fs::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    Corpus::from_bytes(&bytes).map_err(|error| usage(format!("{}: {error}", path.display())))
}

/// Where a sweep's folder keeps the text of its runs.
fn kept_in(dir: &Path) -> PathBuf {
    dir.join("corpus.safetensors")
}

/// Opens the text that a sweep's folder keeps, where its runs learn one that is not open, and refuses runs whose text
/// is not there or does not fit.
pub fn open_in(dir: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let texts = || manifest.runs.iter().filter_map(|entry| entry.config.task.text());
    let path = kept_in(dir);
    if texts().any(|text| kept(text.corpus_id).is_none()) && path.exists() {
        keep(read(&path)?);
    }
    texts().try_for_each(|text| text.corpus().map(drop)).map_err(usage)
}

/// Keeps the text of a sweep's runs in its folder, so that it goes on by itself.
pub fn keep_in(dir: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let path = kept_in(dir);
    match manifest.runs.iter().find_map(|entry| entry.config.task.text()) {
        Some(text) if !path.exists() => {
            let corpus = text.corpus().map_err(usage)?;
            output::file(&path, &corpus.to_bytes().map_err(usage)?)
        }
        _ => Ok(()),
    }
}

/// Reads the texts of `--text`; everything wrong with them is said at once.
pub fn texts(matches: &ArgMatches) -> anyhow::Result<Vec<Text>> {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for path in matches.get_many::<PathBuf>("text").unwrap_or_default() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match std::fs::read(path) {
            Ok(bytes) => match Text::from_bytes(&name, &bytes) {
                Ok(text) => texts.push(text),
                Err(error) => problems.push(error.to_string()),
            },
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    if problems.is_empty() { Ok(texts) } else { Err(Usage(problems).into()) }
}

fn learn(texts: &[Text], tokens: usize) -> anyhow::Result<BytePairs> {
    let bytes: usize = texts.iter().map(|text| text.text.len()).sum();
    remark(&format!("learning {} tokens from {} bytes", thousands(tokens as u64), thousands(bytes as u64)));
    BytePairs::learn(texts, tokens).map_err(usage)
}

/// `lab-text-1` of `folder/lab-text-1.corpus.safetensors`.
fn title_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}
