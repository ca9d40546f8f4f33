//! The token that is looked at: its quantum, its loss over training, and its nearest cluster.

use leptos::prelude::*;
use quanta_core::analysis::reading::{Course, Near};

use super::state::{Shown, TextState};
use crate::language::course::{CourseOf, nats};
use crate::language::state::Reader;
use crate::view::browser;
use crate::words;

/// Tokens before it that are shown.
const BEFORE: usize = 8;

/// What is known of the token.
#[component]
pub fn Card() -> impl IntoView {
    let text = expect_context::<TextState>();
    let known = move || {
        let (shown, (document, place)) = (text.shown.get()?, text.token.get()?);
        let passage = shown.reading.passages.get(document)?;
        (place + 1 < passage.tokens.len()).then_some((shown, document, place))
    };
    view! {
        <div class="token-card" id="token" aria-live="polite">
            {move || match known() {
                Some((shown, document, place)) => view! { <Known shown=shown document=document place=place /> }.into_any(),
                None => view! { <p class="note">"Choose a token, by a click or by the arrow keys, to see its loss over training."</p> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Known(shown: std::sync::Arc<Shown>, document: usize, place: usize) -> impl IntoView {
    let text = expect_context::<TextState>();
    let reading = &shown.reading;
    let passage = &reading.passages[document];
    let name = |token: &u32| shown.vocabulary.name(*token);
    let from = (place + 1).saturating_sub(BEFORE).max(1);
    let before: Vec<String> = passage.tokens[from.min(place + 1)..=place].iter().map(name).collect();
    let token = name(&passage.tokens[place + 1]);
    let what = match passage.quanta.get(place) {
        Some(Some(quantum)) => {
            let family = reading.families.get(*quantum as usize).map_or("", String::as_str);
            format!("Predicted by quantum {} ({family}).", quantum + 1)
        }
        Some(None) => format!("No rule predicts it: its loss cannot fall below {} nats.", nats(passage.least[place])),
        None => String::new(),
    };
    let course = Course { steps: reading.steps.clone(), losses: passage.losses.iter().map(|losses| losses[place]).collect() };
    let has_course = course.steps.len() > 1;
    view! {
        <p class="context">
            {(!before.is_empty()).then(|| format!("{} ", before.join(" ")))}<mark>{token}</mark>
        </p>
        <p>{what}</p>
        {move || text.near.get().and_then(|near| near.get(document)?.get(place)?.clone()).map(|near| view! { <Nearest near=near /> })}
        {has_course.then(|| view! { <CourseOf course=course what="Its loss in nats, by step." /> })}
    }
}

/// The nearest cluster, which a press opens, and the samples that are most alike.
#[component]
fn Nearest(near: Near) -> impl IntoView {
    let reader = expect_context::<Reader>();
    let Near { cluster, cosine, samples } = near;
    let open = move |cluster: usize| {
        reader.show_cluster(cluster);
        browser::focus("clusters");
    };
    let alike = untrack(|| reader.found()).map(|found| {
        let contexts = found.contexts();
        let clustering = found.clusters.clusterings.get(reader.chosen.get_untracked());
        let line = |(sample, cosine): (usize, f64)| {
            let own = contexts.own(sample);
            let before = contexts.before(sample);
            let from = own.first().copied().unwrap_or(0).min(before.len().saturating_sub(BEFORE));
            let target = contexts.token(found.clusters.samples.target[sample]);
            let label = clustering.and_then(|one| one.labels.get(sample)).map(|label| *label as usize);
            view! {
                <li>
                    <span class="context">{format!("{} ", before[from..].join(" "))}<mark>{target}</mark></span>
                    <span class="number">{words::significant(cosine)}</span>
                    {label.map(|label| view! {
                        <button type="button" class="quiet" on:click=move |_| open(label)>{format!("cluster {}", label + 1)}</button>
                    })}
                </li>
            }
        };
        samples.into_iter().map(line).collect_view()
    });
    view! {
        <p>
            "Nearest of the clusters below: "
            <button type="button" on:click=move |_| open(cluster)>{format!("cluster {}", cluster + 1)}</button>
            {format!(" (mean cosine {}). ", words::significant(cosine))}"More like this token, with their cosines:"
        </p>
        <ol class="alike">{alike}</ol>
    }
}
