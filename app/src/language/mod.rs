//! Language: reads clusters of a model's gradients, which are candidates for the quanta of a language, and
//! their scores against the planted ones.

mod below;
mod cluster;
mod course;
mod family;
mod filter;
mod found;
mod list;
mod live;
mod pictures;
mod scores;
mod share;
mod source;
mod state;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, Node};

use crate::trainer::About;
use crate::view::browser;
use crate::view::notices::Notices;
use found::Source;
use state::Reader;

/// The page.
#[component]
pub fn LanguagePage() -> impl IntoView {
    let reader = Reader::new();
    provide_context(reader);
    if below::is_framed() {
        return below::framed();
    }
    Effect::new(|_| document().set_title("Language · Quanta lab"));
    let is_here = Memo::new(move |_| matches!(reader.source.get(), Source::Here(_)));
    view! {
        <div class="study alone">
            <div class="pages language">
                <Notices about=About::Runs />
                <section class="heading" aria-labelledby="page-title">
                    <h1 id="page-title">"The quanta of a language"</h1>
                    <p>
                        "What a model of a language can do may come apart into quanta: pieces of knowledge or skill, each learned by \
                         itself, such as recalling a fact, going on counting or closing a bracket. Quanta discovery from gradients \
                         (QDG) looks for them in a trained model: it takes tokens that the model predicts well, computes the \
                         gradient of each one’s loss, and clusters the tokens whose gradients point the same way. In a planted \
                         language the quantum of every such token is known, so that what QDG finds can be scored."
                    </p>
                </section>
                <live::Live />
                <source::Clusters />
                <Show when=move || is_here.get()>
                    <Browser />
                    <below::Below />
                </Show>
                <family::RealText />
            </div>
        </div>
    }
    .into_any()
}

/// The list of clusters with the one that is open, and the keys that turn its pages.
#[component]
fn Browser() -> impl IntoView {
    let reader = expect_context::<Reader>();
    let section = NodeRef::<html::Section>::new();
    let keys = window_event_listener(ev::keydown, move |event| {
        if let Some(section) = section.get_untracked()
            && turn(reader, &section, &event)
        {
            event.prevent_default();
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <section class="browser" id="clusters" aria-labelledby="clusters-title" tabindex="-1" node_ref=section>
            <div class="section-head">
                <h2 id="clusters-title">"Clusters"</h2>
                <share::Export />
            </div>
            <div class="choices-of">
                <list::Choice />
                <list::Search />
            </div>
            <p class="note keys">
                "Keys: ← and → go to the previous and the next cluster; so do k and j, and / goes to the search, while the focus is among \
                 the clusters."
            </p>
            <div class="reader">
                <list::List />
                <cluster::Cluster />
            </div>
        </section>
    }
}

/// Does what a key asks for; whether it asked for anything. Letters and “/” count only where the focus is
/// among the clusters, the arrows also where nothing has it.
fn turn(reader: Reader, section: &Element, event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    let is_within = section.contains(Some(target.unchecked_ref::<Node>()));
    let is_nowhere = target.tag_name() == "BODY" || target.id() == "main";
    let held = event.ctrl_key() || event.alt_key() || event.meta_key();
    // In a field a key is for the field, and what scrolls sideways is scrolled by the arrows.
    let is_field = matches!(target.tag_name().as_str(), "INPUT" | "SELECT");
    if held || is_field || !(is_within || is_nowhere) {
        return false;
    }
    let scrolls = target.class_list().contains("scroller") && target.scroll_width() > target.client_width();
    match event.key().as_str() {
        "ArrowRight" if !scrolls => reader.step(true),
        "ArrowLeft" if !scrolls => reader.step(false),
        "j" if is_within => reader.step(true),
        "k" if is_within => reader.step(false),
        "/" if is_within => browser::focus("search"),
        _ => return false,
    }
    true
}
