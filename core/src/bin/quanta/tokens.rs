//! `quanta tokens`: what each token of a text costs a model of others.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use indicatif::{ProgressBar, ProgressStyle};
use quanta_core::number::read_whole;
use quanta_core::pretrained::{Pretrained, Token};
use quanta_core::text::Text;
use serde_json::json;

use crate::failure::usage;
use crate::output;
use crate::remark::remark;
use crate::text::thousands;

/// Tokens that are predicted in one window unless told otherwise, where the model reads as many.
const CONTEXT: usize = 512;

/// A token that costs less is as good as known: the paper's threshold for samples of QDG, nats.
const KNOWN: f32 = 0.1;

const EXAMPLES: &str = "\
Examples:
  quanta tokens SmolLM2-135M-Instruct.Q4_1.gguf --text chapter.txt
      Mean loss of the text, in nats and bits a token and in bits a byte, and how many tokens cost next to nothing.
  quanta tokens pythia-70m --text chapter.txt --json > losses.jsonl
      One object a token, in order: {\"id\":…,\"token\":\"…\",\"loss_nats\":…}; the first has no loss (null).

MODEL is a folder as Hugging Face publishes it (config.json, tokenizer.json and safetensors, also in several
files with an index) of GPT-2, GPT-NeoX (Pythia) or Llama, or a GGUF file of Llama whose arrays are F32, F16,
BF16, Q8_0, Q4_0 or Q4_1. Everything is computed in single precision on the CPU.

A long text is read in windows. Each begins with the last token of the one before it, so that every token but
the first is predicted once; early in a window a token is predicted from few.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("tokens")
        .about("Measure what each token of a text costs a published language model")
        .arg(
            Arg::new("model")
                .value_name("MODEL")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A model's folder, or its GGUF file"),
        )
        .arg(
            Arg::new("text")
                .long("text")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The text, in UTF-8; - is stdin"),
        )
        .arg(
            Arg::new("context")
                .long("context")
                .value_name("N")
                .value_parser(|text: &str| read_whole(text).map_err(|error| error.to_string()))
                .help(format!("Predict so many tokens a window [default: {CONTEXT}, or as many as the model reads]")),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print one object a token"))
        .after_help(EXAMPLES)
}

/// Reads the text by the model and prints the losses.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (Some(model), Some(path)) = (matches.get_one::<PathBuf>("model"), matches.get_one::<PathBuf>("text")) else {
        return Ok(());
    };
    let text = read(path)?;
    let begun = Instant::now();
    let model = Pretrained::open(model).map_err(usage)?;
    let opened = begun.elapsed().as_secs_f64();
    let tokens = model.tokenizer.encode(&text).map_err(usage)?;
    let context = matches.get_one::<u64>("context").copied();
    let context = context.map_or(CONTEXT.min(model.shape.context), |context| usize::try_from(context).unwrap_or(usize::MAX));
    let bar = ProgressBar::new(tokens.len() as u64);
    bar.set_style(
        ProgressStyle::with_template("{bar:30} {percent:>3}%  {pos} of {len} tokens").unwrap_or(ProgressStyle::default_bar()),
    );
    let begun = Instant::now();
    let losses = model.losses(&tokens, context, |done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let losses = losses.map_err(usage)?;
    let seconds = begun.elapsed().as_secs_f64();
    if matches.get_flag("json") {
        let line = |token: &Token| json!({"id": token.id, "token": token.text, "loss_nats": token.loss}).to_string() + "\n";
        output::whole(&losses.iter().map(line).collect::<String>())?;
    } else {
        output::whole(&summary(&model, &losses, text.len(), context))?;
    }
    let per_second = losses.len() as f64 / seconds;
    remark(&format!("opened in {opened:.1} s, read in {seconds:.1} s: {per_second:.0} tokens a second"));
    Ok(())
}

/// A text that tokens can be made of.
fn read(path: &Path) -> anyhow::Result<String> {
    let shown = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    read.map_err(|error| usage(format!("{shown}: {error}")))?;
    Ok(Text::from_bytes(&shown, &bytes).map_err(usage)?.text)
}

fn summary(model: &Pretrained, tokens: &[Token], bytes: usize, context: usize) -> String {
    let losses: Vec<f32> = tokens.iter().filter_map(|token| token.loss).collect();
    let sum = losses.iter().map(|loss| f64::from(*loss)).sum::<f64>();
    let (nats, bits) = (sum / losses.len() as f64, sum / std::f64::consts::LN_2);
    let known = losses.iter().filter(|loss| **loss < KNOWN).count();
    format!(
        "{}, {} parameters\n{} tokens of {} bytes, in windows of {}\nmean loss {nats:.4} nats a token, {:.4} bits; {:.4} bits a byte\n\
         {:.1} % of the tokens cost less than {KNOWN} nats\n",
        model.family,
        thousands(model.parameters() as u64),
        thousands(tokens.len() as u64),
        thousands(bytes as u64),
        thousands(context as u64),
        bits / losses.len() as f64,
        bits / bytes as f64,
        100.0 * known as f64 / losses.len() as f64,
    )
}
