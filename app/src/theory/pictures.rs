//! The figures of theory, as the page shows them.

use leptos::prelude::*;
use quanta_core::figure::model::Kind;

use super::Study;
use crate::view::plot::{Pick, Shown};

/// One figure of the model that the sliders describe. A press in the figures of learning sets how
/// many quanta are learned.
pub fn of_theory(kind: Kind, study: Study) -> Shown {
    let shown = Shown::new(kind.name(), move || kind.figure(study.quanta.get(), Some(study.learned.get())));
    if !matches!(kind, Kind::Stairs | Kind::Sum) {
        return shown;
    }
    shown.on_pick("; press to learn so many quanta", move |picked| {
        if let Pick::Learned(n) = picked {
            study.board.set("learned", n as f64);
            study.board.commit("learned");
        }
    })
}
