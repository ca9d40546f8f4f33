//! A dot in a run's colour.

use leptos::prelude::*;

use super::theme::Themes;

/// The colour that a run has in the figures.
#[component]
pub fn Swatch(
    /// Its place in the palette.
    color: usize,
) -> impl IntoView {
    let themes = expect_context::<Themes>();
    let css = move || {
        let (r, g, b) = themes.figure().series(color);
        format!("rgb({r}, {g}, {b})")
    };
    view! { <span class="swatch" aria-hidden="true" style:background-color=css></span> }
}
