//! The address bar as pages read and write it.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::link::{Link, Reading};

/// The link in the address bar, as signals.
#[derive(Clone, Copy)]
pub struct Address {
    /// What the link says now.
    pub link: RwSignal<Link>,
    /// What of it could not be understood, a phrase each.
    pub problems: RwSignal<Vec<String>>,
    /// Keys of the link that have nothing to do with the lab, and were left aside.
    pub foreign: RwSignal<Vec<String>>,
    /// Counts arrivals: a load, Back and Forward, a press on a link of the site. A page that must show
    /// the link anew tracks it.
    pub arrivals: RwSignal<u32>,
}

impl Address {
    /// Reads the address bar.
    pub fn read() -> Self {
        let Reading { link, problems, foreign } = Link::parse(&query());
        Self {
            link: RwSignal::new(link),
            problems: RwSignal::new(problems),
            foreign: RwSignal::new(foreign),
            arrivals: RwSignal::new(0),
        }
    }

    /// Reads the address bar again, after Back or Forward, and counts an arrival.
    pub fn on_arrival(&self) {
        let Reading { link, problems, foreign } = Link::parse(&query());
        self.link.set(link);
        self.problems.set(problems);
        self.foreign.set(foreign);
        self.arrivals.update(|count| *count += 1);
    }

    /// Goes to another link of the site; Back returns.
    pub fn go(&self, link: Link) {
        self.write(link, false);
    }

    /// Goes to another link of the site and counts an arrival, so that its page shows it anew.
    pub fn visit(&self, link: Link) {
        self.go(link);
        self.on_arrival();
    }

    /// Replaces the link in the address bar without a step that Back would undo.
    pub fn amend(&self, link: Link) {
        self.write(link, true);
    }

    fn write(&self, link: Link, replace: bool) {
        if self.link.with_untracked(|old| *old == link) && self.problems.with_untracked(Vec::is_empty) {
            return;
        }
        let address = address_with(&link.to_query());
        if let Ok(history) = window().history() {
            // A browser may refuse after hundreds of entries in a row; the page goes on without.
            let _ = match replace {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(&address)),
            };
        }
        self.problems.set(Vec::new());
        let is_other_page = self.link.with_untracked(|old| old.page != link.page);
        self.link.set(link);
        // Back and Forward are restored by the browser; another page is shown from its top.
        if is_other_page {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }
}

/// The whole address of the site with another query.
pub fn address_with(query: &str) -> String {
    let location = window().location();
    let base = location.href().unwrap_or_default();
    let base = base.split(['?', '#']).next().unwrap_or_default();
    if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
}

/// The query in the address bar, with its `?`.
fn query() -> String {
    window().location().search().unwrap_or_default()
}
