//! The settings: presets first, then every field, folded by group, then the device.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use quanta_core::config::{Field, Group, Kind, PRESETS};

use super::actions::Actions;
use super::form::Form;
use super::webgpu::DevicePicker;
use crate::view::on_demand::{Build, OnDemand};
use crate::view::settings_form::SettingsForm;
use crate::words;

#[wasm_split(below, wasm_split_path = leptos::wasm_split, fallible)]
fn panel() -> Result<Build, SplitLoaderError> {
    Ok(|| view! { <Panel /> }.into_any())
}

/// The form. It is loaded behind the first view, in which a preset can be started without it.
#[component]
pub fn SettingsPanel() -> impl IntoView {
    view! { <div class="settings"><OnDemand what="the settings" load=|| Box::pin(panel()) /></div> }
}

#[component]
fn Panel() -> impl IntoView {
    let (form, actions) = (expect_context::<Form>(), expect_context::<Actions>());
    let look_for = move || PRESETS[form.preset.get()].look_for;
    let changes = move || match form.changes() {
        0 => String::new(),
        n => format!("{} changed from “{}”", words::count(n, "setting", "settings"), PRESETS[form.preset.get()].title),
    };
    let remarks = move || form.config.with(|config| config.as_ref().map(|config| config.remarks().join(" ")).unwrap_or_default());
    view! {
        <SettingsForm digest=Signal::derive(move || PRESETS[form.preset.get()].title.to_owned())>
            <fieldset class="presets">
                <legend>"Preset"</legend>
                {PRESETS.iter().enumerate().map(|(i, preset)| view! {
                    <label>
                        <input
                            type="radio"
                            name="preset"
                            value=preset.name
                            prop:checked=move || form.preset.get() == i
                            // A press on the chosen preset undoes the changes.
                            on:click=move |_| actions.choose(i)
                        />
                        <span>{preset.title}</span>
                    </label>
                }).collect_view()}
                <p class="look-for">{look_for}</p>
                <p class="example">{move || form.example()}</p>
            </fieldset>
            <p class="changes" aria-live="polite">{changes}</p>
            <p class="changes" id="remarks" role="status">{remarks}</p>
            {Group::ALL.into_iter().map(|group| view! { <GroupOfFields group=group /> }).collect_view()}
            <DevicePicker />
        </SettingsForm>
    }
}

/// One group of fields, folded under a line with its main values.
#[component]
fn GroupOfFields(group: Group) -> impl IntoView {
    let form = expect_context::<Form>();
    let fields = Memo::new(move |_| form.fields(group));
    let wrong = move || fields.get().into_iter().any(|field| form.wrong(field.name).is_some());
    let changed = move || fields.get().into_iter().any(|field| form.changed_from(field).is_some());
    let digest = move || form.config.with(|config| config.as_ref().map(|config| config.digest(group)).unwrap_or_default());
    view! {
        <details class="group" class:wrong=wrong>
            <summary>
                <span class="title">{group.title()}<Show when=changed><span class="dot" title="changed"><span class="unseen">" (changed)"</span></span></Show></span>
                <span class="digest">{move || if wrong() { "needs a look".to_owned() } else { digest() }}</span>
            </summary>
            <For each=move || fields.get() key=|field| field.name let:field>
                <FieldRow field=field />
            </For>
        </details>
    }
}

/// One field: label, input, unit, meaning, and what is wrong with it.
#[component]
fn FieldRow(field: &'static Field) -> impl IntoView {
    let (form, actions) = (expect_context::<Form>(), expect_context::<Actions>());
    let id = format!("field-{}", field.name);
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let text = form.text(field);
    let wrong = Memo::new(move |_| form.wrong(field.name));
    let preset_value = Memo::new(move |_| form.changed_from(field));
    let described = format!("{help_id} {error_id}");
    let invalid = move || wrong.with(Option::is_some).then_some("true");
    let range = match field.kind {
        Kind::Choice(_) => String::new(),
        // A limit that is hardly ever reached is shown only in the error.
        Kind::Whole { max, .. } if max > 1_000_000_000 => String::new(),
        Kind::Whole { min, max } => format!(" {} to {}.", words::thousands(min), words::thousands(max)),
        Kind::Real { min, max } => format!(" {min} to {max}."),
    };
    let input = match field.kind {
        Kind::Choice(choices) => view! {
            <select
                id=id.clone()
                name=field.name
                aria-describedby=described
                prop:value=move || text.get()
                on:change=move |event| { text.set(event_target_value(&event)); actions.commit(); }
            >
                {choices.iter().map(|word| view! {
                    <option value=*word selected=move || text.get() == *word>{*word}</option>
                }).collect_view()}
            </select>
        }
        .into_any(),
        kind => view! {
            <input
                id=id.clone()
                name=field.name
                type="text"
                inputmode=if matches!(kind, Kind::Whole { .. }) { "numeric" } else { "decimal" }
                spellcheck="false"
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:change=move |_| actions.commit()
            />
        }
        .into_any(),
    };
    view! {
        <div class="field" class:changed=move || preset_value.with(Option::is_some) class:wrong=move || wrong.with(Option::is_some)>
            <label for=id>{field.label}</label>
            {move || preset_value.get().map(|value| {
                let back = format!("Back to {value}");
                // The label of a screen reader begins with the visible text.
                let label = format!("{back}, the preset’s: {}", field.label);
                view! {
                    <button
                        type="button"
                        class="quiet back"
                        aria-label=label
                        on:click=move |_| { text.set(value.clone()); actions.commit(); }
                    >
                        {back}
                    </button>
                }
            })}
            <span class="input">{input}<span class="unit">{field.unit}</span></span>
            <p class="error" id=error_id aria-live="polite">{move || wrong.get()}</p>
            <p class="help" id=help_id>{move || form.help(field)}{range}</p>
        </div>
    }
}
