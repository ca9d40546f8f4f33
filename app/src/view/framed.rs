//! One figure alone in somebody else's page: the HTML that asks for it, and what stands around it there.

use leptos::prelude::*;

use crate::address::{Address, address_with};
use crate::link::Link;

/// The HTML that shows one figure of a link's page in a frame.
pub fn frame_of(link: Link, figure: &str) -> String {
    let link = Link { embed: true, autostart: false, figure: Some(figure.to_owned()), theme: None, ..link };
    let address = address_with(&link.to_query()).replace('&', "&amp;");
    format!("<iframe src=\"{address}\" width=\"720\" height=\"640\" title=\"Quanta lab\" loading=\"lazy\"></iframe>")
}

/// The figure given, a heading for those who do not see it, and a link to the page that it is from.
#[component]
pub fn Framed(
    /// The figure's title.
    title: &'static str,
    children: Children,
) -> impl IntoView {
    let link = expect_context::<Address>().link;
    let whole = move || {
        let whole = Link { embed: false, autostart: false, figure: None, theme: None, ..link.get() };
        address_with(&whole.to_query())
    };
    view! {
        <div class="embedded">
            <h1 class="unseen">{format!("Quanta lab: {title}")}</h1>
            {children()}
            <p class="open"><a href=whole target="_blank" rel="noopener">"Open in the quanta lab"</a></p>
        </div>
    }
}
