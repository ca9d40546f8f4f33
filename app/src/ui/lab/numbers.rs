//! The run in numbers: what it is, its loss, what it has learned, and its exponent beside the theory's.

use std::time::Duration;

use leptos::prelude::*;
use quanta_core::config::{PRESETS, RunConfig};
use quanta_core::fit::{self, FitError, PowerLaw};
use quanta_core::number;
use quanta_core::record::Record;
use quanta_core::theory::{self, Resource, Theory};

use super::run::Run;
use super::state::{Lab, Phase};
use crate::ui::shared::watch::Repaint;
use crate::words;

/// How long the spoken summary keeps silent after it has spoken.
const QUIET: Duration = Duration::from_secs(10);

/// What is shown, and what to look for.
#[component]
pub fn Heading() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let next = move || {
        let config = lab.form.config.get().ok().filter(|_| lab.form.changes() > 0);
        let named = config.map(|config| untrack(|| lab.name_for(&config)));
        named.unwrap_or_else(|| PRESETS[lab.form.preset.get()].title.to_owned())
    };
    let title = move || lab.with_shown(|run| run.name.clone()).unwrap_or_else(next);
    let about = move || {
        let shown = lab.with_shown(|run| run.record.config.clone());
        shown.or_else(|| lab.form.config.get().ok())
    };
    view! {
        <header class="heading">
            <h1>{title}</h1>
            <p>{move || about().map(|config| in_a_sentence(&config))}</p>
        </header>
    }
}

/// A run's settings as a sentence.
fn in_a_sentence(config: &RunConfig) -> impl IntoView + use<> {
    let data = match config.samples {
        0 => "fresh samples at every step".to_owned(),
        samples => format!("{} samples, reshuffled every epoch", words::thousands(samples)),
    };
    let tasks = format!(
        "{} subtasks, each the parity of {} of {} bits, used in proportion to k",
        words::thousands(config.n_tasks as u64),
        config.k,
        config.n_bits
    );
    let network = format!(
        "; a network of width {} and {} parameters, on {data}.",
        words::thousands(config.width as u64),
        words::thousands(config.parameters()),
    );
    // Two decimals are what anyone sets; 1.4 and not 1.4000000000000001.
    let exponent = ((config.alpha + 1.0) * 1e6).round() / 1e6;
    view! { {tasks}<sup>{format!("−{exponent}")}</sup>{network} }
}

/// The exponents of a run's curve: as fitted, and as theory has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponents {
    /// The fit, or why there is none.
    pub fitted: Result<PowerLaw, String>,
    /// The pure law's, α/(α+1).
    pub pure: f64,
    /// The truncated sum's slope over the fitted range.
    pub truncated: Option<f64>,
}

/// The exponents of a record over the range asked for, or the usual one.
pub fn exponents(record: &Record, range: Option<(f64, f64)>) -> Exponents {
    let config = &record.config;
    let fitted = fit::loss_law(record, range);
    let theory = Theory::new(config.n_tasks, config.alpha);
    let truncated = fitted.as_ref().ok().and_then(|law| {
        let emerged = fit::emergence_steps(record);
        let emerged = emerged.iter().enumerate().filter_map(|(k, step)| Some((k + 1, (*step)? as f64)));
        let constant = theory::calibrate(Resource::Steps, config.alpha, emerged)?;
        let within = |step: &f64| (law.range.0..=law.range.1).contains(step);
        let steps: Vec<f64> = record.steps().iter().map(|step| *step as f64).filter(within).collect();
        theory.exponent_at(Resource::Steps, &steps, constant)
    });
    Exponents { fitted: fitted.map_err(why_not), pure: Resource::Steps.exponent(config.alpha), truncated }
}

/// Why a young run has no fit, without the figures that only matter to a chosen range.
fn why_not(error: FitError) -> String {
    match error {
        FitError::TooFew { .. } => "too few logs in that range so far".to_owned(),
        error => error.to_string(),
    }
}

/// The range of the fit as typed, where it is a range.
pub fn typed_range(lab: &Lab) -> Option<(f64, f64)> {
    let (from, to) = lab.look.fit_range.get();
    let read = |text: &str, empty: f64| match text.trim().replace(',', "") {
        text if text.is_empty() => Some(empty),
        text => number::parse(&text).filter(|x| *x >= 0.0),
    };
    if from.trim().is_empty() && to.trim().is_empty() {
        return None;
    }
    // Step 0 is on no logarithmic axis.
    Some((read(&from, 1.0)?.max(1.0), read(&to, 1e9)?)).filter(|(from, to)| to > from)
}

/// The numbers, large.
#[component]
pub fn Numbers() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let last = move || lab.with_shown(|run| run.record.last().map(|e| (e.step, e.loss_bits, e.learned))).flatten();
    let tasks = move || lab.with_shown(|run| run.record.config.n_tasks);
    // A bootstrap over thousands of logs takes its time, and is not worth a dropped frame.
    let latest = RwSignal::new(None);
    let fit = Repaint::new(move || {
        untrack(|| {
            let record = lab.with_shown(|run| run.record.clone());
            latest.set(record.map(|record| exponents(&record, typed_range(&lab))));
        });
    });
    Effect::new(move |_| {
        lab.runs.track();
        lab.shown.track();
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
        let alpha = lab.with_shown(|run| run.record.config.alpha);
        let alpha = alpha.or_else(|| lab.form.config.with(|config| config.as_ref().ok().map(|config| config.alpha)));
        alpha.map_or("–".to_owned(), |alpha| format!("{:.3}", Resource::Steps.exponent(alpha)))
    };
    let device = move || {
        let shown = lab.with_shown(|run| run.record.device.clone()).filter(|device| !device.is_empty());
        shown.unwrap_or_else(|| "not started".to_owned())
    };
    let notes = move || {
        let training = lab.shown.get() == lab.active.get();
        lab.started.get().filter(|_| training).map(|started| started.notes).unwrap_or_default()
    };
    view! {
        <section class="numbers" aria-label="In numbers">
            <dl>
                <div>
                    <dt>"Mean loss"</dt>
                    <dd class="big" id="loss">{move || last().map_or("–".to_owned(), |(_, loss, _)| words::significant(f64::from(loss)))}<small>" bits"</small></dd>
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
    let lab = expect_context::<Lab>();
    let spoken = RwSignal::new(String::new());
    let silent_until = StoredValue::new(0.0);
    let pending = StoredValue::new(false);
    let speak = move || {
        let summary = lab.with_run_untracked(lab.active.get_untracked().or(lab.shown.get_untracked()), Run::summary).flatten();
        let state = match lab.phase.get_untracked() {
            Phase::Running | Phase::Idle => String::new(),
            _ => untrack(|| lab.state_in_words()),
        };
        let text = [state, summary.map(|summary| format!("{}.", words::capital(&summary))).unwrap_or_default()];
        let text = text.join(" ").trim().to_owned();
        if spoken.with_untracked(|last| *last != text) {
            spoken.set(text);
        }
        silent_until.set_value(js_sys::Date::now() + QUIET.as_millis() as f64);
    };
    // A change of state is told at once.
    Effect::new(move |_| {
        lab.phase.track();
        speak();
    });
    // Logs are told when there has been quiet for a while.
    Effect::new(move |_| {
        lab.runs.track();
        let wait = silent_until.get_value() - js_sys::Date::now();
        if pending.get_value() {
            return;
        }
        pending.set_value(true);
        set_timeout(
            move || {
                pending.set_value(false);
                speak();
            },
            Duration::from_millis(wait.max(0.0) as u64),
        );
    });
    view! { <p class="unseen" id="summary" role="status" aria-live="polite">{move || spoken.get()}</p> }
}
