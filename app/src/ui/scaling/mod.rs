//! Scaling: loss against a resource.

use leptos::prelude::*;

/// The page.
#[component]
pub fn ScalingPage() -> impl IntoView {
    view! { <div class="study"></div> }
}
