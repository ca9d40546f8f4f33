//! The losses as figures: their mean, how they are spread, and how many tokens are learned in one drop.

use leptos::prelude::*;
use quanta_core::figure::Figure;
use quanta_core::figure::losses::{Kind, Options, Over};

use super::state::Family;
use crate::language::list::Select;
use crate::view::plot::{FigureCard, Shown};

/// The cards.
#[component]
pub fn Figures() -> impl IntoView {
    let over = RwSignal::new(Over::Size);
    let family = expect_context::<Family>();
    let shown = move |kind: Kind| {
        let make = move || -> Box<dyn Figure> {
            match family.losses() {
                Some(losses) => kind.figure(losses, Options { token: 0, ask: family.ask.get(), over: over.get() }),
                None => unreachable!("figures stand where losses are shown"),
            }
        };
        Shown::new(kind.name(), make).saved_as(move || kind.name().to_owned())
    };
    let value = Signal::derive(move || if over.get() == Over::Size { "size" } else { "training" }.to_owned());
    let options = [("size", "Every size, at the end of training"), ("training", "The largest, over training")];
    let options = Signal::stored(options.map(|(word, title)| (word.to_owned(), title.to_owned())).to_vec());
    view! {
        <section class="pictures" aria-labelledby="losses-figures-title">
            <h3 id="losses-figures-title">"Losses as figures"</h3>
            <div class="figures">
                <FigureCard shown=shown(Kind::Scaling) />
                <FigureCard shown=shown(Kind::Spread)>
                    <div class="choices">
                        <Select id="spread-over" label="Shown" value=value options=options
                            chosen=move |word: String| over.set(if word == "size" { Over::Size } else { Over::Training }) />
                    </div>
                </FigureCard>
                <FigureCard shown=shown(Kind::Shapes) />
            </div>
        </section>
    }
}
