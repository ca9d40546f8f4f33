//! How a run is repeated elsewhere: its link, its command, a frame for a lesson.

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::figure::Kind;

use super::actions;
use super::state::Lab;
use crate::link::{Link, command_by_flags, command_by_link};
use crate::ui::shared::browser;

/// What there is to copy, of the form's settings as they are.
#[component]
pub fn Share() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let config = Memo::new(move |_| lab.form.config.get().ok());
    let figure = RwSignal::new(Kind::Loss);
    let of = move |make: fn(&RunConfig) -> String| Signal::derive(move || config.get().as_ref().map(make).unwrap_or_default());
    let link = of(actions::share_link);
    let by_link = of(|config| command_by_link(&actions::share_link(config)));
    let by_flags = of(command_by_flags);
    let frame = Signal::derive(move || {
        let link = Link { config: config.get(), embed: true, figure: Some(figure.get()), ..Link::default() };
        let address = browser::address_with(&link.to_query()).replace('&', "&amp;");
        format!("<iframe src=\"{address}\" width=\"720\" height=\"640\" title=\"Quanta lab\" loading=\"lazy\"></iframe>")
    });
    view! {
        <section class="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share and repeat"</h2>
            <Show when=move || config.with(Option::is_some) fallback=|| view! { <p class="note">"The settings have to be made whole first."</p> }>
                <Copyable id="share-link" label="Link: opens exactly these settings and this seed" text=link />
                <Copyable id="share-command-link" label="In a terminal, by the link" text=by_link />
                <Copyable id="share-command" label="In a terminal, by flags" text=by_flags />
                <div class="frame-of">
                    <label for="frame-figure">"A frame for your own page, of"</label>
                    <select id="frame-figure" on:change=move |event| figure.set(Kind::from_name(&event_target_value(&event)).unwrap_or(Kind::Loss))>
                        {Kind::ALL.iter().map(|kind| view! { <option value=kind.name()>{kind.title()}</option> }).collect_view()}
                    </select>
                </div>
                <Copyable id="share-frame" label="Frame" text=frame />
            </Show>
        </section>
    }
}

/// A text to copy.
#[component]
fn Copyable(id: &'static str, label: &'static str, text: Signal<String>) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        browser::copy(text.get_untracked(), move |copied| {
            if !copied {
                // The person can copy what is selected.
                browser::select(id);
            }
            said.set(if copied { "Copied." } else { "Selected: copy it with the keyboard." });
            set_timeout(move || said.set(""), std::time::Duration::from_secs(3));
        });
    };
    view! {
        <div class="copyable">
            <label for=id>{label}</label>
            <div class="row">
                <input id=id type="text" readonly spellcheck="false" prop:value=move || text.get() />
                <button type="button" aria-label=format!("Copy: {label}") on:click=copy>"Copy"</button>
            </div>
            <span class="said" role="status">{move || said.get()}</span>
        </div>
    }
}
