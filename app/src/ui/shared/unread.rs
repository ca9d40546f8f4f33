//! What of a link could not be understood, on the pages beside the Lab.

use leptos::prelude::*;

use crate::ui::site::Address;

/// A notice, where there is something to tell.
#[component]
pub fn Unread() -> impl IntoView {
    let address = expect_context::<Address>();
    let text = move || address.problems.with(|problems| problems.join("; "));
    view! {
        <div class="notices" role="status">
            <Show when=move || !address.problems.with(Vec::is_empty)>
                <div class="notice bad">
                    <p>{move || format!("This link cannot be used as it is: {}.", text())}</p>
                    <button type="button" class="quiet" on:click=move |_| address.problems.set(Vec::new())>"Dismiss"</button>
                </div>
            </Show>
        </div>
    }
}
