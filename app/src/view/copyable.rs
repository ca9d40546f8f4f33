//! A text to copy.

use std::time::Duration;

use leptos::prelude::*;

use super::browser;
use super::watch::Alive;

/// A line with its label and a button that copies it.
#[component]
pub fn Copyable(
    /// The id of the field that holds it.
    #[prop(into)]
    id: String,
    /// What it is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let result = RwSignal::new("");
    let alive = Alive::new();
    let input = id.clone();
    let copy = move |_| {
        let input = input.clone();
        browser::copy(text.get_untracked(), move |copied| {
            if !copied {
                // The person can copy what is selected.
                browser::select(&input);
            }
            let _ = result.try_set(if copied { "Copied." } else { "Selected: copy it with the keyboard." });
            alive.after(Duration::from_secs(3), move || result.set(""));
        });
    };
    view! {
        <div class="copyable">
            <label for=id.clone()>{label.clone()}</label>
            <div class="row">
                <input id=id.clone() type="text" readonly spellcheck="false" prop:value=move || text.get() />
                <button type="button" aria-label=format!("Copy: {label}") on:click=copy>"Copy"</button>
            </div>
            <span class="said" role="status">{move || result.get()}</span>
        </div>
    }
}
