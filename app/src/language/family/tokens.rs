//! The text, each token with its loss as shade, and what is looked at of it: the model and the checkpoint.

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::losses::Losses;

use super::state::{DOCUMENTS, Family};
use crate::view::browser;
use crate::view::scrub::Scrub;
use crate::words;

/// A loss at which the shade is strongest, bits: that of a guess among a thousand tokens.
const STRONGEST: f32 = 10.0;

/// A model in words.
pub fn named(losses: &Losses, model: usize) -> String {
    let of = &losses.models[model];
    let seed = if losses.repetitions().iter().any(|(a, b)| *a == model || *b == model) {
        format!(", seed {}", of.seed)
    } else {
        String::new()
    };
    match of.parameters {
        0 => format!("{}{seed}", of.name),
        parameters => format!("{} parameters{seed}", words::thousands(parameters)),
    }
}

/// Chooses the model and the checkpoint.
#[component]
pub fn Controls() -> impl IntoView {
    let family = expect_context::<Family>();
    let count = move |count: fn(&Losses) -> usize| family.losses().map_or(0, |losses| count(&losses));
    let models = Memo::new(move |_| count(|losses| losses.models.len()));
    let steps = Memo::new(move |_| count(|losses| losses.steps.len()));
    let model = move || {
        family.losses().filter(|losses| family.model.get() < losses.models.len()).map(|losses| named(&losses, family.model.get()))
    };
    let step = move || {
        let step = family.losses().and_then(|losses| losses.steps.get(family.checkpoint.get()).copied());
        step.map(|step| format!("step {}", words::thousands(step)))
    };
    let mean = move || {
        let (losses, model, checkpoint) = (family.losses()?, family.model.get(), family.checkpoint.get());
        (model < losses.models.len() && checkpoint < losses.steps.len()).then(|| {
            let share = 100.0 * losses.share_under(model, checkpoint, 0.5);
            let mean = losses.mean(model, checkpoint);
            format!("The mean loss is {} bits; {share:.1} % of the tokens cost under half a bit.", words::significant(mean))
        })
    };
    view! {
        <div class="scrubs">
            <Scrub id="losses-size" label="Size of the model" last=Signal::derive(move || models.get().saturating_sub(1)) at=family.model
                said=Signal::derive(move || model().unwrap_or_default()) slide=move |at| family.look_at_model(at) />
            <Scrub id="losses-step" label="Step of training" last=Signal::derive(move || steps.get().saturating_sub(1)) at=family.checkpoint
                said=Signal::derive(move || step().unwrap_or_default()) slide=move |at| family.look_at_checkpoint(at) />
        </div>
        <p class="what" id="losses-mean" aria-live="polite">{mean}</p>
    }
}

/// Some documents, with buttons to the ones before and after.
#[component]
pub fn Passages() -> impl IntoView {
    let family = expect_context::<Family>();
    let documents = Memo::new(move |_| family.losses().map_or(0, |losses| losses.passage.documents.len()));
    let range =
        move || family.first.get().min(documents.get().saturating_sub(1))..(family.first.get() + DOCUMENTS).min(documents.get());
    let turn = move |forward: bool| {
        family.first.update(|first| *first = if forward { *first + DOCUMENTS } else { first.saturating_sub(DOCUMENTS) });
        family.look_at(None);
    };
    let shown = move || {
        let losses = family.losses()?;
        Some(range().map(|document| view! { <Passage losses=losses.clone() document=document /> }).collect_view())
    };
    let where_in =
        move || format!("Documents {} to {} of {}", range().start + 1, range().end, words::thousands(documents.get() as u64));
    view! {
        <Show when=move || { documents.get() > 0 }
            fallback=|| view! { <p class="note">"These losses come without their text: tokens are counted."</p> }>
            <p class="note">"The stronger the shade, the larger the loss; what has no border is context without a loss of its own."</p>
            <div class="family-text">{shown}</div>
            <Show when=move || { documents.get() > DOCUMENTS }>
                <div class="buttons" role="group" aria-label="Documents">
                    <button type="button" disabled=move || range().start == 0 on:click=move |_| turn(false)>"Before"</button>
                    <span class="note" role="status">{where_in}</span>
                    <button type="button" disabled=move || { range().end >= documents.get() } on:click=move |_| turn(true)>"After"</button>
                </div>
            </Show>
        </Show>
    }
}

#[component]
fn Passage(losses: Arc<Losses>, document: usize) -> impl IntoView {
    let family = expect_context::<Family>();
    let passage = &losses.passage;
    let begins = passage.documents[document].begins;
    let (_, range) = passage.document(begins);
    let name = passage.documents[document].name.clone();
    let first = passage.places.partition_point(|place| (*place as usize) < range.start);
    let after = passage.places.partition_point(|place| (*place as usize) < range.end);
    let mut next = first;
    let tokens: Vec<AnyView> = range
        .map(|place| {
            let text = passage.text(place..place + 1);
            if next < after && passage.places[next] as usize == place {
                next += 1;
                token(family, next - 1, &text).into_any()
            } else {
                view! { <span class="context-token">{seen(&text)}</span> }.into_any()
            }
        })
        .collect();
    let own = move || family.token.get().filter(|token| (first..after).contains(token));
    let keys = move |event: web_sys::KeyboardEvent| {
        let (now, last) = (untrack(own), after - 1);
        let next = match (event.key().as_str(), now) {
            ("ArrowRight" | "ArrowDown", Some(token)) => (token + 1).min(last),
            ("ArrowLeft" | "ArrowUp", Some(token)) => token.saturating_sub(1).max(first),
            ("ArrowRight" | "ArrowDown" | "Home", _) => first,
            ("ArrowLeft" | "ArrowUp" | "End", _) => last,
            ("Escape", _) => return family.look_at(None),
            _ => return,
        };
        event.prevent_default();
        family.look_at(Some(next));
    };
    let label = if name.is_empty() { format!("Document {}: its tokens", document + 1) } else { format!("{name}: its tokens") };
    let heading = (!name.is_empty()).then(|| view! { <h3 class="document-name">{name}</h3> });
    if first == after {
        return view! { {heading}<p class="passage running">{tokens}</p> }.into_any();
    }
    view! {
        {heading}
        <p class="passage running" role="listbox" tabindex="0" aria-label=label
            aria-activedescendant=move || own().map(id) on:keydown=keys>{tokens}</p>
    }
    .into_any()
}

fn id(token: usize) -> String {
    format!("word-{token}")
}

/// A token's text as it is seen: line ends and tabs by signs.
pub fn seen(text: &str) -> String {
    text.replace('\n', "⏎\n").replace('\t', "⇥\t")
}

/// A token with a loss.
fn token(family: Family, token: usize, text: &str) -> impl IntoView + use<> {
    let loss = move || {
        let (model, checkpoint) = (family.model.get(), family.checkpoint.get());
        family.opened.with(|shown| {
            let losses = &shown.as_ref()?.losses;
            (model < losses.models.len() && checkpoint < losses.steps.len())
                .then(|| losses.row(model, checkpoint).get(token).copied())?
        })
    };
    let shade = move || format!("{:.0}%", 100.0 * (loss().unwrap_or(0.0) / STRONGEST).clamp(0.0, 1.0));
    let is_chosen = move || family.token.get() == Some(token);
    view! {
        <span class="token word" class:chosen=is_chosen id=id(token) role="option" style:--loss=shade
            aria-selected=move || is_chosen().to_string() on:click=move |_| family.look_at(Some(token))>{seen(text)}</span>
    }
}

/// Goes to a token of the text.
pub fn go_to(family: Family, token: usize) {
    family.look_at(Some(token));
    request_animation_frame(move || browser::focus("token-of-text"));
}
