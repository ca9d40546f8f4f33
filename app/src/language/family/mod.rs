//! Real text: how each token of it costs models of many sizes, over their training. Losses are published, opened
//! from a file, or those of a model that is trained here on a text of one's own.

mod figures;
mod list;
mod own;
mod source;
mod state;
mod token;
mod tokens;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::state::Reader;
use crate::trainer::RunCommands;
use crate::view::on_demand::{Build, OnDemand};
use crate::view::run_status::Status;
use own::Own;
use state::Family;

#[wasm_split(family, wasm_split_path = leptos::wasm_split, fallible)]
fn family() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <Parts /> }.into_any())
}

/// The section.
#[component]
pub fn RealText() -> impl IntoView {
    view! { <div class="live"><OnDemand what="the section on real text" load=|| Box::pin(family()) /></div> }
}

#[component]
fn Parts() -> impl IntoView {
    expect_context::<RunCommands>().recall(None);
    let family = Family::new(expect_context::<Reader>());
    provide_context(family);
    provide_context(Own::new(family));
    provide_context(Status::new(Signal::stored(false)));
    let is_here = Memo::new(move |_| family.opened.with(Option::is_some));
    view! {
        <section class="text" id="real-text" tabindex="-1" aria-labelledby="real-text-title">
            <h2 id="real-text-title">"Real text: what each token costs models of many sizes"</h2>
            <p class="note">
                "Averaged over tokens the loss falls as a smooth power law. Behind it single tokens fall at sizes and steps of their own: \
                 some in one drop, as if one quantum decided them (monogenic), some slowly, as if many did (polygenic)."
            </p>
            <source::Choose />
            <own::OwnText />
            <Show when=move || is_here.get()>
                <tokens::Controls />
                <tokens::Passages />
                <token::Card />
                <list::Find />
                <figures::Figures />
            </Show>
        </section>
    }
}
