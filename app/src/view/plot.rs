//! A figure on a page: its picture with a crosshair, its reading, its words and table, and ways to
//! save it.

mod about;
mod card;
mod crosshair;
mod save;

pub use card::FigureCard;

use std::rc::Rc;

use leptos::prelude::*;
pub use quanta_core::figure::Pick;
use quanta_core::figure::{Figure, Piece, Place, pieces};

use crate::link::Link;

/// What the reading says of a thing beside the figure's own words, if anything.
type Remark = Rc<dyn Fn(&Pick) -> Option<String>>;

/// A figure as a page shows it: what it is made from, and what a reader can do with it.
#[derive(Clone)]
pub struct Shown {
    /// A word for the ids of its elements.
    name: String,
    /// Makes the figure from the page's signals. Whoever calls this in an effect follows them.
    make: Rc<dyn Fn() -> Box<dyn Figure>>,
    title: Option<Rc<dyn Fn() -> String>>,
    empty: Option<Rc<dyn Fn() -> Option<String>>>,
    file: Option<Rc<dyn Fn() -> String>>,
    link: Rc<dyn Fn(Link) -> Link>,
    remark: Option<Remark>,
    on_pick: Option<Rc<dyn Fn(Pick)>>,
    on_step: Option<Rc<dyn Fn(bool)>>,
    hint: &'static str,
}

impl Shown {
    /// The figure that `make` makes from the page's signals. It is made anew for every painting
    /// and dropped after it, so that it never keeps a record from being added to in place.
    pub fn new(name: impl Into<String>, make: impl Fn() -> Box<dyn Figure> + 'static) -> Self {
        Self {
            name: name.into(),
            make: Rc::new(make),
            title: None,
            empty: None,
            file: None,
            link: Rc::new(|link| link),
            remark: None,
            on_pick: None,
            on_step: None,
            hint: "",
        }
    }

    /// With a title of the page's own.
    pub fn titled(self, title: impl Fn() -> String + 'static) -> Self {
        Self { title: Some(Rc::new(title)), ..self }
    }

    /// With words that stand for the caption while there is nothing to show.
    pub fn or_empty(self, empty: impl Fn() -> Option<String> + 'static) -> Self {
        Self { empty: Some(Rc::new(empty)), ..self }
    }

    /// With a name for saved files, without its ending.
    pub fn saved_as(self, file: impl Fn() -> String + 'static) -> Self {
        Self { file: Some(Rc::new(file)), ..self }
    }

    /// With what the link to it has beside the address bar's.
    pub fn linked(self, link: impl Fn(Link) -> Link + 'static) -> Self {
        Self { link: Rc::new(link), ..self }
    }

    /// With what the reading says of the thing under the crosshair beside the figure's own words.
    pub fn remarking(self, remark: impl Fn(&Pick) -> Option<String> + 'static) -> Self {
        Self { remark: Some(Rc::new(remark)), ..self }
    }

    /// With what a press on something does; `hint` says so and begins with “; press”.
    pub fn on_pick(self, hint: &'static str, on_pick: impl Fn(Pick) + 'static) -> Self {
        Self { on_pick: Some(Rc::new(on_pick)), hint, ..self }
    }

    /// With what the keys ↑ (`true`) and ↓ do; without it they go along the stops as → and ← do.
    pub fn on_step(self, on_step: impl Fn(bool) + 'static) -> Self {
        Self { on_step: Some(Rc::new(on_step)), ..self }
    }

    fn title(&self, figure: &dyn Figure) -> String {
        self.title.as_ref().map_or_else(|| figure.title(), |title| title())
    }

    fn caption(&self, figure: &dyn Figure) -> String {
        self.empty.as_ref().and_then(|empty| empty()).unwrap_or_else(|| figure.caption())
    }

    fn read_at(&self, figure: &dyn Figure, (panel, data): Place) -> String {
        let text = figure.read_at(panel, data);
        let remark = self.remark.as_ref().and_then(|remark| remark(&figure.pick(panel, data)?));
        remark.map_or(text.clone(), |remark| format!("{text} · {remark}"))
    }
}

/// A handle to what a card shows.
type Held = StoredValue<Shown, LocalStorage>;

/// Makes the figure; tracked.
fn make(held: Held) -> Box<dyn Figure> {
    let make = held.with_value(|shown| shown.make.clone());
    make()
}

/// Follows every signal that changes what is shown. This runs at every evaluation, so it works nothing
/// out: a caption may cost a fit over the whole run, and is left to the painting.
fn follow(held: Held) {
    let shown = held.get_value();
    drop((shown.make)());
    let _ = shown.title.map(|title| title());
    let _ = shown.empty.map(|empty| empty());
}

/// A text whose lowered letters are set lowered: α_S.
pub fn rich(text: &str) -> impl IntoView + use<> {
    let set = |piece| match piece {
        Piece::Level(text) => text.to_owned().into_any(),
        Piece::Lowered(text) => view! { <sub>{text.to_owned()}</sub> }.into_any(),
    };
    pieces(text).map(set).collect_view()
}
