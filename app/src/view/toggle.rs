//! A choice between yes and no.

use leptos::prelude::*;

/// A checkbox with its label.
#[component]
pub fn Toggle(
    /// Its label.
    name: &'static str,
    /// Whether it is on.
    on: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || on.get() on:change=move |event| on.set(event_target_checked(&event)) />
            <span>{name}</span>
        </label>
    }
}
