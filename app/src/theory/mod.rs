//! Theory: the model of quanta by itself, with sliders. Nothing is trained.

mod dials;
mod exponents;
mod numbers;
mod pictures;

use std::sync::Arc;

use leptos::prelude::*;
use quanta_core::figure::model::{Kind, Model, Quanta};

use crate::address::Address;
use crate::link::Page;
use crate::view::board::Board;
use crate::view::framed::Framed;
use crate::view::notices::LinkNotices;
use crate::view::plot::FigureCard;
use pictures::of_theory;

/// What the page's parts share.
#[derive(Clone, Copy)]
struct Study {
    board: Board,
    /// The model that the sliders describe, worked out.
    quanta: Memo<Arc<Quanta>>,
    /// How many quanta the slider has learned, as many as there are at most.
    learned: Memo<usize>,
}

impl Study {
    fn new() -> Self {
        let board = Board::new(Page::Theory, dials::DIALS, &[]);
        let model = Memo::new(move |_| model(board));
        let quanta = Memo::new(move |_| Arc::new(Quanta::new(&model.get())));
        let learned = Memo::new(move |_| (board.get("learned") as usize).min(quanta.with(|quanta| quanta.loss.len() - 1)));
        Self { board, quanta, learned }
    }

    /// Reads something of the model; tracked.
    fn with<T>(&self, read: impl FnOnce(&Quanta) -> T) -> T {
        self.quanta.with(|quanta| read(quanta))
    }
}

fn model(board: Board) -> Model {
    let missing = board.get("missing") as usize;
    Model {
        alpha: board.get("alpha"),
        quanta: board.get("quanta") as usize,
        before: board.get("b"),
        after: board.get("a"),
        truncated: board.get("truncated") != 0.0,
        noise: board.get("noise"),
        missing: (missing > 1).then_some(missing),
        seed: board.get("seed") as u64,
    }
}

/// The page.
#[component]
pub fn TheoryPage() -> impl IntoView {
    let study = Study::new();
    provide_context(study);
    Effect::new(|_| document().set_title("Theory · Quanta lab"));
    let figure = move |kind: Kind| view! { <FigureCard shown=of_theory(kind, study) /> };
    let link = expect_context::<Address>().link.get_untracked();
    if link.embed {
        let kind = link.figure.and_then(|name| Kind::from_name(&name)).unwrap_or(Kind::Stairs);
        return view! {
            <Framed title=kind.title()>
                <LinkNotices />
                {figure(kind)}
                <details class="dials-of">
                    <summary>"Settings"</summary>
                    <dials::Dials />
                </details>
            </Framed>
        }
        .into_any();
    }
    view! {
        <div class="study">
            <dials::Dials />
            <div class="pages">
                <LinkNotices />
                <section class="heading" aria-labelledby="page-title">
                    <h1 id="page-title">"From quanta to a power law"</h1>
                    <p>
                        "Knowledge comes in quanta, each learned at once or not at all, the most used first. How often they are \
                         used follows a power law; so then does the loss that is left."
                    </p>
                </section>
                <numbers::Numbers />
                <section class="figures" aria-labelledby="figures-title">
                    <h2 id="figures-title" class="unseen">"Figures"</h2>
                    {Kind::ALL.into_iter().map(figure).collect_view()}
                </section>
                <exponents::Exponents />
            </div>
        </div>
    }
    .into_any()
}
