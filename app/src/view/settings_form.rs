//! The form that holds a page's settings.

use leptos::prelude::*;

/// The form. On a narrow screen it is folded under one line, so that the first figure comes sooner.
#[component]
pub fn SettingsForm(
    /// What stands beside the word “Settings” where the form is folded.
    #[prop(into)]
    digest: Signal<String>,
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <form class="fields" class:open=move || open.get() aria-labelledby="settings-title" autocomplete="off" novalidate on:submit=|submit| submit.prevent_default()>
            <button
                type="button"
                class="unfold"
                aria-expanded=move || open.get().to_string()
                aria-controls="all-settings"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span>"Settings"</span>
                <span class="digest">{digest}{move || if open.get() { " ▴" } else { " ▾" }}</span>
            </button>
            <div class="stays" id="all-settings">
                <h2 id="settings-title">"Settings"</h2>
                {children()}
            </div>
        </form>
    }
}
