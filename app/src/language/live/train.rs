//! The model: one that is chosen, or one that is trained here.

use leptos::prelude::*;
use quanta_core::config::{Preset, RunConfig, preset};

use super::model::{Chosen, Model, is_language};
use crate::language::list::Select;
use crate::link::Link;
use crate::trainer::{Engine, Phase, Run, RunCommands, RunJob, Runs};
use crate::view::page_link::PageLink;
use crate::view::run_status::Progress;

/// The presets that can be trained here.
const PRESETS: [&str; 2] = ["language", "language-copy"];

/// So many states of a model are kept along the way, for the text to be read by each.
const SNAPSHOTS: u64 = 12;

/// Chooses a model or trains one.
#[component]
pub fn Train() -> impl IntoView {
    let (model, runs, job) = (expect_context::<Model>(), expect_context::<Runs>(), expect_context::<RunJob>());
    let (commands, engine) = (expect_context::<RunCommands>(), expect_context::<Engine>());
    let of_job = move |read: fn(&Run) -> bool| job.target.get().and_then(|id| runs.with(id, read)).unwrap_or(false);
    let is_ours = Memo::new(move |_| of_job(|run| is_language(run.config())));
    let is_at_rest = Memo::new(move |_| job.is_at_rest());
    let is_elsewhere = move || !is_ours.get() && !is_at_rest.get();
    let chosen = RwSignal::new(PRESETS[0].to_owned());
    let start = move |_| {
        let Some(preset) = preset(&chosen.get_untracked()) else { return };
        engine.load();
        commands.start(config(preset), runs.free_name(preset.title.to_owned()), Default::default(), false);
        if let Some(id) = job.target.get_untracked() {
            model.pick(Chosen::Run(id));
        }
    };
    let resumable = Memo::new(move |_| {
        let paused = job.target.get().filter(|_| job.phase.with(|phase| *phase == Phase::Paused));
        let looked_at = match model.chosen() {
            Some(Chosen::Run(id)) if is_at_rest.get() => runs.with(id, Run::resumable_at).flatten().map(|_| id),
            _ => None,
        };
        paused.or(looked_at)
    });
    let can_pause = move || is_ours.get() && job.phase.with(Phase::is_busy);
    let can_stop = move || is_ours.get() && !is_at_rest.get() && job.phase.with(|phase| *phase != Phase::Stopping);
    let pair = |preset: &Preset| (preset.name.to_owned(), preset.title.to_owned());
    let presets = Signal::stored(PRESETS.into_iter().filter_map(preset).map(pair).collect::<Vec<(String, String)>>());
    let look_for = move || preset(&chosen.get()).map(|preset| preset.look_for);
    let summary = move || match model.chosen()? {
        Chosen::Run(id) => runs.with(id, |run| run.summary().map(|summary| format!("{}: {summary}.", run.name)))?,
        Chosen::Published(_) => None,
    };
    let run = Memo::new(move |_| match model.chosen() {
        Some(Chosen::Run(id)) => Some(id),
        _ => None,
    });
    let in_lab = move || {
        let config = runs.with_untracked(run.get()?, |run| run.config().clone());
        let text = "Its loss curves and the emergence of its quanta, in the Lab";
        Some(view! { <p><PageLink link=Link { config, ..Link::default() } text=text label=text /></p> })
    };
    view! {
        <section class="train" aria-labelledby="model-title">
            <h2 id="model-title">"A model"</h2>
            <Choice />
            <Select id="language-preset" label="Train anew" value=chosen.into() options=presets chosen=move |name| chosen.set(name) />
            <p class="note look-for">{look_for}</p>
            <div class="buttons" role="group" aria-label="Training">
                <button type="button" class="main" id="language-train" disabled=move || !is_at_rest.get() on:click=start>"Train"</button>
                <button type="button" disabled=move || !can_pause() on:click=move |_| commands.pause()>"Pause"</button>
                <button type="button" disabled=move || resumable.get().is_none()
                    on:click=move |_| if let Some(id) = resumable.get_untracked() { commands.resume(id, Default::default()) }>"Resume"</button>
                <button type="button" disabled=move || !can_stop() on:click=move |_| commands.stop()>"Stop"</button>
            </div>
            <Show when=is_elsewhere>
                <p class="note" role="status">"Something else is in training. A model can be trained here once that has ended."</p>
            </Show>
            <Show when=move || is_ours.get()><Progress /></Show>
            <p class="what" id="model-summary">{summary}</p>
            {in_lab}
        </section>
    }
}

/// Chooses among the models that are there, where there is a choice.
#[component]
fn Choice() -> impl IntoView {
    let model = expect_context::<Model>();
    let place = move || {
        let chosen = model.chosen();
        model.options.with(|options| options.iter().position(|(option, _)| Some(option) == chosen.as_ref()))
    };
    let pick = move |place: String| {
        let place = place.parse::<usize>().ok();
        let option = place.and_then(|place| model.options.with_untracked(|options| options.get(place).cloned()));
        if let Some((option, _)) = option {
            model.pick(option);
        }
    };
    let title = |(option, title): &(Chosen, String)| match option {
        Chosen::Published(_) => format!("{title} (published)"),
        Chosen::Run(_) => title.clone(),
    };
    let value = Signal::derive(move || place().map_or(String::new(), |place| place.to_string()));
    let options = Signal::derive(move || {
        let pair = |(at, option): (usize, &(Chosen, String))| (at.to_string(), title(option));
        model.options.with(|options| options.iter().enumerate().map(pair).collect::<Vec<(String, String)>>())
    });
    view! {
        <Show when=move || { model.options.with(|options| !options.is_empty()) }>
            <Select id="language-model" label="Look at" value=value options=options chosen=pick />
        </Show>
    }
}

/// A preset's settings, with states of the model along the way.
fn config(preset: &Preset) -> RunConfig {
    let mut config = preset.config();
    config.measurement.snapshots = SNAPSHOTS;
    config
}
