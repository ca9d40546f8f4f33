//! The page embedded in another site's: one figure and its controls.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::figure::Kind;

use super::controls::Buttons;
use super::figures::{FigureOf, FollowBar};
use super::numbers::Spoken;
use super::state::Lab;
use crate::address::Address;
use crate::facts;
use crate::trainer::About;
use crate::view::framed::Framed;
use crate::view::notices::Notices;
use crate::view::on_demand::{Build, OnDemand};
use crate::view::run_status::Progress;

#[wasm_split(frame, wasm_split_path = leptos::wasm_split, fallible)]
fn frame() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <OneFigure /> }.into_any())
}

/// The figure that the link names. Loaded on demand: most readers see the whole page.
#[component]
pub fn Embedded() -> impl IntoView {
    view! { <OnDemand what="the figure" load=|| Box::pin(frame()) /> }
}

#[component]
fn OneFigure() -> impl IntoView {
    let link = expect_context::<Address>().link.get_untracked();
    let kind = link.figure.and_then(|name| Kind::from_name(&name)).unwrap_or(Kind::Tasks);
    let number = Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0) + 1;
    let lab = expect_context::<Lab>();
    let drawn = Signal::derive(move || lab.drawn());
    view! {
        <Framed title=kind.title()>
            <Notices about=About::Runs of_link="The settings shown are the usual ones." />
            <FigureOf kind=kind number=number />
            <Caption />
            <FollowBar drawn=drawn follow=lab.look.follow />
            <section class="bar" aria-label="Run">
                <Buttons />
                <Progress />
            </section>
            <Spoken />
        </Framed>
    }
}

/// What is trained, and when a subtask counts as learned.
#[component]
fn Caption() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let text = move || {
        let config = lab.config()?;
        let (task, one) = (config.task_in_words(), facts::noun(&config).one);
        Some(format!("{task}. A {one} counts as learned once its loss is {}.", facts::learned_words(&config)))
    };
    view! { <p class="note caption">{text}</p> }
}
