//! Reproduce: the paper beside ours.

use leptos::prelude::*;

/// The page.
#[component]
pub fn ReproducePage() -> impl IntoView {
    view! { <div class="study"></div> }
}
