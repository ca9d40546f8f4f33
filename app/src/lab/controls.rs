//! The five buttons, and how far the run has come.

use leptos::html;
use leptos::prelude::*;

use super::actions::Actions;
use super::form::Form;
use crate::trainer::{Phase, RunCommands, RunJob, Runs};
use crate::view::run_status::Progress;

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
