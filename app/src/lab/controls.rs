//! The five buttons, the state in words, and how far the run has come.

use leptos::html;
use leptos::prelude::*;

use super::actions::Actions;
use super::form::Form;
use super::status::Status;
use crate::trainer::{Engine, Loading, Phase, RunCommands, RunJob, Runs};
use crate::words;

/// The bar that stays in sight.
#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <section class="bar" aria-label="Run">
            <Buttons />
            <Progress />
        </section>
    }
}

/// Start, Pause, Resume, Step and Stop.
#[component]
pub fn Buttons() -> impl IntoView {
    let (job, runs, form) = (expect_context::<RunJob>(), expect_context::<Runs>(), expect_context::<Form>());
    let (actions, commands) = (expect_context::<Actions>(), expect_context::<RunCommands>());
    let phase = job.phase;
    let is_valid = move || !form.is_wrong();
    let is_paused = move || phase.with(|phase| *phase == Phase::Paused);
    // A paused run goes on; where none is in training, the shown one does from its checkpoint.
    let resumable = Memo::new(move |_| {
        let target = job.target.get().filter(|_| is_paused());
        let shown = runs.shown.get().filter(|_| job.is_at_rest());
        target.or_else(|| shown.filter(|id| runs.with(*id, |run| run.resumable_at()).flatten().is_some()))
    });
    let can_start = Memo::new(move |_| is_valid() && job.is_at_rest());
    let can_pause = Memo::new(move |_| phase.with(Phase::is_busy));
    let can_resume = Memo::new(move |_| resumable.get().is_some());
    let can_step = Memo::new(move |_| can_resume.get() || can_start.get());
    let can_stop = Memo::new(move |_| !job.is_at_rest() && phase.with(|phase| *phase != Phase::Stopping));

    let [start, pause, resume, step, stop] = std::array::from_fn(|_| NodeRef::<html::Button>::new());
    // A button that is disabled under the finger passes the focus to the one that takes its place.
    let had_focus = StoredValue::new(false);
    let note_focus = move |focused: bool| had_focus.set_value(focused);
    Effect::new(move |_| {
        let order = [
            (pause, can_pause.get()),
            (resume, can_resume.get()),
            (start, can_start.get()),
            (step, can_step.get()),
            (stop, can_stop.get()),
        ];
        if had_focus.get_value()
            && let Some((next, _)) = order.into_iter().find(|(_, can)| *can)
        {
            // In the next frame, once the attributes have changed.
            request_animation_frame(move || {
                let lost = document()
                    .active_element()
                    .is_none_or(|focused| focused.has_attribute("disabled") || focused.tag_name() == "BODY");
                if lost && let Some(Some(next)) = next.try_get_untracked() {
                    let _ = next.focus();
                }
            });
        }
    });
    view! {
        <div class="buttons" role="group" aria-label="Controls" on:focusin=move |_| note_focus(true) on:focusout=move |event| {
            // A button that was disabled did not lose its focus to anything.
            let went_out = event_target::<web_sys::Element>(&event).has_attribute("disabled");
            if !went_out { note_focus(false) }
        }>
            <button node_ref=start type="button" class="main" disabled=move || !can_start.get()
                on:click=move |_| actions.start(false)>"Start"</button>
            <button node_ref=pause type="button" disabled=move || !can_pause.get() on:click=move |_| commands.pause()>"Pause"</button>
            <button node_ref=resume type="button" class:main=move || !can_start.get() disabled=move || !can_resume.get()
                on:click=move |_| if let Some(id) = resumable.get_untracked() { actions.resume(id) }>"Resume"</button>
            <button node_ref=step type="button" disabled=move || !can_step.get() on:click=move |_| actions.step()>"Step"</button>
            <button node_ref=stop type="button" disabled=move || !can_stop.get() on:click=move |_| commands.stop()>"Stop"</button>
        </div>
    }
}

/// The state in words, the bar, and the rates.
#[component]
pub fn Progress() -> impl IntoView {
    let (job, runs, status) = (expect_context::<RunJob>(), expect_context::<Runs>(), expect_context::<Status>());
    let engine = expect_context::<Engine>();
    let loading = move || match engine.loading.get() {
        Loading::Fetching { bytes, total: Some(total) } if total > 0 => Some(Some(bytes as f64 / total as f64)),
        Loading::NotAsked | Loading::Fetching { .. } | Loading::Starting => Some(None),
        Loading::Ready | Loading::Dead(_) => None,
    };
    // How far these phases are is not known: the bar only moves.
    let fraction = Memo::new(move |_| match job.phase.get() {
        Phase::Idle | Phase::Waiting => loading().unwrap_or(Some(0.0)),
        Phase::Compiling | Phase::SelfTest => None,
        _ => Some(status.step() as f64 / status.steps().max(1) as f64),
    });
    let speed = move || {
        let progress = job.progress.get().filter(|_| matches!(job.phase.get(), Phase::Running | Phase::Pausing))?;
        Some(format!(
            "{} steps/s · {} samples/s · {} left",
            words::rate(progress.steps_per_second),
            words::rate(progress.samples_per_second),
            words::duration(progress.seconds_left)
        ))
    };
    let counted = move || {
        let id = job.target.get().filter(|_| !job.phase.with(Phase::is_queued))?;
        runs.with(id, |_| ())?;
        Some(format!("step {} of {}", words::thousands(status.step()), words::thousands(status.steps())))
    };
    let percent = move || fraction.get().map(|fraction| (100.0 * fraction).clamp(0.0, 100.0));
    let width = move || percent().map_or("100%".to_owned(), |percent| format!("{percent:.2}%"));
    view! {
        <div class="progress">
            <p class="state" id="state" data-state=move || job.phase.with(Phase::word)>{move || status.in_words()}</p>
            <p class="rates">
                <span id="step">{counted}</span>
                <span id="speed">{speed}</span>
            </p>
            <div
                class="track"
                class:unknown=move || fraction.get().is_none()
                role="progressbar"
                aria-label="Progress"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent().map(|percent| format!("{percent:.0}"))
            >
                <div class="done" style:width=width></div>
            </div>
        </div>
    }
}
