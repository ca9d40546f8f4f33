//! The long words and the table of a figure, worked out while they are open.

use leptos::prelude::*;
use quanta_core::figure::Table;
use web_sys::HtmlDetailsElement;

use super::{Held, follow, make, rich};
use crate::view::watch::Repaint;

/// “About this figure”, folded. Fits are bootstrapped for it, so nothing of it is worked out
/// before it is opened.
#[component]
pub fn About(held: Held, name: String, title: RwSignal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let told = RwSignal::new(None::<(String, Table)>);
    let write = Repaint::new(move || {
        if open.get_untracked() {
            told.set(untrack(|| {
                let figure = make(held);
                Some((figure.describe(), figure.table()))
            }));
        }
    });
    Effect::new(move |_| {
        if open.get() {
            follow(held);
            write.request();
        } else {
            told.set(None);
        }
    });
    let id = format!("figure-{name}-about");
    let body = move || {
        let (words, table) = told.get()?;
        let label = format!("Values of the figure “{}”", title.get_untracked());
        let words = view! { <p>{rich(&words)}</p> };
        let table = (!table.rows.is_empty()).then(|| view! { <Values table=table label=label /> });
        Some(view! { {words}{table} })
    };
    view! {
        <details
            class="about"
            on:toggle=move |event| open.set(event_target::<HtmlDetailsElement>(&event).open())
        >
            <summary aria-label=move || format!("About this figure: {}", title.get())>"About this figure"</summary>
            <div id=id>{body}</div>
        </details>
    }
}

/// A figure's table.
#[component]
fn Values(table: Table, label: String) -> impl IntoView {
    let head = table.header.iter().map(|cell| view! { <th scope="col">{rich(cell)}</th> }).collect_view();
    let row = |cells: &Vec<String>| {
        let cells = cells.iter().map(|cell| view! { <td>{rich(cell)}</td> }).collect_view();
        view! { <tr>{cells}</tr> }
    };
    let rows = table.rows.iter().map(row).collect_view();
    view! {
        <div class="scroller" tabindex="0" role="region" aria-label=label>
            <table>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
