//! Determines a sweep's runs from the flags or from its folder.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use quanta_core::config::{RunConfig, preset};
use quanta_core::sweep::{Dimension, Folder, Manifest, SweepError, sweep_preset};

use crate::failure::{Usage, usage};
use crate::settings;

/// The sweep to train.
pub enum Sweep {
    /// A sweep given by flags.
    New(Manifest),
    /// The sweep that the folder already holds.
    Existing(Folder, Manifest),
}

impl Sweep {
    /// The sweep's manifest.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::New(manifest) | Self::Existing(_, manifest) => manifest,
        }
    }
}

/// Returns the sweep that the flags describe, or, if they describe none, the one in `dir`.
pub fn manifest(matches: &ArgMatches, dir: &Path) -> anyhow::Result<Sweep> {
    let named: Vec<String> = settings::named_fields(matches).map(|field| field.flag()).collect();
    let files = ["config", "url"].into_iter().filter(|name| matches.contains_id(name)).map(str::to_owned);
    let settings: Vec<String> = files.chain(named).collect();
    if let Some(path) = matches.get_one::<PathBuf>("manifest") {
        if let Some(flag) = settings.first() {
            return Err(usage(format!("--{flag} cannot be used with --manifest, which holds all settings")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
        return Ok(Sweep::New(Manifest::from_json(&text, &path.display().to_string()).map_err(usage)?));
    }
    if matches.contains_id("preset") || matches.contains_id("over") {
        return Ok(Sweep::New(grid(matches)?));
    }
    match Folder::open(dir) {
        Ok(_) if !settings.is_empty() => Err(usage(format!(
            "--{} would change the sweep in {}, whose settings are fixed by its manifest",
            settings[0],
            dir.display()
        ))),
        Ok((folder, manifest)) => Ok(Sweep::Existing(folder, manifest)),
        Err(SweepError::NoSweep(_)) => Err(usage("there is nothing to sweep: use --preset, --manifest or --over")),
        Err(error) => Err(usage(error)),
    }
}

/// Makes the grid that `--preset`, `--over` and the settings describe.
fn grid(matches: &ArgMatches) -> anyhow::Result<Manifest> {
    let name = matches.get_one::<String>("preset").map(String::as_str).unwrap_or_default();
    let (start, mut over) = match (sweep_preset(name), preset(name)) {
        (Some(sweep), _) => (sweep.base(), sweep.over()?),
        (None, Some(run)) => (run.config(), Vec::new()),
        (None, None) => (RunConfig::default(), Vec::new()),
    };
    let (base, mut problems) = settings::unchecked_layers(matches, start.clone())?;
    let mut given: Vec<Dimension> = Vec::new();
    for text in matches.get_many::<String>("over").unwrap_or_default() {
        match Dimension::parse(text) {
            Ok(dimension) => given.push(dimension),
            Err(error) => problems.push(format!("--over {text}: {error}")),
        }
    }
    // `--over` replaces the preset's dimension for the same field.
    over.retain(|dimension| given.iter().all(|other| other.field != dimension.field));
    over.append(&mut given);
    for field in settings::named_fields(matches).filter(|field| over.iter().any(|dimension| dimension.field == field.name)) {
        problems.push(format!("--{} is varied by the sweep: give its values with --over {}=…", field.flag(), field.name));
    }
    if !problems.is_empty() {
        return Err(Usage(problems).into());
    }
    let command = command(name, &start, &base, matches);
    let mut manifest = Manifest::grid(base, over).map_err(|error| match error {
        SweepError::Invalid(problems) => Usage(problems.iter().map(ToString::to_string).collect()).into(),
        error => usage(error),
    })?;
    (manifest.name, manifest.command) = (name.to_owned(), command);
    Ok(manifest)
}

/// Returns a command that makes the same runs. It spells out settings that came from a file or a link.
fn command(preset: &str, start: &RunConfig, base: &RunConfig, matches: &ArgMatches) -> String {
    let mut command = "quanta sweep".to_owned();
    if !preset.is_empty() {
        command += &format!(" --preset {preset}");
    }
    for over in matches.get_many::<String>("over").unwrap_or_default() {
        command += &format!(" --over {over}");
    }
    for name in base.differences(start) {
        command += &format!(" --{} {}", name.replace('_', "-"), base.get(name).unwrap_or_default());
    }
    command
}
