//! The run in numbers: what it is, its loss, what it has learned, and its exponent beside the theory's.

use std::time::Duration;

use leptos::prelude::*;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::fit::{self, FitError, PowerLaw};
use quanta_core::number;
use quanta_core::record::Record;
use quanta_core::theory::{self, Resource};

use super::actions::Actions;
use super::form::Form;
use super::state::{Lab, Look};
use super::status::Status;
use crate::facts;
use crate::trainer::{Phase, Run, RunJob, Runs};
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
    let about = move || runs.with_shown(|run| run.config().clone()).or_else(|| form.config.get().ok());
    view! {
        <header class="heading">
            <h1>{title}</h1>
            <p>{move || about().map(|config| in_a_sentence(&config))}</p>
        </header>
    }
}

/// A run's settings as a sentence.
fn in_a_sentence(config: &RunConfig) -> impl IntoView + use<> {
    let data = match facts::samples(config) {
        None => "fresh samples at every step".to_owned(),
        Some(samples) => format!("{} samples, reshuffled every epoch", words::thousands(samples)),
    };
    let (k, bits) = facts::bits(config);
    let quanta = words::thousands(facts::quanta_count(config) as u64);
    let tasks = format!("{quanta} subtasks, each the parity of {k} of {bits} bits, used in proportion to k");
    let network = format!(
        "; a network of width {} and {} parameters, on {data}.",
        words::thousands(facts::width(config) as u64),
        words::thousands(facts::parameters(config)),
    );
    // Rounded, so that 1.4 does not read 1.4000000000000001.
    let exponent = ((facts::alpha(config) + 1.0) * 1e6).round() / 1e6;
    view! { {tasks}<sup>{format!("−{exponent}")}</sup>{network} }
}

/// The exponents of a run's curve, fitted and in theory.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponents {
    /// The fit, or why there is none.
    pub fitted: Result<PowerLaw, String>,
    /// The pure law's, α/(α+1).
    pub pure: f64,
    /// The truncated sum's slope over the fitted range.
    pub truncated: Option<f64>,
}

/// The exponents of a record over a range of steps, or over the automatic one.
pub fn exponents(record: &Record, range: Option<(f64, f64)>) -> Exponents {
    let config = &record.config;
    let fitted = fit::loss_law(record, range);
    let (theory, alpha) = (facts::theory(config), facts::alpha(config));
    let truncated = fitted.as_ref().ok().and_then(|law| {
        let emerged = fit::emergence_steps(record);
        let emerged = emerged.iter().enumerate().filter_map(|(k, step)| Some((k + 1, (*step)? as f64)));
        let constant = theory::calibrate(Resource::Steps, alpha, emerged)?;
        let within = |step: &f64| (law.range.0..=law.range.1).contains(step);
        let steps: Vec<f64> = record.steps().iter().map(|step| *step as f64).filter(within).collect();
        theory.exponent_at(Resource::Steps, &steps, constant)
    });
    Exponents { fitted: fitted.map_err(why_not), pure: Resource::Steps.exponent(alpha), truncated }
}

/// Why there is no fit, without the numbers that matter only to a chosen range.
fn why_not(error: FitError) -> String {
    match error {
        FitError::TooFew { .. } => "too few logs in that range so far".to_owned(),
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

/// The numbers in large type.
#[component]
pub fn Numbers() -> impl IntoView {
    let (runs, job, form) = (expect_context::<Runs>(), expect_context::<RunJob>(), expect_context::<Form>());
    let lab = expect_context::<Lab>();
    let last = move || {
        let read = |run: &Run| run.record.last().map(|e| (e.step, facts::mean_loss(e), facts::learned(e)));
        runs.with_shown(read).flatten()
    };
    let tasks = move || runs.with_shown(|run| facts::quanta_count(run.config()));
    // A bootstrap over thousands of evaluations takes long, so it runs between frames.
    let latest = RwSignal::new(None);
    let fit = Repaint::new(move || {
        untrack(|| {
            let record = runs.with_shown(|run| run.record.clone());
            latest.set(record.map(|record| exponents(&record, typed_range(&lab.look))));
        });
    });
    Effect::new(move |_| {
        runs.list.track();
        runs.shown.track();
        lab.look.fit_range.track();
        fit.request();
    });
    let exponents = latest;
    let fitted = move || exponents.with(|e| e.as_ref().and_then(|e| e.fitted.as_ref().ok().copied()));
    let fitted_note = move || {
        exponents.with(|e| {
            let e = e.as_ref()?;
            Some(match &e.fitted {
                Ok(law) => format!(
                    "{}, fitted over steps {} to {}",
                    law.estimate(),
                    words::thousands(law.range.0 as u64),
                    words::thousands(law.range.1 as u64)
                ),
                Err(why) => words::capital(why),
            })
        })
    };
    let theory_note = move || {
        exponents.with(|e| {
            let e = e.as_ref()?;
            Some(match e.truncated {
                Some(truncated) => format!("pure law, α/(α+1); the truncated sum over the same steps: {truncated:.3}"),
                None => "pure law, α/(α+1)".to_owned(),
            })
        })
    };
    let pure = move || {
        let alpha = runs.with_shown(|run| facts::alpha(run.config()));
        let alpha = alpha.or_else(|| form.config.with(|config| config.as_ref().ok().map(facts::alpha)));
        alpha.map_or("–".to_owned(), |alpha| format!("{:.3}", Resource::Steps.exponent(alpha)))
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
        <section class="numbers" aria-label="In numbers">
            <dl>
                <div>
                    <dt>"Mean loss"</dt>
                    <dd class="big" id="loss">{move || last().map_or("–".to_owned(), |(_, loss, _)| words::significant(loss))}<small>" bits"</small></dd>
                    <dd class="note">{move || last().map(|(step, ..)| format!("at step {}", words::thousands(step)))}</dd>
                </div>
                <div>
                    <dt>"Learned"</dt>
                    <dd class="big" id="learned">
                        {move || last().map_or("–".to_owned(), |(.., learned)| words::thousands(learned as u64))}
                        <small>{move || tasks().map(|n| format!(" of {}", words::thousands(n as u64)))}</small>
                    </dd>
                    <dd class="note">"subtasks under 0.1 bits"</dd>
                </div>
                <div>
                    <dt>"Fitted exponent"</dt>
                    <dd class="big" id="exponent">{move || fitted().map_or("–".to_owned(), |law| format!("{:.3}", law.exponent))}</dd>
                    <dd class="note">{fitted_note}</dd>
                </div>
                <div>
                    <dt>"Theory’s exponent"</dt>
                    <dd class="big">{pure}</dd>
                    <dd class="note">{theory_note}</dd>
                </div>
            </dl>
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
