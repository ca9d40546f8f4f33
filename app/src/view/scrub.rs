//! A slider over places of a list, with what is there in words.

use leptos::prelude::*;

/// The slider; nothing where there is one place alone.
#[component]
pub fn Scrub(
    /// Its id.
    id: &'static str,
    /// What it chooses.
    label: &'static str,
    /// The first place.
    #[prop(default = 0)]
    first: usize,
    /// The last place.
    #[prop(into)]
    last: Signal<usize>,
    /// The place that is chosen.
    #[prop(into)]
    at: Signal<usize>,
    /// What is there.
    #[prop(into)]
    said: Signal<String>,
    /// Chooses another place.
    slide: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let most = move || last.get().to_string();
    view! {
        <Show when=move || { last.get() > first }>
            <div class="dial scrub">
                <label for=id>{label}</label>
                // The end before the place: a place beyond the old end would be cut.
                <input id=id type="range" min=first.to_string() step="1" max=most prop:max=most prop:value=move || at.get().to_string()
                    aria-valuetext=move || said.get()
                    on:input=move |event| if let Ok(at) = event_target_value(&event).parse() { slide(at) } />
                <output class="number" for=id>{move || said.get()}</output>
            </div>
        </Show>
    }
}
