//! The manifest of a sweep: its settings and runs.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Dimension, SweepError};
use crate::config::RunConfig;
use crate::hash::Fnv;
use crate::number::without_mark;

const FORMAT: &str = "quanta-lab-sweep";

/// The complete description of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Its name for people: the preset's, or empty.
    pub name: String,
    /// The command that makes it, or empty.
    pub command: String,
    /// The settings that all runs share.
    pub base: RunConfig,
    /// The varied fields, the slowest-varying first.
    pub over: Vec<Dimension>,
    /// The runs, in grid order.
    pub runs: Vec<Entry>,
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id, which is part of its file's name and depends only on its settings.
    pub id: String,
    /// Its settings.
    pub config: RunConfig,
}

impl Entry {
    /// Makes the entry of a run with these settings.
    pub fn new(config: RunConfig) -> Self {
        Self { id: identifier(&config), config }
    }
}

/// The name of a run: twelve hexadecimal digits that the same settings always give, and others
/// practically never (48 bits of the FNV-1a hash of the config's [identity](RunConfig::identity), mixed by MurmurHash3's
/// finaliser so that every bit counts everywhere).
///
/// ```
/// # use quanta_core::{config::RunConfig, sweep::identifier};
/// assert_eq!(identifier(&RunConfig::default()), "b51985d0faf9");
/// ```
pub fn identifier(config: &RunConfig) -> String {
    let mut hash = Fnv::new();
    config.identity().bytes().for_each(|byte| hash.add(byte));
    let mixed = [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53]
        .iter()
        .fold(hash.value(), |hash: u64, factor| (hash ^ (hash >> 33)).wrapping_mul(*factor));
    format!("{:012x}", (mixed ^ (mixed >> 33)) >> 16)
}

impl Manifest {
    /// The maximum number of runs of a sweep.
    pub const LIMIT: usize = 100_000;

    /// Makes a run for every combination of the dimensions' values, with the other settings of `base`.
    /// The last dimension varies fastest.
    ///
    /// # Errors
    /// [`SweepError::Repeated`] if two dimensions vary the same field, [`SweepError::TooMany`] for more
    /// than [`LIMIT`](Self::LIMIT) runs, [`SweepError::Invalid`] if some runs have invalid settings.
    pub fn grid(base: RunConfig, over: Vec<Dimension>) -> Result<Self, SweepError> {
        for (i, dimension) in over.iter().enumerate() {
            if over[..i].iter().any(|other| other.field == dimension.field) {
                return Err(SweepError::Repeated(dimension.field));
            }
        }
        let size = over.iter().fold(1usize, |size, dimension| size.saturating_mul(dimension.values.len()));
        if size > Self::LIMIT {
            return Err(SweepError::TooMany(size));
        }
        let mut configs = vec![base.clone()];
        for dimension in &over {
            let mut crossed = Vec::with_capacity(configs.len() * dimension.values.len());
            for config in &configs {
                for value in &dimension.values {
                    let mut config = config.clone();
                    config.set(dimension.field, value)?;
                    crossed.push(config);
                }
            }
            configs = crossed;
        }
        check(&configs)?;
        let runs = configs.into_iter().map(Entry::new).collect();
        Ok(Self { name: String::new(), command: String::new(), base, over, runs })
    }

    /// Finds a run by its id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.runs.iter().find(|entry| entry.id == id)
    }

    /// Returns a label of the settings in which a run differs from the others: `width 9, seed 1`.
    pub fn label(&self, config: &RunConfig) -> String {
        let varied = config.differences(&self.base);
        let over = self.over.iter().map(|dimension| dimension.field);
        let rest = varied.iter().copied().filter(|name| self.over.iter().all(|dimension| dimension.field != *name));
        let parts = over.chain(rest).map(|name| format!("{name} {}", config.get(name).unwrap_or_default()));
        let label = parts.collect::<Vec<_>>().join(", ");
        if label.is_empty() { "the one run".to_owned() } else { label }
    }

    /// Whether both have the same runs; names and commands may differ.
    pub fn same_runs(&self, other: &Self) -> bool {
        self.runs == other.runs
    }

    /// Serialises to JSON: the base in full, and for each run its id and the settings that differ.
    pub fn to_json(&self) -> String {
        let base: Value = serde_json::from_str(&self.base.to_json()).unwrap_or_default();
        let run = |entry: &Entry| {
            let whole: Map<String, Value> = serde_json::from_str(&entry.config.to_json()).unwrap_or_default();
            let changed = entry.config.differences(&self.base);
            let set: Map<String, Value> = whole.into_iter().filter(|(key, _)| changed.contains(&key.as_str())).collect();
            json!({ "id": entry.id, "set": set })
        };
        let over = |dimension: &Dimension| json!({ "field": dimension.field, "values": dimension.values });
        let manifest = json!({
            "format": FORMAT,
            "version": 1,
            "name": self.name,
            "command": self.command,
            "base": base,
            "over": self.over.iter().map(over).collect::<Vec<_>>(),
            "runs": self.runs.iter().map(run).collect::<Vec<_>>(),
        });
        // Serialising a tree of strings and numbers cannot fail.
        serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
    }

    /// Reads JSON; `path` is for error messages. A manifest written by hand may omit `name`, `command`,
    /// `over` and the runs' `id`, and also `runs` if `over` describes the whole grid.
    ///
    /// # Errors
    /// [`SweepError::Manifest`] if the text is not a manifest of version 1, else the errors of
    /// [`grid`](Self::grid).
    pub fn from_json(text: &str, path: &str) -> Result<Self, SweepError> {
        let wrong = |reason: String| SweepError::Manifest { path: path.to_owned(), reason };
        let object: Map<String, Value> = serde_json::from_str(without_mark(text)).map_err(|error| wrong(error.to_string()))?;
        if object.get("format").is_some_and(|format| format != FORMAT) {
            return Err(wrong(format!("its format is not {FORMAT}")));
        }
        if let Some(version) = object.get("version").filter(|version| version.as_u64() != Some(1)) {
            return Err(wrong(format!("it has version {version}, but this program reads version 1")));
        }
        let known = ["format", "version", "name", "command", "base", "over", "runs"];
        if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(wrong(format!("unknown entry “{key}”; known ones are {}", known.join(", "))));
        }
        let mut base = RunConfig::default();
        if let Some(fields) = object.get("base") {
            merge(&mut base, fields).map_err(wrong)?;
        }
        let over = match object.get("over") {
            None => Vec::new(),
            Some(list) => {
                let list = list.as_array().and_then(|list| list.iter().map(dimension_parts).collect::<Option<Vec<_>>>());
                let list = list.ok_or_else(|| wrong("over must be a list of {\"field\": …, \"values\": […]}".into()))?;
                list.iter().map(dimension).collect::<Result<_, _>>()?
            }
        };
        let mut manifest = match object.get("runs") {
            None => Self::grid(base, over)?,
            Some(list) => {
                let list = list.as_array().ok_or_else(|| wrong("runs must be a list".into()))?;
                let runs = list.iter().map(|run| entry(&base, run)).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
                check(runs.iter().map(|entry| &entry.config))?;
                Self { name: String::new(), command: String::new(), base, over, runs }
            }
        };
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        (manifest.name, manifest.command) = (text("name"), text("command"));
        if manifest.runs.is_empty() {
            return Err(wrong("it has no runs".into()));
        }
        let mut seen = HashSet::new();
        if let Some(again) = manifest.runs.iter().find(|entry| !seen.insert(&entry.id)) {
            return Err(wrong(format!("it lists the run {} ({}) twice", again.id, manifest.label(&again.config))));
        }
        Ok(manifest)
    }
}

/// A dimension in JSON: the field, and its values as a list or in the form of `--over`.
type DimensionParts<'a> = (&'a str, Result<Vec<String>, String>);

fn dimension_parts(value: &Value) -> Option<DimensionParts<'_>> {
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (field, values) = (value.get("field")?.as_str()?, value.get("values")?);
    Some(match values.as_array() {
        Some(list) => (field, Ok(list.iter().map(word).collect::<Option<_>>()?)),
        None => (field, Err(word(values)?)),
    })
}

fn dimension((field, values): &DimensionParts) -> Result<Dimension, SweepError> {
    match values {
        Ok(list) => Dimension::of(field, list.iter().map(String::as_str)),
        Err(text) => Dimension::parse(&format!("{field}={text}")),
    }
}

/// Reads a run: `base` with the settings that the run changes. If the run has an id, it must match the
/// settings, because records are found by their id.
fn entry(base: &RunConfig, run: &Value) -> Result<Entry, String> {
    let mut config = base.clone();
    if let Some(set) = run.get("set") {
        merge(&mut config, set)?;
    }
    let entry = Entry::new(config);
    match run.get("id").map(|id| id.as_str()) {
        None => Ok(entry),
        Some(Some(id)) if id == entry.id => Ok(entry),
        Some(_) => Err(format!("the run {} should have the id {}", run, entry.id)),
    }
}

fn merge(config: &mut RunConfig, fields: &Value) -> Result<(), String> {
    let errors = config.merge_json(&fields.to_string());
    if errors.is_empty() { Ok(()) } else { Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")) }
}

/// Validates every config, and reports each problem once.
fn check<'a>(configs: impl IntoIterator<Item = &'a RunConfig>) -> Result<(), SweepError> {
    let mut problems = Vec::new();
    for problem in configs.into_iter().flat_map(RunConfig::validate) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(SweepError::Invalid(problems)) }
}
