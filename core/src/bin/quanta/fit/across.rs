//! Fits over runs that differ in a resource: a point for each.

use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::{Resource, Sweep};
use quanta_core::fit;
use quanta_core::record::{Record, Status};
use quanta_core::sweep::{Collected, CollectedRun, Entry, Manifest};

use super::row::Row;
use crate::failure::{Usage, usage};
use crate::text::count;

/// What runs over a resource may differ in, beside their seeds.
fn varied(resource: Resource) -> &'static [&'static str] {
    match resource {
        Resource::Parameters => &["width", "depth"],
        Resource::Data => &["samples"],
        Resource::Steps => &["steps"],
    }
}

/// Fits one point per run: its parameters or samples, and its last or lowest loss; each seed for itself.
///
/// # Errors
/// Usage, for runs that are no points of one law. With `despite` those that differ otherwise, or have
/// not run to their end, are taken all the same, and the row says so.
pub fn row(runs: &[(String, Record)], resource: Resource, range: Option<(f64, f64)>, despite: bool) -> anyhow::Result<Row> {
    let problems = problems(runs, resource);
    if !problems.is_empty() && !despite {
        let hint = "--despite-differences fits them all the same".to_owned();
        return Err(Usage(problems.into_iter().chain([hint]).collect()).into());
    }
    let mut points = Vec::new();
    for (name, record) in runs {
        if resource == Resource::Data && record.config.training.samples == 0 {
            return Err(usage(format!("{name} was trained on fresh data, not on a fixed number of samples")));
        }
        let entry = Entry::new(record.config.clone());
        let point = CollectedRun::new(entry, record, false);
        points.push(point.ok_or_else(|| usage(format!("{name} has no evaluations yet")))?);
    }
    let Some(base) = points.first().map(|point| point.config().clone()) else {
        return Err(usage("there is no run to fit"));
    };
    let entries = points.iter().map(|point| point.entry.clone()).collect();
    let manifest = Manifest { name: String::new(), command: String::new(), base, over: Vec::new(), runs: entries };
    let mut sweeps = Sweep::from_collected(&Collected { manifest, runs: points }, resource).into_iter();
    let Some(mut sweep) = sweeps.next() else { return Err(usage("none of these runs has a point to fit")) };
    let others: Vec<Sweep> = sweeps.collect();
    let same_task = others.iter().all(|other| (other.alpha, other.n_tasks) == (sweep.alpha, sweep.n_tasks));
    others.into_iter().for_each(|other| sweep.points.extend(other.points));
    let seeds = sweep.seeds();
    let mut row = Row::of_sweep(count(runs.len(), "run"), &sweep, range);
    if seeds > 1 {
        row.run += &format!(", {}", count(seeds, "seed"));
    }
    if !same_task {
        // No theory holds for runs of several tasks.
        (row.theory, row.truncated, row.paper) = (None, None, None);
    }
    row.remarks = problems;
    Ok(row)
}

/// What keeps the runs from being points of one law.
fn problems(runs: &[(String, Record)], resource: Resource) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, record) in runs {
        // With patience a run over data ends as its settings say, and its lowest loss is behind it.
        let is_whole = match record.status {
            Status::Finished => true,
            Status::StoppedEarly(_) => resource == Resource::Data,
            Status::Unfinished | Status::Failed(_) => false,
        };
        if let Some(remark) = fit::remark(record).filter(|_| !is_whole) {
            problems.push(format!("{name}: {remark}"));
        }
    }
    let Some((first, rest)) = runs.split_first() else { return problems };
    for (name, record) in rest {
        let (here, there) = (&record.config, &first.1.config);
        let names: Vec<&str> =
            differing(here, there).filter(|name| *name != "seed" && !varied(resource).contains(name)).collect();
        for field in names {
            let value = |config: &RunConfig| config.get(field).unwrap_or_else(|| "none".to_owned());
            problems.push(format!("{field} is {} in {name}, but {} in {}", value(here), value(there), first.0));
        }
    }
    for (i, (name, record)) in runs.iter().enumerate() {
        if let Some((other, _)) = runs[..i].iter().find(|(_, other)| other.config == record.config) {
            problems.push(format!("{other} and {name} are runs of the same settings and seed: one point would count twice"));
        }
    }
    problems
}

/// The fields in which two configs differ, whichever has them.
fn differing(a: &RunConfig, b: &RunConfig) -> impl Iterator<Item = &'static str> {
    let mut names = a.differences(b);
    names.extend(b.differences(a));
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}
