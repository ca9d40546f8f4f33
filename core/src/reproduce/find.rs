//! Finds the result that reproduces a figure of the paper best.

use super::Results;
use crate::config::RunConfig;
use crate::figure::sweep::{Resource, Sweep};
use crate::paper;
use crate::record::Record;
use crate::sweep::Collected;

/// A sweep over a resource at one α, and the file that it comes from.
pub struct Source<'a> {
    /// The file's name.
    pub name: &'a str,
    /// The file's contents.
    pub collected: &'a Collected,
    /// The sweep at this α.
    pub sweep: Sweep,
}

impl Source<'_> {
    /// The settings of its longest run; among equally long ones, of the run with most parameters.
    pub fn config(&self) -> Option<&RunConfig> {
        let runs =
            self.collected.runs.iter().map(|run| run.config()).filter(|config| config.number("alpha") == Some(self.sweep.alpha));
        runs.max_by_key(|config| (config.training.steps, config.parameters()))
    }

    /// Total seconds of training of its runs at this α.
    pub fn seconds(&self) -> f64 {
        let runs = self.collected.runs.iter().filter(|run| run.config().number("alpha") == Some(self.sweep.alpha));
        runs.filter_map(|run| run.seconds.last()).sum()
    }
}

/// The paper's task at some α.
fn is_papers_task(config: &RunConfig) -> bool {
    let same = |name: &str| config.number(name) == paper::run(1).number(name);
    config.task.word() == "parity" && ["n_tasks", "n_bits", "k"].into_iter().all(same)
}

/// Returns every sweep of the paper's task over a resource, from the files that satisfy `filter`.
fn sources<'a>(results: &'a Results, resource: Resource, filter: impl Fn(&Collected) -> bool) -> Vec<Source<'a>> {
    let files = results.sweeps.iter().filter(|(_, collected)| {
        Resource::varied_in(collected) == resource
            && filter(collected)
            && collected.runs.iter().all(|run| is_papers_task(run.config()))
    });
    files
        .flat_map(|(name, collected)| {
            let sweeps = Sweep::from_collected(collected, resource);
            sweeps.into_iter().map(move |sweep| Source { name, collected, sweep })
        })
        .filter(|source| !source.sweep.points.is_empty())
        .collect()
}

/// Returns the sweep for Fig 2, at α = 0.4: the one with the longest runs, then with the most points.
pub fn sweep(results: &Results, resource: Resource) -> Option<Source<'_>> {
    let at = sources(results, resource, |_| true).into_iter().filter(|source| source.sweep.alpha == paper::ALPHA);
    at.max_by_key(|source| (source.config().map_or(0, |config| config.training.steps), source.sweep.points.len()))
}

/// Returns the sweeps for Fig 10, one for each α, from the file with the most α (at least two) among
/// those that satisfy `filter`.
pub fn over_alpha(results: &Results, resource: Resource, filter: impl Fn(&Collected) -> bool) -> Vec<Source<'_>> {
    let all = sources(results, resource, filter);
    let mut files: Vec<&str> = all.iter().map(|source| source.name).collect();
    files.dedup();
    let count = |file: &str| all.iter().filter(|source| source.name == file).count();
    let best = files.into_iter().filter(|file| count(file) > 1).max_by_key(|file| count(file)).map(str::to_owned);
    all.into_iter().filter(|source| Some(source.name) == best.as_deref()).collect()
}

/// Returns the run for Figs 2 (steps), 7 and 8: single-epoch, on the paper's task at α = 0.4. Prefers
/// the paper's width, then the longest run.
pub fn run(results: &Results) -> Option<(&str, &Record)> {
    let runs = results.runs.iter().map(|(name, record)| (name.as_str(), record));
    let fitting = runs.filter(|(_, record)| {
        is_papers_task(&record.config) && record.quanta.alpha() == Some(paper::ALPHA) && record.config.training.samples == 0
    });
    let has_its_width = |record: &Record| record.config.number("width") == Some(paper::WIDTH as f64);
    fitting.max_by_key(|(_, record)| (has_its_width(record), record.last().map_or(0, |last| last.step)))
}
