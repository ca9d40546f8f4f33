//! The card: heading, tools, picture, caption.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::about::About;
use super::crosshair::Plot;
use super::{Held, Shown, make, rich, save};
use crate::address::Address;
use crate::view::browser;
use crate::view::framed::frame_of;
use crate::view::menu::Menu;
use crate::view::theme::Themes;
use crate::view::watch::Alive;

/// A figure with its heading and tools. Children stand between the picture and the caption.
#[component]
pub fn FigureCard(
    /// What is shown.
    shown: Shown,
    /// Its number among the page's figures.
    #[prop(optional)]
    number: Option<usize>,
    /// Whether it shows something that was recorded, and nothing of the reader's own yet: it is faint.
    #[prop(optional, into)]
    recorded: Signal<bool>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (themes, link) = (expect_context::<Themes>(), expect_context::<Address>().link);
    let embedded = link.with_untracked(|link| link.embed);
    let name = shown.name.clone();
    let title_id = format!("figure-{name}");
    let caption_id = format!("{title_id}-caption");
    let held: Held = StoredValue::new_local(shown);
    let (title, caption) = untrack(|| {
        let figure = make(held);
        held.with_value(|shown| (shown.title(&*figure), shown.caption(&*figure)))
    });
    let of = format!("the figure “{title}”");
    let (title, caption) = (RwSignal::new(title), RwSignal::new(caption));
    let wide = RwSignal::new(false);
    let (problem, said) = (RwSignal::new(String::new()), RwSignal::new(""));
    let unsaved = |why| format!("The figure cannot be saved: {why}.");
    let save = move |format| {
        spawn_local(async move {
            let saved = save::as_file(format, held, themes).await;
            let _ = problem.try_set(saved.err().map(unsaved).unwrap_or_default());
        });
    };
    let alive = Alive::new();
    let copy_frame = move |_| {
        browser::copy(held.with_value(|shown| frame_of((shown.link)(link.get_untracked()), &shown.name)), move |copied| {
            let refused = "The browser does not let this page copy. The foot of the Lab has a frame to copy by hand.";
            let _ = problem.try_set(if copied { "" } else { refused }.to_owned());
            let _ = said.try_set(if copied { "Copied: paste it where the figure is to stand in your page." } else { "" });
            alive.after(Duration::from_secs(5), move || said.set(""));
        });
    };
    let number = number.map(|number| view! { <span class="number">{format!("Figure {number}")}</span>" " });
    let words = view! { {number}{move || rich(&title.get())} };
    // One level below the heading that it stands under.
    let heading = if embedded {
        view! { <h2 id=title_id.clone()>{words}</h2> }.into_any()
    } else {
        view! { <h3 id=title_id.clone()>{words}</h3> }.into_any()
    };
    view! {
        <figure class="card" class:wide=move || wide.get() class:recorded=move || recorded.get() aria-labelledby=title_id.clone()>
            <div class="card-head">
                {heading}
                <Show when=move || recorded.get()><p class="badge">"Recorded"</p></Show>
                <div class="tools">
                    <Show when=move || !embedded>
                        <button
                            type="button"
                            class="quiet enlarge"
                            aria-label=move || format!("Enlarge the figure “{}”", title.get())
                            aria-pressed=move || wide.get().to_string()
                            on:click=move |_| wide.update(|wide| *wide = !*wide)
                        >
                            "Enlarge"
                        </button>
                    </Show>
                    <Menu label="Save" of=of>
                        <button type="button" on:click=move |_| save(save::Format::Svg)>"SVG"</button>
                        <button type="button" on:click=move |_| save(save::Format::Png)>"PNG"</button>
                        <button type="button" on:click=copy_frame>"Frame for a page"</button>
                    </Menu>
                </div>
            </div>
            <Plot held=held themes=themes name=name.clone() title=title caption=caption caption_id=caption_id.clone() />
            {children.map(|children| children())}
            <Show when=move || !problem.with(String::is_empty)>
                <p class="error" role="alert">{move || problem.get()}</p>
            </Show>
            <p class="said" role="status">{move || said.get()}</p>
            <figcaption>
                <p id=caption_id>{move || rich(&caption.get())}</p>
                <About held=held name=name title=title />
            </figcaption>
        </figure>
    }
}
