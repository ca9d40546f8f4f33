//! The tokens of the text, each with its loss as shade, and the same as a table.

use leptos::prelude::*;

use super::state::{Place, Shown, TextState};
use crate::language::course::nats;
use crate::words;

/// A loss at which the shade is strongest, nats: about that of a guess.
const STRONGEST: f32 = 4.0;

/// The documents. One of a document's tokens is looked at; the arrow keys go on to the next.
#[component]
pub fn Passages() -> impl IntoView {
    let text = expect_context::<TextState>();
    let documents = Memo::new(move |_| {
        let tokens =
            |shown: &std::sync::Arc<Shown>| shown.reading.passages.iter().map(|one| one.tokens.clone()).collect::<Vec<_>>();
        text.shown.with(|shown| shown.as_ref().map(tokens)).unwrap_or_default()
    });
    move || {
        let count = documents.with(Vec::len);
        (0..count).map(|at| view! { <Passage document=at /> }).collect_view()
    }
}

#[component]
fn Passage(document: usize) -> impl IntoView {
    let text = expect_context::<TextState>();
    let Some(shown) = text.shown.get_untracked() else { return ().into_any() };
    let passage = &shown.reading.passages[document];
    let last = passage.tokens.len() - 2;
    let own = move || text.token.get().filter(|(of, _)| *of == document).map(|(_, place)| place);
    let tokens: Vec<_> = (0..=last).map(|place| token((document, place), &shown).into_any()).collect();
    let keys = move |event: web_sys::KeyboardEvent| {
        let now = untrack(own);
        let next = match (event.key().as_str(), now) {
            ("ArrowRight" | "ArrowDown", Some(place)) => (place + 1).min(last),
            ("ArrowLeft" | "ArrowUp", Some(place)) => place.saturating_sub(1),
            ("ArrowRight" | "ArrowDown" | "Home", _) => 0,
            ("ArrowLeft" | "ArrowUp" | "End", _) => last,
            ("Escape", _) => return text.look_at(None),
            _ => return,
        };
        event.prevent_default();
        text.look_at(Some((document, next)));
    };
    view! {
        <p class="passage" role="listbox" tabindex="0" aria-label=format!("Document {}: its tokens", document + 1)
            aria-activedescendant=move || own().map(|place| id((document, place))) on:keydown=keys>
            {tokens}
        </p>
    }
    .into_any()
}

fn id((document, place): Place) -> String {
    format!("token-{document}-{place}")
}

/// One predicted token.
fn token(at: Place, shown: &Shown) -> impl IntoView + use<> {
    let text = expect_context::<TextState>();
    let (document, place) = at;
    let passage = &shown.reading.passages[document];
    let is_ruled = passage.quanta.get(place).copied().flatten().is_some();
    let name = shown.vocabulary.name(passage.tokens[place + 1]);
    let loss = move || {
        let (at, is_excess) = (text.at(), text.is_excess.get());
        text.shown.with(|shown| {
            let passage = shown.as_ref()?.reading.passages.get(document)?;
            let least = passage.least.get(place).copied().filter(|_| is_excess).unwrap_or(0.0);
            Some(passage.losses.get(at)?.get(place)? - least)
        })
    };
    let shade = move || format!("{:.0}%", 100.0 * (loss().unwrap_or(0.0) / STRONGEST).clamp(0.0, 1.0));
    let is_chosen = move || text.token.get() == Some(at);
    let spoken = format!(" {}", if is_ruled { "by a rule" } else { "" });
    view! {
        <span class="token" class:ruled=is_ruled class:chosen=is_chosen id=id(at) role="option" style:--loss=shade
            aria-selected=move || is_chosen().to_string()
            on:click=move |_| text.look_at(Some(at))>{name}<span class="unseen">{spoken}</span></span>
        " "
    }
}

/// The same as a table.
#[component]
pub fn Table() -> impl IntoView {
    let text = expect_context::<TextState>();
    let is_open = RwSignal::new(false);
    let rows = move || {
        let shown = text.shown.get()?;
        let at = text.at();
        let reading = &shown.reading;
        let row = |document: usize, place: usize| {
            let passage = &reading.passages[document];
            let quantum = passage.quanta.get(place).copied().flatten();
            let quantum = quantum.map_or("–".to_owned(), |quantum| {
                format!("{} ({})", quantum + 1, reading.families.get(quantum as usize).map_or("", String::as_str))
            });
            let loss = |step: usize| passage.losses.get(step).map_or(String::new(), |losses| nats(losses[place]));
            view! {
                <tr>
                    <td>{document + 1}</td>
                    <th scope="row">{shown.vocabulary.name(passage.tokens[place + 1])}</th>
                    <td>{quantum}</td>
                    <td class="number">{loss(0)}</td>
                    <td class="number">{loss(at)}</td>
                    <td class="number">{passage.least.get(place).map(|least| nats(*least))}</td>
                </tr>
            }
        };
        let documents = reading.passages.iter().enumerate();
        Some(
            documents
                .flat_map(|(document, passage)| (1..passage.tokens.len()).map(move |place| (document, place - 1)))
                .map(|(document, place)| row(document, place))
                .collect_view(),
        )
    };
    let steps = move || {
        let shown = text.shown.get()?;
        let step =
            |at: usize| shown.reading.steps.get(at).map_or(String::new(), |step| format!("Step {}", words::thousands(*step)));
        Some((step(0), step(text.at())))
    };
    view! {
        <details class="as-table" on:toggle=move |event| is_open.set(event_target::<web_sys::HtmlDetailsElement>(&event).open())>
            <summary>"The text as a table"</summary>
            <Show when=move || is_open.get()>
                <div class="scroller" tabindex="0" role="region" aria-label="The text as a table">
                    <table>
                        <caption class="unseen">"Each predicted token, the quantum that predicts it, and its loss in nats"</caption>
                        <thead><tr>
                            <th scope="col">"Document"</th><th scope="col">"Token"</th><th scope="col">"Quantum"</th>
                            <th scope="col" class="number">{move || steps().map(|(first, _)| first)}</th>
                            <th scope="col" class="number">{move || steps().map(|(_, now)| now)}</th>
                            <th scope="col" class="number">"At the least"</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </details>
    }
}
