//! Pages that are loaded when they are opened. Each has a part of the wasm to itself: the build takes
//! the program apart at the functions marked `wasm_split` (`.lab/split`). To add a page, write one
//! more such function and name it in [`load`].

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::link::Page;
use crate::reproduce::ReproducePage;
use crate::scaling::ScalingPage;
use crate::theory::TheoryPage;

/// Builds the view of a page that is there.
///
/// The split functions return this and not the view, so that the view is built where it is shown, with
/// that place's contexts and clean-up.
type Build = fn() -> AnyView;

#[wasm_split(theory, wasm_split_path = leptos::wasm_split, fallible)]
fn theory() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <TheoryPage /> }.into_any())
}

#[wasm_split(scaling, wasm_split_path = leptos::wasm_split, fallible)]
fn scaling() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <ScalingPage /> }.into_any())
}

#[wasm_split(reproduce, wasm_split_path = leptos::wasm_split, fallible)]
fn reproduce() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <ReproducePage /> }.into_any())
}

/// Loads a page's part, unless it is there already. A failure is not remembered: the next call tries
/// again. The Lab comes with the program.
async fn load(page: Page) -> Result<Build, SplitLoaderError> {
    match page {
        Page::Lab => Ok(|| view! { <crate::lab::LabPage /> }.into_any()),
        Page::Theory => theory().await,
        Page::Scaling => scaling().await,
        Page::Reproduce => reproduce().await,
    }
}

/// What a failure may come from. After an update the parts of the older version are gone.
const WHY: &str = "Either the network is down, or the site has been updated since it was opened; then reloading it helps.";

/// How far a page is loaded.
#[derive(Clone, Copy)]
enum Progress {
    Loading,
    Loaded(Build),
    Failed,
}

/// A page, loaded now if it is not there yet: says so meanwhile, and offers to try again where it failed.
#[component]
pub fn OnDemand(page: Page) -> impl IntoView {
    let progress = RwSignal::new(Progress::Loading);
    let fetch = move || {
        progress.set(Progress::Loading);
        spawn_local(async move {
            let reached = load(page).await.map_or(Progress::Failed, Progress::Loaded);
            // The component is gone if another page was opened meanwhile.
            let _ = progress.try_set(reached);
        });
    };
    fetch();
    let title = page.title();
    move || match progress.get() {
        Progress::Loaded(build) => build(),
        Progress::Loading => {
            let words = format!("Loading the page “{title}” …");
            view! { <p class="coming" role="status">{words}</p> }.into_any()
        }
        Progress::Failed => {
            let words = format!("The page “{title}” could not be loaded. {WHY}");
            view! {
                <div class="coming" role="alert">
                    <p>{words}</p>
                    <button type="button" class="main" on:click=move |_| fetch()>"Try again"</button>
                </div>
            }
            .into_any()
        }
    }
}
