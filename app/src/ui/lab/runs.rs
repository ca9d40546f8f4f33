//! Every run that is kept: shown, overlaid, named, saved, resumed, deleted.

use leptos::html;
use leptos::prelude::*;

use super::export;
use super::run::Run;
use super::state::{Lab, Phase};
use crate::ui::shared::menu::Menu;
use crate::ui::shared::swatch::Swatch;
use crate::words;

/// The table of runs, and the way to open a file.
#[component]
pub fn Runs() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let picker = NodeRef::<html::Input>::new();
    let open = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        if let Some(files) = input.files() {
            for i in 0..files.length() {
                if let Some(file) = files.get(i) {
                    lab.open_file(file);
                }
            }
        }
        // The same file can then be picked again.
        input.set_value("");
    };
    let ids = move || lab.runs.with(|runs| runs.iter().rev().map(|run| run.id).collect::<Vec<_>>());
    let any = Memo::new(move |_| lab.runs.with(|runs| !runs.is_empty()));
    view! {
        <section class="runs" aria-labelledby="runs-title">
            <div class="section-head">
                <h2 id="runs-title">"Runs"</h2>
                <label class="button">
                    <input node_ref=picker class="unseen" id="open-file" type="file" accept=".safetensors" multiple on:change=open />
                    "Open a run file …"
                </label>
            </div>
            <Show
                when=move || any.get()
                fallback=|| view! { <p class="note">"Runs are kept here, in this browser alone. A run file can also be dropped anywhere on the page."</p> }
            >
                <div class="scroller" tabindex="0" role="region" aria-label="Table of runs">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Show"</th>
                                <th scope="col">"Overlay"</th>
                                <th scope="col">"Name"</th>
                                <th scope="col">"State"</th>
                                <th scope="col" class="number">"Loss, bits"</th>
                                <th scope="col" class="number">"Learned"</th>
                                <th scope="col"><span class="unseen">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=ids key=|id| *id let:id>
                                <Row id=id />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Row(id: u32) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let name = Memo::new(move |_| lab.with_run(id, |run| run.name.clone()).unwrap_or_default());
    let color = lab.with_run_untracked(Some(id), |run| run.color).unwrap_or(0);
    let training = Memo::new(move |_| lab.is_training(id));
    let standing = move || {
        if training.get() { lab.state_in_words() } else { lab.with_run(id, Run::standing).unwrap_or_default() }
    };
    let last = move || lab.with_run(id, |run| run.record.last().map(|e| (e.loss_bits, e.learned))).flatten();
    let tasks = lab.with_run_untracked(Some(id), |run| run.record.config.n_tasks).unwrap_or(0);
    let resumable = Memo::new(move |_| lab.with_run(id, Run::resumable_at).flatten());
    let at_rest = move || lab.phase.with(Phase::is_at_rest);
    view! {
        <tr class:shown=move || lab.shown.get() == Some(id)>
            <td>
                <input
                    type="radio"
                    name="shown"
                    aria-label=move || format!("Show the numbers of {}", name.get())
                    prop:checked=move || lab.shown.get() == Some(id)
                    on:change=move |_| lab.shown.set(Some(id))
                />
            </td>
            <td>
                <label class="check">
                    <input
                        type="checkbox"
                        aria-label=move || format!("Overlay {} in the figures", name.get())
                        prop:checked=move || lab.with_run(id, |run| !run.hidden).unwrap_or(false)
                        on:change=move |event| lab.hide(id, !event_target_checked(&event))
                    />
                    <Swatch color=color />
                </label>
            </td>
            <td>
                <input
                    class="name"
                    type="text"
                    aria-label=move || format!("Name of {}", name.get())
                    prop:value=move || name.get()
                    on:change=move |event| lab.rename(id, event_target_value(&event))
                />
            </td>
            <td class="standing">{standing}</td>
            <td class="number" data-label="bits">{move || last().map_or("–".to_owned(), |(loss, _)| words::significant(f64::from(loss)))}</td>
            <td class="number" data-label="learned">{move || last().map_or("–".to_owned(), |(_, learned)| format!("{learned} of {tasks}"))}</td>
            <td class="actions">
                <Show when=move || resumable.get().is_some() && !training.get()>
                    <button
                        type="button"
                        class="quiet"
                        aria-label=move || format!("Go on with {}", name.get())
                        disabled=move || !at_rest()
                        on:click=move |_| lab.resume(Some(id))
                    >
                        "Go on"
                    </button>
                </Show>
                <Menu label="More" of="for this run">
                    <button type="button" on:click=move |_| export::run_file(lab, id)>"Save the run file"</button>
                    <button type="button" on:click=move |_| export::csv(lab, id)>"Save as CSV"</button>
                    <button type="button" on:click=move |_| settings(lab, id)>"Use its settings"</button>
                    <button type="button" class="danger" disabled=move || training.get() on:click=move |_| lab.delete(id)>"Delete"</button>
                </Menu>
            </td>
        </tr>
    }
}

/// Puts a run's settings into the form.
fn settings(lab: Lab, id: u32) {
    if let Some(config) = lab.with_run_untracked(Some(id), |run| run.record.config.clone()) {
        lab.form.show(&config);
        super::actions::commit(lab);
    }
}
