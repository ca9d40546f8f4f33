//! What stands below the Lab's figures. It is loaded behind them.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::compare::Compare;
use super::runs::Runs;
use super::share::Share;
use crate::view::on_demand::{Build, OnDemand};

#[wasm_split(below, wasm_split_path = leptos::wasm_split, fallible)]
fn foot() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <Runs /> <Compare /> <Share /> }.into_any())
}

/// The table of runs, their comparison, and how to repeat them.
#[component]
pub fn Foot() -> impl IntoView {
    view! { <div class="foot"><OnDemand what="the table of runs" load=|| Box::pin(foot()) /></div> }
}
