//! The clusters as figures: how alike they are, and where their samples lie.

use leptos::prelude::*;
use quanta_core::figure::Figure;
use quanta_core::figure::clusters::{Color, Kind, MapFigure, MatrixFigure};

use super::list::Select;
use super::state::Reader;
use crate::address::Address;
use crate::view::plot::{FigureCard, Pick, Shown};

/// The section of the figures.
#[component]
pub fn Pictures() -> impl IntoView {
    view! {
        <section class="pictures" id="pictures" aria-labelledby="pictures-title">
            <h2 id="pictures-title">"As figures"</h2>
            <Cards />
        </section>
    }
}

/// The cards: both, or the one that a frame of another page shows.
#[component]
pub fn Cards() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let only = expect_context::<Address>().link.with_untracked(|link| {
        let named = link.figure.as_deref().and_then(Kind::from_name).unwrap_or(Kind::Matrix);
        Some(named).filter(|_| link.embed)
    });
    let is_shown = |kind: Kind| only.is_none_or(|only| only == kind);
    let color = RwSignal::new(Color::default());
    view! {
        <div class="figures">
            {is_shown(Kind::Matrix).then(|| view! { <FigureCard shown=matrix_of(reader) /> })}
            {is_shown(Kind::Map).then(|| view! { <FigureCard shown=map_of(reader, color)><Colors color=color /></FigureCard> })}
        </div>
    }
}

fn matrix_of(reader: Reader) -> Shown {
    let make = move || match reader.found() {
        Some(found) => Box::new(MatrixFigure::new(&found.clusters, reader.chosen.get(), reader.open.get())),
        None => Box::default(),
    };
    opening(Shown::new(Kind::Matrix.name(), move || make() as Box<dyn Figure>), reader)
}

fn map_of(reader: Reader, color: RwSignal<Color>) -> Shown {
    let make = move || match reader.found() {
        Some(found) => {
            Box::new(MapFigure::new(&found.clusters, reader.chosen.get(), &found.contexts(), color.get(), reader.open.get()))
        }
        None => Box::default(),
    };
    opening(Shown::new(Kind::Map.name(), move || make() as Box<dyn Figure>), reader)
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

/// Chooses what the map's colours are.
#[component]
fn Colors(color: RwSignal<Color>) -> impl IntoView {
    let reader = expect_context::<Reader>();
    let value = Signal::derive(move || color.get().word().to_owned());
    let options = Signal::derive(move || {
        let has_families = reader.found().is_some_and(|found| !found.clusters.samples.families.is_empty());
        let is_published = reader.is_of_published_model();
        let is_there = |color: &&Color| match color {
            Color::Cluster => true,
            Color::Family => has_families,
            Color::Quantum => !is_published,
        };
        let title = |color: &Color| if is_published && *color == Color::Family { "Text that it is from" } else { color.title() };
        Color::ALL.iter().filter(is_there).map(|color| (color.word().to_owned(), title(color).to_owned())).collect()
    });
    view! {
        <div class="choices">
            <Select id="map-color" label="Colour of the map" value=value options=options
                chosen=move |word: String| color.set(Color::from_word(&word).unwrap_or_default()) />
        </div>
    }
}
