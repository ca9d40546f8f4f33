//! The token that is looked at: its quantum, its loss over training, and its nearest cluster.

use leptos::prelude::*;

use super::text::{Shown, TextState};
use super::tokens::nats;
use crate::language::state::Reader;
use crate::view::browser;
use crate::words;

/// Tokens before it that are shown.
const BEFORE: usize = 8;

/// What is known of the token.
#[component]
pub fn Card() -> impl IntoView {
    let text = expect_context::<TextState>();
    let known = move || {
        let (shown, (document, place)) = (text.shown.get()?, text.token.get()?);
        let passage = shown.reading.passages.get(document)?;
        (place + 1 < passage.tokens.len()).then_some((shown, document, place))
    };
    view! {
        <div class="token-card" id="token" aria-live="polite">
            {move || match known() {
                Some((shown, document, place)) => view! { <Known shown=shown document=document place=place /> }.into_any(),
                None => view! { <p class="note">"Choose a token, by a click or by the arrow keys, to see its loss over training."</p> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Known(shown: std::sync::Arc<Shown>, document: usize, place: usize) -> impl IntoView {
    let text = expect_context::<TextState>();
    let reading = &shown.reading;
    let passage = &reading.passages[document];
    let name = |token: &u32| shown.vocabulary.name(*token);
    let from = (place + 1).saturating_sub(BEFORE).max(1);
    let before: Vec<String> = passage.tokens[from.min(place + 1)..=place].iter().map(name).collect();
    let token = name(&passage.tokens[place + 1]);
    let what = match passage.quanta.get(place) {
        Some(Some(quantum)) => {
            let family = reading.families.get(*quantum as usize).map_or("", String::as_str);
            format!("Predicted by quantum {} ({family}).", quantum + 1)
        }
        Some(None) => format!("No rule predicts it: its loss cannot fall below {} nats.", nats(passage.least[place])),
        None => String::new(),
    };
    let losses: Vec<f32> = passage.losses.iter().map(|losses| losses[place]).collect();
    let steps = reading.steps.clone();
    let line = path(&steps, &losses);
    let list = steps.iter().zip(&losses).map(|(step, loss)| (words::thousands(*step), nats(*loss))).collect::<Vec<_>>();
    let spoken = list.iter().map(|(step, loss)| format!("step {step}: {loss}")).collect::<Vec<_>>().join("; ");
    let has_course = losses.len() > 1;
    view! {
        <p class="context">
            {(!before.is_empty()).then(|| format!("{} ", before.join(" ")))}<mark>{token}</mark>
        </p>
        <p>{what}" "{move || text.near.get().and_then(|near| *near.get(document)?.get(place)?).map(|near| view! { <Nearest cluster=near.cluster cosine=near.cosine /> })}</p>
        {has_course.then(|| view! {
            <svg class="course" viewBox="0 0 120 32" role="img" aria-label=format!("Its loss in nats over training: {spoken}")>
                <polyline points=line />
            </svg>
            <dl class="losses">
                {list.into_iter().map(|(step, loss)| view! { <div><dt>{step}</dt><dd>{loss}</dd></div> }).collect_view()}
            </dl>
            <p class="note">"Its loss in nats, by step."</p>
        })}
    }
}

/// The nearest cluster, which a press opens.
#[component]
fn Nearest(cluster: usize, cosine: f64) -> impl IntoView {
    let reader = expect_context::<Reader>();
    let open = move |_| {
        reader.show_cluster(cluster);
        browser::focus("clusters");
    };
    view! {
        "Nearest of the clusters below: "
        <button type="button" on:click=open>{format!("cluster {}", cluster + 1)}</button>
        {format!(" (mean cosine {}).", words::significant(cosine))}
    }
}

/// The points of a line in a box of 120 by 32: the step's logarithm to the right, the loss upwards.
fn path(steps: &[u64], losses: &[f32]) -> String {
    let logs: Vec<f64> = steps.iter().map(|step| ((*step).max(1) as f64).ln()).collect();
    let (first, last) = (logs.first().copied().unwrap_or(0.0), logs.last().copied().unwrap_or(1.0));
    let most = losses.iter().copied().fold(1.0f32, f32::max);
    let point = |(log, loss): (&f64, &f32)| {
        let x = 2.0 + 116.0 * (log - first) / (last - first).max(1e-9);
        let y = 30.0 - 28.0 * f64::from(*loss / most);
        format!("{x:.1},{y:.1}")
    };
    logs.iter().zip(losses).map(point).collect::<Vec<String>>().join(" ")
}
