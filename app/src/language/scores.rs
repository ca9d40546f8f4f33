//! The scores of every clustering beside the baselines, and what the similarities see.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::analysis::qdg::{Draw, Row, Scored, scores};

use super::found::Found;
use super::state::{Reader, in_words};
use crate::words;

/// The section.
#[component]
pub fn Scores() -> impl IntoView {
    let reader = expect_context::<Reader>();
    view! {
        <section class="prose" aria-labelledby="scores-title">
            <h2 id="scores-title">"Scores"</h2>
            {move || {
                let found = reader.found()?;
                Some(match scores(&found.clusters) {
                    Ok(rows) => view! { <Tables found=found rows=Arc::new(rows) /> }.into_any(),
                    Err(error) => view! { <p>{format!("There are no scores: {error}.")}</p> }.into_any(),
                })
            }}
        </section>
    }
}

#[component]
fn Tables(found: Arc<Found>, rows: Arc<Vec<Row>>) -> impl IntoView {
    let samples = words::count(found.clusters.samples.len(), "sample", "samples");
    let drawn = match found.clusters.ask.draw {
        Draw::Balanced => "",
        Draw::Natural => {
            " Where quanta are as frequent as the task uses them, the ARI is decided by the most frequent ones: AMI and F1 weigh the \
             others too."
        }
    };
    let families = rows.first().is_some_and(|row| !row.families.is_empty());
    let is_published = found.clusters.model.is_some();
    view! {
        {is_published.then(|| view! {
            <p>
                "Which quanta the tokens of a published model need is not known. In the place of quanta stand the texts that the samples are \
                 from, also in the words below: a clustering that finds skills within a text, or one skill in several, scores low against them. \
                 What can be leaned on is stability, and how far a clustering differs from “same target”."
            </p>
        })}
        <p class="verdict" id="scores-verdict">{verdict(&found, &rows)}</p>
        <p class="note">
            "ARI and AMI are 0 for chance and 1 for the planted quanta; NMI and purity rise with k by chance alone. F1 is the mean over \
             quanta, each counted the same, of the best F1 that any cluster has."{drawn}
        </p>
        <div class="scroller" tabindex="0" role="region" aria-label="Scores, a table"><ScoreTable rows=rows.clone() /></div>
        <p class="note">
            {format!("These are scores of one run and one draw of {samples}: how much another seed would change them is not known here.")}
        </p>
        {families.then(|| view! {
            <details class="how-to">
                <summary>"F1 by family"</summary>
                <div class="scroller" tabindex="0" role="region" aria-label="F1 by family, a table"><FamilyTable rows=rows.clone() /></div>
            </details>
        })}
        <h3 id="pairs-title">"What the similarities see"</h3>
        <p class="note">
            "The mean cosine of pairs of samples, by what they share; then the probability (AUC) that a pair of one quantum is more alike \
             than a pair of two, both of different targets: ½ is chance. A similarity that sees the predicted word and not the quantum is \
             high in the third column and low in the second."
        </p>
        <div class="scroller" tabindex="0" role="region" aria-label="Pairs of samples, a table"><PairTable found=found /></div>
    }
}

/// Which clustering is best, and how far the best baseline comes.
fn verdict(found: &Found, rows: &[Row]) -> String {
    let is_baseline = |row: &&Row| matches!(row.scored, Scored::Baseline(_));
    let (ari, ami) = (|row: &Row| row.agreement.ari, |row: &Row| row.agreement.ami);
    let best = |of: fn(&Row) -> f64, baselines: bool| {
        rows.iter().filter(|row| is_baseline(row) == baselines).max_by(|a, b| of(a).total_cmp(&of(b)))
    };
    let (Some(found_best), Some(baseline)) = (best(ari, false), best(ari, true)) else {
        return "This file holds no clustering.".to_owned();
    };
    let place = |row: &Row| rows.iter().position(|one| std::ptr::eq(one, row));
    let name = |row: &Row| {
        let one = place(row).and_then(|at| found.clusters.clusterings.get(at));
        one.map_or_else(|| row.title(), in_words)
    };
    let (ours, theirs) = (ari(found_best), ari(baseline));
    let count = found.clusters.clusterings.len();
    let of = match count {
        1 => "The one clustering here is".to_owned(),
        _ => format!("Of {count} clusterings here the best by ARI is"),
    };
    let beside = if ours > theirs { "the best baseline" } else { "a baseline is as good or better:" };
    let mut text = format!("{of} “{}”, with {ours:.2}; {beside} “{}” has {theirs:.2}.", name(found_best), baseline.title());
    if let (Some(found_best), Some(baseline)) = (best(ami, false), best(ami, true)) {
        text += &format!(
            " By AMI it is “{}”, with {:.2}, and “{}” has {:.2}.",
            name(found_best),
            ami(found_best),
            baseline.title(),
            ami(baseline)
        );
    }
    if count > 1 {
        text += " The best of many is a little lucky.";
    }
    text
}

/// A score in a table.
fn number(value: f64) -> String {
    format!("{value:.3}").replace('-', "−")
}

#[component]
fn ScoreTable(rows: Arc<Vec<Row>>) -> impl IntoView {
    let reader = expect_context::<Reader>();
    // The best clustering of each score.
    let mut best = [f64::NEG_INFINITY; 5];
    for row in rows.iter().filter(|row| matches!(row.scored, Scored::Found(..))) {
        best.iter_mut().zip(row.numbers()).for_each(|(best, value)| *best = best.max(value));
    }
    let line = move |(at, row): (usize, &Row)| {
        let is_found = matches!(row.scored, Scored::Found(..));
        let is_shown = move || is_found && reader.chosen.get() == at;
        let title = row.title();
        let name = match is_found {
            true => view! {
                <button
                    type="button"
                    class="quiet"
                    aria-label=format!("Show {title}, k = {}", row.k)
                    aria-pressed=move || is_shown().to_string()
                    on:click=move |_| reader.show_clustering(at)
                >
                    {title.clone()}
                </button>
            }
            .into_any(),
            false => title.into_any(),
        };
        let cell = |(value, best): (f64, f64)| match is_found && value == best {
            true => view! { <td class="number"><strong>{number(value)}</strong></td> }.into_any(),
            false => view! { <td class="number">{number(value)}</td> }.into_any(),
        };
        view! {
            <tr class:shown=is_shown>
                <th scope="row">{name}</th>
                <td class="number">{row.k}</td>
                {row.numbers().into_iter().zip(best).map(cell).collect_view()}
            </tr>
        }
    };
    let part = |is_baseline: bool| {
        let of = rows.iter().enumerate().filter(|(_, row)| matches!(row.scored, Scored::Baseline(_)) == is_baseline);
        of.map(line).collect_view()
    };
    view! {
        <table class="scores">
            <thead>
                <tr>
                    <th scope="col">"Clustering"</th>
                    {["k", "ARI", "AMI", "NMI", "Purity", "F1"].map(|name| view! { <th scope="col" class="number">{name}</th> }).collect_view()}
                </tr>
            </thead>
            <tbody>{part(false)}</tbody>
            <tbody>
                <tr class="group"><th scope="rowgroup" colspan="7">"Baselines"</th></tr>
                {part(true)}
            </tbody>
        </table>
    }
}

#[component]
fn FamilyTable(rows: Arc<Vec<Row>>) -> impl IntoView {
    let names: Vec<String> = rows.first().map(|row| row.families.keys().cloned().collect()).unwrap_or_default();
    view! {
        <table class="scores">
            <thead>
                <tr>
                    <th scope="col">"Clustering"</th>
                    <th scope="col" class="number">"k"</th>
                    {names.iter().map(|name| view! { <th scope="col" class="number">{name.clone()}</th> }).collect_view()}
                </tr>
            </thead>
            <tbody>
                {rows.iter().map(|row| view! {
                    <tr>
                        <th scope="row">{row.title()}</th>
                        <td class="number">{row.k}</td>
                        {names.iter().map(|name| {
                            let f1 = row.families.get(name).copied().unwrap_or_default();
                            view! { <td class="number">{number(f1)}</td> }
                        }).collect_view()}
                    </tr>
                }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn PairTable(found: Arc<Found>) -> impl IntoView {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), number);
    let columns =
        ["Same quantum, same target", "Same quantum, another target", "Another quantum, same target", "Neither the same", "AUC"];
    let lines = found.clusters.measured.iter().map(|one| {
        let cells = one.pairs.means().into_iter().chain([one.pairs.auc_other_target]);
        view! {
            <tr>
                <th scope="row">{one.similarity.word()}</th>
                {cells.map(|value| view! { <td class="number">{number(value)}</td> }).collect_view()}
            </tr>
        }
    });
    view! {
        <table class="scores">
            <thead>
                <tr>
                    <th scope="col">"Similarity"</th>
                    {columns.map(|name| view! { <th scope="col" class="number">{name}</th> }).collect_view()}
                </tr>
            </thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
}
