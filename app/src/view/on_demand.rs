//! Parts of the page that are loaded when they are shown. Each has a part of the wasm to itself: the
//! build takes the program apart at the functions marked `wasm_split` (`.lab/split`).

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

/// Builds a view that is there.
///
/// The split functions return this and not the view, so that the view is built where it is shown, with
/// that place's contexts and clean-up.
pub type Build = fn() -> AnyView;

/// A part on its way, unless it was there already. A failure is not remembered: the next call tries again.
pub type Load = Pin<Box<dyn Future<Output = Result<Build, SplitLoaderError>>>>;

/// What a failure may come from. After an update the parts of the older version are gone.
const WHY: &str = "Either the network is down, or the site has been updated since it was opened; then reloading it helps.";

/// How far a part is loaded.
#[derive(Clone, Copy)]
enum Progress {
    Loading,
    Loaded(Build),
    Failed,
}

/// A part, loaded now if it is not there yet: says so meanwhile, and offers to try again where it failed.
#[component]
pub fn OnDemand(
    /// What it is, as in “Loading the page “Theory””.
    #[prop(into)]
    what: String,
    /// Loads it.
    load: fn() -> Load,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::Loading);
    let fetch = move || {
        progress.set(Progress::Loading);
        spawn_local(async move {
            let reached = load().await.map_or(Progress::Failed, Progress::Loaded);
            // The component is gone if another page was opened meanwhile.
            let _ = progress.try_set(reached);
        });
    };
    fetch();
    move || match progress.get() {
        Progress::Loaded(build) => build(),
        Progress::Loading => view! { <p class="coming" role="status">{format!("Loading {what} …")}</p> }.into_any(),
        Progress::Failed => view! {
            <div class="coming" role="alert">
                <p>{format!("Could not load {what}. {WHY}")}</p>
                <button type="button" class="main" on:click=move |_| fetch()>"Try again"</button>
            </div>
        }
        .into_any(),
    }
}
