//! The live half of the page: trains the planted language, shows a text with the loss of each token, and
//! finds clusters. It is loaded behind the heading.

mod analyst;
mod find;
mod model;
mod nearest;
mod own;
mod state;
mod text;
mod token;
mod tokens;
mod train;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::trainer::RunCommands;
use crate::view::on_demand::{Build, OnDemand};
use crate::view::run_status::Status;
use model::Model;
use state::TextState;

use super::state::Reader;

#[wasm_split(live, wasm_split_path = leptos::wasm_split, fallible)]
fn live() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <Parts /> }.into_any())
}

/// The live half.
#[component]
pub fn Live() -> impl IntoView {
    view! { <div class="live"><OnDemand what="the model" load=|| Box::pin(live()) /></div> }
}

#[component]
fn Parts() -> impl IntoView {
    let reader = expect_context::<Reader>();
    expect_context::<RunCommands>().recall(None);
    let model = Model::new(reader);
    provide_context(model);
    let text = TextState::new(model, reader);
    provide_context(text);
    nearest::follow(text, reader);
    provide_context(Status::new(Signal::stored(false)));
    view! {
        <train::Train />
        <text::ReadText />
        <find::Find />
    }
}
