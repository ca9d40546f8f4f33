//! A text as the model reads it, at each of its steps: fresh documents of the language, or a text of one's
//! own.

use leptos::prelude::*;

use super::own::Own;
use super::state::{Shown, State, TextState};
use super::token::Card;
use super::tokens::{Passages, Table};
use crate::view::scrub::Scrub;
use crate::words;

/// The text, and the step at which it is read.
#[component]
pub fn ReadText() -> impl IntoView {
    let text = expect_context::<TextState>();
    let is_here = Memo::new(move |_| text.shown.with(Option::is_some));
    let has_failed = move || text.state.with(|state| matches!(state, State::Failed(_)));
    let has_least = move || text.own.with(Option::is_none);
    let state = move || match text.state.get() {
        State::Nothing => "No model is there yet: train one above, or open a run file.".to_owned(),
        State::Coming => "Reading the text …".to_owned(),
        State::Failed(why) => format!("The text cannot be read: {why}."),
        State::Here => text.shown.with(|shown| shown.as_ref().map(|shown| summary(shown, text.at()))).unwrap_or_default(),
    };
    view! {
        <section class="text" id="text" tabindex="-1" aria-labelledby="text-title">
            <h2 id="text-title">"A text, and how well each token is predicted"</h2>
            <p class="note">
                "The stronger the shade, the larger the loss. A rule predicts the underlined tokens: each loses its shade when the quantum \
                 behind it is learned. The others are random and keep theirs."
            </p>
            <Show when=move || is_here.get()>
                <div class="scrubs">
                    <Step />
                    <label class="check" hidden=move || !has_least()>
                        <input type="checkbox" prop:checked=move || text.is_excess.get() on:change=move |event| text.is_excess.set(event_target_checked(&event)) />
                        <span>"Shade only what is still to be learned"</span>
                    </label>
                </div>
                <Passages />
            </Show>
            <p class="what" id="text-state" role="status">{state}</p>
            <Show when=has_failed><button type="button" on:click=move |_| text.retry()>"Try again"</button></Show>
            <Show when=move || is_here.get()>
                <Card />
                <Table />
            </Show>
            <Own />
        </section>
    }
}

/// What the text shows at a step, in words.
fn summary(shown: &Shown, at: usize) -> String {
    let reading = &shown.reading;
    let Some(step) = reading.steps.get(at) else { return String::new() };
    let (mut ruled, mut other, mut least) = (Vec::new(), Vec::new(), 0.0);
    for passage in &reading.passages {
        for (place, loss) in passage.losses[at].iter().enumerate() {
            match passage.quanta.get(place) {
                Some(Some(_)) => ruled.push(f64::from(*loss)),
                _ => {
                    other.push(f64::from(*loss));
                    least += passage.least.get(place).copied().map_or(0.0, f64::from);
                }
            }
        }
    }
    let mean = |losses: &[f64]| words::significant(losses.iter().sum::<f64>() / losses.len().max(1) as f64);
    let at_step = format!("Step {}", words::thousands(*step));
    if ruled.is_empty() {
        return format!("{at_step}: the mean loss of {} is {} nats.", words::count(other.len(), "token", "tokens"), mean(&other));
    }
    let known = ruled.iter().filter(|loss| **loss < 0.1).count();
    format!(
        "{at_step}: of {} that a rule predicts, {known} have a loss under 0.1 nats; their mean is {} nats. The mean of the others is {}; \
         whoever knows all rules has {}.",
        words::count(ruled.len(), "token", "tokens"),
        mean(&ruled),
        mean(&other),
        words::significant(least / other.len().max(1) as f64),
    )
}

/// The step that is looked at.
#[component]
fn Step() -> impl IntoView {
    let text = expect_context::<TextState>();
    let steps =
        Memo::new(move |_| text.shown.with(|shown| shown.as_ref().map_or_else(Vec::new, |shown| shown.reading.steps.clone())));
    let last = move || steps.with(Vec::len).saturating_sub(1);
    let step = move || {
        steps.with(|steps| steps.get(text.at()).map_or(String::new(), |step| format!("step {}", words::thousands(*step))))
    };
    // At the last step the text goes on with the run.
    let slide = move |at: usize| text.picked.set(Some(at).filter(|at| *at < untrack(last)));
    view! {
        <Scrub id="text-step" label="Step of training" last=Signal::derive(last) at=Signal::derive(move || text.at())
            said=Signal::derive(step) slide=slide />
    }
}
