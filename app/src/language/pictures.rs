//! The clusters as figures: how alike they are, and where their samples lie. The code is loaded behind the
//! list.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::figure::clusters::{Color, Kind, MapFigure, MatrixFigure};

use super::found::Source;
use super::list::Select;
use super::state::Reader;
use crate::address::Address;
use crate::view::framed::Framed;
use crate::view::on_demand::{Build, OnDemand};
use crate::view::plot::{FigureCard, Pick, Shown};

#[wasm_split(live, wasm_split_path = leptos::wasm_split, fallible)]
fn pictures() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <Cards /> }.into_any())
}

/// The section of the figures.
#[component]
pub fn Pictures() -> impl IntoView {
    view! {
        <section class="pictures" id="pictures" aria-labelledby="pictures-title">
            <h2 id="pictures-title">"As figures"</h2>
            <OnDemand what="the figures" load=|| Box::pin(pictures()) />
        </section>
    }
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
            <OnDemand what="the figure" load=|| Box::pin(pictures()) />
        </Framed>
    }
    .into_any()
}

/// The cards: both, or the one of a frame.
#[component]
fn Cards() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let only = expect_context::<Address>().link.with_untracked(|link| link.figure.clone().filter(|_| link.embed));
    let is_shown = move |kind: Kind| only.as_deref().is_none_or(|only| only == kind.name());
    let color = RwSignal::new(Color::default());
    move || {
        reader.found()?;
        let (matrix, map) = (is_shown(Kind::Matrix), is_shown(Kind::Map));
        Some(view! {
            <div class="figures">
                {matrix.then(|| view! { <FigureCard shown=matrix_of(reader) /> })}
                {map.then(|| view! { <FigureCard shown=map_of(reader, color)><Colors color=color /></FigureCard> })}
            </div>
        })
    }
}

/// A press on a figure opens the cluster.
fn opening(shown: Shown, reader: Reader) -> Shown {
    let file = move || {
        let one =
            untrack(|| reader.found()).and_then(|found| found.clusters.clusterings.get(reader.chosen.get_untracked()).cloned());
        one.map_or_else(
            || "clusters".to_owned(),
            |one| format!("clusters-{}-{}-{}", one.similarity.word(), one.method.word(), one.k),
        )
    };
    shown.saved_as(file).on_pick("; press to open the cluster", move |picked| {
        if let Pick::Cluster(at) = picked {
            reader.show_cluster(at);
        }
    })
}

fn matrix_of(reader: Reader) -> Shown {
    let make = move || match reader.found() {
        Some(found) => Box::new(MatrixFigure::new(&found.clusters, reader.chosen.get(), reader.open.get())) as Box<_>,
        None => Box::new(MatrixFigure::default()) as Box<_>,
    };
    opening(Shown::new(Kind::Matrix.name(), make), reader)
}

fn map_of(reader: Reader, color: RwSignal<Color>) -> Shown {
    let make = move || match reader.found() {
        Some(found) => {
            Box::new(MapFigure::new(&found.clusters, reader.chosen.get(), &found.contexts(), color.get(), reader.open.get()))
                as Box<_>
        }
        None => Box::new(MapFigure::default()) as Box<_>,
    };
    opening(Shown::new(Kind::Map.name(), make), reader)
}

/// Chooses what the map's colours are.
#[component]
fn Colors(color: RwSignal<Color>) -> impl IntoView {
    let reader = expect_context::<Reader>();
    let value = Signal::derive(move || color.get().word().to_owned());
    let options = Signal::derive(move || {
        let has_families = reader.found().is_some_and(|found| !found.clusters.samples.families.is_empty());
        let there = Color::ALL.iter().filter(|color| **color != Color::Family || has_families);
        there.map(|color| (color.word().to_owned(), color.title().to_owned())).collect()
    });
    view! {
        <div class="choices">
            <Select id="map-color" label="Colour of the map" value=value options=options
                chosen=move |word: String| color.set(Color::from_word(&word).unwrap_or_default()) />
        </div>
    }
}
