//! Tokens that are looked for: by their text, and by the shape of their loss across sizes.

use leptos::prelude::*;
use quanta_core::losses::Ask;

use super::state::{Family, Wanted};
use super::tokens::{go_to, seen};
use crate::language::list::Select;
use crate::view::scrub::Scrub;
use crate::words;

/// Tokens that are listed at a time.
const SHOWN: usize = 12;

/// Tokens before one that are shown.
const BEFORE: usize = 16;

/// The search and what it finds.
#[component]
pub fn Find() -> impl IntoView {
    let family = expect_context::<Family>();
    let from = RwSignal::new(0usize);
    Effect::new(move |_| {
        family.found.track();
        from.set(0);
    });
    let value = Signal::derive(move || family.wanted.get().word().to_owned());
    let options = Signal::stored(Wanted::ALL.map(|(_, word, title)| (word.to_owned(), title.to_owned())).to_vec());
    let count = move || family.found.with(|found| found.len());
    let said = move || {
        let all = family.losses().map_or(0, |losses| losses.tokens());
        format!("{} of {}.", words::count(count(), "token", "tokens"), words::thousands(all as u64))
    };
    let rows = move || {
        let losses = family.losses()?;
        let found = family.found.get();
        let row = |token: &usize| {
            let token = *token;
            let ends = losses.sizes().first().copied().zip(losses.sizes().last().copied());
            let cost = ends.map_or(String::new(), |(first, last)| {
                let bits = |model: usize| words::significant(f64::from(losses.last(model)[token]));
                format!("{} → {} bits", bits(first), bits(last))
            });
            let context = losses.passage.around(token, BEFORE);
            let (before, target) = context.unwrap_or_else(|| (String::new(), format!("token {}", token + 1)));
            view! {
                <li>
                    <button type="button" class="quiet" on:click=move |_| go_to(family, token)>
                        <span class="context running">{seen(&before)}<mark>{seen(&target)}</mark></span>
                        <span class="number">{cost}</span>
                    </button>
                </li>
            }
        };
        Some(found.iter().skip(from.get()).take(SHOWN).map(row).collect_view())
    };
    let last = move || (from.get() + SHOWN).min(count());
    view! {
        <section class="find-tokens" aria-labelledby="find-tokens-title">
            <h3 id="find-tokens-title">"Find tokens"</h3>
            <div class="choices-of">
                <Select id="token-shape" label="Shape" value=value options=options chosen=move |word: String| family.look_for(Wanted::from_word(&word)) />
                <div class="choice">
                    <label for="token-search">"Text of the token"</label>
                    <input id="token-search" type="search" autocomplete="off" spellcheck="false" prop:value=move || family.search.get().unwrap_or_default()
                        on:input=move |event| family.search_for(&event_target_value(&event)) />
                </div>
            </div>
            <Thresholds />
            <p class="what" id="tokens-found" role="status">{said}</p>
            <ol class="alike tokens-found">{rows}</ol>
            <Show when=move || { count() > SHOWN }>
                <div class="buttons" role="group" aria-label="Tokens found">
                    <button type="button" disabled=move || from.get() == 0 on:click=move |_| from.update(|from| *from = from.saturating_sub(SHOWN))>"Before"</button>
                    <span class="note">{move || format!("{} to {}", from.get() + 1, last())}</span>
                    <button type="button" disabled=move || { last() >= count() } on:click=move |_| from.update(|from| *from += SHOWN)>"After"</button>
                </div>
            </Show>
        </section>
    }
}

/// The thresholds of shapes, as sliders.
#[component]
fn Thresholds() -> impl IntoView {
    let family = expect_context::<Family>();
    let slider = move |id: &'static str, label: &'static str, most: usize, read: fn(&Ask) -> f64, write: fn(&mut Ask, f64)| {
        let nats = move |tenths: usize| tenths as f64 / 10.0;
        let tenths = Signal::derive(move || family.ask.with(|ask| (read(ask) * 10.0).round() as usize));
        let said = Signal::derive(move || format!("{:.1} nats", nats(tenths.get())));
        let slide = move |at: usize| family.ask.update(|ask| write(ask, nats(at)));
        view! { <Scrub id=id label=label first=1 last=Signal::stored(10 * most) at=tenths said=said slide=slide /> }
    };
    let paper = move |_| family.ask.set(Ask::PAPER);
    let usual = move |_| family.ask.set(Ask::default());
    view! {
        <details class="thresholds">
            <summary>"What counts as which shape"</summary>
            {slider("ask-high", "One drop: more than this before it", 6, |ask| ask.high_nats, |ask, nats| ask.high_nats = nats)}
            {slider("ask-low", "and less than this from it on", 2, |ask| ask.low_nats, |ask, nats| ask.low_nats = nats)}
            {slider("ask-slope", "Slowly: falls by this or more as N grows by a factor of e", 2, |ask| ask.slope_nats, |ask, nats| ask.slope_nats = nats)}
            <div class="buttons">
                <button type="button" on:click=usual>"For small models"</button>
                <button type="button" on:click=paper>"The author’s"</button>
            </div>
        </details>
    }
}
