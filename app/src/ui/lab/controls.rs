//! The five buttons, the state in words, and how far the run has come.

use leptos::html;
use leptos::prelude::*;

use super::actions;
use super::run::Run;
use super::state::{Lab, Loading, Phase};
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
    let lab = expect_context::<Lab>();
    let valid = move || lab.form.config.with(Result::is_ok);
    let at_rest = move || lab.phase.with(Phase::is_at_rest);
    let paused = move || lab.phase.get() == Phase::Paused;
    let resumable = move || lab.with_shown(|run| run.resumable_at()).flatten().is_some();
    let can_start = Memo::new(move |_| valid() && at_rest());
    let can_pause = Memo::new(move |_| lab.phase.with(Phase::is_busy));
    let can_resume = Memo::new(move |_| paused() || (at_rest() && resumable()));
    let can_step = Memo::new(move |_| paused() || (at_rest() && (valid() || resumable())));
    let can_stop = Memo::new(move |_| !at_rest() && lab.phase.get() != Phase::Stopping);

    let [start, pause, resume, step, stop] = std::array::from_fn(|_| NodeRef::<html::Button>::new());
    // A button that goes out under the finger passes the focus to the one that takes its place.
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
            // After this turn, when the attributes have followed the state.
            request_animation_frame(move || {
                let lost = document()
                    .active_element()
                    .is_none_or(|focused| focused.has_attribute("disabled") || focused.tag_name() == "BODY");
                if lost && let Some(next) = next.get_untracked() {
                    let _ = next.focus();
                }
            });
        }
    });
    view! {
        <div class="buttons" role="group" aria-label="Controls" on:focusin=move |_| note_focus(true) on:focusout=move |event| {
            // A button that has gone out did not lose its focus to anything.
            let went_out = event_target::<web_sys::Element>(&event).has_attribute("disabled");
            if !went_out { note_focus(false) }
        }>
            <button node_ref=start type="button" class="main" disabled=move || !can_start.get()
                on:click=move |_| { actions::amend(lab); lab.start(false) }>"Start"</button>
            <button node_ref=pause type="button" disabled=move || !can_pause.get() on:click=move |_| lab.pause()>"Pause"</button>
            <button node_ref=resume type="button" class:main=move || !can_start.get() disabled=move || !can_resume.get()
                on:click=move |_| lab.resume(None)>"Resume"</button>
            <button node_ref=step type="button" disabled=move || !can_step.get() on:click=move |_| lab.step()>"Step"</button>
            <button node_ref=stop type="button" disabled=move || !can_stop.get() on:click=move |_| lab.stop()>"Stop"</button>
        </div>
    }
}

/// The state in words, the bar, and the rates.
#[component]
pub fn Progress() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let in_training = move || lab.active.get();
    let steps = move || in_training().and_then(|id| lab.with_run(id, |run| run.record.config.steps)).unwrap_or(0);
    let step = move || {
        let logged = in_training().and_then(|id| lab.with_run(id, Run::step)).unwrap_or(0);
        lab.progress.get().map_or(logged, |progress| progress.step.max(logged))
    };
    let loading = move || match lab.loading.get() {
        Loading::Fetching { bytes, total: Some(total) } if total > 0 => Some(Some(bytes as f64 / total as f64)),
        Loading::Fetching { .. } | Loading::Starting => Some(None),
        Loading::Ready | Loading::Dead(_) => None,
    };
    // Nothing is known of how far it is: the bar only shows that something is going on.
    let fraction = Memo::new(move |_| match lab.phase.get() {
        Phase::Idle | Phase::Waiting => loading().unwrap_or(Some(0.0)),
        Phase::Compiling | Phase::SelfTest => None,
        _ => Some(step() as f64 / steps().max(1) as f64),
    });
    let speed = move || {
        let progress = lab.progress.get().filter(|_| matches!(lab.phase.get(), Phase::Running | Phase::Pausing))?;
        Some(format!(
            "{} steps/s · {} samples/s · {} left",
            words::rate(progress.steps_per_second),
            words::rate(progress.samples_per_second),
            words::duration(progress.seconds_left)
        ))
    };
    let counted = move || {
        let id = in_training()?;
        lab.with_run(id, |_| ())?;
        Some(format!("step {} of {}", words::thousands(step()), words::thousands(steps())))
    };
    let percent = move || fraction.get().map(|fraction| (100.0 * fraction).clamp(0.0, 100.0));
    let width = move || percent().map_or("100%".to_owned(), |percent| format!("{percent:.2}%"));
    view! {
        <div class="progress">
            <p class="state" id="state" data-state=move || lab.phase.with(Phase::word)>{move || lab.state_in_words()}</p>
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
