//! Reproduce: the paper's numbers beside theory's and ours, and ways to make them again.

mod figures;
mod table;

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::reproduce::{self, Results, Row};

use crate::address::Address;
use crate::published::{Index, Material, Published};
use crate::view::notices::LinkNotices;
use crate::view::published::{Asked, Library, TryAgain};

/// The page.
#[component]
pub fn ReproducePage() -> impl IntoView {
    let library = Library::open();
    let address = expect_context::<Address>();
    Effect::new(|_| document().set_title("Reproduce · Quanta lab"));
    // This page has nothing to set.
    Effect::new(move |_| {
        address.arrivals.track();
        address.foreign.set(address.link.with_untracked(|link| link.own.iter().map(|(key, _)| key.clone()).collect()));
    });
    Effect::new(move |_| {
        listed(library).iter().for_each(|published| library.want(&published.file));
    });
    let is_loading = Memo::new(move |_| {
        library.index.with(|index| matches!(index, Asked::Coming))
            || listed(library).iter().any(|published| matches!(library.file(&published.file), Asked::Coming))
    });
    // Computed once, when everything is loaded or has failed.
    let rows = Memo::new(move |_| {
        if is_loading.get() {
            return Vec::new();
        }
        let mut results = Results::default();
        for published in listed(library) {
            if let Asked::There(material) = library.file(&published.file) {
                add(&mut results, published.file, &material);
            }
        }
        reproduce::table(&results)
    });
    let standing = Memo::new(move |_| standing(library));
    view! {
        <div class="study alone">
            <div class="pages">
                <LinkNotices />
                <section class="heading" aria-labelledby="page-title">
                    <h1 id="page-title">"The paper’s numbers, again"</h1>
                    <p>
                        "Every headline of the paper’s figures on multitask sparse parity and of its clusters of gradients, beside what the \
                         theory says and what came out here; what was run for it and where that is less than the paper’s own. Exponents are given as decay, without \
                         their minus. The paper’s values are read off its figures, good to about 2 %."
                    </p>
                </section>
                <p class="note" id="reproduce-state" role="status">{move || standing.get()}</p>
                <TryAgain library=library />
                {move || (!is_loading.get()).then(|| view! { <table::Table rows=rows library=library /> })}
                <p class="note">
                    "± is half a 95 % interval from seeds, by Student’s t. A range is the 95 % interval of one run’s points, which share its \
                     luck: it is blind to the seed. Deviations are in standard deviations of ours and of reading the paper’s figure together. \
                     The theory’s exponent \
                     is that of infinitely many quanta; in brackets that of the sum over as many as the task has, over the same range. \
                     The slope of clusters’ sizes (Figs 5, 15 to 17) is close to what labels drawn at random give, which stands beside it."
                </p>
            </div>
        </div>
    }
}

/// The published results, without the trained models and vocabularies, from which no number follows, and without
/// tables of losses, whose numbers are kept with the program; tracked.
fn listed(library: Library) -> Vec<Published> {
    let is_result = |published: &&Published| !(published.model || published.losses || published.vocabulary);
    library.index.with(|index| {
        let all = index.there().into_iter().flat_map(|index: &Index| index.results.iter());
        all.filter(is_result).cloned().collect()
    })
}

fn add(results: &mut Results, file: String, material: &Arc<Material>) {
    match material.as_ref() {
        Material::Run(record) => results.runs.push((file, record.as_ref().clone())),
        Material::Sweep(collected) => results.sweeps.push((file, collected.as_ref().clone())),
    }
}

/// How many of the published results are there, in words.
fn standing(library: Library) -> String {
    let listed = listed(library);
    match library.index.get() {
        Asked::Coming => return "Looking for published results …".to_owned(),
        Asked::Failed(why) => return format!("The published results cannot be shown: {why}."),
        Asked::There(_) if !listed.is_empty() => {}
        Asked::There(_) | Asked::Missing => {
            return "No results are published here yet. Each figure can be made with its command, or in small in this browser."
                .to_owned();
        }
    }
    let mut coming = 0;
    let mut troubles = Vec::new();
    for published in &listed {
        match library.file(&published.file) {
            Asked::There(_) => {}
            Asked::Coming => coming += 1,
            Asked::Missing => troubles.push(format!("{} is listed, but not there", published.file)),
            Asked::Failed(why) => troubles.push(format!("{} cannot be read: {why}", published.file)),
        }
    }
    if coming > 0 {
        return format!("Loading published results: {} of {} …", listed.len() - coming, listed.len());
    }
    let there = crate::words::count(listed.len() - troubles.len(), "published result", "published results");
    if troubles.is_empty() { format!("From {there}.") } else { format!("From {there}. {}.", troubles.join("; ")) }
}

/// The rows of one figure, by its name.
fn of_figure(rows: &[Row], figure: &str) -> Vec<Row> {
    rows.iter().filter(|row| row.figure == figure).cloned().collect()
}
