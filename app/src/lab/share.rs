//! How to repeat a run elsewhere: its link, its command, a frame for a lesson.

use leptos::prelude::*;
use quanta_core::config::RunConfig;
use quanta_core::figure::Kind;

use super::actions::share_link;
use super::form::Form;
use crate::link::{Link, command_by_flags, command_by_link};
use crate::view::copyable::Copyable;
use crate::view::framed::frame_of;

/// The texts to copy, for the settings as typed.
#[component]
pub fn Share() -> impl IntoView {
    let form = expect_context::<Form>();
    let config = Memo::new(move |_| form.config.get().ok());
    let figure = RwSignal::new(Kind::Tasks);
    let of = move |make: fn(&RunConfig) -> String| Signal::derive(move || config.get().as_ref().map(make).unwrap_or_default());
    let link = of(share_link);
    let by_link = of(|config| command_by_link(&share_link(config)));
    let by_flags = of(command_by_flags);
    let frame = Signal::derive(move || frame_of(Link { config: config.get(), ..Link::default() }, figure.get().name()));
    view! {
        <section class="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share and repeat"</h2>
            <Show when=move || config.with(Option::is_some) fallback=|| view! { <p class="note">"The settings have to be made whole first."</p> }>
                <Copyable id="share-link" label="Link: opens exactly these settings and this seed" text=link />
                <Copyable id="share-command-link" label="In a terminal, by the link" text=by_link />
                <Copyable id="share-command" label="In a terminal, by flags" text=by_flags />
                <div class="frame-of">
                    <label for="frame-figure">"A frame for your own page, of"</label>
                    <select id="frame-figure" on:change=move |event| figure.set(Kind::from_name(&event_target_value(&event)).unwrap_or(Kind::Tasks))>
                        {Kind::ALL.iter().map(|kind| view! { <option value=kind.name() selected=*kind == Kind::Tasks>{kind.title()}</option> }).collect_view()}
                    </select>
                </div>
                <Copyable id="share-frame" label="Frame" text=frame />
            </Show>
        </section>
    }
}
