//! The runs behind the points, and what can be saved of them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::theory::Resource;

use super::pictures::{config_of, link_to};
use super::state::{Kept, Scaling};
use crate::address::{Address, address_with};
use crate::facts;
use crate::link::Link;
use crate::sweeps;
use crate::trainer::{About, Notices, SweepCommands, codec};
use crate::view::browser;
use crate::view::copyable::Copyable;
use crate::view::files::PickFiles;
use crate::view::page_link::PageLink;
use crate::words;

/// One line of the table.
#[derive(Clone, PartialEq)]
struct Line {
    label: String,
    standing: String,
    loss: String,
    learned: String,
    link: Link,
}

/// The runs of the sweep made here.
#[component]
pub fn Runs() -> impl IntoView {
    let (scaling, commands) = (expect_context::<Scaling>(), expect_context::<SweepCommands>());
    let notices = expect_context::<Notices>();
    let forget = move || {
        if let Ok((key, _)) = scaling.planned.get_untracked() {
            commands.forget(key);
        }
    };
    let lines = Memo::new(move |_| lines(scaling));
    let has_runs = move || scaling.with_shown(|kept| !kept.runs.is_empty()).unwrap_or(false);
    view! {
        <section class="prose" aria-labelledby="runs-title">
            <div class="section-head">
                <h2 id="runs-title">"Runs in this browser"</h2>
                <div class="buttons">
                    <PickFiles text="Open a sweep’s file …" />
                    <button type="button" class="quiet" disabled=move || scaling.sweeps().is_empty() on:click=move |_| save_csv(scaling)>"Save all points as CSV"</button>
                    <button type="button" class="quiet" disabled=move || !has_runs() on:click=move |_| save_sweep(scaling, notices)>"Save the sweep"</button>
                    <button
                        type="button"
                        class="quiet danger"
                        disabled=move || !has_runs() || scaling.is_shown_in_training()
                        on:click=move |_| forget()
                    >
                        "Delete the sweep"
                    </button>
                </div>
            </div>
            <div class="scroller" tabindex="0" role="region" aria-label="Runs in this browser, a table">
                <table class="sweep-runs">
                    <thead>
                        <tr>
                            <th scope="col">"Run"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number">"Loss, bits"</th>
                            <th scope="col" class="number">"Learned"</th>
                            <th scope="col"><span class="unseen">"Open"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || lines.get().into_iter().map(|line| view! {
                            <tr>
                                <th scope="row">{line.label.clone()}</th>
                                <td class="standing">{line.standing}</td>
                                <td class="number">{line.loss}</td>
                                <td class="number">{line.learned}</td>
                                <td class="actions"><ToLab link=line.link of=line.label /></td>
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// A link that opens a run in the Lab.
#[component]
fn ToLab(link: Link, of: String) -> impl IntoView {
    view! { <PageLink link=link text="Open in the Lab" label=format!("Open in the Lab: {of}") /> }
}

fn lines(scaling: Scaling) -> Vec<Line> {
    let Ok((_, manifest)) = scaling.planned.get() else { return Vec::new() };
    let training = scaling.is_shown_in_training();
    let waiting = || Kept::new(scaling.resource.get_untracked(), manifest.clone());
    scaling.with_shown(|kept| table(kept, training)).unwrap_or_else(|| table(&waiting(), training))
}

fn table(kept: &Kept, training: bool) -> Vec<Line> {
    let next = kept.next().map(|entry| entry.id.clone());
    let line = |entry: &quanta_core::sweep::Entry| {
        let label = kept.manifest.label(&entry.config);
        let link = link_to(entry.config.clone());
        let blank = || "–".to_owned();
        let (standing, loss, learned) = match kept.done(entry) {
            Some(run) => {
                let lowest = kept.resource == Resource::Data;
                let loss = if lowest { run.best_loss() } else { run.last_loss() };
                let tasks = if lowest { &run.task_loss_best } else { &run.task_loss_last };
                let learned = tasks.iter().filter(|loss| **loss < facts::EMERGENCE_BITS).count();
                let steps = words::thousands(run.steps.last().copied().unwrap_or(0));
                let seconds = run.seconds.last().copied().unwrap_or(0.0);
                let time = if seconds < 60.0 { format!("{seconds:.1} s") } else { words::duration(seconds) };
                (
                    format!("{steps} steps in {time}"),
                    words::significant(f64::from(loss)),
                    format!("{learned} of {}", facts::quanta_count(&entry.config)),
                )
            }
            None if next.as_ref() == Some(&entry.id) && training => ("in training".to_owned(), blank(), blank()),
            None if next.as_ref() == Some(&entry.id) && kept.checkpoint.is_some() => ("begun".to_owned(), blank(), blank()),
            None => ("waiting".to_owned(), blank(), blank()),
        };
        Line { label, standing, loss, learned, link }
    };
    kept.manifest.runs.iter().map(line).collect()
}

fn save_csv(scaling: Scaling) {
    let sweeps = untrack(|| scaling.sweeps());
    let name = scaling.resource.get_untracked().name();
    browser::download(&format!("sweep-{name}.csv"), "text/csv", sweeps::csv(&sweeps).as_bytes());
}

fn save_sweep(scaling: Scaling, notices: Notices) {
    let name = scaling.resource.get_untracked().name();
    let Some(collected) = untrack(|| scaling.with_shown(|kept| kept.collected())) else { return };
    spawn_local(async move {
        match codec::load().await.and_then(|codec| (codec.write_sweep)(&collected)) {
            Ok(bytes) => browser::download(&format!("sweep-{name}.safetensors"), "application/octet-stream", &bytes),
            Err(why) => notices.warn(About::Sweeps, format!("The sweep cannot be saved: {why}.")),
        }
    });
}

/// How to repeat both sweeps elsewhere, and the runs of the published one.
#[component]
pub fn Repeat() -> impl IntoView {
    let scaling = expect_context::<Scaling>();
    let here = Signal::derive(move || {
        scaling.planned.with(|planned| planned.as_ref().map(|(_, manifest)| manifest.command.clone()).unwrap_or_default())
    });
    let published = Signal::derive(move || scaling.choice().map(|choice| choice.about.command).unwrap_or_default());
    let address = expect_context::<Address>();
    let link = Signal::derive(move || address_with(&address.link.with(Link::to_query)));
    let points = Memo::new(move |_| {
        let sweeps = scaling.published();
        let mut runs: Vec<(String, String)> = Vec::new();
        for point in sweeps.iter().flat_map(|sweep| &sweep.points).filter(|point| !point.run.is_empty()) {
            if runs.last().is_none_or(|(run, _)| *run != point.run) {
                let label = config_of(&point.run).map(|config| {
                    let samples = facts::samples(&config);
                    let samples = samples.map_or(String::new(), |n| format!(", {} samples", words::thousands(n)));
                    let (alpha, width, seed) = (facts::alpha(&config), facts::width(&config), facts::seed(&config));
                    format!("α {alpha}, width {width}{samples}, seed {seed}")
                });
                runs.push((point.run.clone(), label.unwrap_or_default()));
            }
        }
        runs
    });
    view! {
        <section class="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share and repeat"</h2>
            <Copyable id="sweep-link" label="A link to this page as it is" text=link />
            <Copyable id="sweep-command" label="The sweep of this browser, in a terminal" text=here />
            <Show when=move || !published.with(String::is_empty)>
                <Copyable id="published-command" label="The published sweep, in a terminal or on a GPU server" text=published />
            </Show>
            <Show when=move || !points.with(Vec::is_empty)>
                <details class="published-runs">
                    <summary>{move || format!("The {} behind the curve compared with", words::count(points.with(Vec::len), "run", "runs"))}</summary>
                    <ul>
                        {move || points.get().into_iter().filter_map(|(run, label)| {
                            let link = link_to(config_of(&run)?);
                            Some(view! { <li>{label.clone()}" · "<ToLab link=link of=label /></li> })
                        }).collect_view()}
                    </ul>
                </details>
            </Show>
        </section>
    }
}
