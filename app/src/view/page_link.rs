//! Links to other pages of the site.

use leptos::prelude::*;
use web_sys::MouseEvent;

use crate::address::Address;
use crate::link::{Link, Page};

/// Whether a press on a link is to be followed here. With a key held down the browser opens the link
/// elsewhere, as it does anywhere.
pub fn is_plain(click: &MouseEvent) -> bool {
    !(click.ctrl_key() || click.meta_key() || click.shift_key())
}

/// A link to another page of the site.
#[component]
pub fn PageLink(
    /// Where it leads.
    link: Link,
    /// Its style.
    #[prop(optional)]
    class: &'static str,
    /// What it says.
    text: &'static str,
    /// What a screen reader says in its place.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let address = expect_context::<Address>();
    let href = format!("?{}", link.to_query());
    view! {
        <a
            class=class
            href=href
            aria-label=label
            on:click=move |click| {
                if is_plain(&click) {
                    click.prevent_default();
                    address.go(link.clone());
                }
            }
        >
            {text}
        </a>
    }
}

/// The page's name in a sentence: `the Lab`.
pub fn the_page(page: Page) -> String {
    match page {
        Page::Lab => "the Lab".to_owned(),
        page => format!("the page {}", page.title()),
    }
}
