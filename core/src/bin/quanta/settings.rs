//! The flags that set a config. They apply in this order: preset, file, link, then the flag of each
//! field; later ones override earlier ones.

use std::path::PathBuf;

use anyhow::Context;
use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches, value_parser};
use quanta_core::config::{
    ConfigError, Field, Kind, PAGE_KEYS, RunConfig, foreign_keys, link_version, preset, presets, query_of,
};

use crate::corpus;
use crate::failure::Usage;
use crate::remark::remark;

/// Makes `--config`, `--url` and a flag for each field. Callers add `--preset`, because their presets
/// differ.
pub fn args() -> Vec<Arg> {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("Take the fields that a JSON file names, e.g. one written by --dry-run");
    let link = Arg::new("url").long("url").value_name("LINK").help("Take the fields that a link copied from the page names");
    [file, link]
        .into_iter()
        .map(|arg| arg.help_heading("Settings"))
        .chain(corpus::args())
        .chain(RunConfig::all_fields().into_iter().map(field_arg))
        .collect()
}

/// Makes `--preset` with the presets of runs.
pub fn preset_arg() -> Arg {
    let values = presets().map(|preset| PossibleValue::new(preset.name).help(preset.look_for));
    Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .value_parser(values.collect::<Vec<_>>())
        .help("Start from named settings; a file, a link and flags override them, in this order")
        .help_heading("Settings")
}

fn field_arg(field: &Field) -> Arg {
    let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) };
    let default = RunConfig::default_of(field.name).unwrap_or_default();
    let help = RunConfig::help_of(field.name).unwrap_or_default();
    // The value stays text here, so that everything wrong with a config is said at once.
    Arg::new(field.name)
        .long(field.flag())
        .alias(field.name)
        .value_name(match field.kind {
            Kind::Whole { .. } => "N",
            Kind::Real { .. } => "X",
            Kind::Choice(_) => "WORD",
        })
        .allow_negative_numbers(true)
        .help(format!("{help} [{}; default {default}{unit}]", field.kind.range()))
        .help_heading(field.group.title())
}

/// The config of a new run: the preset's, if one is named, changed by files, links and flags. Without
/// a preset, what a file or a link leaves unsaid has the default of the version that wrote it.
/// Everything wrong with the config comes back at once, as [`Usage`].
pub fn read_new(matches: &ArgMatches) -> anyhow::Result<RunConfig> {
    let link = matches.get_one::<String>("url").map(|link| link_version(link.split_once('?').map_or(link, |(_, query)| query)));
    let base = link.map_or_else(RunConfig::default, RunConfig::defaults_of);
    read(matches, base)
}

/// The config that the flags make of `base`, or of the preset's, if one is named. Everything wrong
/// with it comes back at once, as [`Usage`].
pub fn read(matches: &ArgMatches, base: RunConfig) -> anyhow::Result<RunConfig> {
    let named = matches.try_get_one::<String>("preset").ok().flatten();
    let config = named.and_then(|name| preset(name)).map_or(base, |preset| preset.config());
    layers(matches, config)
}

/// Applies files, links and flags to `config`, and validates the result.
pub fn layers(matches: &ArgMatches, config: RunConfig) -> anyhow::Result<RunConfig> {
    let (config, mut problems) = unchecked_layers(matches, config)?;
    let readable = problems.is_empty();
    // Where something could not be read, rules that compare fields would judge values that nobody
    // gave; a field's own range still holds.
    let own_range = |name: &str| RunConfig::field(name).map(|field| field.kind.range());
    problems.extend(
        config
            .validate()
            .iter()
            .filter(|problem| readable || own_range(problem.field).is_some_and(|range| problem.allowed.ends_with(&range)))
            .map(ToString::to_string),
    );
    if problems.is_empty() { Ok(config) } else { Err(Usage(problems).into()) }
}

/// Like [`layers`], but does not validate the config. Also returns the problems of parsing.
pub fn unchecked_layers(matches: &ArgMatches, mut config: RunConfig) -> anyhow::Result<(RunConfig, Vec<String>)> {
    let mut problems: Vec<String> = Vec::new();
    if let Some(path) = matches.get_one::<PathBuf>("config") {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"));
        let text = text.map_err(|error| Usage(vec![format!("{error:#}")]))?;
        problems.extend(config.merge_json(&text).iter().map(|error| format!("{shown}: {error}")));
    }
    if let Some(link) = matches.get_one::<String>("url") {
        problems.extend(read_link(&mut config, link).iter().map(|problem| format!("--url: {problem}")));
    }
    corpus::open(matches, &mut config)?;
    // The task and the model come first: they say what the other flags belong to.
    for field in RunConfig::all_fields() {
        if let Some(text) = matches.get_one::<String>(field.name) {
            problems.extend(config.set(field.name, text).err().map(|error| error.to_string()));
        }
    }
    Ok((config, problems))
}

/// Says what makes runs of these settings moot, each note once.
pub fn remark_on<'a>(configs: impl Iterator<Item = &'a RunConfig>) {
    /// A sweep whose runs have a note each would bury everything else.
    const MOST: usize = 3;
    let mut notes: Vec<String> = Vec::new();
    for note in configs.flat_map(RunConfig::remarks) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes.iter().take(MOST).for_each(|note| remark(&format!("note: {note}")));
    if notes.len() > MOST {
        remark(&format!("note: other runs have {} more such notes", notes.len() - MOST));
    }
}

/// Returns the fields whose own flags are given.
pub fn named_fields(matches: &ArgMatches) -> impl Iterator<Item = &'static Field> {
    RunConfig::all_fields().into_iter().filter(|field| matches.contains_id(field.name))
}

/// Applies the settings of a link, or of a query without an address. Returns the problems.
fn read_link(config: &mut RunConfig, link: &str) -> Vec<String> {
    let is_query = !link.contains("://") && link.contains('=');
    if !link.contains('?') && !is_query {
        return vec![format!("“{link}” holds no settings: a link of the page has them after a “?”")];
    }
    let query = if link.contains('?') { query_of(link) } else { link };
    let errors: Vec<ConfigError> = config.merge_query(query, PAGE_KEYS);
    let foreign = foreign_keys(query, PAGE_KEYS);
    if !foreign.is_empty() {
        remark(&format!("note: --url: left aside, because no setting is called so: {}", foreign.join(", ")));
    }
    errors.iter().map(ToString::to_string).collect()
}
