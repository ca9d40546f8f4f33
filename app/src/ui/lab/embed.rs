//! The page as a figure in somebody else's: one figure and its controls.

use leptos::prelude::*;
use quanta_core::figure::Kind;

use super::controls::{Buttons, Progress};
use super::figures::FigureOf;
use super::notices::Notices;
use super::numbers::Spoken;
use super::state::Lab;
use crate::link::Link;
use crate::ui::shared::browser;

/// The figure that the link names.
#[component]
pub fn Embedded() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let link = lab.address.link.get_untracked();
    let kind = link.figure.unwrap_or(Kind::Loss);
    let number = Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0) + 1;
    let whole = Link { embed: false, autostart: false, figure: None, theme: None, ..link };
    view! {
        <div class="embedded">
            <h1 class="unseen">{format!("Quanta lab: {}", kind.title())}</h1>
            <Notices />
            <FigureOf kind=kind number=number />
            <section class="bar" aria-label="Run">
                <Buttons />
                <Progress />
            </section>
            <p class="open"><a href=browser::address_with(&whole.to_query()) target="_blank" rel="noopener">"Open in the quanta lab"</a></p>
            <Spoken />
        </div>
    }
}
