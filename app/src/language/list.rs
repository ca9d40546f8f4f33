//! The list of clusters: which clustering, in which order, and which samples are looked for.

use std::collections::BTreeMap;

use leptos::html;
use leptos::prelude::*;
use quanta_core::analysis::qdg::{Clustering, Described, Order};

use super::state::{Listed, Reader, choose};
use crate::view::browser;
use crate::words;

/// Chooses the clustering and the order.
#[component]
pub fn Choice() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let now = move || Some(reader.found()?.clusters.clusterings.get(reader.chosen.get())?.clone());
    let all = move || reader.found().map(|found| found.clusters.clusterings.clone()).unwrap_or_default();
    let similarities = Memo::new(move |_| distinct(all().iter().map(|one| one.similarity.word())));
    let methods = Memo::new(move |_| {
        let Some(now) = now() else { return Vec::new() };
        distinct(all().iter().filter(|one| one.similarity == now.similarity).map(|one| one.method.word()))
    });
    let ks = Memo::new(move |_| {
        let Some(now) = now() else { return Vec::new() };
        let same = |one: &&Clustering| (one.similarity, one.method) == (now.similarity, now.method);
        distinct(all().iter().filter(same).map(|one| one.k))
    });
    let show = move |similarity: Option<&str>, method: Option<&str>, k: Option<usize>| {
        let (Some(found), Some(now)) = (untrack(|| reader.found()), untrack(now)) else { return };
        let similarity = similarity.unwrap_or(now.similarity.word());
        let method = method.unwrap_or(now.method.word());
        reader.show_clustering(choose(&found.clusters, Some(similarity), Some(method), Some(k.unwrap_or(now.k))));
    };
    let similarity = Signal::derive(move || now().map_or(String::new(), |now| now.similarity.word().to_owned()));
    let method = Signal::derive(move || now().map_or(String::new(), |now| now.method.word().to_owned()));
    let k = Signal::derive(move || now().map_or(String::new(), |now| now.k.to_string()));
    let order = Signal::derive(move || reader.order.get().word().to_owned());
    let pairs = |words: Vec<String>| words.into_iter().map(|word| (word.clone(), word)).collect::<Vec<_>>();
    // What was not measured cannot order.
    let has_stability = move || now().is_some_and(|now| now.stability.is_some());
    let orders = move || {
        let there = Order::ALL.iter().filter(|order| **order != Order::Stability || has_stability());
        there.map(|order| (order.word().to_owned(), order.title().to_owned())).collect::<Vec<(String, String)>>()
    };
    view! {
        <div class="choices">
            <Select id="similarity" label="Similarity" value=similarity options=Signal::derive(move || pairs(similarities.get()))
                chosen=move |word: String| show(Some(&word), None, None) />
            <Select id="method" label="Method" value=method options=Signal::derive(move || pairs(methods.get()))
                chosen=move |word: String| show(None, Some(&word), None) />
            <Select id="k" label="Clusters, k" value=k options=Signal::derive(move || pairs(ks.get()))
                chosen=move |k: String| show(None, None, k.parse().ok()) />
            <Select id="order" label="Order" value=order options=Signal::derive(orders)
                chosen=move |word: String| reader.sort_by(Order::from_word(&word).unwrap_or_default()) />
        </div>
    }
}

/// Each once, in the order of their first coming.
fn distinct<T: ToString>(all: impl Iterator<Item = T>) -> Vec<String> {
    let mut seen = Vec::new();
    for one in all.map(|one| one.to_string()) {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// A choice with its label.
#[component]
pub fn Select(
    id: &'static str,
    label: &'static str,
    value: Signal<String>,
    /// Values with what they are called.
    options: Signal<Vec<(String, String)>>,
    chosen: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <div class="choice">
            <label for=id>{label}</label>
            <select id=id prop:value=move || value.get() on:change=move |event| chosen(event_target_value(&event))>
                {move || {
                    let now = value.get();
                    options.get().into_iter().map(|(word, title)| {
                        let is_chosen = word == now;
                        view! { <option value=word selected=is_chosen>{title}</option> }
                    }).collect_view()
                }}
            </select>
        </div>
    }
}

/// Looks for a text in the contexts, or for a target.
#[component]
pub fn Search() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let targets = Memo::new(move |_| {
        let Some(found) = reader.found() else { return Vec::new() };
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        found.clusters.samples.target.iter().for_each(|target| *counts.entry(*target).or_default() += 1);
        let contexts = found.contexts();
        counts.into_iter().map(|(target, count)| (contexts.token(target), count)).collect::<Vec<(String, usize)>>()
    });
    let options = Signal::derive(move || {
        let any = (String::new(), "any".to_owned());
        let each = targets
            .get()
            .into_iter()
            .map(|(token, count)| (token.clone(), format!("{token} ({})", words::thousands(count as u64))));
        std::iter::once(any).chain(each).collect()
    });
    let target = Signal::derive(move || reader.filter.target.get().unwrap_or_default());
    // Enter and Escape lead back to the clusters, where the keys turn pages.
    let leave = move |event: web_sys::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | "Escape") {
            browser::focus("clusters");
        }
    };
    let found = move || {
        if !reader.filter.is_on() {
            return String::new();
        }
        let samples = reader.filter.fits.with(|fits| fits.as_ref().map_or(0, |fits| fits.iter().filter(|fit| **fit).count()));
        let clusters = reader.listed.with(|listed| listed.len());
        format!("{} in {}.", words::count(samples, "sample", "samples"), words::count(clusters, "cluster", "clusters"))
    };
    view! {
        <div class="choices" role="search">
            <div class="choice">
                <label for="search">"Search the contexts"</label>
                <input
                    id="search"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || reader.filter.search.get()
                    on:input=move |event| reader.search_for(&event_target_value(&event))
                    on:keydown=leave
                />
            </div>
            <Select id="target" label="Target" value=target options=options
                chosen=move |token: String| reader.look_for_target(Some(token.as_str()).filter(|token| !token.is_empty())) />
            <p class="note" id="search-result" role="status">{found}</p>
        </div>
    }
}

/// The table of clusters.
#[component]
pub fn List() -> impl IntoView {
    let reader = expect_context::<Reader>();
    // Rows are made anew for another clustering, and where what is left of a cluster changes.
    let rows = Memo::new(move |_| {
        let found = reader.found();
        let (listed, described) = (reader.listed.get(), reader.described.get());
        let Some(found) = found else { return Vec::new() };
        let contexts = found.contexts();
        let row = |one: &Listed| Some(Row::new(described.get(one.at)?, one, contexts.token(described.get(one.at)?.target)));
        listed.iter().filter_map(row).collect::<Vec<Row>>()
    });
    let is_empty = move || rows.with(Vec::is_empty);
    let has_stability = Memo::new(move |_| reader.described.with(|all| all.iter().any(|one| one.stability.is_some())));
    let is_published = Memo::new(move |_| reader.is_of_published_model());
    let has_families = Memo::new(move |_| reader.found().is_some_and(|found| !found.clusters.samples.families.is_empty()));
    view! {
        <div class="scroller list" tabindex="0" role="region" aria-label="Clusters, a table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Rank"</th>
                        <th scope="col" class="number">"Samples"</th>
                        <th scope="col">{move || if is_published.get() { "Text, share" } else { "Quantum, share" }}</th>
                        <Show when=move || has_families.get()><th scope="col">{move || if is_published.get() { "Its name" } else { "Family" }}</th></Show>
                        <th scope="col">"Target, share"</th>
                        <Show when=move || has_stability.get()>
                            <th scope="col" title="Mean Jaccard index with the clusters of parts of the samples">"Stability"</th>
                        </Show>
                        <th scope="col" class="number">"Surprise, bits"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.get() key=Row::clone let:row>
                        <Line row=row />
                    </For>
                </tbody>
            </table>
            <Show when=is_empty>
                <p class="note">"No sample fits what is looked for."</p>
            </Show>
        </div>
    }
}

/// One line of the table.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Row {
    at: usize,
    samples: String,
    quantum: u32,
    quantum_share: String,
    family: Option<String>,
    target: String,
    target_share: String,
    is_one_token: bool,
    stability: Option<(String, bool)>,
    surprise: String,
}

impl Row {
    fn new(cluster: &Described, listed: &Listed, target: String) -> Self {
        let size = words::thousands(cluster.size as u64);
        Self {
            at: listed.at,
            samples: if listed.fit < cluster.size { format!("{} of {size}", words::thousands(listed.fit as u64)) } else { size },
            quantum: cluster.quantum,
            quantum_share: percent(cluster.quantum_share),
            family: cluster.family.clone(),
            target,
            target_share: percent(cluster.target_share),
            is_one_token: cluster.target_share > 0.9,
            stability: cluster.stability.map(stability),
            surprise: words::significant(cluster.surprise),
        }
    }
}

/// A stability in words, and whether they are a badge: from 0.75 a cluster is stable, below 0.5 dissolved (Hennig 2007).
fn stability(jaccard: f64) -> (String, bool) {
    match jaccard {
        stable if stable >= 0.75 => (format!("stable {stable:.2}"), true),
        lost if lost < 0.5 => (format!("dissolved {lost:.2}"), true),
        between => (format!("{between:.2}"), false),
    }
}

/// A share in per cent, cut and not rounded: only the whole is 100 %.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", (100.0 * share + 1e-9).floor())
}

#[component]
fn Line(row: Row) -> impl IntoView {
    let reader = expect_context::<Reader>();
    let line = NodeRef::<html::Tr>::new();
    let at = row.at;
    let is_open = Memo::new(move |_| reader.open.get() == Some(at));
    // The open one stays in sight in the list, which scrolls by itself.
    Effect::new(move |_| {
        if let (true, Some(line)) = (is_open.get(), line.get()) {
            keep_in_sight(&line);
        }
    });
    let target = match row.is_one_token {
        true => view! { {row.target}" "<span class="badge">{row.target_share}" one token"</span> }.into_any(),
        false => view! { {row.target}" "<small>{row.target_share}</small> }.into_any(),
    };
    view! {
        <tr node_ref=line class:shown=move || is_open.get() on:click=move |_| reader.show_cluster(at)>
            <td>
                <button type="button" class="quiet" aria-label=format!("Cluster {}", at + 1) aria-pressed=move || is_open.get().to_string()>
                    {at + 1}
                </button>
            </td>
            <td class="number">{row.samples}</td>
            <td>{row.quantum}" "<small>{row.quantum_share}</small></td>
            {row.family.map(|family| view! { <td>{family}</td> })}
            <td>{target}</td>
            {row.stability.map(|(words, is_badge)| view! { <td class="stability"><span class:badge=is_badge>{words}</span></td> })}
            <td class="number">{row.surprise}</td>
        </tr>
    }
}

/// Scrolls the list, and nothing else, so far that a line of it is in sight.
fn keep_in_sight(line: &web_sys::HtmlTableRowElement) {
    let Ok(Some(list)) = line.closest(".scroller") else { return };
    let (line, frame) = (line.get_bounding_client_rect(), list.get_bounding_client_rect());
    // The headings stay over the lines.
    let top = frame.top() + 2.0 * line.height();
    if line.top() < top {
        list.set_scroll_top(list.scroll_top() - (top - line.top()) as i32);
    } else if line.bottom() > frame.bottom() {
        list.set_scroll_top(list.scroll_top() + (line.bottom() - frame.bottom()) as i32 + 1);
    }
}
