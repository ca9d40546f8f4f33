//! The settings: the resource, the published sweep, and the browser's own.

use leptos::prelude::*;
use quanta_core::theory::Resource;

use super::state::{Choice, Scaling};
use crate::view::board::DialRow;
use crate::view::settings_form::SettingsForm;

/// A resource as people choose it.
pub fn name_of(resource: Resource) -> &'static str {
    match resource {
        Resource::Parameters => "Parameters, N",
        Resource::Steps => "Training steps, S",
        Resource::Data => "Training data, D",
    }
}

/// The form.
#[component]
pub fn Panel() -> impl IntoView {
    let scaling = expect_context::<Scaling>();
    let board = scaling.board;
    let busy = move || !scaling.job.is_at_rest();
    let about = move || match scaling.resource.get() {
        Resource::Parameters => "Runs of growing width on fresh data, and the loss at their last step.",
        Resource::Steps => {
            "One width on fresh data, and the loss at every evaluation; the runs differ in their seeds, three at most."
        }
        Resource::Data => {
            "One width on more and more fixed samples, reshuffled each epoch. The lowest test loss over training counts, as in the paper, and so is a little optimistic; a run stops 20 evaluations after it."
        }
    };
    view! {
        <div class="settings">
            <SettingsForm digest=Signal::derive(move || name_of(scaling.resource.get()).to_owned())>
                <fieldset class="presets">
                    <legend>"Resource"</legend>
                    {Resource::ALL.into_iter().map(|resource| view! {
                        <label>
                            <input
                                type="radio"
                                name="resource"
                                value=resource.name()
                                prop:checked=move || scaling.resource.get() == resource
                                on:change=move |_| {
                                    // The first is the default; the published sweep of another resource does not fit.
                                    board.set_words(&[("resource", (resource != Resource::Parameters).then_some(resource.name())), ("published", None)]);
                                }
                            />
                            <span>{name_of(resource)}</span>
                        </label>
                    }).collect_view()}
                    <p class="look-for">{about}</p>
                </fieldset>
                <Show when=move || { scaling.choices().len() > 1 }>
                    <div class="choice">
                        <label for="published">"Published sweep"</label>
                        <select
                            id="published"
                            prop:value=move || scaling.choice().map(|choice| choice.about.file).unwrap_or_default()
                            on:change=move |event| board.set_words(&[("published", Some(event_target_value(&event).as_str()))])
                        >
                            {move || {
                                let chosen = scaling.choice().map(|choice| choice.about.file);
                                scaling.choices().into_iter().map(|Choice { about, opened }| {
                                    let is_chosen = chosen.as_ref() == Some(&about.file);
                                    let whence = if opened.is_some() { " (opened)" } else { "" };
                                    view! { <option value=about.file selected=is_chosen>{about.title}{whence}</option> }
                                }).collect_view()
                            }}
                        </select>
                    </div>
                </Show>
                <fieldset class="rules own" disabled=busy>
                    <legend>"In this browser"</legend>
                    <DialRow board=board key="alpha" />
                    <DialRow board=board key="tasks" />
                    <DialRow board=board key="runs" />
                    <DialRow board=board key="steps" />
                    <DialRow board=board key="seed" />
                    <button type="button" class="reset" disabled=move || busy() || !board.is_moved() on:click=move |_| board.reset()>"As at the start"</button>
                </fieldset>
            </SettingsForm>
        </div>
    }
}
