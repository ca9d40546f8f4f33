//! Where clusters come from: a file, the published results, or a command.

use leptos::prelude::*;
use quanta_core::analysis::qdg::{Draw, Places};

use super::found::{Found, Source, Whence};
use super::state::Reader;
use crate::link::Link;
use crate::published::{Index, Published};
use crate::view::copyable::Copyable;
use crate::view::files::PickFiles;
use crate::view::page_link::PageLink;
use crate::view::published::{Asked, TryAgain};
use crate::words;

/// The commands that make clusters.
const COMMAND: &str = "quanta qdg RUN.safetensors --out CLUSTERS.safetensors";

/// What is shown, and the ways to something else.
#[component]
pub fn Clusters() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let state = Memo::new(move |_| in_words(reader));
    let more = move || {
        let found = reader.found()?;
        let about =
            |index: &Index| index.clusters().find(|one| Some(one.file.as_str()) == found.file()).map(|one| one.about.clone());
        reader.library.index.with(|index| index.there().and_then(about)).filter(|about| !about.is_empty())
    };
    let run = move || {
        let found = reader.found()?;
        if found.clusters.model.is_some() {
            return None;
        }
        let link = Link { config: Some(found.config.clone()), ..Link::default() };
        Some(view! { <PageLink link=link text="Settings of the run, in the Lab" label="Settings of the run, in the Lab" /> })
    };
    view! {
        <section class="source" aria-labelledby="source-title">
            <div class="section-head">
                <h2 id="source-title">"Clusters, found here or elsewhere"</h2>
                <div class="buttons"><PickFiles text="Open a file of clusters …" /></div>
            </div>
            <Files />
            <p class="what" id="language-state" role="status">{move || state.get()}</p>
            {move || more().map(|more| view! { <p class="note" id="language-about">{more}</p> })}
            {move || run().map(|link| view! { <p>{link}</p> })}
            <TryAgain library=reader.library />
            <details class="how-to">
                <summary>"In a terminal"</summary>
                <p>
                    "A terminal finds clusters in larger samples, by every similarity and method, in a run of "
                    <code>"quanta train --preset language --out RUN.safetensors"</code>
                    " or of the Lab. They open here, by the button or dropped anywhere on the page."
                </p>
                <Copyable id="qdg-command" label="Clusters of a run, in a terminal" text=Signal::stored(COMMAND.to_owned()) />
            </details>
        </section>
    }
}

/// Chooses among the opened file and the published ones, where there is a choice.
#[component]
fn Files() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let published = Memo::new(move |_| {
        reader.library.index.with(|index| {
            let clusters = index.there().into_iter().flat_map(Index::clusters);
            clusters.map(Published::option).collect::<Vec<(String, String)>>()
        })
    });
    let opened = Memo::new(move |_| reader.opened.with(|opened| opened.as_ref().map(|opened| opened.name.clone())));
    let count = move || published.with(Vec::len) + usize::from(opened.with(Option::is_some));
    let shown = move || reader.found().and_then(|found| found.file().map(str::to_owned));
    let choose = move |event| {
        let file = event_target_value(&event);
        reader.show_file(Some(file.as_str()).filter(|file| !file.is_empty()));
    };
    view! {
        <Show when=move || { count() > 1 }>
            <div class="choice">
                <label for="clusters-file">"File"</label>
                <select id="clusters-file" prop:value=move || shown().unwrap_or_default() on:change=choose>
                    {move || opened.get().map(|name| view! { <option value="" selected=shown().is_none()>{name}" (here)"</option> })}
                    {move || published.get().into_iter().map(|(file, title)| {
                        let is_shown = shown().as_ref() == Some(&file);
                        view! { <option value=file selected=is_shown>{title}</option> }
                    }).collect_view()}
                </select>
            </div>
        </Show>
    }
}

/// What is shown, or why nothing is; tracked.
fn in_words(reader: Reader) -> String {
    match reader.source.get() {
        Source::Coming => "Loading published clusters …".to_owned(),
        Source::Failed(why) => why,
        Source::Here(found) => about(&found.0),
        Source::Nothing => {
            let none = match reader.library.index.with(|index| matches!(index, Asked::Missing)) {
                true => "No results are published here",
                false => "No clusters are published here yet",
            };
            format!("{none}: find some above, or open a file of clusters.")
        }
    }
}

/// What the file holds and how it was made.
fn about(found: &Found) -> String {
    let Found { title, whence, clusters, .. } = found;
    let (samples, ask) = (&clusters.samples, &clusters.ask);
    let whence = match whence {
        Whence::Published(_) => "Published",
        Whence::Opened => "Opened",
        Whence::Here => "Found here",
    };
    let drawn = match ask.draw {
        Draw::Balanced if clusters.model.is_some() => "as many of every text",
        Draw::Natural if clusters.model.is_some() => "as often as they come",
        Draw::Balanced => "as many of every quantum",
        Draw::Natural => "as often as the task uses them",
    };
    let places = match ask.places {
        Places::Predicting => "at the place that predicts",
        Places::All => "summed over all places before the token",
    };
    let projected =
        if ask.projection > 0 { format!(", projected to {0} × {0} numbers a layer", ask.projection) } else { String::new() };
    let zeros = match clusters.zeros {
        0 => String::new(),
        n => format!(" {} left out, whose gradient is zero.", words::count(n, "sample was", "samples were")),
    };
    let model = match &clusters.model {
        Some(of) => {
            format!(
                "{} ({}, {} parameters). Which quanta its tokens need is not known; texts stand in their places",
                of.name,
                of.family,
                words::thousands(of.parameters)
            )
        }
        None => format!("the model at step {}", words::thousands(clusters.step)),
    };
    format!(
        "{whence}: “{title}”. {} of {} with a loss under {} nats, {drawn}, from {model}; gradients {places}{projected}; \
         seed {}.{zeros}",
        words::count(samples.len(), "sample", "samples"),
        words::count(samples.quanta(), samples.noun().one, samples.noun().many),
        ask.below,
        ask.seed,
    )
}
