//! What is in training, for the site's header: shown while its reader is on another page.

use leptos::prelude::*;
use quanta_core::event::Progress;

use super::page_link::{is_plain, the_page};
use crate::address::Address;
use crate::trainer::{Phase, Queue, Request, RunJob, Runs, SweepJob, Sweeps, Work};

/// The name of the work, its progress, and a link back to the page that shows it.
#[component]
pub fn Training() -> impl IntoView {
    let (address, queue) = (expect_context::<Address>(), expect_context::<Queue>());
    let (run, sweep) = (expect_context::<RunJob>(), expect_context::<SweepJob>());
    let (runs, sweeps) = (expect_context::<Runs>(), expect_context::<Sweeps>());
    let page = Memo::new(move |_| address.link.with(|link| link.page));
    // What has ended is shown until its page is visited.
    Effect::new(move |_| {
        let page = page.get();
        if queue.ended.with(|ended| ended.as_ref().is_some_and(|request| request.home.page == page)) {
            queue.ended.set(None);
        }
    });
    let shown = Memo::new(move |_| {
        let page = page.get();
        let elsewhere = |request: &Request| request.home.page != page;
        queue.now.get().filter(elsewhere).or_else(|| queue.ended.get().filter(elsewhere))
    });
    let name = move |work: &Work| match work {
        Work::Run { id, .. } => runs.with(*id, |run| run.name.clone()).unwrap_or_else(|| "A run".to_owned()),
        Work::Sweep { key } => {
            let resource = sweeps.with(key, |kept| kept.resource.name());
            resource.map_or("A sweep".to_owned(), |resource| format!("Sweep over {resource}"))
        }
    };
    let percent = move |work: &Work| {
        let share = |progress: &Option<Progress>| progress.as_ref().map_or(0.0, |p| p.step as f64 / p.steps.max(1) as f64);
        let share = match work {
            Work::Run { .. } => run.progress.with(share),
            Work::Sweep { key } => {
                let within = sweep.progress.with(share);
                sweeps.with(key, |kept| kept.share(within)).unwrap_or(0.0)
            }
        };
        (100.0 * share).clamp(0.0, 100.0).round()
    };
    let state = move |work: &Work| {
        let phase = match work {
            Work::Run { .. } => run.phase.get(),
            Work::Sweep { .. } => sweep.phase.get(),
        };
        match phase {
            Phase::Paused => format!("paused at {} %", percent(work)),
            Phase::Waiting | Phase::Compiling | Phase::SelfTest => "starting".to_owned(),
            Phase::Stopped => "stopped".to_owned(),
            Phase::Finished => "finished".to_owned(),
            Phase::Failed(_) => "failed".to_owned(),
            _ => format!("{} %", percent(work)),
        }
    };
    move || {
        shown.get().map(|Request { work, home, .. }| {
            let href = format!("?{}", home.to_query());
            let back = format!("Back to {}", the_page(home.page));
            let (of_link, of_state, of_bar) = (work.clone(), work.clone(), work);
            view! {
                <div class="training" role="group" aria-label="In training">
                    <a
                        id="training"
                        href=href
                        title=back
                        on:click=move |click| {
                            if is_plain(&click) {
                                click.prevent_default();
                                address.visit(home.clone());
                            }
                        }
                    >
                        {move || name(&of_link)}
                    </a>
                    <span class="state" id="training-state">{move || state(&of_state)}</span>
                    <Bar percent=Signal::derive(move || percent(&of_bar)) />
                </div>
            }
        })
    }
}

#[component]
fn Bar(percent: Signal<f64>) -> impl IntoView {
    view! {
        <div
            class="track"
            role="progressbar"
            aria-label="Progress of what is in training"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get()
        >
            <div class="done" style:width=move || format!("{}%", percent.get())></div>
        </div>
    }
}
