//! The sliders and switches of the theory page.

use leptos::prelude::*;

use super::Study;
use crate::dial::Dial;
use crate::view::board::{DialRow, DialSwitch};
use crate::view::settings_form::SettingsForm;

/// Everything that can be set, in the order of the link.
pub const DIALS: &[Dial] = &[
    Dial::even("alpha", "Exponent α", "", "Quantum k is used in proportion to k to the −(α+1).", (0.0, 2.0, 0.01, 0.4)),
    Dial::growing("quanta", "Number of quanta", "quanta", "How many there are, or are looked at.", (1.0, 100_000.0, 1_000.0)),
    Dial::even("b", "Loss before, b", "bits", "Loss of a sample before its quantum is learned.", (0.0, 4.0, 0.05, 1.0)),
    Dial::even("a", "Loss after, a", "bits", "Loss of a sample once its quantum is learned.", (0.0, 4.0, 0.05, 0.0)),
    Dial::growing(
        "learned",
        "Quanta learned, n",
        "quanta",
        "What the capacity holds: the crosshair in the figures.",
        (0.0, 100_000.0, 30.0),
    ),
    Dial::even("truncated", "Truncated", "", "1 where there are no further quanta.", (0.0, 1.0, 1.0, 1.0)),
    Dial::even(
        "noise",
        "Strength",
        "",
        "Standard deviation of a factor on each frequency, in its logarithm.",
        (0.0, 4.0, 0.1, 0.0),
    ),
    Dial::even("missing", "M", "", "Every M-th quantum is never learned.", (0.0, 50.0, 1.0, 0.0)),
    Dial::even("seed", "Seed", "", "Which order the noise draws.", (0.0, 99.0, 1.0, 0.0)),
];

/// All of them.
#[component]
pub fn Dials() -> impl IntoView {
    let study = expect_context::<Study>();
    let board = study.board;
    let learnable = Signal::derive(move || study.with(|quanta| (quanta.loss.len() - 1) as f64));
    let on = move |key: &'static str| move || board.get(key) != 0.0;
    let wrong_way = move || board.get("a") > board.get("b");
    view! {
        <div class="settings">
            <SettingsForm digest=Signal::derive(move || format!("α = {}", board.get("alpha")))>
                <DialRow board=board key="alpha" />
                <DialRow board=board key="quanta" />
                <DialRow board=board key="b" />
                <DialRow board=board key="a" />
                <Show when=wrong_way>
                    <p class="look-for">"With a above b, learning makes the loss worse."</p>
                </Show>
                <DialRow board=board key="learned" most=learnable />
                <fieldset class="rules">
                    <legend>"The rules, a little broken"</legend>
                    <DialSwitch board=board key="truncated" label="Truncated: no further quanta" on=1.0 />
                    <p class="help">"Off, these are the first of infinitely many, and what comes after them is never learned."</p>
                    <DialSwitch board=board key="noise" label="Noise in the order of learning" on=1.0 />
                    <Show when=on("noise")>
                        <DialRow board=board key="noise" />
                        <DialRow board=board key="seed" />
                    </Show>
                    <DialSwitch board=board key="missing" label="Every M-th quantum is missing" on=5.0 />
                    <Show when=on("missing")>
                        <DialRow board=board key="missing" />
                    </Show>
                </fieldset>
                <button type="button" class="reset" disabled=move || !board.is_moved() on:click=move |_| board.reset()>"As at the start"</button>
            </SettingsForm>
        </div>
    }
}
