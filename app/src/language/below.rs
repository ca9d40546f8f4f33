//! What stands below the list of clusters, loaded behind the list. It comes in one part of the wasm with the
//! live half: each further part takes what pages share into more and smaller pieces, by which all pages grow.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::figure::clusters::Kind;

use super::found::Source;
use super::pictures::{Cards, Pictures};
use super::scores::Scores;
use super::share::Share;
use super::state::Reader;
use crate::address::Address;
use crate::view::framed::Framed;
use crate::view::on_demand::{Build, OnDemand};

#[wasm_split(live, wasm_split_path = leptos::wasm_split, fallible)]
fn below(is_framed: bool) -> Result<Build, SplitLoaderError> {
    Ok(match is_framed {
        true => || view! { <Cards /> }.into_any(),
        false => || view! { <Pictures /> <Scores /> <Share /> }.into_any(),
    })
}

/// Figures, scores, and how to repeat them.
#[component]
pub fn Below() -> impl IntoView {
    view! { <OnDemand what="figures and scores" load=|| Box::pin(below(false)) /> }
}

/// Whether the link asks for one figure alone, in a frame of another page.
pub fn is_framed() -> bool {
    expect_context::<Address>().link.with_untracked(|link| link.embed)
}

/// That figure, of the published clusters that the link names.
pub fn framed() -> AnyView {
    let reader = expect_context::<Reader>();
    let named = expect_context::<Address>().link.with_untracked(|link| link.figure.as_deref().and_then(Kind::from_name));
    let state = move || match reader.source.get() {
        Source::Here(_) => None,
        Source::Failed(why) => Some(why),
        Source::Coming => Some("Loading published clusters …".to_owned()),
        Source::Nothing => Some("No clusters are published here.".to_owned()),
    };
    view! {
        <Framed title=named.unwrap_or(Kind::Matrix).title()>
            <p class="note" role="status">{state}</p>
            <OnDemand what="the figure" load=|| Box::pin(below(true)) />
        </Framed>
    }
    .into_any()
}
