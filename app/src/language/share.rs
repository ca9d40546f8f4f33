//! The clustering as a file, the link to what is shown, and the same in a terminal.

use leptos::prelude::*;
use quanta_core::analysis::qdg::{to_csv, to_json};

use super::state::Reader;
use crate::address::{Address, address_with};
use crate::link::Link;
use crate::view::browser;
use crate::view::copyable::Copyable;

/// Saves the clustering that is shown.
#[component]
pub fn Export() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let save = move |ending: &'static str, kind: &'static str, write: fn(&super::found::Found, usize) -> String| {
        let (Some(found), chosen) = (untrack(|| reader.found()), reader.chosen.get_untracked()) else { return };
        if let Some(one) = found.clusters.clusterings.get(chosen) {
            let name = format!("clusters-{}-{}-{}.{ending}", one.similarity.word(), one.method.word(), one.k);
            browser::download(&name, kind, write(&found, chosen).as_bytes());
        }
    };
    let json = move |_| {
        save("jsonl", "application/json", |found, chosen| {
            let lines = to_json(&found.clusters, chosen, &found.contexts());
            lines.iter().map(|line| format!("{line}\n")).collect()
        });
    };
    let bytes = move || reader.found().filter(|found| found.file().is_none()).and(reader.opened.get()).map(|opened| opened.bytes);
    let whole = move |_| {
        if let Some(bytes) = untrack(bytes) {
            browser::download("clusters.safetensors", "application/octet-stream", &bytes);
        }
    };
    let csv = move |_| save("csv", "text/csv", |found, chosen| to_csv(&found.clusters, chosen, &found.contexts()));
    view! {
        <div class="buttons">
            <Show when=move || bytes().is_some()>
                <button type="button" class="quiet" title="All clusterings, to be opened again" on:click=whole>"Save the file"</button>
            </Show>
            <button type="button" class="quiet" title="One object a cluster and line" on:click=json>"Save as JSON"</button>
            <button type="button" class="quiet" title="One line a sample" on:click=csv>"Save as CSV"</button>
        </div>
    }
}

/// The link, and the command that shows the same.
#[component]
pub fn Share() -> impl IntoView {
    let (reader, address) = (expect_context::<Reader>(), expect_context::<Address>());
    let link = Signal::derive(move || address_with(&address.link.with(Link::to_query)));
    let command = Signal::derive(move || {
        let Some(found) = reader.found() else { return String::new() };
        let Some(one) = found.clusters.clusterings.get(reader.chosen.get()) else { return String::new() };
        let show = reader.open.get().map_or(String::new(), |at| format!(" --show {}", at + 1));
        let (similarity, method, k) = (one.similarity.word(), one.method.word(), one.k);
        format!("quanta clusters CLUSTERS.safetensors --similarity {similarity} --method {method} --k {k}{show}")
    });
    let is_opened = move || reader.found().is_some_and(|found| found.file().is_none());
    view! {
        <section class="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share and repeat"</h2>
            <Copyable id="language-link" label="A link to this page as it is" text=link />
            <Show when=is_opened>
                <p class="note">"The clusters are not in the link: whoever follows it opens the same file first."</p>
            </Show>
            <Copyable id="clusters-command" label="This cluster, in a terminal" text=command />
        </section>
    }
}
