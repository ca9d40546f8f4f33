//! A text of one's own: cut into tokens here, and learned by a small model.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::config::{RunConfig, TEXT};
use quanta_core::text::{Corpus, Text, keep};

use super::state::Family;
use crate::language::list::Select;
use crate::published::Index;
use crate::trainer::{Engine, Phase, RunCommands, RunJob, Runs};
use crate::view::fetch;
use crate::view::published::FOLDER;
use crate::view::run_status::Progress;
use crate::words;

/// Models that can be trained here: widths, and about how long a thousand steps take on a laptop.
const WIDTHS: [(usize, &str); 3] =
    [(32, "Small: 36,864 parameters"), (64, "Larger: 147,456 parameters"), (16, "Tiny: 9,216 parameters")];

/// Steps of training here.
const STEPS: u64 = 1_000;

/// A text that is open.
#[derive(Clone, Debug, PartialEq)]
struct OpenText {
    name: String,
    number: u64,
    tokens: usize,
    training: usize,
    held_out: usize,
}

/// The text: every field a handle.
#[derive(Clone, Copy)]
pub struct Own {
    open: RwSignal<Option<OpenText>>,
    said: RwSignal<String>,
}

impl Own {
    /// Takes up each text that is opened here.
    pub fn new(family: Family) -> Self {
        let own = Self { open: RwSignal::new(None), said: RwSignal::new(String::new()) };
        let commands = expect_context::<RunCommands>();
        let file = commands.opened_text();
        Effect::new(move |_| {
            let Some((name, bytes)) = file.get() else { return };
            let vocabulary = family.reader.library.index.with(|index| {
                index.there().and_then(|index| Index::vocabularies(index).next()).map(|published| published.file.clone())
            });
            let Some(vocabulary) = vocabulary else {
                return own
                    .said
                    .set("No vocabulary is published here, and without one a text cannot be cut into tokens.".to_owned());
            };
            own.said.set(format!("Cutting “{name}” into tokens …"));
            spawn_local(async move {
                let made = cut(&name, &bytes, &vocabulary).await;
                match made {
                    Ok((corpus, bytes)) => {
                        let (tokens, training, held_out) = (corpus.pairs.len(), corpus.training.len(), corpus.held_out.len());
                        let number = keep(corpus);
                        commands.keep_text(number, bytes);
                        let _ = own.said.try_set(String::new());
                        let _ = own.open.try_set(Some(OpenText { name, number, tokens, training, held_out }));
                    }
                    Err(why) => drop(own.said.try_set(format!("“{name}” cannot be learned: {why}."))),
                }
            });
        });
        own
    }
}

/// Cuts a text into the tokens of a published vocabulary; with the corpus as a file, for the engine.
async fn cut(name: &str, bytes: &[u8], vocabulary: &str) -> Result<(Corpus, Arc<Vec<u8>>), String> {
    let text = Text::from_bytes(name, bytes).map_err(|error| error.to_string())?;
    let file = fetch::bytes(&format!("{FOLDER}/{vocabulary}")).await?.ok_or("its vocabulary is not published here")?;
    let pairs = Corpus::from_bytes(&file).map_err(|error| error.to_string())?.pairs;
    let corpus = Corpus::new(name, &[text], pairs);
    let bytes = corpus.to_bytes().map_err(|error| error.to_string())?;
    Ok((corpus, Arc::new(bytes)))
}

/// The settings of a run of the text.
fn config(text: &OpenText, width: &str) -> Result<RunConfig, String> {
    let mut config = TEXT.config();
    // Of a short text fewer tokens are held out.
    let tested = text.held_out.saturating_sub(129).clamp(1, 2_000).to_string();
    let (number, tokens, steps) = (text.number.to_string(), text.tokens.to_string(), STEPS.to_string());
    for (name, value) in
        [("corpus_id", &*number), ("tokens", &tokens), ("width", width), ("steps", &steps), ("eval_tokens", &tested)]
    {
        config.set(name, value).map_err(|error| error.to_string())?;
    }
    config.build_task().map_err(|error| error.to_string())?;
    config.for_a_tab().map_err(|error| error.to_string())
}

/// The text, and the button that trains on it.
#[component]
pub fn OwnText() -> impl IntoView {
    let (family, own) = (expect_context::<Family>(), expect_context::<Own>());
    let (commands, engine) = (expect_context::<RunCommands>(), expect_context::<Engine>());
    let (runs, job) = (expect_context::<Runs>(), expect_context::<RunJob>());
    let width = RwSignal::new(WIDTHS[0].0.to_string());
    let is_at_rest = Memo::new(move |_| job.is_at_rest());
    let is_ours = Memo::new(move |_| {
        let of_text = |id| runs.with(id, |run| run.config().task.word() == "text").unwrap_or(false);
        job.target.get().is_some_and(of_text) && !is_at_rest.get()
    });
    let start = move |_| {
        let Some(text) = own.open.get_untracked() else { return };
        match config(&text, &width.get_untracked()) {
            Ok(config) => {
                engine.load();
                commands.start(config, runs.free_name(text.name), Default::default(), false);
                if let Some(id) = job.target.get_untracked() {
                    family.watch.set(Some(id));
                }
            }
            Err(why) => own.said.set(format!("“{}” cannot be learned: {why}.", text.name)),
        }
    };
    let about = move || {
        own.open.get().map(|text| {
            let [training, held_out] = [text.training, text.held_out].map(|count| words::thousands(count as u64));
            format!("“{}”: {training} tokens to train on, {held_out} held out for tests.", text.name)
        })
    };
    let said = move || {
        let said = own.said.get();
        if said.is_empty() { about().unwrap_or_default() } else { said }
    };
    let can_pause = move || is_ours.get() && job.phase.with(Phase::is_busy);
    let widths = Signal::stored(WIDTHS.map(|(width, title)| (width.to_string(), title.to_owned())).to_vec());
    view! {
        <details class="own-text" open=move || own.open.with(Option::is_some)>
            <summary>"Train on a text of your own"</summary>
            <p class="note">
                "Open a text (.txt or .md) by the button above, or drop it anywhere on the page. It stays in this tab: it is cut into the \
                 tokens of lab-text-1’s vocabulary, a twentieth is held out, and a small transformer learns the rest in "
                {words::thousands(STEPS)} " steps. Some hundred thousand bytes are enough to see it learn; English is cut best."
            </p>
            <Show when=move || own.open.with(Option::is_some)>
                <Select id="own-width" label="Model" value=width.into() options=widths chosen=move |word| width.set(word) />
                <div class="buttons" role="group" aria-label="Training on a text">
                    <button type="button" class="main" id="own-train" disabled=move || !is_at_rest.get() on:click=start>"Train on it"</button>
                    <button type="button" disabled=move || !can_pause() on:click=move |_| commands.pause()>"Pause training"</button>
                    <button type="button" disabled=move || !is_ours.get() on:click=move |_| commands.stop()>"Stop training"</button>
                </div>
                <Show when=move || is_ours.get()><Progress /></Show>
            </Show>
        </details>
        <p class="what" role="status" id="own-text-state">{said}</p>
    }
}
