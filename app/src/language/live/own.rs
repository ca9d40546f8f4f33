//! A text of one's own.

use leptos::prelude::*;

use super::state::TextState;

/// The field for it.
#[component]
pub fn Own() -> impl IntoView {
    let text = expect_context::<TextState>();
    let typed = RwSignal::new(String::new());
    let read = move || {
        let words = typed.get_untracked();
        text.own.set(Some(words).filter(|words| !words.trim().is_empty()));
    };
    let example = move || {
        let shown = text.shown.get()?;
        let passage = shown.reading.passages.first()?;
        let name = |token: &u32| shown.vocabulary.name(*token);
        Some(passage.tokens.iter().skip(1).take(12).map(name).collect::<Vec<String>>().join(" "))
    };
    let is_own = move || text.own.with(Option::is_some);
    view! {
        <details class="own-text">
            <summary>"A text of your own"</summary>
            <form on:submit=move |event| { event.prevent_default(); read(); }>
                <label for="own-text">"Tokens of the language, with spaces between them"</label>
                <textarea id="own-text" rows="3" spellcheck="false" autocomplete="off" prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))></textarea>
                <p class="note">{move || example().map(|example| format!("Such as: {example}"))}</p>
                <div class="buttons">
                    <button type="submit" disabled=move || typed.with(|typed| typed.trim().is_empty())>"Read it"</button>
                    <Show when=is_own>
                        <button type="button" on:click=move |_| text.own.set(None)>"Back to fresh documents"</button>
                    </Show>
                </div>
            </form>
        </details>
    }
}
