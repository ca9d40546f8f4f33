//! A text to copy.

use leptos::prelude::*;

use super::browser;

/// A line with its label and a button that copies it.
#[component]
pub fn Copyable(
    /// The line's id.
    #[prop(into)]
    id: String,
    /// What it is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let line = id.clone();
    let copy = move |_| {
        let line = line.clone();
        browser::copy(text.get_untracked(), move |copied| {
            if !copied {
                // The person can copy what is selected.
                browser::select(&line);
            }
            said.set(if copied { "Copied." } else { "Selected: copy it with the keyboard." });
            set_timeout(
                move || {
                    let _ = said.try_set("");
                },
                std::time::Duration::from_secs(3),
            );
        });
    };
    view! {
        <div class="copyable">
            <label for=id.clone()>{label.clone()}</label>
            <div class="row">
                <input id=id.clone() type="text" readonly spellcheck="false" prop:value=move || text.get() />
                <button type="button" aria-label=format!("Copy: {label}") on:click=copy>"Copy"</button>
            </div>
            <span class="said" role="status">{move || said.get()}</span>
        </div>
    }
}
