//! The figures of sweeps, as the page shows them.

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::figure::sweep::{Kind, Sweep};
use quanta_core::figure::{self, Options};
use quanta_core::theory::Resource;

use super::emergence::published_series;
use super::state::{Kept, Scaling};
use crate::address::Address;
use crate::facts;
use crate::link::{Link, Page};
use crate::view::plot::{Pick, Shown};
use crate::words;

/// Whose points a figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The sweep made here, and the published ones.
    All,
    /// The sweep made here.
    Own,
    /// The published ones.
    Published,
}

/// One figure of sweeps. A press on a point opens its run in the Lab.
pub fn of_sweeps(kind: Kind, whose: Whose, scaling: Scaling, address: Address) -> Shown {
    let suffix = match whose {
        Whose::All => "",
        Whose::Own => "-here",
        Whose::Published => "-published",
    };
    let shown = Shown::new(format!("{}{suffix}", kind.name()), move || {
        // Other settings may have the same points.
        scaling.planned.track();
        kind.figure(sweeps(whose, scaling), options(scaling))
    });
    let remark = |picked: &Pick| match picked {
        Pick::Run(run) => behind(run).map(|run| format!("{run}; press to open it in the Lab")),
        _ => None,
    };
    shown
        .titled(move || title(kind, whose, scaling.resource.get()))
        .or_empty(move || nothing(whose, scaling))
        .remarking(remark)
        .on_pick("; press on a point to open its run in the Lab", move |picked| {
            let config = match picked {
                Pick::Run(run) => config_of(&run),
                _ => None,
            };
            if let Some(config) = config {
                address.go(link_to(config));
            }
        })
}

/// When each subtask of the published run emerged.
pub fn of_published_run(scaling: Scaling) -> Shown {
    let kind = figure::Kind::Emergence;
    let series = published_series(scaling);
    let make = move || {
        let options = Options { fit: scaling.look[0].get(), ..Options::default() };
        kind.figure(series.get().into_iter().collect(), options)
    };
    Shown::new(kind.name(), make).titled(move || format!("{}, as published", kind.title()))
}

fn sweeps(whose: Whose, scaling: Scaling) -> Vec<Sweep> {
    match whose {
        Whose::All => scaling.sweeps(),
        Whose::Own => scaling.with_shown(Kept::sweep).into_iter().collect(),
        Whose::Published => scaling.published(),
    }
}

fn options(scaling: Scaling) -> Options {
    let [fit, truncated_sum, pure_law] = scaling.look.map(|on| on.get());
    Options { fit, truncated_sum, pure_law, ..Options::default() }
}

/// The title, which is there before the first point.
fn title(kind: Kind, whose: Whose, resource: Resource) -> String {
    match (kind, whose) {
        (Kind::Staircase, Whose::Own) => "Subtasks, in this browser".to_owned(),
        (Kind::Staircase, _) => "Subtasks, as published".to_owned(),
        (Kind::Scaling, _) => match resource {
            Resource::Parameters => "Loss against parameters".to_owned(),
            Resource::Steps => "Loss against training steps".to_owned(),
            Resource::Data => "Loss against training data".to_owned(),
        },
        (kind, _) => kind.title().to_owned(),
    }
}

/// What stands for the caption while there is no point.
fn nothing(whose: Whose, scaling: Scaling) -> Option<String> {
    let is_empty = sweeps(whose, scaling).iter().all(|sweep| sweep.points.is_empty());
    let words = match whose {
        Whose::Own => "Nothing has been trained here yet: press Run.",
        _ => "There are no points yet.",
    };
    is_empty.then(|| words.to_owned())
}

/// A run in a few words: what the figure does not say of it.
fn behind(run: &str) -> Option<String> {
    let config = config_of(run)?;
    let (width, steps) = (facts::width(&config), facts::steps(&config));
    Some(format!("width {}, {} steps", words::thousands(width as u64), words::thousands(steps)))
}

/// The settings that a point's link names.
pub fn config_of(run: &str) -> Option<RunConfig> {
    RunConfig::from_query(run, &[]).ok().filter(|_| !run.is_empty())
}

/// The link that opens a run in the Lab.
pub fn link_to(config: RunConfig) -> Link {
    Link { page: Page::Lab, config: Some(config), ..Link::default() }
}
