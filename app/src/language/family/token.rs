//! The token that is looked at, with its curves over size and training.

use leptos::prelude::*;
use quanta_core::figure::Figure;
use quanta_core::figure::losses::{Kind, TokenFigure};

use super::state::Family;
use super::tokens::{named, seen};
use crate::view::plot::{FigureCard, Shown};
use crate::words;

/// Tokens before it that are shown.
const BEFORE: usize = 40;

/// What is known of the token.
#[component]
pub fn Card() -> impl IntoView {
    let family = expect_context::<Family>();
    let is_chosen = Memo::new(move |_| family.token.get().is_some());
    let context = move || {
        let (losses, token) = (family.losses()?, family.token.get()?);
        let (before, target) = losses.passage.around(token, BEFORE)?;
        Some(view! { <p class="context running">{seen(&before)}<mark>{seen(&target)}</mark></p> })
    };
    let cost = move || {
        let (losses, token, model, checkpoint) =
            (family.losses()?, family.token.get()?, family.model.get(), family.checkpoint.get());
        let loss = *losses.row(model, checkpoint).get(token)?;
        let step = words::thousands(losses.steps[checkpoint]);
        Some(format!("It costs {} bits with {} at step {step}.", words::significant(f64::from(loss)), named(&losses, model)))
    };
    let figure = move || -> Box<dyn Figure> {
        match family.losses() {
            Some(losses) => Box::new(TokenFigure::new(losses, family.token.get().unwrap_or_default())),
            None => unreachable!("the card stands where losses are shown"),
        }
    };
    let shown = StoredValue::new_local(
        Shown::new(Kind::Token.name(), figure)
            .saved_as(move || format!("token-{}", family.token.get_untracked().unwrap_or_default() + 1)),
    );
    view! {
        <div class="token-card wide-card" id="token-of-text" tabindex="-1">
            <Show when=move || is_chosen.get()
                fallback=|| view! { <p class="note">"Choose a token, by a click or by the arrow keys, to see its loss over size and training."</p> }>
                {context}
                <p aria-live="polite">{cost}</p>
                <FigureCard shown=shown.get_value() />
            </Show>
        </div>
    }
}
