//! Where losses come from: the published ones, or a file.

use leptos::prelude::*;

use super::state::{Family, Whence};
use crate::language::list::Select;
use crate::published::{Index, Published};
use crate::view::files::PickFiles;
use crate::words;

/// The layout of a file, in a few words.
const LAYOUT: &str = "A safetensors file with an array “loss” of F16, F32 or F64, [models, checkpoints, tokens] or [models, tokens], in nats unless \
                      its metadata says “unit”: “bits”; with “step”, “text”, “ends” and “places” it is shown as text. Or a NumPy array \
                      (.npy) of the same shape. The README has the details.";

/// Chooses among the published losses, or opens a file.
#[component]
pub fn Choose() -> impl IntoView {
    let family = expect_context::<Family>();
    let published = Memo::new(move |_| {
        family
            .reader
            .library
            .index
            .with(|index| index.there().into_iter().flat_map(Index::losses).map(Published::option).collect::<Vec<_>>())
    });
    let shown =
        Memo::new(move |_| family.opened.with(|shown| shown.as_ref().map(|shown| (shown.whence.clone(), shown.name.clone()))));
    let value = Signal::derive(move || match shown.get() {
        Some((Whence::Published(file), _)) => file,
        _ => String::new(),
    });
    let options = Signal::derive(move || {
        let other = match shown.get() {
            None => Some("Choose …".to_owned()),
            Some((Whence::Published(_), _)) => None,
            Some((_, name)) => Some(format!("{name} (here)")),
        };
        other.map(|name| (String::new(), name)).into_iter().chain(published.get()).collect::<Vec<(String, String)>>()
    });
    let state = move || {
        let said = family.state.get();
        let about = family.losses().map(|losses| {
            format!(
                "{} of “{}” in {} at {}.",
                words::count(losses.tokens(), "token", "tokens"),
                losses.title,
                words::count(losses.models.len(), "model", "models"),
                words::count(losses.steps.len(), "checkpoint", "checkpoints")
            )
        });
        if said.is_empty() {
            about.unwrap_or_else(|| "Choose losses, open a file, or train on a text of your own.".to_owned())
        } else {
            said
        }
    };
    view! {
        <div class="choices-of">
            <Select id="losses-file" label="Losses" value=value options=options
                chosen=move |file: String| if !file.is_empty() { family.ask_for(&file) } />
            <div class="buttons"><PickFiles text="Open a text or a file of losses …" id="open-losses" /></div>
        </div>
        <p class="what" id="losses-state" role="status">{state}</p>
        <details class="how-to"><summary>"Files of losses"</summary><p>{LAYOUT}</p></details>
    }
}
