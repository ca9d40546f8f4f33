//! The run in numbers: what it is, its loss, what it has learned, and its exponent beside the theory's.

use std::time::Duration;

use leptos::prelude::*;
use quanta_core::comparison::Comparison;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::event::Evaluation;
use quanta_core::fit::FitError;
use quanta_core::number;
use quanta_core::task::Noun;
use quanta_core::theory::Resource;

use super::actions::Actions;
use super::form::Form;
use super::state::{Lab, Look};
use crate::facts;
use crate::trainer::{Phase, Run, RunJob, Runs};
use crate::view::plot::rich;
use crate::view::run_status::Status;
use crate::view::watch::{Alive, Repaint};
use crate::words;

/// The least time between two spoken summaries.
const INTERVAL: Duration = Duration::from_secs(10);

/// The name and the settings of the run that is shown.
#[component]
pub fn Heading() -> impl IntoView {
    let (runs, form, actions) = (expect_context::<Runs>(), expect_context::<Form>(), expect_context::<Actions>());
    let next = move || {
        let config = form.config.get().ok().filter(|_| form.changes() > 0);
        let named = config.map(|config| untrack(|| actions.name_for(&config)));
        named.unwrap_or_else(|| PRESETS[form.preset.get()].title.to_owned())
    };
    let title = move || runs.with_shown(|run| run.name.clone()).unwrap_or_else(next);
    let lab = expect_context::<Lab>();
    view! {
        <header class="heading">
            <h1>{title}</h1>
            <p>{move || lab.config().map(|config| in_a_sentence(&config))}</p>
        </header>
    }
}

/// A run's settings as a sentence.
fn in_a_sentence(config: &RunConfig) -> impl IntoView + use<> {
    let data = match facts::samples(config) {
        None => "fresh samples at every step".to_owned(),
        Some(samples) => format!("{} samples, reshuffled every epoch", words::thousands(samples)),
    };
    let tasks = format!("{}; that of rank r is used in proportion to r", config.task_in_words());
    let network = format!(
        ". A network of width {} with {} parameters learns them from {data}.",
        words::thousands(facts::width(config) as u64),
        words::thousands(facts::parameters(config)),
    );
    // Rounded, so that 1.4 does not read 1.4000000000000001.
    let exponent = ((facts::alpha(config) + 1.0) * 1e6).round() / 1e6;
    view! { {tasks}<sup>{format!("−{exponent}")}</sup>{network} }
}

/// Why there is no fit, without the numbers that matter only to a chosen range.
fn why_not(error: &FitError) -> String {
    match error {
        FitError::TooFew { .. } => "too few evaluations in that range so far".to_owned(),
        error => error.to_string(),
    }
}

/// The typed range of the fit; nothing where none, or no valid one, was typed.
pub fn typed_range(look: &Look) -> Option<(f64, f64)> {
    let (from, to) = look.fit_range.get();
    let read = |text: &str, empty: f64| match text.trim() {
        "" => Some(empty),
        text => number::parse(text).filter(|x| *x >= 0.0),
    };
    if from.trim().is_empty() && to.trim().is_empty() {
        return None;
    }
    // A logarithmic axis has no step 0.
    Some((read(&from, 1.0)?.max(1.0), read(&to, 1e9)?)).filter(|(from, to)| to > from)
}

/// The numbers in large type, of the run whose curves come first in the figures. Those of a recorded
/// run are faint.
#[component]
pub fn Numbers() -> impl IntoView {
    let (runs, job) = (expect_context::<Runs>(), expect_context::<RunJob>());
    let lab = expect_context::<Lab>();
    let recorded = Memo::new(move |_| lab.recorded_alone().is_some());
    let last = move || {
        let numbers = |e: &Evaluation| (e.step, facts::mean_loss(e), facts::learned(e));
        match lab.recorded_alone() {
            Some(record) => record.last().map(numbers),
            None => runs.with_shown(|run| run.latest().map(numbers)).flatten(),
        }
    };
    let at = move |step| match (words::thousands(step), recorded.get()) {
        (step, true) => format!("recorded, after {step} steps"),
        (step, false) => format!("at step {step}"),
    };
    let tasks = move || lab.config().map(|config| facts::quanta_count(&config)).filter(|_| last().is_some());
    // A bootstrap over thousands of evaluations takes long, so it runs between frames.
    let latest = RwSignal::new(None);
    let fit = Repaint::new(move || {
        untrack(|| {
            let record = lab.recorded_alone().or_else(|| runs.with_shown(|run| run.record.clone()));
            let record = record.filter(|record| record.last().is_some());
            latest.set(record.map(|record| Comparison::of(&record, typed_range(&lab.look))));
        });
    });
    Effect::new(move |_| {
        lab.recorded_alone();
        runs.list.track();
        runs.shown.track();
        lab.look.fit_range.track();
        fit.request();
    });
    let read = move |of: &dyn Fn(&Comparison) -> Option<String>| latest.with(|latest| latest.as_ref().and_then(of));
    let fitted = move || read(&|comparison| Some(format!("{:.3}", comparison.fit.as_ref().ok()?.exponent)));
    let fitted_note = move || {
        read(&|comparison| {
            Some(match &comparison.fit {
                Ok(law) => format!(
                    "{}, over steps {} to {}",
                    law.estimate(),
                    words::thousands(law.range.0 as u64),
                    words::thousands(law.range.1 as u64)
                ),
                Err(why) => words::capital(&why_not(why)),
            })
        })
    };
    let truncated = move || read(&|comparison| Some(format!("{:.3}", comparison.truncated?)));
    let verdict = move || read(&Comparison::verdict);
    let pure = move || {
        lab.config().map(|config| {
            let pure = Resource::Steps.exponent(facts::alpha(&config));
            format!("theory’s sum, same steps; infinitely many {}: α/(α+1) = {pure:.3}", facts::noun(&config).many)
        })
    };
    let learned_note = move || {
        let config = lab.config();
        let noun = config.as_ref().map_or(Noun::SUBTASK, facts::noun);
        let words = config.as_ref().map_or("under 0.1 bits", facts::learned_words);
        format!("{} {words}", noun.many)
    };
    let device = move || {
        let shown = runs.with_shown(|run| run.record.device.clone()).filter(|device| !device.is_empty());
        shown.unwrap_or_else(|| "not started".to_owned())
    };
    let notes = move || {
        let training = runs.shown.get() == job.target.get();
        job.started.get().filter(|_| training).map(|started| started.notes).unwrap_or_default()
    };
    view! {
        <section class="numbers" class:recorded=move || recorded.get() aria-label="In numbers">
            <dl>
                <div>
                    <dt>"Mean loss"</dt>
                    <dd class="big" id="loss">{move || last().map_or("–".to_owned(), |(_, loss, _)| words::significant(loss))}<small>" bits"</small></dd>
                    <dd class="note">{move || last().map(|(step, ..)| at(step))}</dd>
                </div>
                <div>
                    <dt>"Learned"</dt>
                    <dd class="big" id="learned">
                        {move || last().map_or("–".to_owned(), |(.., learned)| words::thousands(learned as u64))}
                        <small>{move || tasks().map(|n| format!(" of {}", words::thousands(n as u64)))}</small>
                    </dd>
                    <dd class="note">{learned_note}</dd>
                </div>
                <div>
                    <dt>{rich("Fitted exponent of steps, α_S")}</dt>
                    <dd class="big" id="exponent">{move || fitted().unwrap_or_else(|| "–".to_owned())}</dd>
                    <dd class="note">{fitted_note}</dd>
                </div>
                <div>
                    <dt>{rich("Theory’s α_S, truncated sum")}</dt>
                    <dd class="big">{move || truncated().unwrap_or_else(|| "–".to_owned())}</dd>
                    <dd class="note">{pure}</dd>
                </div>
            </dl>
            <p class="verdict" id="verdict">{verdict}</p>
            <p class="device-line">
                <span class="label">"Device "</span><span id="device">{device}</span>
                {move || notes().into_iter().map(|note| view! { <span class="remark">{note}</span> }).collect_view()}
            </p>
            <Spoken />
        </section>
    }
}

/// The state as one sentence for screen readers, now and then.
#[component]
pub fn Spoken() -> impl IntoView {
    let (runs, job, status) = (expect_context::<Runs>(), expect_context::<RunJob>(), expect_context::<Status>());
    let spoken = RwSignal::new(String::new());
    let not_before = StoredValue::new(0.0);
    let is_pending = StoredValue::new(false);
    let alive = Alive::new();
    let speak = move || {
        let run = job.target.get_untracked().or(runs.shown.get_untracked());
        let summary = run.and_then(|id| runs.with_untracked(id, Run::summary)).flatten();
        let state = match job.phase.get_untracked() {
            Phase::Running | Phase::Idle => String::new(),
            _ => untrack(|| status.in_words()),
        };
        let text = [state, summary.map(|summary| format!("{}.", words::capital(&summary))).unwrap_or_default()];
        let text = text.join(" ").trim().to_owned();
        if spoken.with_untracked(|last| *last != text) {
            spoken.set(text);
        }
        not_before.set_value(js_sys::Date::now() + INTERVAL.as_millis() as f64);
    };
    // A change of state is spoken at once.
    Effect::new(move |_| {
        job.phase.track();
        speak();
    });
    // Evaluations are spoken after some silence.
    Effect::new(move |_| {
        runs.list.track();
        let wait = not_before.get_value() - js_sys::Date::now();
        if !is_pending.get_value() {
            is_pending.set_value(true);
            alive.after(Duration::from_millis(wait.max(0.0) as u64), move || {
                is_pending.set_value(false);
                speak();
            });
        }
    });
    view! { <p class="unseen" id="summary" role="status" aria-live="polite">{move || spoken.get()}</p> }
}
