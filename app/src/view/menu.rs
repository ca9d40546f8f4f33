//! A button that opens a small list of further buttons.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Node;

/// A disclosure that closes on Escape and on a press elsewhere.
#[component]
pub fn Menu(
    /// The button's label.
    #[prop(into)]
    label: String,
    /// What the menu belongs to, for screen readers.
    #[prop(into)]
    of: String,
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let to_summary = move || {
        let summary = details.get_untracked().and_then(|details| details.query_selector("summary").ok().flatten());
        if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = summary.focus();
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let within = details.get_untracked().is_some_and(|details| details.contains(target.as_ref()));
        if !within {
            close();
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details
            class="menu"
            node_ref=details
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    to_summary();
                }
            }
        >
            <summary aria-label=format!("{label} {of}")>{label.clone()}</summary>
            // A choice closes the menu and returns the focus to its button.
            <div class="list" on:click=move |_| { close(); to_summary() }>{children()}</div>
        </details>
    }
}
