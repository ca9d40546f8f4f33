//! Finding clusters in the model that is looked at.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use quanta_core::analysis::qdg::{Ask, Draw, Method, Places, Similarity};
use quanta_core::number;

use super::analyst::Analyst;
use super::model::{Chosen, Model};
use crate::language::state::Reader;
use crate::published::Material;
use crate::question::{Answer, Question};
use crate::trainer::{OpenedClusters, codec};
use crate::words;

/// How far the analysis is.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Idle,
    Busy { done: usize, of: usize, doing: String },
    Paused { done: usize, of: usize },
    Found(String),
    Failed(String),
}

/// What was asked for, and what of it is there.
#[derive(Clone)]
struct Asked {
    ask: Ask,
    title: String,
    /// Milliseconds that it has taken, without those in which it was paused, up to `since`.
    taken: f64,
    since: f64,
    chosen: Chosen,
    /// The run as it was when it was asked about: it may be trained on meanwhile.
    run: Option<Arc<Vec<u8>>>,
    /// The record with the clusters that are found so far.
    so_far: Option<Arc<Vec<u8>>>,
}

/// The settings as they are typed and ticked.
#[derive(Clone, Copy)]
struct Form {
    samples: RwSignal<String>,
    k: RwSignal<String>,
    stability: RwSignal<String>,
    seed: RwSignal<String>,
    draw: RwSignal<Draw>,
    places: RwSignal<Places>,
    similarities: RwSignal<Vec<Similarity>>,
    methods: RwSignal<Vec<Method>>,
}

impl Form {
    /// What is usual: the published pair, the same by absolute gradients and by activations alone, and a
    /// clustering that is more stable.
    fn new() -> Self {
        Self {
            samples: RwSignal::new("1000".to_owned()),
            k: RwSignal::new(String::new()),
            stability: RwSignal::new("0".to_owned()),
            seed: RwSignal::new("0".to_owned()),
            draw: RwSignal::new(Draw::Balanced),
            places: RwSignal::new(Places::Predicting),
            similarities: RwSignal::new(vec![Similarity::Signed, Similarity::Absolute, Similarity::Residual]),
            methods: RwSignal::new(vec![Method::Spectral, Method::Average]),
        }
    }

    /// The settings; what is wrong in words. Tracked.
    fn ask(self) -> Result<Ask, String> {
        let whole = |what: &str, text: &str| {
            let read = number::read(text).map_err(|error| format!("{what} must be {error}, not “{text}”"))?;
            let is_whole = read >= 0.0 && read.fract() == 0.0 && read < 1e9;
            is_whole.then_some(read as usize).ok_or_else(|| format!("{what} must be a whole number, not “{text}”"))
        };
        let k = self.k.get();
        let ask = Ask {
            samples: whole("Samples", &self.samples.get())?,
            k: if k.trim().is_empty() { Vec::new() } else { vec![whole("Clusters", &k)?] },
            stability: whole("Parts", &self.stability.get())?,
            seed: whole("Seed", &self.seed.get())? as u64,
            draw: self.draw.get(),
            places: self.places.get(),
            similarities: self.similarities.get(),
            methods: self.methods.get(),
            ..Ask::default()
        };
        if ask.similarities.is_empty() || ask.methods.is_empty() {
            return Err("At least one similarity and one method are needed".to_owned());
        }
        ask.check().map_err(|error| words::capital(&error.to_string()))?;
        Ok(ask)
    }
}

/// The button, its settings, and how far the analysis is.
#[component]
pub fn Find() -> impl IntoView {
    let (model, reader) = (expect_context::<Model>(), expect_context::<Reader>());
    let analyst = Analyst::new();
    let form = Form::new();
    let state = RwSignal::new(State::Idle);
    let wrong = Memo::new(move |_| form.ask().err());
    let is_busy = move || state.with(|state| matches!(state, State::Busy { .. }));
    let is_paused = move || state.with(|state| matches!(state, State::Paused { .. }));
    let can_find = move || model.version.with(Option::is_some) && wrong.with(Option::is_none) && !is_busy() && !is_paused();
    let asked = StoredValue::new(None::<Asked>);
    let go = move || {
        let Some(now) = asked.with_value(Clone::clone) else { return };
        asked.update_value(|asked| asked.iter_mut().for_each(|asked| asked.since = js_sys::Date::now()));
        let run = async move {
            if let Some(run) = now.run {
                return Ok(run);
            }
            let run = model.bytes(now.chosen).await?;
            let held = run.clone();
            let _ = asked.try_update_value(|asked| asked.iter_mut().for_each(|asked| asked.run = Some(held.clone())));
            Ok(run)
        };
        analyst.ask(run, Question::Find { ask: now.ask.to_json() }, now.so_far, move |heard| match heard {
            Ok((Answer::Stage { done, of, doing }, _)) => state.set(State::Busy { done, of, doing }),
            Ok((Answer::SoFar {}, Some(bytes))) => {
                let so_far = Some(Arc::new(bytes));
                asked.update_value(|asked| asked.iter_mut().for_each(|asked| asked.so_far.clone_from(&so_far)));
            }
            Ok((Answer::Found {}, Some(bytes))) => {
                let Some(Asked { title, taken, since, .. }) = asked.with_value(Clone::clone) else { return };
                let seconds = (taken + js_sys::Date::now() - since) / 1_000.0;
                spawn_local(async move {
                    let shown = open(reader, format!("{title}, clusters"), bytes).await;
                    let next = match shown {
                        Ok(()) => State::Found(format!("Found in {}; they are shown below.", words::duration(seconds))),
                        Err(why) => State::Failed(why),
                    };
                    // The page may have been left meanwhile.
                    let _ = state.try_set(next);
                });
            }
            Ok(_) => {}
            Err(why) => state.set(State::Failed(why)),
        });
    };
    let find = move |_| {
        let (Some((chosen, _)), Ok(ask)) = (model.version.get_untracked(), untrack(|| form.ask())) else { return };
        let of = ask.stages(ask.similarities.len());
        state.set(State::Busy { done: 0, of, doing: "loading the analysis".to_owned() });
        let title = model.title().unwrap_or_default();
        asked.set_value(Some(Asked { ask, title, taken: 0.0, since: 0.0, chosen, run: None, so_far: None }));
        go();
    };
    let pause = move |_| {
        let State::Busy { done, of, .. } = state.get_untracked() else { return };
        analyst.stop();
        asked.update_value(|asked| asked.iter_mut().for_each(|asked| asked.taken += js_sys::Date::now() - asked.since));
        state.set(State::Paused { done, of });
    };
    let go_on = move |_| {
        let State::Paused { done, of } = state.get_untracked() else { return };
        state.set(State::Busy { done, of, doing: "taking the analysis up again".to_owned() });
        go();
    };
    let cancel = move |_| {
        analyst.stop();
        asked.set_value(None);
        state.set(State::Idle);
    };
    let percent = move || match state.get() {
        State::Busy { done, of, .. } | State::Paused { done, of } => Some(100.0 * done as f64 / of.max(1) as f64),
        _ => None,
    };
    let in_words = move || match state.get() {
        State::Idle if model.version.with(Option::is_none) => "There is no model to look into yet.".to_owned(),
        State::Idle => wrong.get().map_or(String::new(), |why| format!("{why}.")),
        State::Busy { doing, .. } => format!("{} …", words::capital(&doing)),
        State::Paused { .. } => "Paused. What is found of the similarities so far is kept.".to_owned(),
        State::Found(text) => text,
        State::Failed(why) => format!("No clusters were found: {why}."),
    };
    view! {
        <section class="find" aria-labelledby="find-title">
            <h2 id="find-title">"Find its quanta"</h2>
            <p>
                "The gradients of tokens that the model predicts well are compared and clustered, in this browser, beside whatever trains. \
                 Clusters of a planted language are scored against its quanta."
            </p>
            <div class="buttons">
                <button type="button" class="main" id="find-clusters" disabled=move || !can_find() on:click=find>"Find clusters"</button>
                <Show when=is_busy><button type="button" aria-label="Pause the search" on:click=pause>"Pause"</button></Show>
                <Show when=is_paused><button type="button" aria-label="Go on with the search" on:click=go_on>"Go on"</button></Show>
                <Show when=move || is_busy() || is_paused()><button type="button" on:click=cancel>"Cancel"</button></Show>
            </div>
            <p class="what" id="find-state" role="status">{in_words}</p>
            <Show when=move || is_busy() || is_paused()>
                <div class="track" role="progressbar" aria-label="Progress of the analysis" aria-valuemin="0" aria-valuemax="100"
                    aria-valuenow=move || percent().map(|percent| format!("{percent:.0}"))>
                    <div class="done" style:width=move || format!("{:.1}%", percent().unwrap_or(0.0))></div>
                </div>
            </Show>
            <Settings form=form />
        </section>
    }
}

/// Opens what was found as a file of clusters is opened.
async fn open(reader: Reader, name: String, bytes: Vec<u8>) -> Result<(), String> {
    let record = (codec::load().await?.read)(&bytes)?;
    let material = Arc::new(Material::Run(Box::new(record)));
    let _ = reader.opened.try_set(Some(OpenedClusters { is_found: true, name, material, bytes: Arc::new(bytes) }));
    Ok(())
}

/// What is asked of the analysis.
#[component]
fn Settings(form: Form) -> impl IntoView {
    let text = |id: &'static str, label: &'static str, value: RwSignal<String>, placeholder: &'static str| {
        view! {
            <div class="choice">
                <label for=id>{label}</label>
                <input id=id type="text" inputmode="numeric" autocomplete="off" placeholder=placeholder prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event)) />
            </div>
        }
    };
    let draws = [(Draw::Balanced, "as many of every quantum"), (Draw::Natural, "as often as they are used")];
    let places = [(Places::Predicting, "at the place that predicts"), (Places::All, "over all places, as published")];
    view! {
        <details class="find-settings">
            <summary>"Samples, similarities and methods"</summary>
            <div class="choices">
                {text("find-samples", "Samples", form.samples, "")}
                {text("find-k", "Clusters, k", form.k, "as many as quanta")}
                {text("find-stability", "Parts clustered anew, for stability", form.stability, "")}
                {text("find-seed", "Seed", form.seed, "")}
            </div>
            <div class="ticks">
                {one_of("Samples are drawn", "find-draw", draws, form.draw)}
                {one_of("Gradients are taken", "find-places", places, form.places)}
                {some_of("Similarities", Similarity::ALL, |one| one.word(), form.similarities)}
                {some_of("Methods", Method::ALL, |one| one.word(), form.methods)}
            </div>
        </details>
    }
}

/// One of several.
fn one_of<T: Copy + PartialEq + Send + Sync + 'static, const N: usize>(
    legend: &'static str,
    name: &'static str,
    options: [(T, &'static str); N],
    value: RwSignal<T>,
) -> impl IntoView {
    let option = move |(one, title): (T, &'static str)| {
        view! {
            <label class="check">
                <input type="radio" name=name prop:checked=move || value.get() == one on:change=move |_| value.set(one) />
                <span>{title}</span>
            </label>
        }
    };
    view! { <fieldset><legend>{legend}</legend>{options.map(option).collect_view()}</fieldset> }
}

/// Any of several.
fn some_of<T: Copy + PartialEq + Send + Sync + 'static>(
    legend: &'static str,
    all: &'static [T],
    title: fn(T) -> &'static str,
    value: RwSignal<Vec<T>>,
) -> impl IntoView {
    let option = move |one: T| {
        let tick = move |event| {
            let is_ticked = event_target_checked(&event);
            // In the usual order, whatever the order of the ticks.
            value.update(|value| {
                let kept = all.iter().copied();
                *value = kept.filter(|option| if *option == one { is_ticked } else { value.contains(option) }).collect();
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || value.with(|value| value.contains(&one)) on:change=tick />
                <span>{title(one)}</span>
            </label>
        }
    };
    view! { <fieldset><legend>{legend}</legend>{all.iter().copied().map(option).collect_view()}</fieldset> }
}
