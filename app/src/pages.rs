//! The pages, each in a part of the wasm to itself but for the Lab, which comes with the program. To
//! add a page, write one more function here and name it in [`load`].

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::lab::LabPage;
use crate::language::LanguagePage;
use crate::link::Page;
use crate::reproduce::ReproducePage;
use crate::scaling::ScalingPage;
use crate::theory::TheoryPage;
use crate::view::on_demand::{Build, Load, OnDemand};

#[wasm_split(theory, wasm_split_path = leptos::wasm_split, fallible)]
fn theory() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <TheoryPage /> }.into_any())
}

#[wasm_split(scaling, wasm_split_path = leptos::wasm_split, fallible)]
fn scaling() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <ScalingPage /> }.into_any())
}

#[wasm_split(language, wasm_split_path = leptos::wasm_split, fallible)]
fn language() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <LanguagePage /> }.into_any())
}

#[wasm_split(reproduce, wasm_split_path = leptos::wasm_split, fallible)]
fn reproduce() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <ReproducePage /> }.into_any())
}

/// A page that is loaded when it is opened, and how.
fn load(page: Page) -> Option<fn() -> Load> {
    match page {
        Page::Lab => None,
        Page::Theory => Some(|| Box::pin(theory())),
        Page::Scaling => Some(|| Box::pin(scaling())),
        Page::Language => Some(|| Box::pin(language())),
        Page::Reproduce => Some(|| Box::pin(reproduce())),
    }
}

/// A page of the site.
pub fn show(page: Page) -> AnyView {
    match load(page) {
        None => view! { <LabPage /> }.into_any(),
        Some(load) => view! { <OnDemand what=format!("the page “{}”", page.title()) load=load /> }.into_any(),
    }
}
